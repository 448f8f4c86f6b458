"""European Digital Credentials of other makers, and our own cases against the official shapes."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from credstream.contract.errors import Rejected
from credstream.formats.elm3 import read as elm3
from credstream.formats.shared.parsed import Rules

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
SAMPLES = SHARED / "samples/elm3"
GOLDEN = sorted((ROOT / "tests/golden/elm3").glob("*/input.json"))
NO_SAMPLES = "the samples of other makers are not here"
NAMES = sorted(path.name for path in SAMPLES.glob("*.json*") if path.name != "schema.json")


def sample(name):
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(NO_SAMPLES)
    document = json.loads(path.read_text("utf-8-sig"))
    document = json.loads(document["payload"]) if "payload" in document else document
    return document.get("credential", document)


@pytest.mark.parametrize("name", NAMES or ["none"])
def test_a_credential_of_another_maker_is_read(name):
    document = sample(name)
    assert elm3.recognise(document)
    (part,) = elm3.split(document, Rules())
    parsed = elm3.parse(part)
    assert parsed.title
    assert parsed.learner
    assert parsed.country


@pytest.mark.conformance
@pytest.mark.parametrize("name", NAMES or ["none"])
def test_a_sample_breaks_rules_exactly_where_the_official_shapes_say_so(name):
    """`issued` and `eIDASIdentifier` come with the seal; without it both sides say they lack."""
    assert bool(elm3.parse(sample(name)).violations) == broken_officially(SAMPLES / name)


@pytest.mark.conformance
@pytest.mark.parametrize("path", GOLDEN, ids=[path.parent.name for path in GOLDEN])
def test_our_own_cases_agree_with_the_official_shapes(path):
    try:
        parts = [
            elm3.parse(part) for part in elm3.split(json.loads(path.read_text("utf-8")), Rules())
        ]
    except Rejected:
        assert "rejected" in (path.parent / "parsed.json").read_text("utf-8")
        return
    assert any(each.violations for each in parts) == broken_officially(path)


@pytest.mark.parametrize(
    "name", ["Sample-MC-Annex1-signed.jsonld", "Sample-MC-Annex1-unsigned-uploadable.json"]
)
def test_the_annex_i_sample_is_read(name):
    parsed = elm3.parse(sample(name))
    assert parsed.title.raw == {"en": "Digital micro-credential creation"}
    assert [(each.unit, each.value.raw) for each in parsed.workload] == [
        ("ects", "2"),
        ("duration", "PT60H"),
        ("duration", "P60M"),
        ("span", "P1M"),
    ]
    assert parsed.levels[0].eqf.raw == "http://data.europa.eu/snb/eqf/6"
    assert parsed.awarding_bodies[0].name.raw == {"en": "University of Zed"}
    # The seal's owner is Spanish, the awarding body Irish.
    assert parsed.country.raw.endswith("/IRL")
    assert parsed.region.raw.endswith("/IRL_CTH_DUB")
    assert len(parsed.learning_outcomes) == 2
    assert sum(len(each.skills) for each in parsed.learning_outcomes) == 4
    assert parsed.learner.identifiers[0].scheme == "national"
    assert parsed.grade.raw == {"en": "Pass"}
    assert parsed.definition_id is None
    assert parsed.credential_ids[0].value.raw == "C012"


def test_the_micro_credential_with_local_concepts_is_read():
    parsed = elm3.parse(sample("edc-mc-example.json"))
    assert parsed.title.raw["en"] == "Title of your learning achievement"
    assert [(each.unit, each.value.raw) for each in parsed.workload] == [
        ("ects", "5"),
        ("duration", "PT45H"),
    ]
    assert parsed.levels[0].eqf.raw.endswith("/6")
    assert parsed.levels[0].value.raw["en"] == "MECU Level 7"
    assert parsed.assessments[0].raw["en"] == "Graded exercises"
    assert parsed.supervision.raw["en"] == "Supervised with ID Verification"
    assert parsed.awarding_bodies[0].name.raw["en"] == "NETIS d.o.o."


@pytest.mark.parametrize(
    ("name", "workload"),
    [("edc-coa-example.json", "PT60H"), ("Sample-CertOfPart-unsigned.jsonld", "PT2H")],
)
def test_attendance_shows_no_assessment_and_the_time_that_was_spent(name, workload):
    parsed = elm3.parse(sample(name))
    assert parsed.credential_type.raw == "LearningActivity"
    assert parsed.assessments == ()
    assert [each.value.raw for each in parsed.workload] == [workload]


def broken_officially(path):
    if not path.exists():
        pytest.skip(NO_SAMPLES)
    return bool(official_verdicts()[path])


@cache
def official_verdicts():
    """What the official shapes say of every sample and every case, in one run of the tool."""
    tool = SHARED / "tools/elm_check.py"
    if not tool.exists():
        pytest.skip("the official shapes are not here")
    pytest.importorskip("pyshacl")
    paths = [*(SAMPLES / name for name in NAMES), *GOLDEN]
    command = [sys.executable, str(tool), "--shapes", "3.1", *map(str, paths)]
    run = subprocess.run(command, capture_output=True, check=False, text=True)
    lines = run.stdout.splitlines()
    return {path: json.loads(line)["3.1"] for path, line in zip(paths, lines, strict=True)}
