import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from credstream.contract.reasons.table import REASONS
from credstream.exchange.dry_run.choose import lookups_in
from credstream.exchange.dry_run.pipeline import try_submission
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.local.examples import EXAMPLES, registrations_in
from credstream.interfaces.cli import try_file
from credstream.interfaces.cli.exit_codes import REJECTED
from tests.support.trying import award, example

EXPECTED = json.loads((EXAMPLES / "expected.json").read_text("utf-8"))
REGISTERED = {
    name: expected
    for name, expected in EXPECTED.items()
    if "provider.unknown" not in expected["codes"]
}
PERSONAL = [
    line for line in (EXAMPLES / "learners.txt").read_text("utf-8").splitlines() if line.strip()
]
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
FOREIGN = sorted(
    path for name in ("ob3", "elm3") for path in (SAMPLES / name).glob("*") if path.is_file()
)
# Reasons about a file as a whole: there is no place in it to point to.
OF_THE_WHOLE = {
    "format.unknown",
    "format.empty",
    "json.invalid",
    "jws.incomplete",
    "signature.invalid",
    "size.too_large",
    "text.encoding",
}
# What is wrong with the file, before anything in it has a path.
WHOLE_FAMILIES = {"format", "xml", "image", "jwe", "roster"}
AT = 1_795_000_000_000


def codes(result):
    judged = {each["judgement"]["reason"] for each in result["credentials"] if each["judgement"]}
    return judged | {each["code"] for each in (*result["reasons"], *result["warnings"])}


@pytest.mark.parametrize("name", REGISTERED)
def test_an_example_ends_in_a_dry_run_as_it_does_in_an_exchange(attempt, name):
    seen = attempt(*example(name))
    expected = REGISTERED[name]
    assert seen.json["outcome"] == expected["outcome"]
    assert (seen.json["judgement"] or {"outcome": None})["outcome"] == expected["judgement"]
    assert set(expected["codes"]) <= codes(seen.json)
    refused = expected["outcome"] == "refused" or seen.json["refused_parts"]
    assert seen.code == (REJECTED if refused else 0)


@pytest.mark.parametrize("name", REGISTERED)
def test_no_text_of_a_person_is_shown(attempt, name):
    texts = [attempt(*example(name), as_json=as_json).text for as_json in (True, False)]
    shown = "".join("".join(text.split()) for text in texts)
    leaked = [text for text in PERSONAL if "".join(text.split()) in shown]
    assert not leaked


