"""Families of badges that grow; see `growing`."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from tests.support import baking
from tests.support.growing_base import OB_TYPES, Family, some, written


def families() -> Mapping[str, Family]:
    return {
        **{f"badge: {name}": family for name, family in _badges()},
        **{f"badge: {name}": family for name, family in _older_badges()},
    }


def _badge(credential: Any = (), subject: Any = (), achievement: Any = ()) -> dict[str, Any]:
    named = {"id": "urn:a", "type": ["Achievement"], "name": "Welding", **dict(achievement)}
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": OB_TYPES,
        "id": "urn:1",
        "issuer": {"id": "https://example.org", "name": "School"},
        "credentialSubject": {"id": "did:a:1", "achievement": named, **dict(subject)},
        **dict(credential),
    }


def _badges() -> Iterator[tuple[str, Family]]:
    def of(where: str, key: str, make: Callable[[int], Any]) -> Family:
        return lambda size: written(_badge(**{where: {key: some(make, size)}}))

    name = {"identityHash": "n", "identityType": "name"}
    yield "names as identities", of("subject", "identifier", lambda _: name)
    yield "fields", of("achievement", "fieldOfStudy", lambda _: "a")
    yield "tags", of("achievement", "tag", lambda _: 1)
    yield "alignments", of("achievement", "alignment", lambda n: {"targetName": f"{n}"})
    yield "results", of("subject", "result", lambda n: {"status": "Failed", "achievedLevel": f"{n}"})  # fmt: skip
    yield (
        "levels",
        of(
            "achievement",
            "resultDescription",
            lambda n: {"id": f"{n}", "rubricCriterionLevel": [{}]},
        ),
    )
    yield "endorsements", of("credential", "endorsement", lambda n: {"issuer": f"urn:{n}"})
    yield (
        "unknown members",
        lambda size: written(_badge({f"member{number}": 1 for number in range(size // 15)})),
    )
    yield "contexts", of("credential", "@context", lambda n: f"urn:{n}")


def _older_badges() -> Iterator[tuple[str, Family]]:
    ob2 = {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": "urn:1",
        "recipient": {"identity": "a@b.example", "type": "email"},
        "issuedOn": "2026-05-01T00:00:00Z",
    }
    yield (
        "extensions",
        lambda size: written(
            ob2 | {"badge": {"name": "a", **{f"extensions:{n}": 1 for n in range(size // 22)}}}
        ),
    )
    yield "baked again and again", partial(_pictures, False)
    yield "baked bombs", partial(_pictures, True)
    yield (
        "svg",
        lambda size: (
            b'<svg xmlns="http://www.w3.org/2000/svg">'
            + b'<assertion xmlns="http://openbadges.org"/>' * (size // 42)
            + b"</svg>"
        ),
    )


def _pictures(differ: bool, size: int) -> bytes:
    packed = zlib.compress(b"{" + b" " * (1024 * 1024 - 2) + b"}")
    one = baking.international(packed, flag=1)
    other = baking.international(zlib.compress(b"{}"), flag=1)
    return baking.png(*[one] * (size // len(one)), *[other] * differ)
