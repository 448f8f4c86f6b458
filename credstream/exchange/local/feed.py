"""Sends the examples to a local exchange."""

from __future__ import annotations

import time

from credstream.contract import topics
from credstream.exchange import lists, registrations, sending
from credstream.exchange.files import list_file
from credstream.exchange.local.backends import Backend
from credstream.exchange.local.examples import Examples, Submission
from credstream.kafka.sender import Outgoing

# The kind whose topic takes the submissions of a provider that is not registered.
UNREGISTERED_KIND = "provider"


def feed(backend: Backend, examples: Examples) -> None:
    """Send registrations and lists first, then create the providers' topics, then fill these."""
    codec, sender = backend.target.codec(), sending.sender(backend.target)
    registrations.publish(sender, codec, examples.registrations)
    for path in examples.lists:
        found = list_file(path, path.stem, int(time.time() * 1000))
        lists.publish(sender, codec, found.accreditations)
    kinds = {provider.id: provider.kind for provider in examples.registrations}
    for provider in dict.fromkeys(each.provider for each in examples.submissions):
        backend.create_topics(kinds.get(provider, UNREGISTERED_KIND), provider)
    sender.send(
        [
            _message(each, kinds.get(each.provider, UNREGISTERED_KIND))
            for each in examples.submissions
        ]
    )


def _message(submission: Submission, kind: str) -> Outgoing:
    topic = topics.submissions(kind, submission.provider)
    return Outgoing(topic, submission.value, None, (("ce_id", submission.id.encode()),))
