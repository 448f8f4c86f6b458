"""Changes every place of a document in every way, where `credential_faults` has picked ones."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

GONE = object()
NOTE = {"id": "urn:x:1", "type": "Note", "noteLiteral": {"en": "x"}}
PUT = {
    "gone": GONE,
    "null": None,
    "a-string": "plain",
    "a-number": 7,
    "a-list": [],
    "an-object": {},
    "a-dead-reference": {"id": "urn:nowhere:1"},
    "a-list-of-strings": ["a"],
    "two-texts": {"en": ["a", "b"]},
    "true": True,
    "another-object": NOTE,
    "unhashable-members": {"id": ["x"], "type": ["Concept"]},
}


def changed(document: dict) -> Iterator[tuple[str, dict]]:
    """Copies, each with one place changed, and what was done; of list items the first only.

    They share with the document whatever does not lie on the way to that place.
    """
    for path in places(document):
        for name, value in PUT.items():
            changed = _put(document, path, value)
            if changed != document:
                yield f"{'.'.join(map(str, path))} {name}", changed


def places(node: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node[:1]) if isinstance(node, list) else ()  # fmt: skip
    for step, below in items:
        yield (*at, step)
        yield from places(below, (*at, step))


def _put(node: Any, path: tuple[str | int, ...], value: object) -> Any:
    step, *rest = path
    made = copy.copy(node)
    if rest:
        made[step] = _put(node[step], tuple(rest), value)
    elif value is GONE:
        del made[step]
    else:
        made[step] = copy.deepcopy(value)
    return made
