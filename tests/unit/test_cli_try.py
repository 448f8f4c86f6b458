import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from credstream.contract.reasons.table import REASONS
from credstream.exchange.dry_run import lookups
from credstream.exchange.dry_run.pipeline import rehearse
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.local.examples import EXAMPLES, registrations_in
from credstream.interfaces.cli import try_file
from credstream.interfaces.cli.exit_codes import REJECTED
from tests.support.trying import award, example

EXPECTED = json.loads((EXAMPLES / "expected.json").read_text("utf-8"))
REGISTERED = {
    name: told for name, told in EXPECTED.items() if "provider.unknown" not in told["codes"]
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


def codes(told):
    judged = {each["judgement"]["reason"] for each in told["credentials"] if each["judgement"]}
    return judged | {each["code"] for each in (*told["reasons"], *told["warnings"])}


@pytest.mark.parametrize("name", REGISTERED)
def test_an_example_ends_in_a_rehearsal_as_it_does_in_the_house(attempt, name):
    seen = attempt(*example(name))
    expected = REGISTERED[name]
    assert seen.told["outcome"] == expected["outcome"]
    assert (seen.told["judgement"] or {"outcome": None})["outcome"] == expected["judgement"]
    assert set(expected["codes"]) <= codes(seen.told)
    refused = expected["outcome"] == "refused" or seen.told["refused_parts"]
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
    assert seen.code == (REJECTED if seen.told["outcome"] == "refused" else 0)
    assert seen.code == 0 or seen.told["reasons"]
    for reason in (*seen.told["reasons"], *seen.told["warnings"]):
        assert reason["code"] in REASONS
        family = reason["code"].partition(".")[0]
        of_all = {*OF_THE_WHOLE, "extension.dropped"}
        assert reason["path"] or reason["code"] in of_all or family in WHOLE_FAMILIES
    assert seen.told["normalisable"] <= seen.told["readable"]
    assert seen.told["conformant"] <= seen.told["normalisable"]
    assert attempt(file, as_json=False).text.endswith("Nothing was sent.\n")


@pytest.mark.skipif(not FOREIGN, reason="the samples of other makers are not here")
def test_other_makers_samples_are_mostly_readable(attempt):
    readable = [file for file in FOREIGN if attempt(file).told["readable"]]
    assert len(readable) >= len(FOREIGN) // 2


def test_the_descriptors_of_an_award_stand_under_their_plain_names(attempt):
    seen = attempt(*example("festo-like/02-automation-joint.jwt")).told
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
    told = seen.told
    assert seen.code == REJECTED
    assert [each["code"] for each in told["reasons"]] == ["signature.invalid"]
    assert told["proof"] == "failed"
    assert told["readable"]
    assert told["normalisable"]
    assert told["judgement"] is None
    assert told["europass"] == {"sealable": False, "lacking": []}
    assert told["credentials"][-1]["descriptors"]["title"]


def test_a_refused_award_still_shows_what_was_read(attempt):
    told = attempt(award(learner=None)).told
    (credential,) = told["credentials"]
    assert not told["normalisable"]
    assert credential["descriptors"]["title"] == {"en": "Soldering by hand"}
    assert credential["descriptors"]["issued_on"] == "2026-05-01"
    assert "learner" in credential["completeness"]["absent"]
    assert credential["completeness"]["mandatory_of"] == 11


def test_a_level_that_nobody_claimed_is_not_lacking(attempt):
    told = attempt(award()).told
    assert "level" in told["credentials"][-1]["completeness"]["absent"]
    assert told["conformant"]


@pytest.mark.parametrize(
    "changes",
    [{"workload": None}, {"learning_outcomes": None}, {"workload": "40 hours"}],
    ids=["no workload", "no outcomes", "a shape that the schema does not have"],
)
def test_what_lacks_a_descriptor_or_breaks_the_schema_is_not_conformant(attempt, changes):
    told = attempt(award(**changes)).told
    assert told["normalisable"]
    assert not told["conformant"]


def test_a_revoked_award_is_published_but_not_sealed(attempt):
    told = attempt(*example("vendor-like/03-cloud-security-revoked.json")).told
    assert told["outcome"] == "published"
    assert [each["code"] for each in told["europass"]["lacking"]] == ["edc.not_in_force"]
    assert not told["europass"]["sealable"]


def test_an_award_before_its_definition_in_one_file_is_taken_up(attempt):
    only = {"credstream": 1, "kind": "award", "issued_on": "2026-05-01"}
    learner = {"id": {"scheme": "student", "value": "S-1"}}
    body = [{"name": "Solder School", "country": "DE"}]
    described = {"kind": "definition", "id": "D-1", "title": "Soldering", "awarding_bodies": body}
    alone = only | {"id": "A-1", "learner": learner, "definition": {"id": "D-1"}}
    assert attempt(alone).told["outcome"] == "held"
    told = attempt({"credstream": 1, "credentials": [alone, described]}).told
    assert told["outcome"] == "published"
    (late,) = (each for each in told["credentials"] if each["kind"] == "award")
    assert late["outcome"] == "published"
    assert late["descriptors"]["title"] == {"und": "Soldering"}


def test_a_bundle_with_one_bad_award_goes_but_for_it_and_names_it(attempt):
    told = attempt({"credstream": 1, "credentials": [award(), award(id="A-2", learner=None)]}).told
    assert (told["outcome"], told["refused_parts"]) == ("published", 1)
    assert [each["code"] for each in told["reasons"]] == ["learner.missing"]
    assert {each["outcome"] for each in told["credentials"]} == {"published", "refused"}


def test_the_provider_that_stands_for_nobody_adds_nothing(attempt):
    told = attempt(award(country=None, awarding_bodies=[{"name": "Solder School"}])).told
    assert told["provider"] == "try"
    assert told["credentials"][-1]["descriptors"]["country"] is None
    assert told["credentials"][-1]["key"].startswith("mc:zz:")


def test_a_suspended_provider_is_refused_whatever_it_sends():
    (festo,) = (each for each in registrations_in(EXAMPLES) if each.id == "festo-like")
    shipped = lookups.known_in(Path("nowhere"), "festo-like", AT)
    suspended = lookups.Known(
        provider=lookups.Provider(
            id=festo.id, kind=festo.kind, name=festo.name, country=festo.country, status="suspended"
        ),
        definitions=shipped.definitions,
        accreditations=shipped.accreditations,
        loaded=True,
    )
    found = rehearse(json.dumps(award()).encode(), suspended, AT)
    assert found.outcome == "refused"
    assert [each.code for each in found.reasons] == ["provider.suspended"]
    assert found.normalisable


def test_a_payload_over_the_limit_is_refused(attempt):
    seen = attempt(award(description="x" * (1024 * 1024)))
    assert [each["code"] for each in seen.told["reasons"]] == ["size.too_large"]
    assert seen.told["readable"]
    assert seen.code == REJECTED


def test_a_file_of_any_size_is_read_no_further_than_a_topic_would_let_in(attempt, tmp_path):
    file = tmp_path / "huge"
    with file.open("wb") as opened:
        opened.truncate(1 << 40)
    assert [each["code"] for each in attempt(file).told["reasons"]] == ["size.too_large"]


def test_the_file_may_come_by_standard_input(attempt, monkeypatch):
    stream = SimpleNamespace(buffer=io.BytesIO(json.dumps(award()).encode()))
    monkeypatch.setattr(sys, "stdin", stream)
    assert attempt(Path("-")).told["outcome"] == "published"


@pytest.mark.parametrize("name", ["missing", "folder"])
def test_what_is_no_file_is_misuse(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(CommandError, match=name) as trouble:
        try_file.try_file(tmp_path / name, "try", tmp_path, as_json=True)
    assert trouble.value.kind is Kind.MISUSE


def test_a_provider_that_nobody_registered_is_misuse_and_the_known_ones_are_named(attempt):
    with pytest.raises(CommandError, match=r"acme.*festo-like, metis-like") as trouble:
        attempt(award(), "acme")
    assert trouble.value.kind is Kind.MISUSE


def test_a_file_that_names_its_provider_says_how_to_try_it(attempt):
    seen = attempt(award(provider="festo-like"), as_json=False)
    assert seen.code == REJECTED
    assert "--provider" in seen.text
