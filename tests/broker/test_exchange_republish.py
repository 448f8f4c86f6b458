"""An operator asks for keys to be sent again, and mistypes."""

from __future__ import annotations

import pytest

from tests.support import commands


def republish(exchange, *words):
    return commands.credstream("republish", *words, "--dir", str(exchange.folder))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--stage", "foo"), "no service is called foo"),
        (("--stage", "ingest"), "add --provider"),
        (("--stage", "ingest", "--provider", "nobody"), "is it registered"),
        (("--stage", "normalise", "--provider", "nobody"), "normalise holds no such key"),
        (("--stage", "publisher", "--key", "mc:de:none"), "publisher holds no such key"),
        (("--stage", "normalise", "--since", "yesterday"), "--since is a day"),
    ],
)
def test_what_cannot_be_asked_for_is_named(exchange, words, told):
    done = republish(exchange, *words)
    assert done.returncode != 0
    assert told in done.stderr
