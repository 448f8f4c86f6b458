"""Lists of rows: CSV text and XLSX workbooks, every cell as text."""

from __future__ import annotations

from credstream.contract.errors import Rejected
from credstream.formats.common import Table


def from_csv(text: str) -> Table | None:
    """The rows of a text that is a list; None where it is no list."""
    del text
    return None


def from_xlsx(value: bytes) -> Table:
    """The rows of the first sheet that is a list; raises Rejected."""
    del value
    raise Rejected("format.unknown", "", "a ZIP archive")
