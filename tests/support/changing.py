"""Copies of a document with one place changed, whatever stands there."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

Steps = Sequence[str | int]


def places(node: Any, here: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every member and item below a node."""
    for name, child in node.items() if isinstance(node, dict) else enumerate(node):
        yield (*here, name)
        if isinstance(child, dict | list):
            yield from places(child, (*here, name))


def changed(document: Any, place: Steps, value: Any) -> Any:
    whole, node = _holder(document, place)
    node[place[-1]] = copy.deepcopy(value)
    return whole


def without(document: Any, place: Steps) -> Any:
    whole, node = _holder(document, place)
    del node[place[-1]]
    return whole


def _holder(document: Any, place: Steps) -> tuple[Any, Any]:
    whole = node = copy.deepcopy(document)
    for name in place[:-1]:
        node = node[name]
    return whole, node
