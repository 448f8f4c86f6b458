import copy
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credstream.contract.errors import Rejected
from credstream.contract.reasons import REASONS
from credstream.formats import elm3
from credstream.formats.common import Rules

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
SAMPLES = SHARED / "samples/elm3"
GOLDEN = sorted((ROOT / "tests/golden/elm3").glob("*/input.json"))
NO_SAMPLES = "the samples of other makers are not here"
NAMES = sorted(path.name for path in SAMPLES.glob("*.json*") if path.name != "schema.json")
# Shared with nobody: each test changes its own copy.
FULL = json.loads((ROOT / "tests/golden/elm3/everything/input.json").read_text("utf-8"))
CLAIM = FULL["credentialSubject"]["hasClaim"]
ODD = st.sampled_from(
    [
        *(None, "", " ", 0, -1, 2.5, True, "x", [], ["x"], [None], {}, {"id": 3}, [[{}]]),
        *({"en": "x"}, "urn:epass:org:1", {"id": "urn:epass:learningAchievement:1"}),
    ]
)
KEYS = ("type", "id", "credentialSubject", "hasClaim", "specifiedBy", "provenBy", "title", "issuer")
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=15,
)


def sample(name):
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(NO_SAMPLES)
    document = json.loads(path.read_text("utf-8-sig"))
    document = json.loads(document["payload"]) if "payload" in document else document
    return document.get("credential", document)


def with_claims(*claims, **more):
    subject = FULL["credentialSubject"] | {"hasClaim": list(claims)}
    return FULL | {"credentialSubject": subject} | more


def with_spec(**members):
    return with_claims(CLAIM | {"specifiedBy": CLAIM["specifiedBy"] | members})


def places(node, path=()):
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for key, each in children:
        yield (*path, key)
        if isinstance(each, dict | list):
            yield from places(each, (*path, key))


def codes(document):
    """The reasons that reading gives; nothing but a refusal may come out of it."""
    try:
        parsed = [elm3.parse(part) for part in elm3.split(document, Rules())]
    except Rejected as refusal:
        return {refusal.code}
    return {reason.code for each in parsed for reason in (*each.findings, *each.violations)}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"type": ["VerifiableCredential", "EuropeanDigitalCredential"]}, True),
        ({"type": "EuropeanDigitalCredential"}, True),
        ({"type": [], "@context": "http://data.europa.eu/snb/model/context/edc-ap"}, True),
        ({"type": ["VerifiableCredential"]}, False),
        ({"credential": {"type": ["EuropeanDigitalCredential"]}}, False),
        ({"type": ["VerifiablePresentation", "EuropeanDigitalCredential"]}, False),
        ({"type": [{"EuropeanDigitalCredential": 1}]}, False),
        (["EuropeanDigitalCredential"], False),
        (None, False),
    ],
)
def test_a_credential_is_known_by_its_type_or_its_context(document, expected):
    assert elm3.recognise(document) is expected


def test_a_single_claim_leaves_the_document_as_it_is():
    assert elm3.split(FULL, Rules()) == (FULL,)


def test_each_claim_that_is_an_award_becomes_a_credential_of_its_own():
    activity = {"id": "urn:a", "type": "LearningActivity", "title": {"en": "Day"}}
    entitlement = {"id": "urn:e", "type": "LearningEntitlement", "title": {"en": "Access"}}
    first, second = map(elm3.parse, elm3.split(with_claims(CLAIM, entitlement, activity), Rules()))
    assert first.credential_id.raw == f"{FULL['id']}#urn:epass:learningAchievement:1"
    assert second.credential_id.raw == f"{FULL['id']}#urn:a"
    assert second.title.raw == {"en": "Day"}


@pytest.mark.parametrize("names", [("urn:a", "urn:a"), (None, "urn:a"), ("0", None)])
def test_claims_without_ids_of_their_own_still_get_different_ones(names):
    claims = [CLAIM | {"id": name} for name in names]
    parts = [elm3.parse(part) for part in elm3.split(with_claims(*claims), Rules())]
    assert len({each.credential_id.raw for each in parts}) == 2


def test_what_another_claim_tells_is_still_known_after_the_split():
    named = CLAIM | {
        "id": "urn:epass:learningAchievement:2",
        "awardedBy": {"type": "AwardingProcess", "awardingBody": {"id": "urn:epass:org:1"}},
        "provenBy": [],
        "influencedBy": [],
        "specifiedBy": {"title": {"en": "x"}},
    }
    _, second = elm3.split(with_claims(CLAIM, named), Rules())
    assert elm3.parse(second).awarding_bodies[0].name.raw["en"] == "Chamber Centre"


def test_too_many_claims_are_refused_before_the_envelope_is_copied():
    claims = [CLAIM | {"id": f"urn:{n}"} for n in range(elm3.MOST_CLAIMS + 1)]
    with pytest.raises(Rejected, match="claims") as refusal:
        elm3.split(with_claims(*claims), Rules())
    assert refusal.value.code == "format.invalid"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("urn:epass:qualification:1", "PN-40"),
        ("urn:epass:qualification:1f0d", "urn:epass:qualification:1f0d"),
        ("https://units.example/1", "https://units.example/1"),
        (None, "PN-40"),
    ],
)
def test_an_id_counted_up_within_the_file_is_no_definition_id(name, expected):
    assert elm3.parse(with_spec(id=name)).definition_id.raw == expected


