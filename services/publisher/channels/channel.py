"""What publisher asks of an outlet."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from credstream.contract.records import Accredited, PublishedAward, PublishedDefinition
from credstream.contract.values import Reason

Published = PublishedDefinition | PublishedAward


class Scope(Enum):
    """What one delivery of a channel holds."""

    #: One version of one key; the step writes a row of the outbox for each.
    VERSION = "version"
    #: A whole set, such as all offers of a country. No channel has this scope yet: the first one
    #: brings what decides that a set is due and writes its row, with the set's name as the key.
    SET = "set"


class Channel(Protocol):
    """One outlet with an outbox of its own, so that no outlet delays another.

    `name` is in the outbox's rows and in metrics and never changes; `kinds` are the kinds of
    record that it wants, `definition` or `award`.
    """

    name: str
    kinds: frozenset[str]
    scope: Scope

    def lacking(self, source: Accredited) -> tuple[Reason, ...]:
        """Why the channel leaves out a record of its kinds, for the provider's receipt; pure."""

    def deliver(self, source: Accredited, published: Published) -> str:
        """Deliver one version; a note of where.

        May be called again for the same version and then changes nothing. Raises Rejected where
        the version must not go out, Unavailable where the target will come back; its clients'
        time-outs end a call within `timeouts.DELIVERY_SECONDS`.
        """
