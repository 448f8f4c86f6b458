"""Levels: EQF, cycles of higher education, and the way from national frameworks to the EQF."""

import pytest

from credstream.vocabularies import eqf, nqf


@pytest.mark.parametrize(
    "written",
    [
        *(5, 5.0, "5", " 5 ", "5.0", "level 5", "Level 5", "LEVEL  5", "level5", "EQF 5", "EQF5"),
        *("Niveau 5", "EQF Level 5", "EQF level 5", "eqf-5", "EQF: 5", "EQR 5", "Niveau: 5"),
        *("Nivel 5", "Livello 5", "Poziom 5", "Nível 5", "Επίπεδο 5", "EQF niveau 5", "nivå 5"),
        *("http://data.europa.eu/snb/eqf/5", "https://data.europa.eu/snb/eqf/5"),
    ],
)
def test_level_five_is_read_from_every_notation(written):
    assert eqf.eqf(written) == 5


@pytest.mark.parametrize(
    "written",
    [
        *(0, 9, -5, 4.5, True, False, None, float("nan"), float("inf"), 10**400, [], {}, b"5"),
        *("", "0", "9", "-5", "4.5", "4,5", "55", "4+", "5a", "3-4", "true", "V", "\u0665", "5²"),
        *("Foundational", "Intermediate", "Advanced", "Beginner", "level", "EQF"),
        *("DQR 5", "NLQF 5", "SCQF level 5", "ISCED 5", "MBO 4", "http://data.europa.eu/snb/eqf/"),
        *("http://data.europa.eu/snb/eqf/9", "http://example.org/eqf/5", "5" * 100_000),
    ],
)
def test_what_is_no_eqf_level_gives_none(written):
    assert eqf.eqf(written) is None


def test_every_eqf_level_comes_back_from_number_label_and_uri():
    for level in range(1, 9):
        assert eqf.eqf(level) == level
        assert eqf.eqf(eqf.label(level)) == level
        assert eqf.eqf(eqf.uri(level)) == level


def test_a_level_outside_the_eqf_has_no_uri():
    with pytest.raises(KeyError):
        eqf.uri(9)


@pytest.mark.parametrize(
    ("written", "cycle", "level"),
    [
        ("short cycle", "short", 5),
        ("Short-Cycle", "short", 5),
        ("first cycle", "first", 6),
        ("second cycle", "second", 7),
        ("2nd cycle", "second", 7),
        ("third", "third", 8),
        ("0", "short", 5),
        (3, "third", 8),
    ],
)
def test_a_cycle_is_read_with_its_eqf_level(written, cycle, level):
    assert eqf.cycle(written) == cycle
    assert eqf.cycle_eqf(cycle) == level


@pytest.mark.parametrize("written", ["", "4", "-1", 4, -1, True, 1.0, None, "bicycle", "master"])
def test_what_is_no_cycle_gives_none(written):
    assert eqf.cycle(written) is None


@pytest.mark.parametrize(
    ("written", "code", "country"),
    [
        ("NLQF", "NLQF", "NL"),
        ("dqr", "DQR", "DE"),
        ("NKR", "NKR", "NO"),
        ("Norwegian NQF", "NKR", "NO"),
        ("TYC", "TQF", "TR"),
        ("TYÇ", "TQF", "TR"),
        ("TQF", "TQF", "TR"),
        ("RNCP", "RNCP", "FR"),
        ("NQF RNCP", "RNCP", "FR"),
        ("SCQF", "SCQF", "GB"),
        ("NFQ", "NFQ", "IE"),
        ("IE NQF", "NFQ", "IE"),
        ("AT: NQF", "NQR", "AT"),
        ("German National Qualifications Framework", "DQR", "DE"),
        ("German NQF", "DQR", "DE"),
        ("Polska Rama Kwalifikacji", "PQF", "PL"),
        ("http://data.europa.eu/snb/qdr/c_5c66dcbc", "NLQF", "NL"),
        ("https://data.europa.eu/snb/qdr/c_5c66dcbc", "NLQF", "NL"),
    ],
)
def test_a_framework_is_found_by_abbreviation_name_and_uri(written, code, country):
    found = nqf.framework(written)
    assert found
    assert (found.code, found.country) == (code, country)


@pytest.mark.parametrize("written", ["", "NQF", "QF", "XQF", "EQF", "Foundational", "http://x/c_1"])
def test_an_unknown_framework_gives_none(written):
    assert nqf.framework(written) is None


def test_norwegian_and_turkish_level_five_are_eqf_five():
    for written, country in (("NKR", "NO"), ("TYC", "TR")):
        framework = nqf.framework(written)
        assert framework.country == country
        assert nqf.to_eqf(framework, "5") == 5
    assert nqf.framework("ABQF") is None


