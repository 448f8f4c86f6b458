"""Families of JSON documents that grow; see `growing`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.growing_base import Family, some, written

NATIVE = {
    "credstream": 1,
    "kind": "award",
    "title": "Welding",
    "learner": {"id": "s-1"},
    "issued_on": "2026-05-01",
}


def families() -> Mapping[str, Family]:
    return {
        **{f"json: {name}": family for name, family in _json()},
        **{f"native: {name}": family for name, family in _native()},
        **{f"ctdl: {name}": family for name, family in _ctdl()},
        **{f"others: {name}": family for name, family in _others()},
    }


def _json() -> Iterator[tuple[str, Family]]:
    yield "numbers", lambda size: written({"\u00e9": [1] * (size // 2)})
    yield "escaped texts", lambda size: written([["\u00e9"] * (size // 9)])
    yield "objects", lambda size: b"[" + b",".join([b"{}"] * (size // 3)) + b"]"
    name = "n" * 60

    def deep(size: int) -> bytes:
        inner = b",".join([b"{}"] * (size // 6))
        return (b'{"%s":' % name.encode()) * 90 + b"[" + inner + b"]" + b"}" * 90

    yield "deep names", deep


def _native() -> Iterator[tuple[str, Family]]:
    def bundle(credentials: list[Any]) -> bytes:
        return written({"credstream": 1, "credentials": credentials})

    yield (
        "unknown members",
        lambda size: written(NATIVE | {f"titel{number}": 1 for number in range(size // 15)}),
    )
    yield "violations", lambda size: written(NATIVE | {"identifiers": [5] * (size // 2)})
    yield "bundle", lambda size: bundle(some(lambda n: {**NATIVE, "id": f"c{n}"}, size))
    yield "bad bundle", lambda size: bundle([{**NATIVE, "id": "a"}, *some(lambda _: {}, size)])
    yield "one text", lambda size: written(NATIVE | {"description": "ab " * (size // 3)})
    yield (
        "combining marks",
        lambda size: written(
            NATIVE | {"title": "a" + "\u0301" * (size // 12) + "\u0323" * (size // 12)}
        ),
    )
    yield (
        "marks in bytes",
        lambda size: json.dumps(
            NATIVE | {"title": "a" + "\u0301" * (size // 4) + "\u0323" * (size // 4)},
            ensure_ascii=False,
        ).encode(),
    )


def _ctdl() -> Iterator[tuple[str, Family]]:
    def graph(*nodes: Any) -> bytes:
        return written({"@context": "https://credreg.net/ctdl", "@graph": list(nodes)})

    def course(number: int, **members: Any) -> dict[str, Any]:
        name = {"@type": "ceterms:Course", "@id": f"urn:{number}", "ceterms:name": "c"}
        return {**name, **members}

    organisation = {"@type": "ceterms:CredentialOrganization", "@id": "urn:o"}
    competency = {"@type": "ceasn:Competency", "@id": "urn:k"}

    def languages(size: int) -> dict[str, str]:
        return {f"x{number}": "n" for number in range(size // 14)}

    yield (
        "a large organisation for all",
        lambda size: graph(
            {**organisation, "ceterms:name": "n" * (size // 2)}, *some(course, size // 2)
        ),
    )
    yield (
        "competencies many to many",
        lambda size: graph(
            {**competency, "ceasn:competencyText": languages(size // 2)},
            course(1, **{"ceterms:teaches": some(lambda _: "urn:k", size // 2)}),
        ),
    )
    yield (
        "accreditations many to many",
        lambda size: graph(
            {**organisation, "ceterms:name": languages(size // 2)},
            course(1, **{"ceterms:accreditedBy": some(lambda _: "urn:o", size // 2)}),
        ),
    )
    yield (
        "owners",
        lambda size: graph(course(1, **{"ceterms:ownedBy": some(lambda n: f"urn:{n}", size)})),
    )


def _others() -> Iterator[tuple[str, Family]]:
    yield "ooapi courses", lambda size: written(some(lambda n: {"courseId": f"{n}"}, size))
    yield "ooapi bad courses", lambda size: written([{"courseId": "1"}, *some(lambda _: 0, size)])
    yield (
        "ooapi codes",
        lambda size: written(
            {"courseId": "1", "otherCodes": some(lambda n: {"codeType": "a", "code": f"{n}"}, size)}
        ),
    )
    credly = {"badge_template": {"name": "a"}, "issued_at": "2026-05-01", "issued_to": "A"}
    yield (
        "vendor skills",
        lambda size: written(
            credly | {"badge_template": {"name": "a", "skills": some(lambda n: f"s{n}", size)}}
        ),
    )
    yield "vcdm types", lambda size: written({"type": some(lambda n: f"T{n}", size)})
    ob1 = {"uid": "1", "recipient": "a@b.example", "badge": {"name": "a"}, "issuedOn": "2026-05-01"}
    yield "ob1 evidence", lambda size: written(ob1 | {"evidence": some(lambda n: f"e{n}", size)})
