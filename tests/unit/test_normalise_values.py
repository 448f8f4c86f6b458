"""What values of definitions and awards end as, of whatever format."""

import pytest

from credstream.formats.shared.parsed import (
    Amount,
    Assurance,
    FundingMark,
    Id,
    LevelClaim,
    StatedOutcome,
)
from services.normalise.descriptors.funding import PROJECT_NUMBERS, funding_warnings
from services.normalise.sensitive import count_sensitive
from tests.support.normalising import Exchange, award, complete, parsed, records, v

SKILL = "http://data.europa.eu/esco/skill/5bc3e9a1-3f0f-4d0d-9d5f-0a6b1c2d3e4f"
JOB = SKILL.replace("/skill/", "/occupation/")
PROJECT = "2023-1-DE02-KA220-VET-000123456"


def sent(**changes):
    """The definition and the codes of warnings that a definition with these values ends as."""
    (record,) = records(Exchange().send(complete(**changes)))
    return record.definition, [each.code for each in record.account.warnings], record.account


@pytest.mark.parametrize("framework", ["NKR", "TYC"])
def test_norwegian_and_turkish_frameworks_lead_to_eqf_and_are_kept(framework):
    value = "5.1" if framework == "NKR" else "5"
    claim = LevelClaim(framework=v(framework, "level"), value=v(value, "level.value"))
    found, _, _ = sent(levels=(claim,))
    code = {"NKR": "NKR", "TYC": "TQF"}[framework]
    assert (found.level.eqf, found.level.framework, found.level.value) == (5, code, value)


def test_an_unknown_framework_leaves_the_level_absent():
    found, codes, _ = sent(levels=(LevelClaim(framework=v("XYZQF"), value=v("5")),))
    assert found.level is None
    assert "level.unknown_framework" in codes


@pytest.mark.parametrize(("value", "eqf"), [("1", 1), ("niveau 4", 4), ("5", None)])
def test_dutch_vocational_levels_are_one_to_four(value, eqf):
    found, codes, _ = sent(levels=(LevelClaim(framework=v("MBO"), value=v(value)),))
    assert (found.level.eqf if found.level else None) == eqf
    assert (eqf is None) == ("level.unreadable" in codes)


def test_a_verified_level_is_the_framework_s_and_any_other_the_provider_s():
    for written, who in (("verified", "framework"), ("provider", "provider"), (None, "provider")):
        claimed = v(written) if written else None
        found, _, _ = sent(levels=(LevelClaim(eqf=v(4), claimed_by=claimed),))
        assert found.level.claimed_by == who


def test_three_groups_of_workers_are_carried_and_none_is_no_failure():
    groups = ("workers in the sector", "ansatte i andre sektorer", "νεοεισερχόμενοι")
    found, _, _ = sent(target_groups=tuple(map(v, groups)))
    assert found.target_groups == ("sector-workers", "other-sector-workers", "entrants")
    assert sent()[0].target_groups == ()


def test_a_wrong_esco_address_is_dropped_and_told():
    wrong = (v("http://data.europa.eu/esco/skill/welding"), v("https://example.org/job"))
    found, codes, _ = sent(
        learning_outcomes=(StatedOutcome(text=v("welds pipes"), skills=(v(SKILL), wrong[0])),),
        occupations=(v(JOB.replace("http:", "https:")), wrong[1]),
    )
    assert found.learning_outcomes[0].skills == (SKILL,)
    assert found.occupations == (JOB,)
    assert {"skill.unrecognised", "occupation.unrecognised"} <= set(codes)


def test_an_isco_group_is_an_occupation_and_no_skill():
    group = "https://data.europa.eu/esco/isco/c7212"
    found, codes, _ = sent(
        occupations=(v(group),),
        learning_outcomes=(StatedOutcome(text=v("welds"), skills=(v(group),)),),
    )
    assert found.occupations == ("http://data.europa.eu/esco/isco/C7212",)
    assert found.learning_outcomes[0].skills == ()
    assert "skill.unrecognised" in codes


@pytest.mark.parametrize(
    ("cycle", "eqf"),
    [("short cycle", 5), ("QF-EHEA first cycle", 6), ("second-cycle", 7), ("3", 8)],
)
def test_a_cycle_stands_for_its_eqf_level_unless_one_is_stated(cycle, eqf):
    assert sent(levels=(LevelClaim(cycle=v(cycle)),))[0].level.eqf == eqf
    assert sent(levels=(LevelClaim(cycle=v(cycle), eqf=v(4)),))[0].level.eqf == 4


def test_sensitive_free_fields_are_counted_and_never_named():
    paths = ("x.disability", "x.Bruttogehalt", "x.løn", "x.colour", "x.μισθός", "x.religion[0]")
    (_, earned) = records(Exchange().send(award(unknown_fields=paths)))
    (told,) = [each for each in earned.account.warnings if each.code == "extension.sensitive"]
    assert (told.path, told.detail.endswith(": 5")) == ("", True)