@pytest.mark.skipif(not FOREIGN, reason="the samples of other makers are not here")
@pytest.mark.parametrize("file", FOREIGN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_file_of_another_maker_is_read_or_refused_with_a_reason(attempt, file):
    seen = attempt(file)
    assert seen.code == (REJECTED if seen.json["outcome"] == "refused" else 0)
    assert seen.code == 0 or seen.json["reasons"]
    for reason in (*seen.json["reasons"], *seen.json["warnings"]):
        assert reason["code"] in REASONS
        family = reason["code"].partition(".")[0]
        of_all = {*OF_THE_WHOLE, "extension.dropped"}
        assert reason["path"] or reason["code"] in of_all or family in WHOLE_FAMILIES
    assert seen.json["normalisable"] <= seen.json["readable"]
    assert seen.json["conformant"] <= seen.json["normalisable"]
    assert attempt(file, as_json=False).text.endswith("Nothing was sent.\n")


@pytest.mark.skipif(not FOREIGN, reason="the samples of other makers are not here")
def test_other_makers_samples_are_mostly_readable(attempt):
    readable = [file for file in FOREIGN if attempt(file).json["readable"]]
    assert len(readable) >= len(FOREIGN) // 2


def test_the_descriptors_of_an_award_stand_under_their_plain_names(attempt):
    seen = attempt(*example("festo-like/02-automation-joint.jwt")).json
    (credential,) = (each for each in seen["credentials"] if each["kind"] == "award")
    descriptors = credential["descriptors"]
    assert descriptors["title"] == {"en": "Industrial automation: drives and controls"}
    assert descriptors["workload"]["hours"] == 40
    assert descriptors["level"]["eqf"] == 4
    assert descriptors["issued_on"] == "2026-04-17"
    assert descriptors["learner"] == {
        "present": True,
        "identifiers": ["did", "email"],
        "name": True,
        "birth_date": False,
    }
    assert credential["completeness"]["mandatory"] == 11
    assert {each["descriptor"] for each in credential["provenance"]} >= {"title", "workload"}
    assert (seen["format"], seen["envelope"], seen["proof"]) == ("ob3", "jwt", "verified")


def test_a_tampered_file_is_refused_and_shown_but_never_judged(attempt):
    seen = attempt(*example("festo-like/05-tampered.jwt"))
    result = seen.json
    assert seen.code == REJECTED
    assert [each["code"] for each in result["reasons"]] == ["signature.invalid"]
    assert result["proof"] == "failed"
    assert result["readable"]
    assert result["normalisable"]
    assert result["judgement"] is None
    assert result["europass"] == {"sealable": False, "lacking": []}
    assert result["credentials"][-1]["descriptors"]["title"]


def test_a_refused_award_still_shows_what_was_read(attempt):
    result = attempt(award(learner=None)).json
    (credential,) = result["credentials"]
    assert not result["normalisable"]
    assert credential["descriptors"]["title"] == {"en": "Soldering by hand"}
    assert credential["descriptors"]["issued_on"] == "2026-05-01"
    assert "learner" in credential["completeness"]["absent"]
    assert credential["completeness"]["mandatory_of"] == 11


def test_a_level_that_nobody_claimed_is_not_lacking(attempt):
    result = attempt(award()).json
    assert "level" in result["credentials"][-1]["completeness"]["absent"]
    assert result["conformant"]


@pytest.mark.parametrize(
    "changes",
    [{"workload": None}, {"learning_outcomes": None}, {"workload": "40 hours"}],
    ids=["no workload", "no outcomes", "a shape that the schema does not have"],
)
def test_what_lacks_a_descriptor_or_breaks_the_schema_is_not_conformant(attempt, changes):
    result = attempt(award(**changes)).json
    assert result["normalisable"]
    assert not result["conformant"]


def test_a_revoked_award_is_published_but_not_sealed(attempt):
    result = attempt(*example("vendor-like/03-cloud-security-revoked.json")).json
    assert result["outcome"] == "published"
    assert [each["code"] for each in result["europass"]["lacking"]] == ["edc.not_in_force"]
    assert not result["europass"]["sealable"]


def test_an_award_before_its_definition_in_one_file_is_taken_up(attempt):
    only = {"credstream": 1, "kind": "award", "issued_on": "2026-05-01"}
    learner = {"id": {"scheme": "student", "value": "S-1"}}
    body = [{"name": "Solder School", "country": "DE"}]
    described = {"kind": "definition", "id": "D-1", "title": "Soldering", "awarding_bodies": body}
    alone = only | {"id": "A-1", "learner": learner, "definition": {"id": "D-1"}}
    assert attempt(alone).json["outcome"] == "held"
    result = attempt({"credstream": 1, "credentials": [alone, described]}).json
    assert result["outcome"] == "published"
    (late,) = (each for each in result["credentials"] if each["kind"] == "award")
    assert late["outcome"] == "published"
    assert late["descriptors"]["title"] == {"und": "Soldering"}


def test_a_bundle_with_one_bad_award_goes_but_for_it_and_names_it(attempt):
    result = attempt(
        {"credstream": 1, "credentials": [award(), award(id="A-2", learner=None)]}
    ).json
    assert (result["outcome"], result["refused_parts"]) == ("published", 1)
    assert [each["code"] for each in result["reasons"]] == ["learner.missing"]
    assert {each["outcome"] for each in result["credentials"]} == {"published", "refused"}


def test_the_provider_that_stands_for_nobody_adds_nothing(attempt):
    result = attempt(award(country=None, awarding_bodies=[{"name": "Solder School"}])).json
    assert result["provider"] == "try"
    assert result["credentials"][-1]["descriptors"]["country"] is None
    assert result["credentials"][-1]["key"].startswith("mc:zz:")


def test_a_suspended_provider_is_refused_whatever_it_sends():
    (festo,) = (each for each in registrations_in(EXAMPLES) if each.id == "festo-like")
    shipped = lookups_in(Path("nowhere"), "festo-like", AT)
    suspended = replace(shipped, provider=replace(festo, status="suspended"))
    found = try_submission(json.dumps(award()).encode(), suspended, AT)
    assert found.status == "refused"
    assert [each.code for each in found.reasons] == ["provider.suspended"]
    assert found.normalisable


def test_a_payload_over_the_limit_is_refused(attempt):
    seen = attempt(award(description="x" * (1024 * 1024)))
    assert [each["code"] for each in seen.json["reasons"]] == ["size.too_large"]
    assert seen.json["readable"]
    assert seen.code == REJECTED


def test_a_file_of_any_size_is_read_no_further_than_a_topic_would_let_in(attempt, tmp_path):
    file = tmp_path / "huge"
    with file.open("wb") as opened:
        opened.truncate(1 << 40)
    assert [each["code"] for each in attempt(file).json["reasons"]] == ["size.too_large"]


def test_the_file_may_come_by_standard_input(attempt, monkeypatch):
    stream = SimpleNamespace(buffer=io.BytesIO(json.dumps(award()).encode()))
    monkeypatch.setattr(sys, "stdin", stream)
    assert attempt(Path("-")).json["outcome"] == "published"


@pytest.mark.parametrize("name", ["missing", "folder"])
def test_what_is_no_file_is_misuse(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(CommandError, match=name) as error:
        try_file.try_file(tmp_path / name, "try", tmp_path, as_json=True)
    assert error.value.kind is Kind.MISUSE


def test_a_provider_that_nobody_registered_is_misuse_and_the_known_ones_are_named(attempt):
    with pytest.raises(CommandError, match=r"acme.*festo-like, metis-like") as error:
        attempt(award(), "acme")
    assert error.value.kind is Kind.MISUSE


def test_a_file_that_names_its_provider_says_how_to_try_it(attempt):
    seen = attempt(award(provider="festo-like"), as_json=False)
    assert seen.code == REJECTED
    assert "--provider" in seen.text
