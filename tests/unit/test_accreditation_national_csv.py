"""A national list gives its good rows, and a place and a reason for every bad one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.contract.errors import Rejected
from credstream.contract.reasons.table import REASONS
from credstream.contract.records import Accreditation
from credstream.contract.values import Identifier
from services.accreditation.sources.national_csv import COLUMNS, REQUIRED
from tests.support.accreditations import list_of

HEADER = ";".join(COLUMNS)
GOOD = {
    "id": "47382",
    "organisation": "Herningsholm",
    "organisation_id": "cvr:29554299",
    "country": "DK",
    "agent": "Ministry",
    "agent_trusted": "yes",
    "issued_on": "2024-07-01",
}


def line(**cells):
    return ";".join({**GOOD, **cells}.get(column, "") for column in COLUMNS)


def listed(*lines, header=HEADER):
    return list_of("\n".join((header, *lines)) + "\n", name="amu", as_of=7)


def test_the_defaults_are_an_accreditation_with_a_positive_decision_and_no_limit():
    (found,), reasons = listed(line())

    assert reasons == ()
    assert (found.id, found.source, found.as_of) == ("amu:47382", "amu", 7)
    assert (found.kind, found.decision, found.agent_trusted) == ("accreditation", "positive", True)
    assert (found.issued_on, found.expires_on, found.withdrawn_on) == ("2024-07-01", None, None)
    assert (found.jurisdictions, found.qualifications, found.fields, found.levels) == ((),) * 4


def test_several_values_stand_in_one_cell():
    (found,), _ = listed(
        line(
            organisation_id="cvr:29554299 | url:https://example.org|https://example.com/a|did:web:x",
            jurisdictions="DK|SE",
            credential_types="micro-credential|course",
            qualifications="amu:47382|amu:47383",
            isced_f="0714|06",
            eqf="3|4",
        )
    )

    assert found.organisation.identifiers == (
        Identifier(scheme="cvr", value="29554299"),
        Identifier(scheme="url", value="https://example.org"),
        Identifier(scheme="url", value="https://example.com/a"),
        Identifier(scheme="did", value="did:web:x"),
    )
    assert (found.jurisdictions, found.fields, found.levels) == (
        ("DK", "SE"),
        ("0714", "06"),
        (3, 4),
    )
    assert found.credential_types == ("micro-credential", "course")
    assert found.qualifications == ("amu:47382", "amu:47383")


def test_an_id_that_has_the_prefix_already_gets_no_second_one():
    (found,), _ = listed(line(id="amu:47382"))

    assert found.id == "amu:47382"


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("id", ""),
        ("id", "x" * 197),
        ("kind", "licence"),
        ("organisation", ""),
        ("organisation_id", ""),
        ("organisation_id", "29554299"),
        ("organisation_id", "cvr:29554299|"),
        ("organisation_id", "cvr:--"),
        ("country", "Atlantis"),
        ("country", "DK|SE"),
        ("agent_id", "no scheme"),
        ("agent_trusted", ""),
        ("agent_trusted", "maybe"),
        ("decision", "pending"),
        ("issued_on", "01.07.2024"),
        ("issued_on", "20240701"),
        ("expires_on", "2024-02-30"),
        ("expires_on", "2024-06-30"),
        ("withdrawn_on", "yesterday"),
        ("review_on", "2024"),
        ("jurisdictions", "DK|XX"),
        ("jurisdictions", "|"),
        ("isced_f", "714"),
        ("isced_f", "0714|0777"),
        ("isced_f", "0714|9999"),
        ("isced_f", "Business and administration"),
        ("eqf", "9"),
        ("eqf", "3|"),
        ("title", "a\x00b"),
    ],
)
def test_a_row_with_a_cell_that_is_not_understood_is_left_out_whole(column, cell):
    found, (reason,) = listed(line(id="1"), line(**{column: cell}), line(id="3"))

    assert [each.id for each in found] == ["amu:1", "amu:3"]
    assert (reason.code, reason.path) == ("source.row_invalid", f"line 3, column {column}")
    assert reason.detail.endswith(".")


def test_a_national_number_needs_a_country():
    found, (reason,) = listed(line(organisation_id="vat:29554299", country=""))

    assert found == ()
    assert reason.path == "line 2, column organisation_id"


@pytest.mark.parametrize("row", ["47382;x", line() + ";more", '"a"b;c'])
def test_a_ragged_row_is_left_out_because_a_limit_may_be_lost(row):
    found, (reason,) = listed(line(id="1"), row, line(id="3"))

    assert len(found) == 2
    assert (reason.code, reason.path) == ("source.row_invalid", "line 3")


def test_a_quote_that_never_closes_is_reported_where_it_opens():
    found, (reason,) = listed(line(id="1"), line(title='"open'), line(id="3"))

    assert [each.id for each in found] == ["amu:1"]
    assert reason.path == "line 3"


def test_lines_are_counted_as_an_editor_counts_them():
    found, (reason,) = listed(line(title='"two\nlines"'), "", line(eqf="9"))

    assert len(found) == 1
    assert reason.path == "line 5, column eqf"


def test_the_last_of_two_rows_with_one_id_counts():
    (found,), (reason,) = listed(line(eqf="3"), line(eqf="4"))

    assert found.levels == (4,)
    assert (reason.code, reason.path) == ("source.row_duplicate", "line 3, column id")


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_every_common_way_to_save_a_list_gives_the_same(delimiter, ending, start):
    text = f"{HEADER}\n{line()};\n;;\n".replace(";", delimiter).replace("\n", ending)

    assert list_of(start + text, name="amu", as_of=7) == listed(line())


def test_a_header_in_capitals_with_blanks_and_empty_last_columns_is_one():
    assert listed(line(), header=HEADER.upper().replace(";", " ; ") + ";;") == listed(line())


@pytest.mark.parametrize("column", REQUIRED)
def test_a_list_without_a_required_column_is_rejected(column):
    header = ";".join(each for each in COLUMNS if each != column)

    with pytest.raises(Rejected, match=rf"source\.header_invalid at line 1: missing: '{column}'"):
        listed(header=header)


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        (HEADER + ";isced-f", "unknown: 'isced-f'"),
        (HEADER + ";eqf", "twice: 'eqf'"),
        (f"{HEADER};;eqf", "unknown: ''"),
        ('"' + HEADER, "missing"),
        ("", "missing"),
    ],
)
def test_a_header_that_could_lose_a_limit_is_rejected(header, fault):
    with pytest.raises(Rejected) as raised:
        listed(header=header)

    assert (raised.value.code, raised.value.path) == ("source.header_invalid", "line 1")
    assert fault in raised.value.detail


def test_the_codes_are_explained():
    assert {"source.row_invalid", "source.row_duplicate", "source.header_invalid"} <= set(REASONS)


@given(st.text(alphabet=st.sampled_from(';,|"\n\r\t\x00:-0714yesDK\ufeff\u2028'), max_size=80))
def test_no_content_of_a_list_raises_anything_else(text):
    found, reasons = list_of(f"{HEADER}\n{line()}\n{text}", name="amu", as_of=7)

    assert all(isinstance(each, Accreditation) for each in found)
    assert all(reason.code in REASONS for reason in reasons)


@given(st.text(max_size=80))
def test_a_text_that_is_no_list_is_rejected(text):
    with pytest.raises(Rejected):
        list_of(text, name="amu", as_of=7)
