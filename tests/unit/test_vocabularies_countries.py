"""Countries and languages: what the field writes, and the codes it stands for."""

import pytest

from credstream.vocabularies import countries, languages, tables
from credstream.vocabularies.text import match_key


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("DE", "DE"),
        ("es", "ES"),
        ("NLD", "NL"),
        ("usa", "US"),
        (" fr ", "FR"),
        ("http://publications.europa.eu/resource/authority/country/DEU", "DE"),
        ("https://publications.europa.eu/resource/authority/country/che", "CH"),
        ("EL", "GR"),
        ("UK", "GB"),
        ("SF", "FI"),
        ("The Netherlands", "NL"),
        ("netherlands", "NL"),
        ("Netherlands (the)", "NL"),
        ("THE  NETHERLANDS", "NL"),
        ("Gambia", "GM"),
        ("Czech Republic", "CZ"),
        ("Czechia", "CZ"),
        ("Turkey", "TR"),
        ("Türkiye", "TR"),
        ("Cote d'Ivoire", "CI"),
        ("Germany", "DE"),
        ("Deutschland", "DE"),
        ("Österreich", "AT"),
        ("OSTERREICH", "AT"),
        ("Ελλάδα", "GR"),
        ("United States of America", "US"),
        ("U.S.A.", "US"),
        ("Republic of Korea", "KR"),
        ("Scotland", "GB"),
        ("Kosovo", "XK"),
        ("http://publications.europa.eu/resource/authority/country/1A0", "XK"),
        ("http://publications.europa.eu/resource/authority/country/FQ0", "TF"),
    ],
)
def test_a_country_is_read_from_every_notation_of_the_field(written, code):
    assert countries.country(written) == code


@pytest.mark.parametrize(
    "written",
    [
        *("", " ", "XX", "ZZ", "Naboo", "EU", "EUR", "CPT", "OP_DATPRO", "the", "Korea", "N", "D"),
        *("Europe", "DE-BY", "http://publications.europa.eu/resource/authority/country/"),
        *("http://publications.europa.eu/resource/authority/country/EUR", "http://example.org/DEU"),
    ],
)
def test_what_is_no_country_gives_none(written):
    assert countries.country(written) is None


def test_every_country_comes_back_from_its_codes_uri_and_label():
    for code in countries.all_countries():
        for written in (
            code,
            code.lower(),
            countries.alpha3(code),
            countries.label(code),
            f"{countries.label(code).removeprefix('The ')}, the",
            countries.authority_uri(code),
        ):
            assert countries.country(written) == code, written


def test_every_other_name_of_a_country_leads_to_it():
    for code, (_, *names) in countries._rows().items():
        for name in names:
            assert countries.country(name) == code, name


def test_the_countries_are_listed_in_order_once_each():
    every = countries.all_countries()
    assert list(every) == sorted(set(every))
    assert len(every) == 250
    assert all(len(code) == 2 and code.isupper() for code in every)


def test_the_european_list_has_codes_of_its_own_for_two_countries():
    base = "http://publications.europa.eu/resource/authority/country/"
    assert countries.authority_uri("XK") == base + "1A0"
    assert countries.authority_uri("TF") == base + "FQ0"
    assert countries.authority_uri("GR") == base + "GRC"


def test_a_code_that_is_none_is_a_mistake_of_the_caller():
    with pytest.raises(KeyError):
        countries.label("XX")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("eng", "en"),
        ("nl-NL", "nl"),
        ("nld", "nl"),
        ("en_EN", "en"),
        ("en-EN", "en"),
        ("en-US", "en"),
        ("zh-Hant-TW", "zh"),
        ("de-CH-1996", "de"),
        ("es-419", "es"),
        ("English", "en"),
        ("http://publications.europa.eu/resource/authority/language/ENG", "en"),
        ("https://publications.europa.eu/resource/authority/language/ell", "el"),
        ("no", "no"),
        ("nb", "nb"),
        ("nn", "nn"),
        ("nob", "nb"),
        ("nno", "nn"),
        ("Norwegian", "no"),
        ("bokmål", "nb"),
        ("ger", "de"),
        ("dut", "nl"),
        ("gre", "el"),
        ("fre-FR", "fr"),
        ("iw", "he"),
        ("Deutsch", "de"),
        ("ESPAÑOL", "es"),
        ("ελληνικά", "el"),
        ("Flemish", "nl"),
        ("Malay", "ms"),
        ("ltg", "ltg"),
        ("cnr", "cnr"),
    ],
)
def test_a_language_is_read_from_every_notation_of_the_field(written, code):
    assert languages.language(written) == code


@pytest.mark.parametrize(
    "written",
    ["", "und", "mul", "zxx", "mis", "xx", "qqq", "no-one", "Klingonese", "OP_DATPRO", "e", "en-"],
)
def test_what_names_no_language_gives_none(written):
    assert languages.language(written) is None


def test_every_language_comes_back_from_its_code_tag_and_uri():
    for code in languages.all_languages():
        for written in (code, code.upper(), f"{code}-DE", languages.authority_uri(code)):
            assert languages.language(written) == code, written


def test_a_label_leads_to_a_language_of_that_label_and_rather_to_one_of_iso_639_1():
    for code in languages.all_languages():
        found = languages.language(languages.label(code))
        assert found == code or len(found) <= len(code)


def test_all_of_iso_639_1_is_there_and_the_languages_of_the_union():
    short = {code for code in languages.all_languages() if len(code) == 2}
    union = [
        "bg",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "es",
        "et",
        "fi",
        "fr",
        "ga",
        "hr",
        "hu",
        "it",
        "lt",
        "lv",
        "mt",
        "nl",
        "pl",
        "pt",
        "ro",
        "sk",
        "sl",
        "sv",
    ]
    assert len(short) == 183
    assert short.issuperset([*union, "no", "nb", "nn", "is", "tr"])


@pytest.mark.parametrize(
    ("code", "names"),
    [
        (
            "DE",
            "Deutschland Allemagne Tyskland Alemania Germania Duitsland Niemcy Alemanha Γερμανία",
        ),
        ("NO", "Norwegen Norvège Norge Noruega Norvegia Noorwegen Norwegia Νορβηγία"),
        ("NL", "Niederlande Pays-Bas Nederlandene Nederland Holandia"),
        ("GR", "Griechenland Grèce Grækenland Grecia Griekenland Grecja Grécia Ελλάδα"),
    ],
)
def test_countries_of_europe_are_read_in_the_ten_languages(code, names):
    assert [countries.country(name) for name in names.split()] == [code] * len(names.split())


def test_no_name_means_two_countries():
    meant = {}
    for code, row in tables.read_list("countries").items():
        for name in row[1:]:
            assert meant.setdefault(match_key(name), code) == code, name
