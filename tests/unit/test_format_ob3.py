import copy
import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.contract.errors import Rejected
from credstream.contract.reasons.table import REASONS
from credstream.formats.ob3 import read as ob3
from credstream.formats.shared.parsed import Rules
from credstream.formats.shared.values import distinct
from tests.support.changing import changed, places

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT.parent / "shared/samples/ob3"
SCHEMA = ROOT.parent / "shared/conformance/ob3/ob_v3p0_achievementcredential_schema.json"
GOLDEN = sorted((ROOT / "tests/golden/ob3").glob("*/input.json"))
NO_SAMPLES = "the samples of other makers are not here"
# Shared with nobody: each test changes its own copy.
DUTCH = json.loads((ROOT / "tests/golden/ob3/dutch_extensions/input.json").read_text("utf-8"))
ODD = st.sampled_from(
    [None, "", " ", 0, -1, 2.5, True, "x", [], ["x"], [None], {}, {"id": 3}, [[{}]], {"en": "x"}]
)
NAMES = ("type", "id", "credentialSubject", "achievement", "alignment", "result", "issuer", "name")
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=15,
)


def sample(name):
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(NO_SAMPLES)
    return json.loads(path.read_text("utf-8-sig"))


def raws(values):
    return [each.raw for each in values]


def codes(document):
    """The reasons that reading gives; nothing but a refusal may come out of it."""
    try:
        parsed = [ob3.parse(part) for part in ob3.split(document, Rules())]
    except Rejected as refusal:
        return {refusal.code}
    return {reason.code for each in parsed for reason in (*each.findings, *each.violations)}


@pytest.mark.parametrize("named", ["OpenBadgeCredential", "AchievementCredential"])
def test_both_names_of_a_badge_are_recognised(named):
    assert ob3.recognise({"type": ["VerifiableCredential", named]})
    assert ob3.recognise({"type": named})
    assert ob3.recognise({"@type": [{"id": "x"}, named]})


@pytest.mark.parametrize(
    "document",
    [
        {"type": ["VerifiableCredential"]},
        {"type": []},
        {"type": {"OpenBadgeCredential": 1}},
        {"type": ["VerifiableCredential", "EndorsementCredential"]},
        {"type": ["OpenBadgeCredential", "EndorsementCredential"]},
        {"type": ["OpenBadgeCredential", "ClrCredential"]},
        {"type": ["OpenBadgeCredential", "EuropeanDigitalCredential"]},
        {
            "type": ["OpenBadgeCredential"],
            "@context": ["http://data.europa.eu/snb/model/context/edc-ap"],
        },
        {"type": ["VerifiablePresentation"], "verifiableCredential": []},
        {"type": ["VerifiableCredential", "BitstringStatusListCredential"]},
        {"type": ["VerifiableCredential", "BlockcertsCredential"]},
        [],
        "OpenBadgeCredential",
        None,
    ],
)
def test_a_document_with_a_more_specific_or_no_badge_type_is_left_to_other_formats(document):
    assert not ob3.recognise(document)


@pytest.mark.parametrize("at", ["credentialSubject", "achievement"])
def test_more_than_one_subject_or_achievement_is_refused_rather_than_cut(at):
    document = copy.deepcopy(DUTCH)
    holder = document if at == "credentialSubject" else document["credentialSubject"]
    holder[at] = [holder[at], holder[at]]
    with pytest.raises(Rejected, match="2 found") as refusal:
        ob3.parse(document)
    assert refusal.value.path.endswith(at)


def test_the_date_of_award_is_preferred_to_the_date_of_issue():
    assert ob3.parse(DUTCH).issued_on.raw == "2026-02-27T16:30:00+01:00"
    document = changed(DUTCH, ("awardedDate",), None)
    assert ob3.parse(document).issued_on.raw == "2026-03-02T09:00:00Z"


def test_a_hashed_identity_is_kept_as_such_and_never_an_email():
    subject = DUTCH["credentialSubject"] | {
        "identifier": {
            "identityType": "emailAddress",
            "identityHash": "sha256$ab",
            "hashed": "true",
            "salt": "x",
        }
    }
    learner = ob3.parse(DUTCH | {"credentialSubject": subject}).learner
    assert ("hashed-email", "sha256$ab") in {(i.scheme, i.value.raw) for i in learner.identifiers}
    assert learner.email is None


def test_a_subject_without_any_identity_is_no_learner():
    subject = {"type": ["AchievementSubject"], "achievement": {"id": "urn:x", "name": "x"}}
    assert ob3.parse({"credentialSubject": subject}).learner is None


def test_credits_without_a_unit_count_only_where_no_workload_is_stated():
    units = [each.unit for each in ob3.parse(DUTCH).workload]
    assert units == ["ects", "hours"]
    achievement = {"id": "urn:x", "name": "x", "creditsAvailable": 5}
    bare = ob3.parse({"credentialSubject": {"achievement": achievement}})
    assert [(each.unit, each.value.raw) for each in bare.workload] == [("text", 5)]


def test_the_issuer_may_be_an_address_only():
    body = ob3.parse(DUTCH | {"issuer": "did:web:school.example"}).awarding_bodies[0]
    assert body.name is None
    assert [(each.scheme, each.value.raw) for each in body.identifiers] == [
        ("did", "did:web:school.example")
    ]


