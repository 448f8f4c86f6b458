"""Lists in CSV and XLSX, row by row."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from credstream.contract.errors import Rejected
from credstream.formats.shared.budget import Budget
from credstream.formats.shared.parsed import Rules, Table, Value
from credstream.formats.shared.rosters.sheets import from_csv, from_xlsx
from services.ingest.detect import detect
from services.ingest.parts import parse_parts
from services.normalise.descriptors.dates import day_of

HEADER = "credential_id;title;issued_on;learner_id;hours"
ROW = "A-1;Soldering;2026-03-01;TEST-1;40"


def read(text, **rules):
    value = text if isinstance(text, bytes) else text.encode()
    good, unread = parse_parts(detect(value, Rules(**rules)), Rules(**rules))
    return [parsed for _, parsed in good], unread


def code(text, **rules):
    with pytest.raises(Rejected) as refusal:
        read(text, **rules)
    return refusal.value.code


def workbook(*rows):
    book, packed = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    return book, packed


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_every_separator_is_read(separator):
    (award,), unread = read(f"{HEADER}\n{ROW}\n".replace(";", separator))
    assert (award.title.raw, award.workload[0].value.raw, unread) == ("Soldering", "40", ())


def test_a_list_with_a_byte_order_mark_carriage_returns_and_no_last_line_end_is_read():
    (award,), _ = read(b"\xef\xbb\xbf" + f"{HEADER}\r\n{ROW}".encode())
    assert award.credential_id == Value("A-1", "row 2, column credential_id")


def test_a_list_that_is_no_utf8_is_read_in_the_registered_encoding_with_a_warning():
    value = f"{HEADER}\nA-1;Löten;2026-03-01;TEST-1;40\n".encode("cp1252")
    found = detect(value)
    assert [each.code for each in found.findings] == ["text.encoding_assumed"]
    assert found.document.rows[0][1] == "Löten"


def test_a_long_row_is_left_out_and_a_short_one_lacks_its_end():
    awards, (ragged,) = read(f"{HEADER}\n{ROW};more\nA-2;Soldering;2026-03-01;TEST-2\n\n")
    assert [award.credential_id.raw for award in awards] == ["A-2"]
    assert awards[0].workload == ()
    assert (ragged.code, ragged.path) == ("roster.row_ragged", "row 2")


def test_columns_are_read_by_names_in_other_languages_and_by_registered_names():
    text = (
        "Zertifikatsnummer;Intitulé;Ausstellungsdatum;Mein Schlüssel\nA-1;Soudure;2026-03-01;T-1\n"
    )
    (award,), _ = read(text, columns={"mein schlüssel": "learner_id"})
    assert award.title.raw == "Soudure"
    assert award.learner.identifiers[0].value.raw == "T-1"


@pytest.mark.parametrize(
    "header", ["title;title;issued_on;learner_id", "title;Titel;issued_on;email"]
)
def test_two_columns_of_one_meaning_are_refused(header):
    assert code(f"{header}\nA;B;2026-03-01;T-1\n") == "roster.column_twice"


def test_a_list_without_learners_is_refused_whole():
    assert code("credential_id;title;issued_on\nA;B;2026-03-01\n") == "roster.column_missing"


def test_a_list_of_recipients_is_an_award_where_it_says_of_what_and_when():
    header = "Recipient mailadres;Recipient EPPN;Grade (optional)"
    assert code(f"{header}\na@example.org;t-1;8\n") == "roster.no_award"
    more = f"{header};definition_id;issued_on\na@example.org;t-1;8;D-1;2026-03-01\n"
    (award,), _ = read(more)
    assert (award.reference, award.definition_id.raw, award.grade.raw) == (True, "D-1", "8")


@pytest.mark.parametrize(
    "text", ["a,b\n1,2\n", "Dear all,\nthis is a letter, no list.\n", "x\ry;z;w\n"]
)
def test_prose_and_unknown_columns_are_no_list(text):
    assert from_csv(text, Rules()) is None


@pytest.mark.parametrize(
    ("raw", "shape", "day"),
    [
        ("01.03.2026", "dd.MM.yyyy", "2026-03-01"),
        ("1.3.2026", "dd.MM.yyyy", "2026-03-01"),
        ("03/01/2026", "MM/dd/yyyy", "2026-03-01"),
        ("20260301", "yyyyMMdd", "2026-03-01"),
        ("2026111", "yyyyMMdd", None),
        ("31.02.2026", "dd.MM.yyyy", None),
        ("01.03.2026", "", None),
        ("01.03.2026", "dd.MM", None),
    ],
)
def test_a_date_is_read_by_the_registered_pattern_and_never_guessed(raw, shape, day):
    assert day_of("issued_on", Value(raw, "row 2", shape)).value == day


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_any_system_ends_them(end):
    (first, second), unread = read(end.join((HEADER, ROW, ROW)))
    assert (first.title.raw, second.title.raw, unread) == ("Soldering", "Soldering", ())
    assert second.title.path.startswith("row 3,")


def test_a_workbook_may_have_prose_above_its_header_and_a_wrong_dimension():
    book, packed = workbook(["Our list"], [], HEADER.split(";"), ROW.split(";"))
    book.active.cell(row=9_000, column=1, value="far below")
    book.save(packed)
    found = from_xlsx(packed.getvalue(), Rules(), Budget())
    assert isinstance(found, Table)
    assert found.first == 4
    assert [row[0] for row in found.rows if any(row)] == ["A-1"]


def test_a_workbook_with_a_damaged_part_is_unreadable():
    """Found by the fuzzer: what the ZIP's own library throws has no common name."""
    book, packed = workbook(HEADER.split(";"), ROW.split(";"))
    book.save(packed)
    value = bytearray(packed.getvalue())
    with zipfile.ZipFile(packed) as archive:
        at = archive.getinfo("xl/theme/theme1.xml").header_offset + 60
    value[at : at + 40] = bytes(range(200, 240))
    with pytest.raises(Rejected) as refusal:
        from_xlsx(bytes(value), Rules(), Budget())
    assert refusal.value.code == "roster.unreadable"


def test_a_workbook_without_a_known_header_says_so():
    book, packed = workbook(["a", "b", "c"], [1, 2, 3])
    book.save(packed)
    assert detect(packed.getvalue()).unfit.code == "roster.header_unknown"


def test_a_row_of_deqar_is_a_definition_for_each_of_its_programmes():
    header = (
        "agency;local_identifier;institution[1].deqar_id;institution[2].deqar_id;"
        "programme[1].identifier[1];programme[1].name_primary;programme[2].identifier[1];"
        "programme[2].name_primary;programme[2].workload_ects;programme[10].name_primary"
    )
    rows = (
        "TESTQA;L1;DEQARINST0001;DEQARINST0002;P-1;Drawing;P-2;Painting;4;",
        "TESTQA;L2;DEQARINST0001;;;Weaving;;;;Knitting",
    )
    found, unread = read("\n".join((header, *rows)))
    told = [(str(e.title.raw), e.definition_id and e.definition_id.raw) for e in found]
    assert told == [("Drawing", "P-1"), ("Painting", "P-2"), ("Weaving", "L2"), ("Knitting", None)]
    assert [len(each.awarding_bodies) for each in found] == [2, 2, 1, 1]
    assert found[1].workload[0].value.path == "row 2, column programme[2].workload_ects"
    assert unread == ()
