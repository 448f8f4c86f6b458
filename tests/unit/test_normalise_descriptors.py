"""Descriptors: codes where the lists know a value, the value as written and a warning elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from credstream.contract.errors import Rejected
from credstream.contract.parts import Identifier, QualityAssurance
from credstream.contract.reasons import REASONS
from credstream.formats.common import Assurance, Body, LevelClaim, Mark, Outcome, StackPlace, Whole
from services.normalise import assemble
from services.normalise.descriptors import (
    assessments,
    assurance,
    bodies,
    fields,
    kinds,
    levels,
    outcomes,
    participation,
    stacks,
    texts,
)
from services.normalise.facts import LearnerKey
from tests.support.normalising import (
    CHAMBER,
    KEY,
    award,
    codes,
    identifier,
    parsed,
    provider,
    v,
)

FOLDER = Path(assemble.__file__).parent
PURE = tuple(
    file
    for file in (*FOLDER.glob("*.py"), *FOLDER.glob("descriptors/*.py"))
    if file.name not in {"store.py", "app.py"}
)
CODE = re.compile(r'"([a-z_]+\.[a-z_]+)"')
NO_CODES = {"definition.arrived", "award.valid_until"}
SKILL = "http://data.europa.eu/esco/skill/335228d2-297d-4e0e-a6ee-bc6a8dc110d9"


def level(*claims):
    return levels.level(parsed(levels=tuple(LevelClaim(**each) for each in claims)), provider())


def earned(**changes):
    return assemble.award_of(award(**changes), provider(), "mc:de:d", LearnerKey("p", "k", KEY))


# Levels


@pytest.mark.parametrize("raw", [1, 2, "5", "level 5", "EQF 5", "http://data.europa.eu/snb/eqf/5"])
def test_s25_an_eqf_level_is_read_as_stated(raw):
    found = level({"eqf": v(raw)})
    assert found.value.eqf == (raw if isinstance(raw, int) else 5)
    assert found.value.claimed_by == "provider"
    assert codes(found) == []


@pytest.mark.parametrize(
    ("framework", "value", "eqf", "code"),
    [
        ("NKR", "5.1", 5, "NKR"),
        ("TQF", "5", 5, "TQF"),
        ("NLQF", "4+", 4, "NLQF"),
        ("DQR", "level 5", 5, "DQR"),
        ("NFQ", "7", 6, "NFQ"),
    ],
)
def test_s06_a_national_level_leads_to_eqf_and_is_kept(framework, value, eqf, code):
    found = level({"framework": v(framework), "value": v(value)})
    assert (found.value.eqf, found.value.framework, found.value.value) == (eqf, code, value)
    assert found.origins[0].rule == "nqf_to_eqf"
    assert codes(found) == []


@pytest.mark.parametrize(
    "claim",
    [
        {"framework": v("Narnia QF"), "value": v("5")},
        {"value": v("5")},
        {"value": v("Foundational")},
    ],
)
def test_s06_s35_a_level_of_no_known_framework_is_absent(claim):
    found = level(claim)
    assert found.value is None
    assert codes(found) == ["level.unknown_framework"]


def test_a_level_that_its_framework_does_not_have_is_absent():
    found = level({"framework": v("DQR"), "value": v("99")})
    assert found.value is None
    assert codes(found) == ["level.unreadable"]


def test_a_listed_level_without_referencing_is_kept_without_eqf():
    found = level({"framework": v("SCQF"), "value": v("1")})
    assert (found.value.eqf, found.value.framework, found.value.value) == (None, "SCQF", "1")
    assert codes(found) == ["level.unmapped"]


def test_the_claim_that_states_eqf_wins_over_one_that_leads_to_it():
    found = level({"framework": v("DQR"), "value": v("6")}, {"eqf": v(5)})
    assert (found.value.eqf, found.value.framework) == (5, None)
    assert codes(found) == ["level.contradicts"]


def test_a_national_level_that_contradicts_the_stated_eqf_is_told():
    found = level({"eqf": v(5), "framework": v("DQR"), "value": v("4")})
    assert (found.value.eqf, found.value.framework, found.value.value) == (5, "DQR", "4")
    assert codes(found) == ["level.contradicts"]


def test_an_eqf_level_stays_where_its_framework_is_not_known():
    found = level({"eqf": v(5), "framework": v("Narnia QF"), "value": v("V")})
    assert (found.value.eqf, found.value.framework) == (5, None)
    assert codes(found) == ["level.unknown_framework"]


def test_a_framework_called_eqf_states_the_eqf_level():
    assert level({"framework": v("EQF"), "value": v("5")}).value.eqf == 5


@pytest.mark.parametrize(("raw", "found"), [("framework", "framework"), ("Bob", "provider")])
def test_who_vouches_for_a_level_is_the_provider_unless_the_source_says_so(raw, found):
    assert level({"eqf": v(5), "claimed_by": v(raw)}).value.claimed_by == found


def test_a_cycle_alone_is_a_level_without_eqf():
    found = level({"cycle": v("second cycle")})
    assert (found.value.cycle, found.value.eqf) == ("second", None)


# Organisations and countries


def test_s10_two_awarding_bodies_are_listed_with_their_roles():
    given = (
        Body(name=v("Festo Didactic"), role=v("training provider")),
        Body(name=v("ihk  region STUTTGART")),
    )
    found = bodies.awarding_bodies(parsed(awarding_bodies=given), provider())
    festo, chamber = found.value
    assert (festo.role, festo.identifiers) == ("provider", ())
    assert (chamber.role, chamber.country) == ("certifier", "DE")
    assert chamber.identifiers == CHAMBER.identifiers
    assert [each.origin for each in found.origins].count("registration") == 1


def test_a_body_keeps_what_the_payload_says_of_it():
    given = (Body(name=v("IHK Region Stuttgart"), identifiers=(identifier("VAT", "DE9"),)),)
    (found,) = bodies.awarding_bodies(parsed(awarding_bodies=given), provider()).value
    assert found.identifiers == (Identifier(scheme="vat", value="DE9"),)


def test_a_body_known_by_its_identifier_gets_its_name():
    given = (Body(identifiers=(identifier("vat", "DE147794196"),)),)
    (found,) = bodies.awarding_bodies(parsed(awarding_bodies=given), provider()).value
    assert found.name == CHAMBER.name


def test_without_a_body_the_registration_s_bodies_award():
    found = bodies.awarding_bodies(parsed(), provider())
    assert found.value == (CHAMBER,)
    assert found.origins[0].origin == "registration"


def test_an_unknown_role_is_told():
    given = (Body(name=v("X"), role=v("wizard")),)
    found = bodies.awarding_bodies(parsed(awarding_bodies=given), provider())
    assert found.value[0].role is None
    assert codes(found) == ["body.role_unrecognised"]


@pytest.mark.parametrize(
    ("own", "of_body", "country", "origin"),
    [
        ("The Netherlands", "FR", "NL", "payload"),
        (None, "fra", "FR", "derived"),
        (None, None, "AT", "registration"),
        ("Narnia", None, "AT", "registration"),
    ],
)
def test_the_country_is_the_payload_s_then_the_body_s_then_the_registration_s(
    own, of_body, country, origin
):
    body = Body(name=v("X"), country=v(of_body) if of_body else None)
    given = parsed(country=v(own) if own else None, awarding_bodies=(body,))
    found = bodies.country(given, provider(country="AT"))
    assert (found.value, found.origins[0].origin) == (country, origin)
    assert codes(found) == ["country.unrecognised"] * (own == "Narnia")


def test_the_country_of_a_registered_body_comes_before_the_provider_s():
    found = bodies.country(parsed(), provider(country="AT"))
    assert (found.value, found.origins[0].origin) == ("DE", "registration")


# Texts


def test_a_text_without_language_stands_under_the_payload_s_or_registration_s():
    assert texts.title(parsed(), provider()).value == {"de": "Robotik"}
    assert texts.title(parsed(language=v("eng")), provider()).value == {"en": "Robotik"}
    assert texts.title(parsed(), provider(language=None)).value == {"und": "Robotik"}


def test_s44_titles_in_el_pl_and_pt_are_kept():
    given = {"el": "Ρομποτική", "pl": "Robotyka", "pt": "Robótica"}
    found = texts.title(parsed(title=v(given)), provider())
    assert found.value == given
    assert codes(found) == []


def test_language_keys_become_subtags_and_the_plain_tag_wins():
    given = {"en-US": "Color", "en": "Colour", "NL-nl": "<b>Kleur</b>", "und": "?", "de": " "}
    found = texts.title(parsed(title=v(given)), provider()).value
    assert found == {"en": "Colour", "nl": "<b>Kleur</b>", "und": "?"}


def test_s44_a_missing_language_falls_back_in_a_stated_order():
    given = {"el": "Ρ", "pl": "R", "pt": "Q"}
    assert texts.best(given, "pt") == "Q"
    assert texts.best({**given, "en": "E"}, "sv", "pl") == "R"
    assert texts.best({**given, "en": "E"}, "sv") == "E"
    assert texts.best({**given, "und": "U"}, "sv") == "U"
    assert texts.best(given, "sv") == "Ρ"
    assert texts.best({}, "sv") is None


@pytest.mark.parametrize("raw", ["KÃ¸benhavns", "MÃ¼nchen", "Î•Î»Î»Î·Î½Î¹ÎºÎ¬", "itâ€™s", "FÃ¶rderung – ok"])
def test_doubly_encoded_text_is_told_and_never_repaired(raw):
    found = texts.title(parsed(title=v(raw)), provider())
    assert list(found.value.values()) == [raw]
    assert codes(found) == ["text.mojibake"]


@pytest.mark.parametrize(
    "raw",
    [
        *("København", "„Ä“", "«QUALITÉ»", "QUALITÉ\u00a0: oui", "Ελληνικά", "FORMAÇÃO", "ESPAÑA"),
        *("25 °C – 30 °C", "Straße", "ÎLE", "naïve café", "Łódź", "İstanbul"),
    ],
)
def test_sound_text_of_many_languages_is_not_suspected(raw):
    assert codes(texts.title(parsed(title=v(raw)), provider())) == []


def test_an_unknown_language_is_told_and_the_registration_s_is_taken():
    found = texts.language(parsed(language=v("Klingonese")), provider())
    assert found.value == "de"
    assert codes(found) == ["language.unrecognised"]


@pytest.mark.parametrize(("raw", "found"), [("https://a.example/x", True), ("a.example", False)])
def test_only_a_web_address_is_an_address(raw, found):
    read = texts.url(parsed(url=v(raw)), provider())
    assert (read.value == raw, codes(read) == ["url.unreadable"]) == (found, not found)


# Assessment, participation, quality assurance


def test_s12_performance_standards_are_apart_from_learning_outcomes_exams():
    given = (v("performance standard"), v("learning outcomes exam"))
    found = assessments.assessment(parsed(assessments=given), provider())
    assert found.value.types == ("performance-standard", "learning-outcomes-exam")
    assert codes(found) == []


def test_s13_portfolio_and_simulation_are_known_and_other_is_told():
    given = (v("Portfolio"), v("simulation industry 4.0"), v("other"))
    found = assessments.assessment(parsed(assessments=given), provider())
    assert found.value.types == ("portfolio", "simulation")
    assert found.value.other == ("other",)
    assert codes(found) == ["assessment.unrecognised"]


def test_supervision_implies_the_check_of_identity_unless_it_is_stated():
    given = {"supervision": v("Onsite with ID Verification")}
    found = assessments.assessment(parsed(**given), provider()).value
    assert (found.supervision, found.identity_verified) == ("onsite", True)
    stated = parsed(**given, identity_verified=v("false"))
    assert assessments.assessment(stated, provider()).value.identity_verified is False
    assert earned(**given).value.identity_verified is True


def test_unknown_supervision_is_told():
    found = assessments.assessment(parsed(supervision=v("by a dragon")), provider())
    assert found.value is None
    assert codes(found) == ["supervision.unrecognised"]


@pytest.mark.parametrize("raw", ["berufsbegleitend", "part-time"])
def test_s11_part_time_is_a_schedule_wherever_it_stands(raw):
    for given in ({"modes": (v(raw),)}, {"schedule": v(raw)}):
        found = participation.participation(parsed(**given), provider())
        assert found.value.schedule == "part-time"
        assert codes(found) == []


def test_a_mode_and_an_unknown_one_are_both_kept():
    given = parsed(modes=(v("online"), v("onsite or blended")), schedule=v("part-time"))
    found = participation.participation(given, provider())
    assert (found.value.modes, found.value.schedule) == (("online",), "part-time")
    assert found.value.other == ("onsite or blended",)
    assert codes(found) == ["participation.unrecognised"]


def test_s35_quality_assurance_is_the_registration_s_where_the_payload_has_none():
    standard = (QualityAssurance(type="industry-standard", body="Vendor"),)
    found = assurance.quality_assurance(parsed(), provider(quality_assurance=standard))
    assert found.value == standard
    assert found.origins[0].origin == "registration"


@pytest.mark.parametrize(("raw", "kind"), [("external", "external"), ("magic", "unknown")])
def test_quality_assurance_of_an_unknown_type_is_kept_as_unknown(raw, kind):
    given = (Assurance(type=v(raw), body=v("NVAO"), reference=v(12)),)
    found = assurance.quality_assurance(parsed(quality_assurance=given), provider())
    assert found.value == (QualityAssurance(type=kind, body="NVAO", reference="12"),)
    assert codes(found) == ["quality_assurance.unrecognised"] * (kind == "unknown")


# Codes and kinds


@pytest.mark.parametrize(
    ("read", "name", "good", "code", "warning"),
    [
        (fields.fields, "fields", "0714", "0714", "field.unrecognised"),
        (fields.languages, "languages", "nl-NL", "nl", "language.unrecognised"),
        (
            fields.occupations,
            "occupations",
            SKILL.replace("skill", "occupation"),
            SKILL.replace("skill", "occupation"),
            "occupation.unrecognised",
        ),
        (fields.target_groups, "target_groups", None, None, "target_group.unrecognised"),
    ],
)
def test_codes_are_kept_once_and_unknown_values_are_told(read, name, good, code, warning):
    given = (v("qqq"), *((v(good), v(good)) if good else ()))
    found = read(parsed(**{name: given}), provider())
    assert found.value == ((code,) if code else ())
    assert codes(found) == [warning]


def test_skills_that_are_no_esco_uris_are_told_and_the_statement_is_kept():
    given = (Outcome(text=v("welds"), skills=(v(SKILL), v("welding"))),)
    found = outcomes.learning_outcomes(parsed(learning_outcomes=given), provider())
    assert found.value[0].text == {"de": "welds"}
    assert found.value[0].skills == (SKILL,)
    assert codes(found) == ["skill.unrecognised"]


def test_s02_a_satellite_names_its_core():
    place = StackPlace(scheme=v("metis"), role=v("Satellite"), core=v("C1"))
    found = stacks.stack(parsed(stack=place), provider()).value
    assert (found.scheme, found.role, found.core) == ("metis", "satellite", "C1")


@pytest.mark.parametrize("place", [StackPlace(role=v("core")), StackPlace(scheme=v("m"), role=v("moon"))])
def test_a_place_without_scheme_or_role_is_told(place):
    found = stacks.stack(parsed(stack=place), provider())
    assert (found.value, codes(found)) == (None, ["stack.unrecognised"])


def test_naming_the_whole_makes_a_part():
    found = stacks.partial(parsed(partial=Whole(qualification=v("B.Eng."))), provider()).value
    assert (found.is_part, found.qualification) == (True, "B.Eng.")
    denied = Whole(is_part=v(raw=False), qualification=v("B.Eng."))
    assert stacks.partial(parsed(partial=denied), provider()).value.is_part is False


@pytest.mark.parametrize(("raw", "route"), [("Non-Formal", "non-formal"), ("VAE", "validation")])
def test_a_route_is_read_in_its_notations(raw, route):
    assert kinds.route(parsed(route=v(raw)), provider()).value == route


def test_the_spellings_of_micro_credential_become_one():
    for raw in ("MicroCredential", "micro credential", "Micro-Credential"):
        found = kinds.credential_type(parsed(credential_type=v(raw)), provider())
        assert found.value == "micro-credential"


# Awards


def test_s32_an_award_without_date_is_refused():
    for given in (None, v("last spring", "issued_on")):
        with pytest.raises(Rejected) as failure:
            earned(issued_on=given)
        assert (failure.value.code, failure.value.path) == ("issued_on.missing", "issued_on")


@pytest.mark.parametrize(
    ("raw", "status", "warned"),
    [
        *((None, "issued", False), ("active", "issued", False), ("Revoked", "revoked", False)),
        *(("suspended", "suspended", False), ("sparkling", "issued", True)),
    ],
)
def test_a_status_is_read_and_an_unknown_one_told(raw, status, warned):
    found = earned(status=v(raw) if raw else None)
    assert found.value.status == status
    assert ("status.unrecognised" in codes(found)) is warned


def test_what_was_not_earned_is_refused():
    with pytest.raises(Rejected) as failure:
        earned(status=v("in-progress", "status"))
    assert failure.value.code == "status.not_awarded"


def test_a_funding_reference_goes_on_as_a_hash_only():
    found = earned(funding=(Mark(funder=v("ESF"), reference=v("ACCOUNT-7")), Mark(funder=v("X"))))
    first, second = found.value.funding
    assert first.funder == "ESF"
    assert len(first.reference) == 64
    assert second.reference is None
    assert "ACCOUNT-7" not in repr(found)


def test_grade_and_validity_are_carried():
    found = earned(grade=v(8.5), grade_scale=v("1-10"), valid_until=v("2030-01-01T00:00:00Z"))
    assert (found.value.grade, found.value.grade_scale) == ("8.5", "1-10")
    assert found.value.valid_until == "2030-01-01"


def test_a_name_alone_is_enough_and_told():
    person = award().learner
    alone = type(person)(full_name=v("Canary-Name"))
    found = earned(learner=alone)
    assert codes(found) == ["learner.name_only"]
    assert "Canary-Name" not in repr(found)


def test_an_organisation_without_name_and_identifier_is_none():
    given = (Body(role=v("provider")),)
    found = bodies.awarding_bodies(parsed(awarding_bodies=given), provider(awarding_bodies=()))
    assert found.value == ()


def test_every_code_of_the_pure_part_stands_in_the_table_of_reasons():
    names = {name for file in PURE for name in CODE.findall(file.read_text("utf-8"))}
    assert {"workload.days_in_duration", "scope.ects", "learner.missing"} <= names
    assert names - NO_CODES <= set(REASONS)