def test_one_organisation_in_two_roles_is_one_body():
    achievement = DUTCH["credentialSubject"]["achievement"] | {"creator": DUTCH["issuer"]}
    subject = DUTCH["credentialSubject"] | {"achievement": achievement}
    assert len(ob3.parse(DUTCH | {"credentialSubject": subject}).awarding_bodies) == 1


def test_a_validity_that_ends_before_it_begins_is_a_finding():
    findings = ob3.parse(DUTCH | {"validUntil": "2020-01-01T00:00:00Z"}).findings
    assert "validity.reversed" in {each.code for each in findings}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("id",), 5),
        (("@context",), ["https://www.w3.org/ns/credentials/v2"]),
        (("type",), "OpenBadgeCredential"),
        (("validFrom",), "2026-03-02"),
        (("validFrom",), "2026-02-30T09:00:00Z"),
        (("validFrom",), "2026-03-02T09:00:00"),
        (("proof",), {"type": "DataIntegrityProof"}),
        (("credentialSubject", "type"), ["Subject"]),
        (("credentialSubject", "achievement", "name"), None),
        (("credentialSubject", "achievement", "alignment", 0, "targetUrl"), None),
        (("credentialSubject", "achievement", "inLanguage"), "Nederlands"),
        (("credentialSubject", "identifier", 0, "colour"), "red"),
    ],
)
def test_a_broken_rule_of_the_schema_is_reported_where_it_is_broken(path, value):
    assert not ob3.parse(DUTCH).violations
    broken = ob3.parse(changed(DUTCH, path, value)).violations
    assert [each.code for each in broken] == ["schema.violation"]
    assert broken[0].path.startswith(".".join(map(str, path[:1])))


BADGES = sorted(
    path.name
    for path in SAMPLES.glob("*.json")
    if ob3.recognise(json.loads(path.read_text("utf-8-sig")))
)


@pytest.mark.conformance
@pytest.mark.parametrize("name", BADGES or ["none"])
def test_a_sample_breaks_rules_exactly_where_the_official_schema_says_so(name):
    document = sample(name)
    assert bool(ob3.parse(document).violations) == bool(official_errors(document))


@pytest.mark.conformance
@given(path=st.sampled_from(list(places(DUTCH))), value=ODD)
def test_no_rule_is_stricter_than_the_official_schema(path, value):
    document = changed(DUTCH, path, value)
    try:
        violations = ob3.parse(document).violations
    except Rejected:
        return
    # The schema's validator does not look at dates unless it is told to.
    undated = [each for each in violations if "date and time" not in each.detail]
    assert not undated or official_errors(document)


@given(document=ANY_JSON)
def test_any_json_is_read_or_refused(document):
    ob3.recognise(document)
    assert codes(document) <= REASONS.keys()


@given(source=st.sampled_from(GOLDEN), data=st.data())
def test_any_change_of_a_badge_is_read_or_refused(source, data):
    document = json.loads(source.read_text("utf-8"))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(places(document))))
        document = changed(document, path, data.draw(ODD | ANY_JSON))
    assert codes(document) <= REASONS.keys()


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.json")) or ["none"])
def test_a_badge_of_another_maker_is_read(name):
    document = sample(name)
    if ob3.recognise(document):
        assert ob3.parse(document).title


def test_the_degree_of_the_specification_is_read():
    parsed = ob3.parse(sample("complete.json"))
    assert parsed.title.raw == "1EdTech University Degree"
    assert parsed.credential_type.raw == "Degree"
    assert [(each.unit, each.value.raw) for each in parsed.workload] == [("text", 36)]
    assert raws(each.name for each in parsed.awarding_bodies) == ["1EdTech University"]
    assert raws(parsed.assessed_by) == ["1EdTech College of Arts"]
    assert (parsed.grade.raw, parsed.grade_scale.raw) == ("A", "D, C, B, A")
    assert parsed.evidence == 2
    assert parsed.learner.email.raw == "student@1edtech.edu"
    assert {each.body.raw for each in parsed.quality_assurance} == {
        "Example Accrediting Agency",
        "State Department of Education",
    }


def test_the_micro_credential_with_esco_skills_is_read():
    parsed = ob3.parse(sample("open-badge-mc-example.json"))
    assert parsed.title.raw == "Data Science Fundamentals"
    assert parsed.credential_type.raw == "MicroCredential"
    assert len(parsed.awarding_bodies) == 1
    skills = distinct(*(skill for each in parsed.learning_outcomes for skill in each.skills))
    assert len(skills) == 2
    assert "hashed-email" in {each.scheme for each in parsed.learner.identifiers}


@pytest.mark.parametrize("name", ["mbob_eo_eov", "mbob_zw_ssb"])
def test_the_dutch_micro_credential_is_read(name):
    parsed = ob3.parse(sample(f"{name}_microcredential_full.json"))
    assert [(each.unit, each.value.raw) for each in parsed.workload] == [("sbu", 240)]
    assert [each.eqf.raw for each in parsed.levels] == ["4"]
    assert parsed.credential_type.raw == "microcredential"
    assert parsed.country.raw == "NL"
    assert parsed.identity_verified.raw is True
    assert (parsed.grade.raw, parsed.grade_scale.raw) == ("8.0", "1-10")
    assert not parsed.unknown_fields
    assert not parsed.violations


def official_errors(document):
    return list(official_schema().iter_errors(document))


@cache
def official_schema():
    if not SCHEMA.exists():
        pytest.skip("the official schema is not here")
    validator_of = pytest.importorskip("jsonschema").Draft201909Validator
    return validator_of(json.loads(SCHEMA.read_text("utf-8")))
