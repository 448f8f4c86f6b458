"""How much one submission may cause: what is read and written of it draws on one budget."""

from __future__ import annotations

from dataclasses import dataclass

from credstream.contract.errors import Rejected

# Each bound is more than ten times what the largest real file known needs.
# Objects, arrays and members of JSON, elements of XML, filled cells of workbooks: 7,653 in
# the description of OOAPI 5, 5,657 in an XML Schema of Europass.
MOST_NODES = 200_000
# Parts as they are written, texts as they are unpacked: 480,521 in a credential with a picture.
# More than one part of 1 MiB, as transcripts repeat their learner and issuer in each part.
MOST_BYTES = 16 * 1024 * 1024
# Credentials: 15 in a transcript; lists of a thousand learners are common.
MOST_ITEMS = 10_000


@dataclass(slots=True)
class Budget:
    """What a submission has caused so far; each method raises Rejected beyond its bound.

    It is drawn on for a document, a part or a list of nodes, never for each value.
    """

    nodes: int = 0
    bytes: int = 0
    items: int = 0

    def add_nodes(self, count: int, path: str = "") -> None:
        self.nodes += count
        if self.nodes > MOST_NODES:
            raise too_much(path, f"more than {MOST_NODES} values")

    def add_bytes(self, count: int, path: str = "") -> None:
        self.bytes += count
        if self.bytes > MOST_BYTES:
            raise too_much(path, f"its parts have more than {MOST_BYTES >> 20} MiB")

    def add_item(self, path: str = "") -> None:
        self.items += 1
        if self.items > MOST_ITEMS:
            raise too_much(path, f"more than {MOST_ITEMS} credentials")


def too_much(path: str, what: str) -> Rejected:
    """The refusal of a document that would cause more work than any real one."""
    return Rejected("document.too_much", path, what)
