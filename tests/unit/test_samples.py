"""What the issue says of other makers' files, each as `credstream try` shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from credstream.contract.reasons.table import REASONS
from credstream.exchange.dry_run.choose import lookups_in
from credstream.exchange.dry_run.pipeline import try_submission
from credstream.exchange.dry_run.result import as_json
from credstream.interfaces.cli.try_folder import by_format

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT.parent / "shared/samples"
pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not here")
AT = 1_795_000_000_000
NAMES = {
    *("ob1", "ob2", "ob3", "clr2", "elm3", "elm2-xml", "elmo", "ooapi5", "ctdl", "vendor"),
    *("roster-csv", "roster-xlsx", "native", "vcdm", "unknown"),
}
# Which format a folder's files are of; the others in it are schemas, feeds and pages.
FOLDERS = {
    "ob3": {"ob3", "vcdm", "unknown"},
    "ob2": {"ob2", "ob1", "unknown"},
    "clr2": {"clr2", "unknown"},
    "elm3": {"elm3", "unknown", "roster-xlsx"},
    "elm2xml": {"elm2-xml", "unknown"},
    "elmo": {"elmo", "unknown"},
    "ooapi": {"ooapi5", "unknown"},
    "ctdl": {"ctdl", "unknown"},
    "deqar": {"roster-csv", "ctdl", "unknown"},
    "roster": {"roster-csv", "roster-xlsx", "unknown"},
    "statuslist": {"vcdm", "unknown"},
    "vcdm2": {"vcdm", "unknown"},
    "ams": {"unknown"},
    "blockcerts": {"vcdm", "ob1", "ob2", "unknown"},
}
FILES = sorted(p for p in SAMPLES.rglob("*") if p.is_file()) if SAMPLES.exists() else []


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    known = lookups_in(tmp_path_factory.mktemp("nowhere"), "try", AT)
    return lambda name: as_json(try_submission((SAMPLES / name).read_bytes(), known, AT))


def awards(found):
    return [each["descriptors"] for each in found["credentials"] if each["kind"] == "award"]


def codes(found):
    return {each.code for each in (*found["reasons"], *found["warnings"])}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SAMPLES)))
def test_every_file_has_the_right_format_and_a_refusal_has_a_code(path, seen):
    found = seen(path.relative_to(SAMPLES))
    folder = path.relative_to(SAMPLES).parts[0]
    assert found["format"] in NAMES & FOLDERS.get(folder, NAMES)
    assert codes(found) <= set(REASONS)
    if found["outcome"] == "refused":
        assert found["reasons"]


@pytest.mark.parametrize(
    ("name", "proof"),
    [
        ("elmo/elmo-tomcat-signed.xml", "unverifiable"),
        ("elmo/example.xml", "unverifiable"),
        ("elmo/get-response-example.xml", "unverifiable"),
        ("elm2xml/credential-generic-profile-xsd-signed.xml", "unverifiable"),
    ],
)
def test_signed_xml_of_a_stranger_is_not_computed(name, proof, seen):
    assert seen(name)["proof"] == proof


def test_the_annex_one_sample_says_what_it_says(seen):
    found = seen("elm3/Sample-MC-Annex1-signed.jsonld")
    (award,) = awards(found)
    assert award["level"].eqf == 6
    assert (award["workload"].ects, award["workload"].hours) == (2, 60)
    assert [len(each.skills) for each in award["learning_outcomes"]] == [3, 1]
    assert award["participation"].modes == ("blended",)
    assert not award["quality_assurance"]
    warned = [each for each in found["warnings"] if each.code == "workload.implausible_duration"]
    assert any("P60M" in each.detail for each in warned)
    assert any(each.path == "quality_assurance" for each in found["warnings"])


@pytest.mark.parametrize(
    "name", ["elm3/Sample-CertOfPart-unsigned.jsonld", "elm3/edc-coa-example.json"]
)
def test_attendance_has_no_assessment_and_says_so(name, seen):
    found = seen(name)
    assert not any(each["assessment"] and each["assessment"].types for each in awards(found))
    assert "assessment.none" in codes(found)


def test_a_row_of_deqar_is_a_definition(seen):
    found = seen("deqar/test_valid_ap.csv")
    (only,) = found["credentials"]
    assert only["kind"] == "definition"
    described = only["descriptors"]
    assert described["workload"].ects == 15
    assert sum(len(each.skills) for each in described["learning_outcomes"]) == 2
    assert not described["country"]
    assert not described["level"]
    assert "roster.value_unknown" in codes(found)


def test_dutch_badges_have_hours_by_sbu(seen):
    for name in ("mbob_eo_eov_microcredential_full", "mbob_zw_ssb_microcredential_full"):
        (award,) = awards(seen(f"ob3/{name}.json"))
        assert (award["workload"].hours, award["workload"].ects) == (240, None)
        assert award["level"].eqf == 4
    assert seen("ob3/mbob_eo_eov_regular_full.json")["outcome"] == "out_of_scope"


def test_a_piece_of_a_token_and_a_picture_without_a_badge_say_so(seen):
    assert "jws.incomplete" in codes(seen("ob3/open-badge-mc-signed.jwt"))
    assert "image.no_credential" in codes(seen("ob3/mixedRegistry-validStatus-noExpiry.png"))
    assert seen("ob2/simple-badge.png")["envelope"] == "png"
    assert "format.accreditation_feed" in codes(seen("ams/ams.xml"))


def test_a_blockcert_of_the_first_kind_is_an_open_badge(seen):
    found = seen("blockcerts/sample_signed_cert-1.2.json")
    assert found["format"] == "ob1"
    assert [each["title"] for each in awards(found)]


def test_the_table_of_the_docs_is_what_try_counts(tmp_path):
    known = lookups_in(tmp_path, "try", AT)
    found = by_format(try_submission(path.read_bytes(), known, AT) for path in FILES)
    counted = {name: [each.files, *each.verdicts.values()] for name, each in found.items()}
    text = (ROOT / "docs/providers/formats.md").read_text("utf-8")
    rows = text.split("| format | files |")[1].split("\n\n")[0].splitlines()[2:]
    written = {
        name: list(map(int, rest)) for name, *rest in (row.strip("| ").split(" | ") for row in rows)
    }
    assert written == counted
