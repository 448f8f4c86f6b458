"""Closed lists of terms: assessment, participation, supervision, assurance, groups, credits."""

import pytest

from credstream.vocabularies import (
    assessment,
    participation,
    quality_assurance,
    supervision,
    tables,
    target_groups,
)
from credstream.vocabularies.credits import all_credit_frameworks, credit_framework
from credstream.vocabularies.text import match_key

TEN = ["da", "de", "el", "en", "es", "fr", "it", "nl", "pl", "pt"]
# Two grades of part-time that Europass made: no other language has a common word for them.
ENGLISH_ONLY = {"part-time-light", "part-time-intensive"}
LISTS = {
    "assessment": (assessment.assessment, assessment.all_assessments),
    "modes": (participation.mode, participation.all_modes),
    "schedules": (participation.schedule, participation.all_schedules),
    "target_groups": (target_groups.target_group, target_groups.all_target_groups),
    "credits": (credit_framework, all_credit_frameworks),
    "quality_assurance": (
        quality_assurance.quality_assurance,
        quality_assurance.all_quality_assurance_types,
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_every_entry_comes_back_from_code_label_and_uri(name):
    read, every = LISTS[name]
    for entry in every():
        uri = getattr(entry, "uri", None)
        for written in (
            entry.code,
            entry.label,
            *([uri, uri.replace("http", "https")] if uri else []),
        ):
            assert read(written) == entry, written


@pytest.mark.parametrize("name", LISTS)
def test_every_synonym_leads_to_its_own_entry(name):
    read, _ = LISTS[name]
    for code, row in tables.read_list(name).items():
        for written in tables.names_of(code, row):
            assert read(written).code == code, written
            assert read(f"  {written.upper()} ").code == code, written


@pytest.mark.parametrize(
    "name",
    ["assessment", "modes", "schedules", "target_groups", "supervisions", "quality_assurance"],
)
def test_every_entry_has_terms_in_the_ten_languages(name):
    for code, row in tables.read_list(name).items():
        if code not in ENGLISH_ONLY:
            assert sorted(language for language, words in row["terms"].items() if words) == TEN, (
                code
            )


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("written", ["", "  ", "other", "Other", "sonstige", "-", "…", "x" * 10**6])
def test_what_the_list_does_not_have_gives_none(name, written):
    read, _ = LISTS[name]
    assert read(written) is None


def test_performance_standard_and_learning_outcomes_exam_are_kept_apart():
    assert assessment.assessment("performance standard").code == "performance-standard"
    assert assessment.assessment("learning outcomes exam").code == "learning-outcomes-exam"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Portfolio", "portfolio"),
        ("simulation industry 4.0", "simulation"),
        ("Simulation Industrie 4.0", "simulation"),
        ("other", None),
        ("portfolio or simulation", None),
    ],
)
def test_kinds_of_assessment_are_controlled_values(written, code):
    found = assessment.assessment(written)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("testing", "test"),
        ("application of a skill", "practical-assessment"),
        ("application_of_a_skill", "practical-assessment"),
        ("portfolio", "portfolio"),
        ("recognition of prior learning", "prior-learning"),
        ("mündliche Prüfung", "oral-examination"),
        ("MUNDLICHE PRUFUNG", "oral-examination"),
        ("contrôle continu", "continuous-evaluation"),
        ("γραπτές εξετάσεις", "written-examination"),
    ],
)
def test_kinds_of_assessment_are_read_as_the_field_writes_them(written, code):
    assert assessment.assessment(written).code == code


def test_the_fourteen_kinds_of_europass_have_a_uri_and_ours_have_none():
    kinds = assessment.all_assessments()
    own = {kind.code for kind in kinds if kind.uri is None}
    assert len(kinds) - len(own) == 14
    assert own == {
        *("performance-standard", "simulation", "learning-outcomes-exam", "prior-learning"),
        *("test", "self-assessment"),
    }


@pytest.mark.parametrize("written", ["1", "2", "3", "assessment-based certificate", "performance"])
def test_codes_of_other_lists_are_no_kinds_of_assessment(written):
    assert assessment.assessment(written) is None


