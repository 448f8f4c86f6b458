"""How much one submission may cause: what is read and written of it draws on one budget."""

from __future__ import annotations

from dataclasses import dataclass

from credstream.contract.errors import Rejected

TOO_MUCH = "document.too_much"

# Each bound is more than ten times what the largest real file known needs.
# Objects, arrays and members of JSON, elements of XML: 7,653 in the description of OOAPI 5.
MOST_NODES = 100_000
# Parts as they are written, texts as they are unpacked: 480,521 in a credential with a picture.
# More than one part of 1 MiB, as transcripts repeat their learner and issuer in each part.
MOST_BYTES = 16 * 1024 * 1024
# Values of each part, and of an object for each reference to it: 8,668 in an EDCI credential of
# 1,457 elements. In proportion to what was sent, as few bytes may have references of many to many.
MOST_READS, FEWEST_READS, READS_OF_A_NODE = 300_000, 20_000, 60
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
    reads: int = 0

    def add_nodes(self, count: int, path: str = "") -> None:
        self.nodes += count
        if self.nodes > MOST_NODES:
            raise too_much(path, f"more than {MOST_NODES} values")

    def add_bytes(self, count: int, path: str = "") -> None:
        self.bytes += count
        if self.bytes > MOST_BYTES:
            raise too_much(path, f"its parts have more than {MOST_BYTES >> 20} MiB")

    def add_reads(self, count: int, path: str = "") -> None:
        self.reads += count
        most = min(MOST_READS, FEWEST_READS + READS_OF_A_NODE * self.nodes)
        if self.reads > most:
            raise too_much(path, f"parts and references with more than {most} values")

    def add_item(self, path: str = "") -> None:
        self.items += 1
        if self.items > MOST_ITEMS:
            raise too_much(path, f"more than {MOST_ITEMS} credentials")


def too_much(path: str, what: str) -> Rejected:
    """The refusal of a document that would cause more work than any real one."""
    return Rejected(TOO_MUCH, path, what)
