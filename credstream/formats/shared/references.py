"""What a document refers to by id: each reference that is followed draws on the budget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from credstream.formats.shared.budget import MOST_NODES, Budget

Node = TypeVar("Node")


class References(Generic[Node]):
    """The objects of a document by id.

    A tree costs what was sent; references make it a graph, in which a large object is read once
    for each of many references. So its size in nodes, by `size_of`, is added each time.
    """

    __slots__ = ("_budget", "_size_of", "_sizes", "nodes")

    def __init__(self, size_of: Callable[[Node], int], budget: Budget | None) -> None:
        self.nodes: dict[str, Node] = {}
        self._sizes: dict[str, int] = {}
        self._size_of = size_of
        # Without the submission that it came in, a part may have what any may have.
        self._budget = budget or Budget(nodes=MOST_NODES)

    def follow(self, id_: str) -> Node | None:
        """The object of an id, None for an id that nothing has; raises Rejected."""
        node = self.nodes.get(id_)
        if node is not None:
            if id_ not in self._sizes:
                self._sizes[id_] = self._size_of(node)
            self._budget.add_reads(self._sizes[id_])
        return node


def size_of_json(document: Any) -> int:
    """How many values a part of a JSON document has."""
    pending, count = [document], 0
    while pending:
        value = pending.pop()
        count += 1
        if isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, list):
            pending += value
    return count