RULES = {
    "NFQ": {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6, 8: 6, 9: 7, 10: 8, 0: None, 11: None},
    "SCQF": {1: None, 2: None, 3: 1, 4: 2, 5: 3, 6: 4, 7: 5, 8: 5, 9: 6, 10: 6, 11: 7, 12: 8},
    "SQF": {1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 6: 5, 7: 6, 8: 7, 9: 8, 10: 8},
    "RQF": {
        "Entry 3": 1,
        "Entry Level 3": 1,
        "Entry Levels 1-2": None,
        1: 2,
        3: 4,
        4: 5,
        5: 5,
        8: 8,
    },
    "CQFW": {"Entry 3": 1, "Entry 1-3": None, 1: 2, 2: 3, 4: 5, 5: 5, 6: 6, 7: 7},
    "RNCP": {
        "V": 3,
        "IV": 4,
        "III": 5,
        "niveau II": 6,
        "II-Grade de Licence": 6,
        "I": None,
        "I-Master": 7,
        "I-Doctorat": 8,
        3: 3,
        5: 5,
        "niveau 8": 8,
        1: None,
        2: None,
    },
    "ISQF": {1: None, "5.1": None, 7: None},
    "MQF": {"A": None, "B": None, 1: 1, 8: 8},
    "BQF": {0: None, 5: 5},
    "NLQF": {"Entry Level": None, "4+": 4, "4": 4, "level 4+": 4, "NLQF Level 4+": 4},
    "NKR": {5: 5, "5.1": 5, "6.2": 6, "4A": 4},
    "CyQF": {"5a": 5, "7c": 7},
    "NNMQF": {"6 A": 6, "5B": 5},
    "CROQF": {"7.2": 7, "8.1": 8},
    "TQF": {"TYÇ 5": 5, "Seviye 5": 5, "level 5": 5, "5. Seviye": 5},
    "DQR": {"Niveau 4": 4, "Niveau4": 4, "4.5": None, "9": None, "": None, "-5": None, "3-4": None},
}


@pytest.mark.parametrize(
    ("code", "value", "level"),
    [(code, str(value), level) for code, rule in RULES.items() for value, level in rule.items()],
)
def test_a_national_level_has_the_eqf_level_of_its_referencing_report(code, value, level):
    assert nqf.to_eqf(nqf.framework(code), value) == level


def test_every_listed_level_has_a_whole_number_or_a_rule_or_is_one_of_the_unmapped():
    unmapped = {
        (framework.code, level)
        for framework in nqf.all_frameworks()
        for level in nqf.levels(framework)
        if nqf.to_eqf(framework, level) is None and framework.code != "ISQF"
    }
    assert unmapped == {
        *(("SCQF", "1"), ("SCQF", "2"), ("MQF", "A"), ("MQF", "B"), ("BQF", "0")),
        *(("NLQF", "Entry Level"), ("RQF", "Entry Levels 1-2"), ("CQFW", "Entry 1-3")),
    }


def test_every_framework_comes_back_from_its_code_name_and_uri():
    for framework in nqf.all_frameworks():
        for written in (framework.code, framework.name, framework.uri):
            assert nqf.framework(written) == framework


def test_every_level_comes_back_from_its_uri_and_label():
    for framework in nqf.all_frameworks():
        for level in nqf.levels(framework):
            uri = nqf.level_uri(framework, level)
            assert nqf.from_uri(uri) == (framework, level)
            assert nqf.from_label(f"{framework.code} Level {level}") == (framework, level)


def test_a_level_that_the_european_list_lacks_has_no_uri():
    assert nqf.level_uri(nqf.framework("NKR"), "5") is None
    assert nqf.level_uri(nqf.framework("NKR"), "level 5.1") is not None
    assert nqf.from_uri("http://data.europa.eu/snb/qdr/c_5c66dcbc") is None


@pytest.mark.parametrize(
    ("label", "code", "level"),
    [
        ("MECU Level 7", "MECU", "7"),
        ("NLQF 4+", "NLQF", "4+"),
        ("NLQF Entry Level", "NLQF", "Entry Level"),
        ("AT: NQF Level 5", "NQR", "5"),
        ("NQF RNCP Level I-Master", "RNCP", "I-Master"),
        ("DQR Niveau 4", "DQR", "4"),
        ("mbo-2", "NLQF", "2"),
        ("MBO-niveau 2", "NLQF", "2"),
    ],
)
def test_framework_and_level_are_read_from_one_text(label, code, level):
    framework, value = nqf.from_label(label)
    assert (framework.code, value) == (code, level)


@pytest.mark.parametrize("label", ["", "DQR", "DQR level", "Level 7", "EQF Level 5", "DQR is good"])
def test_a_text_without_framework_or_level_gives_none(label):
    assert nqf.from_label(label) is None
