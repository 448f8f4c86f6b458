"""The table of list formats chooses by content, and a list is read whole or not at all."""

from __future__ import annotations

import io

import pytest

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from services.accreditation.sources import national_csv, table
from tests.support.accreditations import LIMITED, OPEN, list_of

HEADER = ";".join(national_csv.COLUMNS)
ROW = "1;;;Herningsholm;cvr:29554299;DK;;;yes;;;;;;;;;;"


class Marked:
    """A list format of one line: its mark, and ids of accreditations."""

    NAME = "marked"

    def recognise(self, head):
        return head.startswith(b"marked")

    def read(self, stream, *, name, as_of):
        yield LIMITED
        yield Reason(code="source.row_invalid", path="2", detail="The row is left out.")
        yield OPEN
        yield LIMITED


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (HEADER.encode(), True),
        (f"\n;;\n{HEADER.upper()}\n".encode("utf-8-sig"), True),
        (b"id,what\n", True),
        (b"", False),
        (b'{"id": 1}', False),
        (b"<list/>", False),
        (b"\xff\xfe\x00", False),
        (b'"id;', False),
    ],
)
def test_a_national_list_is_recognised_by_a_column_of_its_header(head, known):
    assert national_csv.recognise(head) is known


def test_the_first_format_that_recognises_a_file_reads_it(monkeypatch):
    monkeypatch.setattr(table, "LIST_FORMATS", (Marked(), national_csv))

    assert table.list_format(b"marked 1").NAME == "marked"
    assert table.list_format(HEADER.encode()).NAME == "national_csv"


def test_a_file_that_no_format_recognises_is_refused_with_what_the_last_one_misses():
    with pytest.raises(Rejected, match=r"source\.header_invalid at line 1: missing: 'id'"):
        list_of("<list/>", name="amu", as_of=7)


def test_of_two_accreditations_with_one_id_the_later_counts(monkeypatch):
    monkeypatch.setattr(table, "LIST_FORMATS", (Marked(),))

    found, reasons = list_of("marked", name="amu", as_of=7)

    assert found == (OPEN, LIMITED)
    assert [each.path for each in reasons] == ["2"]


def test_a_list_that_is_longer_than_its_head_is_read_from_its_first_byte(monkeypatch):
    monkeypatch.setattr(table, "HEAD_BYTES", 10)

    (found,), reasons = list_of(f"{HEADER}\n{ROW}\n", name="amu", as_of=7)

    assert (found.id, reasons) == ("amu:1", ())


def test_rows_are_given_while_the_file_is_still_read():
    stream = io.BytesIO(f"{HEADER}\n{ROW}\n".encode() + ROW.encode() * 100_000 + b"\xff")

    first = next(national_csv.read(stream, name="amu", as_of=7))

    assert first.id == "amu:1"
    assert stream.tell() < len(stream.getbuffer())


def test_a_list_with_a_byte_that_is_no_utf_8_gives_nothing():
    stream = io.BytesIO(f"{HEADER}\n{ROW}\n".encode() + b"\xff")

    with pytest.raises(UnicodeDecodeError):
        table.read_list(stream, name="amu", as_of=7)
