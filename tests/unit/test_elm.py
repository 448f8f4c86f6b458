"""The European Digital Credential and the gate before its seal."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.contract.reasons.table import REASONS
from credstream.contract.values import Definition, LearningOutcome, Level, Organisation, Workload
from services.publisher.elm import gate
from services.publisher.elm.build import display, page_text
from services.publisher.elm.draft import Draft, main_language
from services.publisher.elm.learning import volume
from tests.support import credential_faults, documents
from tests.support.documents import BARE, RICH, document, good, record


@pytest.mark.parametrize("name", good())
def test_a_good_document_passes_the_gate(name):
    assert gate.check(good()[name]) == ()


@pytest.mark.parametrize("name", credential_faults.FAULTS)
def test_a_spoilt_document_is_withheld_with_a_reason(name):
    spoilt = credential_faults.with_fault(good()["rich"], name)
    assert spoilt != good()["rich"]
    found = gate.check(spoilt)
    assert found, name
    assert all(reason.code in REASONS for reason in found)


def test_the_same_version_gives_the_same_document():
    assert document() == document()


@pytest.mark.parametrize(
    ("issued_on", "valid_from"),
    [("2026-03-06", "2026-03-06T00:00:00Z"), ("2031-01-01", "2026-05-28T20:26:40Z")],
)
def test_a_credential_is_valid_from_its_award_on_and_never_later_than_its_issue(
    issued_on, valid_from
):
    credential = document(issued_on=issued_on)

    assert credential["validFrom"] == valid_from
    assert credential["issued"] == credential["issuanceDate"] == "2026-05-28T20:26:40Z"


def test_each_language_of_the_title_has_a_page_and_the_main_one_comes_first():
    shown = display(Draft("de"), RICH)
    codes = [page["language"]["id"][-3:] for page in shown["individualDisplay"]]
    assert codes == ["DEU", "ENG", "ELL"]
    assert shown["primaryLanguage"]["id"].endswith("DEU")


def test_the_picture_shows_nothing_of_the_learner_and_no_date():
    page = page_text(RICH, "en", Draft("de"))
    assert (page.title, page.level, page.workload) == (
        "Window cleaning",
        "EQF 2 · DQR 2",
        "16.5 h · 0.5 ECTS",
    )
    assert page.awarding_bodies == ("Eine Schule", "A Chamber")


def test_a_text_of_unknown_language_stands_under_the_main_one():
    assert main_language(BARE) == "en"
    assert document(BARE)["credentialSubject"]["hasClaim"]["title"] == {"en": "A course"}


def test_two_awarding_bodies_stand_in_the_awarding_process():
    bodies = good()["rich"]["credentialSubject"]["hasClaim"]["awardedBy"]["awardingBody"]
    assert [body["legalName"] for body in bodies] == [{"de": "Eine Schule"}, {"de": "A Chamber"}]


@pytest.mark.parametrize(
    ("hours", "text"), [(16, "PT16H"), (16.5, "PT16H30M"), (0.25, "PT15M"), (None, None), (0, None)]
)
def test_hours_are_written_in_hours_and_minutes(hours, text):
    assert volume(Workload(hours=hours)) == text


def test_what_is_absent_is_said_in_the_credential():
    source = documents.document(replace(RICH, level=None), absent=("level",))
    notes = source["credentialSubject"]["hasClaim"]["additionalNote"]
    assert any(
        "Not stated by the provider: level." in note["noteLiteral"].get("en", "") for note in notes
    )


@pytest.mark.parametrize("name", gate.NEEDED)
def test_seven_elements_of_annex_i_withhold_the_seal(name):
    assert [(r.code, r.path) for r in gate.missing(record(absent=(name,)))] == [
        ("edc.incomplete", name)
    ]


@pytest.mark.parametrize("name", ["level", "assessment", "participation", "quality_assurance"])
def test_the_other_four_are_noted(name):
    assert gate.missing(record(absent=(name,))) == ()


def test_recognition_of_prior_learning_has_no_workload_of_its_own():
    assert gate.missing(record(replace(RICH, route="validation"), absent=("workload",))) == ()


TEXTS = st.dictionaries(
    st.sampled_from(["en", "de", "und", "el", "zz"]), st.text(max_size=40), max_size=3
)
DEFINITIONS = st.builds(
    Definition, key=st.just("mc:de:d"), title=TEXTS, country=st.sampled_from([None, "DE", "XX"]), route=st.sampled_from([None, "formal", "other"]),
    awarding_bodies=st.lists(st.builds(Organisation, name=TEXTS, country=st.sampled_from([None, "FR"])), max_size=3).map(tuple),
    learning_outcomes=st.lists(st.builds(LearningOutcome, text=TEXTS), max_size=2).map(tuple),
    workload=st.none() | st.builds(Workload, hours=st.none() | st.floats(0, 1e6), ects=st.none() | st.floats(0, 60)),
    level=st.none() | st.builds(Level, eqf=st.none() | st.integers(-1, 9), framework=st.none() | st.just("DQR"), value=st.none() | st.text(max_size=4), claimed_by=st.just("provider")),
    url=st.none() | st.text(max_size=30), fields=st.lists(st.sampled_from(["1011", "9", "x"]), max_size=2).map(tuple), languages=st.lists(st.sampled_from(["de", "xx", "zzz"]), max_size=2).map(tuple),
)  # fmt: skip


@given(DEFINITIONS)
def test_whatever_a_definition_says_the_gate_passes_it_or_says_why(definition):
    found = gate.check(document(definition))
    assert all(reason.code in REASONS and reason.path for reason in found)


def test_the_originals_are_not_spoilt_by_spoiling():
    before = copy.deepcopy(good()["rich"])
    for name in credential_faults.FAULTS:
        credential_faults.with_fault(good()["rich"], name)
    assert good()["rich"] == before