@pytest.mark.parametrize(
    "name",
    [
        "longitude",
        "trophy",
        "placard",
        "policy",
        "description",
        "reunion",
        "Wagen",
        "invalid",
        "",
        "[0]",
        ".",
    ],
)
def test_common_names_are_not_sensitive(name):
    assert count_sensitive([name]) == 0


@pytest.mark.parametrize(
    "name",
    [
        *("migrantStatus", "Migrationshintergrund", "handicap", "etnisk_oprindelse", "religión"),
        *("tradeUnion", "Gewerkschaft", "vakbond", "συνδικάτο", "salaire", "stipendio"),
        *("wynagrodzenie", "løn", "vencimento", "hourly_wage", "Stundenlohn", "αναπηρία", "saúde"),
    ],
)
def test_sensitive_names_are_known_in_the_ten_languages(name):
    assert count_sensitive([f"extension.{name}"]) == 1


@pytest.mark.parametrize(("eqf", "hours"), [(1, 8), (2, 16)])
def test_low_levels_and_short_courses_are_accepted(eqf, hours):
    amount = Amount(unit="text", value=v(f"{hours} Std."))
    found, _, _ = sent(levels=(LevelClaim(eqf=v(f"EQF {eqf}")),), workload=(amount,))
    assert (found.level.eqf, found.workload.hours) == (eqf, hours)


@pytest.mark.parametrize(
    ("unit", "raw", "code"),
    [
        ("duration", "P60M", "workload.implausible_duration"),
        ("duration", "P2DT12H", "workload.days_in_duration"),
    ],
)
def test_a_doubtful_duration_beside_sixty_hours_is_told_at_its_path(unit, raw, code):
    sure = Amount(unit="duration", value=v("PT60H", "workload"))
    other = Amount(unit=unit, value=v(raw, "workload"))
    found, _, account = sent(workload=(sure, other))
    assert found.workload.hours == 60
    assert (code, "workload") in [(each.code, each.path) for each in account.warnings]


@pytest.mark.parametrize(
    ("raw", "hours"), [("15 NZ credits", 150), ("20 UK credits", 200), ("15 credits", None)]
)
def test_notional_credits_are_ten_hours_only_where_the_unit_says_so(raw, hours):
    found, codes, _ = sent(workload=(Amount(unit="text", value=v(raw)),))
    assert (found.workload.hours if found.workload else None) == hours
    assert found.workload is None or found.workload.ects is None
    assert (hours is None) == ("workload.unreadable" in codes)


@pytest.mark.parametrize(
    ("funder", "reference", "code"),
    [
        ("ESF+", "DE-17", None),
        ("Europäischer Sozialfonds Plus", None, None),
        ("Erasmus+", PROJECT, None),
        ("Erasmus+", "our nicest project", "funding.number"),
        ("A rich uncle", None, "funding.unrecognised"),
    ],
)
def test_funders_are_of_a_list_and_project_numbers_have_their_shape(funder, reference, code):
    mark = FundingMark(funder=v(funder, "f"), reference=v(reference, "r") if reference else None)
    (_, earned) = records(Exchange().send(award(funding=(mark,))))
    told = [each for each in earned.account.warnings if each.code.startswith("funding.")]
    assert [each.code for each in told] == ([code] if code else [])
    assert "uncle" not in repr(told)
    assert "nicest" not in repr(told)


def test_a_long_number_is_no_project():
    mark = FundingMark(funder=v("Erasmus+"), reference=v(PROJECT + "9" * 10**5))
    assert [each.code for each in funding_warnings((mark,))] == ["funding.number"]
    assert PROJECT_NUMBERS["Erasmus+"].fullmatch(PROJECT)


def test_a_formal_claim_without_a_national_code_is_told():
    assert "route.formal_unproven" in sent(route=v("formal"))[1]
    code = Id(scheme="crebo", value=v("25998"))
    assert "route.formal_unproven" not in sent(route=v("formal"), identifiers=(code,))[1]
    assert "route.formal_unproven" not in sent(route=v("non-formal"))[1]
    for scheme in ("local", "url", "UUID"):
        own = Id(scheme=scheme, value=v("25998"))
        assert "route.formal_unproven" in sent(route=v("formal"), identifiers=(own,))[1]


def test_unknown_quality_assurance_stays_unknown():
    found, _, _ = sent(quality_assurance=(Assurance(type=v("unknown")),))
    assert [each.type for each in found.quality_assurance] == ["unknown"]


def test_marketing_words_and_isced_levels_are_neither_level_nor_field():
    for word in ("Foundational", "Intermediate", "Advanced", "beginner"):
        assert sent(levels=(LevelClaim(value=v(word)),))[0].level is None
    for written in ("5", "ISCED 5", "http://data.europa.eu/snb/eqf/5", "511"):
        found, codes, _ = sent(fields=(v(written),))
        assert found.fields == ()
        assert "field.unrecognised" in codes


def test_a_plain_definition_has_no_warning_of_this_file():
    assert not [each for each in sent()[1] if each.split(".")[0] in {"funding", "route"}]
    assert parsed().route is None
