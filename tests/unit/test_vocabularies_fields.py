"""Fields of education, ESCO addresses, and the folding of texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.vocabularies import esco, isced_f, tables, text

UUID = "0b1f4ef5-4f7e-4a2c-9f0c-1c2d3e4f5a6b"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("0714", "0714"),
        (" 0714 ", "0714"),
        ("071", "071"),
        ("07", "07"),
        ("1041", "1041"),
        ("http://data.europa.eu/snb/isced-f/0714", "0714"),
        ("https://data.europa.eu/snb/isced-f/0714", "0714"),
        ("Electronics and automation", "0714"),
        ("0714 Electronics and automation", "0714"),
        ("ISCED-F 0714", "0714"),
        ("ISCED-F 2013: 0714", "0714"),
        ("isced_f 07", "07"),
        ("Law", "042"),
        ("education", "01"),
    ],
)
def test_a_field_is_read_from_code_uri_and_label(written, code):
    assert isced_f.field(written) == code


@pytest.mark.parametrize(
    "written",
    [
        *("714", "7", "5", "", "0", "0777", "07140", "ISCED 5", "ISCED 05", "ISCED 2011 level 5"),
        *("ISCED level 5", "ISCED-F 2013", "ISCED-F 5", "523", "level 5", "٠٧١٤", "Wizardry"),
        *("http://data.europa.eu/snb/isced-f/714", "http://example.org/0714"),
    ],
)
def test_what_is_no_field_gives_none(written):
    assert isced_f.field(written) is None


def test_every_field_comes_back_from_code_and_uri_and_its_label_claims_no_more():
    for code in isced_f.all_fields():
        assert isced_f.field(code) == code
        assert isced_f.field(isced_f.uri(code)) == code
        assert isced_f.covers(isced_f.field(isced_f.label(code)), code)


@pytest.mark.parametrize(
    ("limit", "code", "covered"),
    [
        ("07", "0714", True),
        ("071", "0714", True),
        ("0714", "0714", True),
        ("0714", "07", False),
        ("06", "0714", False),
        ("", "0714", False),
        ("0", "0714", False),
        ("07", "0777", False),
    ],
)
def test_a_field_covers_what_lies_within_it(limit, code, covered):
    assert isced_f.covers(limit, code) is covered


def test_a_field_that_is_none_has_no_uri():
    with pytest.raises(KeyError):
        isced_f.uri("714")


def test_esco_addresses_are_brought_to_one_form():
    for kind, read in (("skill", esco.skill_uri), ("occupation", esco.occupation_uri)):
        uri = f"http://data.europa.eu/esco/{kind}/{UUID}"
        for written in (uri, uri.replace("http:", "https:"), f" {uri} ", uri.upper(), f"{uri}/"):
            assert read(written) == uri


@pytest.mark.parametrize(
    "written",
    [
        *("", UUID, "welding", f"http://data.europa.eu/esco/occupation/{UUID}"),
        *(f"http://data.europa.eu/esco/skill/{UUID}0", "http://data.europa.eu/esco/skill/S1.0"),
        *(f"ftp://data.europa.eu/esco/skill/{UUID}", f"http://example.org/esco/skill/{UUID}"),
    ],
)
def test_what_is_no_skill_gives_none(written):
    assert esco.skill_uri(written) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Prüfung", "PRUFUNG"),
        ("Παρακολούθηση", "ΠΑΡΑΚΟΛΟΥΘΗΣΗ"),
        ("pełny  wymiar", "Pelny\u00a0wymiar"),
        ("Straße", "STRASSE"),
        ("fjernundervisning på ø", "FJERNUNDERVISNING PA O"),
        ("İstanbul", "istanbul"),
    ],
)
def test_case_accents_and_blanks_make_no_difference(one, other):
    assert text.folded(one) == text.folded(other)


def test_folded_texts_keep_their_punctuation_and_match_keys_do_not():
    assert text.folded(" 4.5 ") == "4.5"
    assert text.match_key("Part-time") == text.match_key("part time") == text.match_key("PART_TIME")


@given(st.text())
def test_folding_twice_is_folding_once(written):
    assert text.folded(text.folded(written)) == text.folded(written)


def test_a_narrow_field_has_a_detailed_one_that_begins_with_its_code():
    codes = tables.read_list("isced_f")
    detailed = {code[:3] for code in codes if len(code) == len("0714")}
    assert {code for code in codes if len(code) == len("071")} == detailed


def test_personal_skills_are_a_detailed_field_of_their_own():
    assert isced_f.field("0031") == "0031"
    assert isced_f.field("0029") is None
