"""Rows of the acceptance list where the sentence ends in what a register reads: whole exchange."""

from __future__ import annotations

import pytest

from tests.support.acceptance_rows import REGISTRATION, award, entry, published

# On the embedded broker with every commit: what a service decides does not depend on the servers.
pytestmark = [pytest.mark.broker, pytest.mark.long_on_servers]

ESCO = "http://data.europa.eu/esco"
SKILL = f"{ESCO}/skill/11111111-2222-4333-8444-555555555555"
JOB = f"{ESCO}/occupation/11111111-2222-4333-8444-555555555555"
PROJECT = "2021-1-DE02-KA220-VET-000033333"
TITLES = {"el": "Ρομποτική", "pl": "Robotyka", "pt": "Robótica"}
OUTCOME = {"text": {"en": "Welds pipes."}, "esco": [SKILL, f"{ESCO}/skill/welding"]}
# So long that no digest, time or count in a log holds it by chance.
SALARY = 314_159_265_358
SENT = {
    "s01": award("S01", workload={"hours": 40}, level={"eqf": 5}, field={"isced_f": "0714"}),
    "s02": award("S02", workload={"hours": 12}, stack={"scheme": "metis", "role": "satellite", "core": "CORE-1"}),
    "s04": award("S04", workload={"hours": 55}, stack={"scheme": "metis", "role": "core"}),
    "s06-nkr": award("S06-NO", level={"framework": "NKR", "value": "5.1"}),
    "s06-tyc": award("S06-TR", level={"framework": "TYC", "value": "5"}),
    "s06-unknown": award("S06-XX", level={"framework": "XYZQF", "value": "5"}),
    "s08": award("S08", target_groups=["workers in the sector", "ansatte i andre sektorer", "νεοεισερχόμενοι"]),
    "s11-de": award("S11-DE", participation={"mode": "onsite", "schedule": "berufsbegleitend"}),
    "s11-en": award("S11-EN", participation={"mode": "onsite", "schedule": "part-time"}),
    "s12": award("S12", assessment={"type": ["performance standard", "learning outcomes exam"]}),
    "s13": award("S13", assessment={"type": ["Portfolio", "simulation industry 4.0", "other"]}),
    "s16": award("S16", learning_outcomes=[OUTCOME], occupations=[JOB, "https://example.org/job"]),
    "s17-s43": award("S43", salary=SALARY, disability="Xerostomia", migrant_status="Refugee of Ruritania"),
    "s23-self": award("S23-A", level={"eqf": 4, "claimed_by": "provider"}),
    "s23-verified": award("S23-B", level={"eqf": 4, "claimed_by": "verified"}),
    "s26": award("S26", level={"eqf": 3}, partial={"is_part": True, "qualification": "Building cleaner"}),
    "s30-good": award("S30-A", funding=[{"funder": "Erasmus+", "reference": PROJECT}]),
    "s30-bad": award("S30-B", funding=[{"funder": "Erasmus+", "reference": "none of your business"}]),
    "s31": award("S31", "workload", route="VPL"),
    "s34-claim": award("S34-A", route="formal"),
    "s34-code": award("S34-B", route="formal", definition={"identifiers": [{"scheme": "crebo", "value": "25998"}]}),
    "s36": award("S36", quality_assurance=[{"type": "unknown"}]),
    "s41": award("S41", "learning_outcomes"),
    "s44": award("S44", title=TITLES, language="fr"),
    "s46": award("S46", partial={"is_part": True, "qualification": "NQ-0714-5"}),
}  # fmt: skip


INPUTS = {
    "providers/school.json": REGISTRATION,
    **{f"submissions/school/{name}.json": document for name, document in SENT.items()},
}


def definition(exchange, name):
    return published(exchange, name)["definition"]


def warned(exchange, name):
    return {each["code"]: each["path"] for each in published(exchange, name)["account"]["warnings"]}


def test_every_row_is_published(exchange):
    assert {n: entry(exchange, n)["outcome"] for n in SENT} == dict.fromkeys(SENT, "published")


def test_s01_a_core_unit_is_published_alone(exchange):
    found = definition(exchange, "s01")
    fields = (found["workload"]["hours"], found["level"]["eqf"], found["fields"], found["stack"])
    assert fields == (40, 5, ["0714"], None)


