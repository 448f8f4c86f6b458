"""Spoils every place of a document in every way, where `spoiling` picks the telling ones."""

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


def spoilt(document: dict) -> Iterator[tuple[str, dict]]:
    """Copies, each with one place changed, and what was done; of list items the first only."""
    for path in places(document):
        for name, value in PUT.items():
            changed = copy.deepcopy(document)
            _put(changed, path, value)
            if changed != document:
                yield f"{'.'.join(map(str, path))} {name}", changed


def places(node: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node[:1]) if isinstance(node, list) else ()  # fmt: skip
    for step, below in items:
        yield (*at, step)
        yield from places(below, (*at, step))


def _put(node: Any, path: tuple[str | int, ...], value: object) -> None:
    for step in path[:-1]:
        node = node[step]
    if value is GONE:
        del node[path[-1]]
    else:
        node[path[-1]] = copy.deepcopy(value)