def test_a_concept_local_to_the_file_is_told_by_its_label():
    parsed = elm3.parse(FULL)
    assert [each.raw for each in parsed.assessments] == [
        {"en": "practical examination"},
        "http://data.europa.eu/snb/assessment/a2",
    ]


def test_european_and_national_level_are_one_claim():
    (level,) = elm3.parse(FULL).levels
    assert (level.eqf.raw, level.value.raw) == (
        "http://data.europa.eu/snb/eqf/4",
        "http://data.europa.eu/snb/qdr/c_1",
    )


def test_a_time_limit_is_no_workload():
    units = {each.value.raw: each.unit for each in elm3.parse(FULL).workload}
    assert units["P6M"] == "span"
    assert units["PT40H"] == "duration"


def test_the_issuer_is_the_awarding_body_only_where_none_is_named():
    assert [each.name.raw["de"] for each in elm3.parse(FULL).awarding_bodies] == ["Kammer Mitte"]
    alone = elm3.parse(with_claims(CLAIM | {"awardedBy": {}}))
    assert [each.name.raw["de"] for each in alone.awarding_bodies] == ["Siegelstelle"]
    assert alone.country.raw.endswith("/AUT")


@pytest.mark.parametrize("given", ["Ida", {"de": "Ida"}])
def test_a_name_may_be_a_text_or_a_map(given):
    subject = FULL["credentialSubject"] | {"givenName": given}
    assert elm3.parse(FULL | {"credentialSubject": subject}).learner.given_name.raw == given


def test_a_birth_date_is_kept_as_it_is_written():
    assert elm3.parse(FULL).learner.birth_date.raw == "1999-10-01T22:00:00Z"


def test_a_person_who_assessed_is_not_named():
    person = {"id": "urn:p", "type": "Person", "legalName": {"de": "Eva Prüferin"}}
    proof = CLAIM["provenBy"] | {"assessedBy": person}
    assert elm3.parse(with_claims(CLAIM | {"provenBy": proof})).assessed_by == ()


def test_an_unsealed_credential_is_dated_by_its_award():
    document = with_claims(CLAIM, issued=None, issuanceDate=None)
    assert elm3.parse(document).issued_on.raw == "2026-04-30T10:00:00+02:00"


def test_an_accreditation_counts_wherever_it_stands_and_a_mandate_does_not():
    parsed = elm3.parse(FULL)
    assert [(each.type.raw, each.reference.raw) for each in parsed.quality_assurance] == [
        ("accreditation", "https://qa.example/decisions/5"),
        ("accreditation", "ACC-9"),
    ]
    assert parsed.evidence == 1


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"issued": None}, "issued"),
        ({"issued": "2026-05-04"}, "issued"),
        ({"displayParameter": None}, "displayParameter"),
        ({"type": "EuropeanDigitalCredential"}, "type"),
        ({"@context": []}, "@context"),
        ({"credentialSchema": {"id": "https://x.example"}}, "credentialSchema.type"),
        ({"issuer": FULL["issuer"] | {"eIDASIdentifier": None}}, "issuer.eIDASIdentifier"),
        ({"issuer": FULL["issuer"] | {"legalName": "Siegelstelle"}}, "issuer.legalName"),
    ],
)
def test_a_broken_rule_of_the_shapes_is_reported_where_it_is_broken(change, path):
    assert not elm3.parse(FULL).violations
    assert path in {each.path for each in elm3.parse(FULL | change).violations}


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"volumeOfLearning": "40 hours"}, "volumeOfLearning"),
        ({"title": "Pneumatik"}, "title"),
        ({"eqfLevel": {"id": "http://data.europa.eu/snb/eqf/4"}}, "eqfLevel.inScheme"),
        ({"creditPoint": {"type": "CreditPoint", "point": "1"}}, "creditPoint.framework"),
        ({"type": "LearningActivitySpecification"}, "type"),
    ],
)
def test_a_broken_rule_of_a_specification_is_reported(members, path):
    found = {each.path for each in elm3.parse(with_spec(**members)).violations}
    assert f"credentialSubject.hasClaim[0].specifiedBy.{path}" in found


def test_a_validity_that_ends_before_it_begins_is_a_finding():
    findings = elm3.parse(FULL | {"validUntil": "2020-01-01T00:00:00Z"}).findings
    assert [each.code for each in findings] == ["validity.reversed"]


@settings(max_examples=150, deadline=None)
@given(document=ANY_JSON)
def test_any_json_is_read_or_refused(document):
    elm3.recognise(document)
    assert codes(document) <= REASONS.keys()


@settings(max_examples=150, deadline=None)
@given(source=st.sampled_from(GOLDEN), data=st.data())
def test_any_change_of_a_credential_is_read_or_refused(source, data):
    document = json.loads(source.read_text("utf-8"))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(places(document))))
        node = document
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = copy.deepcopy(data.draw(ODD | ANY_JSON))
    assert codes(document) <= REASONS.keys()


def test_objects_that_name_each_other_are_read():
    first = {"id": "urn:1", "type": "LearningAchievement", "title": {"en": "1"}}
    second = {"id": "urn:2", "type": "LearningAchievement", "title": {"en": "2"}}
    first |= {"isPartOf": {"id": "urn:2"}}
    second |= {"isPartOf": {"id": "urn:1"}}
    parsed = [elm3.parse(part) for part in elm3.split(with_claims(first, second), Rules())]
    assert [each.partial.qualification.raw for each in parsed] == ["urn:2", "urn:1"]


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