def test_s02_s04_a_unit_keeps_its_link_and_its_hours_whatever_they_are(exchange):
    satellite, core = definition(exchange, "s02"), definition(exchange, "s04")
    assert satellite["stack"] == {"scheme": "metis", "role": "satellite", "core": "CORE-1"}
    assert (satellite["workload"]["hours"], core["workload"]["hours"]) == (12, 55)


def test_s06_a_level_of_norway_or_turkey_leads_to_eqf_and_is_kept(exchange):
    norway, turkey = (definition(exchange, name)["level"] for name in ("s06-nkr", "s06-tyc"))
    assert (norway["eqf"], norway["framework"], norway["value"]) == (5, "NKR", "5.1")
    assert (turkey["eqf"], turkey["framework"], turkey["value"]) == (5, "TQF", "5")
    assert definition(exchange, "s06-unknown")["level"] is None
    assert "level.unknown_framework" in warned(exchange, "s06-unknown")


def test_s08_three_groups_of_workers_are_carried_and_none_is_no_failure(exchange):
    assert definition(exchange, "s08")["target_groups"] == [
        "sector-workers",
        "other-sector-workers",
        "entrants",
    ]
    assert definition(exchange, "s01")["target_groups"] == []


@pytest.mark.parametrize("name", ["s11-de", "s11-en"])
def test_s11_training_beside_work_is_part_time(exchange, name):
    found = definition(exchange, name)["participation"]
    assert (found["modes"], found["schedule"]) == (["presential"], "part-time")


def test_s12_s13_kinds_of_assessment_are_codes_and_other_is_told(exchange):
    kinds = definition(exchange, "s12")["assessment"]["types"]
    assert kinds == ["performance-standard", "learning-outcomes-exam"]
    assert definition(exchange, "s13")["assessment"]["types"] == ["portfolio", "simulation"]
    assert warned(exchange, "s13")["assessment.unrecognised"] == "assessment.type[2]"


def test_s16_skills_and_occupations_are_addresses_and_wrong_ones_are_dropped(exchange):
    found = definition(exchange, "s16")
    assert found["learning_outcomes"][0]["skills"] == [SKILL]
    assert found["occupations"] == [JOB]
    assert {"skill.unrecognised", "occupation.unrecognised"} <= warned(exchange, "s16").keys()


def test_s17_s43_nothing_special_reaches_a_file_or_a_log(exchange):
    assert published(exchange, "s17-s43")["status"] == "issued"
    written = [path for path in exchange.folder.rglob("*") if path.suffix in (".jsonl", ".log")]
    assert any(path.stat().st_size for path in written)
    for path in written:
        text = path.read_text("utf-8", "replace")
        assert not [w for w in (str(SALARY), "Xerostomia", "Ruritania") if w in text], path


def test_s23_a_level_says_who_claims_it(exchange):
    claims = [definition(exchange, n)["level"]["claimed_by"] for n in ("s23-self", "s23-verified")]
    assert claims == ["provider", "framework"]


def test_s26_s46_a_part_names_its_whole(exchange):
    assert definition(exchange, "s26")["level"]["eqf"] == 3
    wholes = [definition(exchange, name)["partial"] for name in ("s26", "s46")]
    assert wholes == [
        {"is_part": True, "qualification": "Building cleaner"},
        {"is_part": True, "qualification": "NQ-0714-5"},
    ]


def test_s30_the_number_of_a_project_has_a_shape(exchange):
    assert not [code for code in warned(exchange, "s30-good") if code.startswith("funding.")]
    assert "funding.number" in warned(exchange, "s30-bad")


def test_s31_prior_learning_needs_no_workload(exchange):
    record = published(exchange, "s31")
    assert (record["definition"]["route"], record["definition"]["workload"]) == ("validation", None)
    assert "workload" not in record["account"]["completeness"]["absent"]


def test_s34_a_formal_claim_wants_a_national_code(exchange):
    assert "route.formal_unproven" in warned(exchange, "s34-claim")
    assert "route.formal_unproven" not in warned(exchange, "s34-code")


def test_s36_unknown_quality_assurance_is_published_as_unknown(exchange):
    assert [each["type"] for each in definition(exchange, "s36")["quality_assurance"]] == [
        "unknown"
    ]


def test_s41_an_award_without_criteria_and_evidence_is_told(exchange):
    assert "evidence.insufficient" in warned(exchange, "s41")


def test_s44_titles_are_kept_in_every_language(exchange):
    assert definition(exchange, "s44")["title"] == TITLES