@pytest.mark.parametrize(
    "written", ["berufsbegleitend", "part-time", "Part Time", "parttime", "deltid"]
)
def test_training_beside_work_is_part_time(written):
    assert participation.schedule(written).code == "part-time"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("full-time", "full-time"),
        ("dual training", "dual"),
        ("self-paced", "self-paced"),
        ("Part time light", "part-time-light"),
        ("http://data.europa.eu/snb/learning-schedule/f230bae523", "part-time-intensive"),
        ("onsite", None),
    ],
)
def test_schedules_are_read_as_the_field_writes_them(written, code):
    found = participation.schedule(written)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("online", "online"),
        ("distance-learning", "distance"),
        ("on campus", "presential"),
        ("hybrid", "hybrid"),
        ("blended", "blended"),
        ("BlendedDelivery", "blended"),
        ("deliveryType:OnlineOnly", "online"),
        ("situated", "presential"),
        ("work experience", "work-based"),
        ("volunteering", "volunteering"),
        ("personalized learning activities", "personalised"),
        ("http://data.europa.eu/snb/learning-assessment/920fbb3cbe", "online"),
        ("δια ζώσης", "presential"),
    ],
)
def test_modes_are_read_as_the_field_writes_them(written, code):
    assert participation.mode(written).code == code


@pytest.mark.parametrize(
    "written", ["onsite or blended", "online and onsite", "coaching", "part-time"]
)
def test_one_of_two_modes_is_neither(written):
    assert participation.mode(written) is None


@pytest.mark.parametrize(
    ("written", "code", "identity", "uri"),
    [
        ("unsupervised with no identity verification", "unsupervised", False, "c598449d64"),
        ("unsupervised with no", "", None, None),
        ("supervised with no identity verification", "supervised", False, None),
        ("supervised online", "supervised-online", None, None),
        ("onsite with identity verification", "onsite", True, None),
        ("Unsupervised without ID Verification", "unsupervised", False, "c598449d64"),
        ("Supervised with ID Verification", "supervised", True, "70be69aaf9"),
        ("supervised online, with ID check", "supervised-online", True, None),
        ("nosupnoid", "unsupervised", False, "c598449d64"),
        ("onsite", "onsite", None, None),
        ("on-site", "onsite", None, None),
        ("ID Verification", "", None, None),
        ("other", "", None, None),
        ("http://data.europa.eu/snb/supervision-verification/44314532f9", "", None, None),
    ],
)
def test_supervision_says_about_identity_only_what_is_written(written, code, identity, uri):
    found = supervision.supervision(written)
    if not code:
        assert found is None
        return
    assert (found.code, found.identity_verified) == (code, identity)
    assert (found.uri or "").removeprefix(supervision.BASE) == (uri or "")


def test_every_supervision_comes_back_from_its_label_and_uri():
    for form in supervision.all_supervisions():
        assert supervision.supervision(form.label) == form
        if form.uri:
            assert supervision.supervision(form.uri) == form
        if form.identity_verified is None:
            assert supervision.supervision(form.code) == form


def test_every_synonym_of_a_supervision_leads_to_it():
    for code, row in tables.read_list("supervisions").items():
        for written in tables.names_of(code, row):
            assert supervision.supervision(written).code == code, written


@pytest.mark.parametrize("name", [*LISTS, "supervisions"])
def test_no_synonym_means_two_codes(name):
    meant = {}
    for code, row in tables.read_list(name).items():
        for written in tables.names_of(code, row):
            assert meant.setdefault(match_key(written), code) == code, written


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("external", "external"),
        ("IHK", "chamber"),
        ("Akkreditierung", "accreditation"),
        ("unknown", quality_assurance.UNKNOWN),
        ("http://data.europa.eu/snb/accreditation/820101cba6", "external"),
        ("https://data.europa.eu/snb/accreditation/c_1f1a469a", "accreditation"),
    ],
)
def test_types_of_quality_assurance_are_read(written, code):
    assert quality_assurance.quality_assurance(written).code == code


def test_the_types_of_quality_assurance_are_seven():
    codes = {type_.code for type_ in quality_assurance.all_quality_assurance_types()}
    assert codes == {
        *("external", "internal", "accreditation", "industry-standard", "chamber", "scheme"),
        "unknown",
    }


def test_three_kinds_of_workers_are_listed_beside_the_groups_of_europass():
    groups = target_groups.all_target_groups()
    assert sum(group.uri is not None for group in groups) == 20
    for written, code in (
        ("workers in the sector", "sector-workers"),
        ("workers in other sectors", "other-sector-workers"),
        ("new entrants", "entrants"),
    ):
        assert target_groups.target_group(written).code == code


def test_ects_and_ecvet_are_the_frameworks_of_credit():
    assert credit_framework("European Credit Transfer System").code == "ects"
    assert credit_framework("ECTS").uri.endswith("6fcec5c5af")
    assert credit_framework("ECVET").code == "ecvet"
    assert credit_framework("semester hours") is None
