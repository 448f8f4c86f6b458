"""Laws of all vocabularies: no text breaks a look-up, nothing is read at import, nothing is lost."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.vocabularies import (
    assessment,
    countries,
    eqf,
    esco,
    isced_f,
    languages,
    nqf,
    participation,
    quality_assurance,
    supervision,
    tables,
    target_groups,
    text,
)
from credstream.vocabularies.credits import credit_framework

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT.parent / "shared" / "vocabularies"

LOOKUPS = (
    assessment.assessment,
    countries.country,
    credit_framework,
    eqf.eqf,
    eqf.cycle,
    esco.skill_uri,
    esco.occupation_uri,
    isced_f.field,
    languages.language,
    nqf.framework,
    nqf.from_label,
    nqf.from_uri,
    participation.mode,
    participation.schedule,
    quality_assurance.quality_assurance,
    supervision.supervision,
    target_groups.target_group,
)
BASES = (
    *(assessment.BASE, countries.BASE, eqf.BASE, esco.BASE, isced_f.BASE, languages.BASE),
    *(nqf.BASE, participation.MODES, participation.SCHEDULES, supervision.BASE, target_groups.BASE),
)
ANYTHING = st.text(st.characters(exclude_categories=())) | st.builds(
    str.__add__, st.sampled_from(BASES), st.text()
)


@given(ANYTHING)
def test_no_text_makes_a_look_up_raise(written):
    for lookup in LOOKUPS:
        lookup(written)


@given(ANYTHING, st.sampled_from(nqf.all_frameworks()))
def test_no_text_makes_a_level_raise(written, framework):
    assert nqf.to_eqf(framework, written) in {None, *range(1, 9)}
    nqf.level_uri(framework, written)


@given(ANYTHING, ANYTHING)
def test_no_text_makes_covering_raise(limit, code):
    assert isced_f.covers(limit, code) in {True, False}


@pytest.mark.parametrize("written", ["e" * 10**6, "-" * 10**6, " " * 10**6, "é " * 10**5, "\ud800"])
def test_long_and_broken_texts_are_unknown_everywhere(written):
    assert [lookup(written) for lookup in LOOKUPS] == [None] * len(LOOKUPS)


def test_every_term_is_short_enough_to_be_found():
    for name in (
        "assessment",
        "modes",
        "schedules",
        "target_groups",
        "credits",
        "quality_assurance",
    ):
        for code, row in tables.read_list(name).items():
            assert all(text.match_key(written) for written in tables.names_of(code, row))
    labels = [isced_f.label(code) for code in isced_f.all_fields()]
    assert max(map(len, labels)) < text.LONGEST


def test_importing_reads_no_list_and_loads_no_heavy_package():
    script = (
        "import sys, pathlib\n"
        "def refuse(*args): raise AssertionError('a list was read at import')\n"
        "pathlib.Path.read_bytes = refuse\n"
        "from credstream.vocabularies import (assessment, countries, credits, eqf, esco, isced_f,"
        " languages, nqf, participation, quality_assurance, supervision, target_groups)\n"
        "heavy = {'faust', 'confluent_kafka', 'sqlalchemy', 'aiohttp', 'structlog', 'fastavro'}\n"
        "assert not heavy & sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


def published(name):
    path = PUBLISHED / f"{name}.json"
    if not path.is_file():
        pytest.skip("the published value lists are not beside this checkout")
    return json.loads(path.read_text(encoding="utf-8"))["values"]


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("europass-learning-assessment-types", assessment.assessment),
        ("europass-modes", participation.mode),
        ("europass-learning-schedule-types", participation.schedule),
        ("europass-target-groups", target_groups.target_group),
        ("credit-points", credit_framework),
    ],
)
def test_every_published_term_is_here_with_its_uri_and_label(name, read):
    values = published(name)
    assert {read(uri).uri: read(uri).label for uri in values} == values


@pytest.mark.parametrize("name", ["europass-accreditation-types", "accreditation-types-2025"])
def test_every_published_type_of_accreditation_is_a_type_of_assurance(name):
    for uri, label in published(name).items():
        by_uri = quality_assurance.quality_assurance(uri)
        assert by_uri
        assert quality_assurance.quality_assurance(label) == by_uri


def test_every_published_supervision_with_a_label_is_here():
    for uri, label in published("edc-supervision-verification.partial").items():
        found = supervision.supervision(uri)
        assert (found.uri if found else None) == (uri if label else None)
        assert not label or supervision.supervision(label) == found


def test_every_published_country_with_an_alpha_2_code_is_here():
    values = published("country")
    ours = {countries.authority_uri(code) for code in countries.all_countries()}
    assert {uri.rsplit("/", 1)[1] for uri in values.keys() - ours} == {"CPT", "EUR", "OP_DATPRO"}
    assert {uri: countries.label(countries.country(uri)) for uri in ours} == {
        uri: label for uri, label in values.items() if uri in ours
    }


def test_every_language_of_ours_is_published_under_its_uri():
    values = published("language")
    for code in languages.all_languages():
        assert values[languages.authority_uri(code)] in {languages.label(code), ""}


def test_every_published_field_is_here():
    values = published("isced-f")
    assert {isced_f.uri(code): isced_f.label(code) for code in isced_f.all_fields()} == values


def test_every_published_eqf_level_is_here():
    assert {eqf.uri(level): eqf.label(level) for level in range(1, 9)} == published("eqf")


def test_every_published_framework_and_level_is_here():
    values = published("nqf")
    frameworks = {framework.uri for framework in nqf.all_frameworks()}
    levels = {
        nqf.level_uri(framework, level)
        for framework in nqf.all_frameworks()
        for level in nqf.levels(framework)
    }
    assert frameworks | levels == values.keys()
    for uri in levels:
        framework, level = nqf.from_uri(uri)
        assert values[uri].endswith(level)
        assert nqf.from_label(values[uri]) == (framework, level)
