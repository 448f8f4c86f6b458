import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.contract.errors import Rejected
from credstream.contract.reasons.table import REASONS
from credstream.formats.elm3 import read as elm3
from credstream.formats.shared.parsed import Rules
from tests.support.changing import changed, places

ROOT = Path(__file__).parents[2]
GOLDEN = sorted((ROOT / "tests/golden/elm3").glob("*/input.json"))
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


def with_claims(*claims, **more):
    subject = FULL["credentialSubject"] | {"hasClaim": list(claims)}
    return FULL | {"credentialSubject": subject} | more


def with_spec(**members):
    return with_claims(CLAIM | {"specifiedBy": CLAIM["specifiedBy"] | members})


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
def test_a_credential_is_recognised_by_its_type_or_its_context(document, expected):
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


def test_an_object_that_another_claim_describes_is_still_found_after_the_split():
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


def test_a_concept_with_an_id_local_to_the_file_is_read_by_its_label():
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


def test_an_accreditation_counts_wherever_it_is_stated_and_a_mandate_does_not():
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


@given(document=ANY_JSON)
def test_any_json_is_read_or_refused(document):
    elm3.recognise(document)
    assert codes(document) <= REASONS.keys()


@given(source=st.sampled_from(GOLDEN), data=st.data())
def test_any_change_of_a_credential_is_read_or_refused(source, data):
    document = json.loads(source.read_text("utf-8"))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(places(document))))
        document = changed(document, path, data.draw(ODD | ANY_JSON))
    assert codes(document) <= REASONS.keys()


def test_objects_that_refer_to_each_other_are_read():
    first = {"id": "urn:1", "type": "LearningAchievement", "title": {"en": "1"}}
    second = {"id": "urn:2", "type": "LearningAchievement", "title": {"en": "2"}}
    first |= {"isPartOf": {"id": "urn:2"}}
    second |= {"isPartOf": {"id": "urn:1"}}
    parsed = [elm3.parse(part) for part in elm3.split(with_claims(first, second), Rules())]
    assert [each.partial.qualification.raw for each in parsed] == ["urn:2", "urn:1"]
