"""Texts: kept as written under clean language keys."""

from __future__ import annotations

import pytest

from services.normalise.descriptors import texts
from tests.support.normalising import (
    codes,
    parsed,
    provider,
    v,
)


def test_a_text_without_language_stands_under_the_payload_s_or_registration_s():
    assert texts.title(parsed(), provider()).value == {"de": "Robotik"}
    assert texts.title(parsed(language=v("eng")), provider()).value == {"en": "Robotik"}
    assert texts.title(parsed(), provider(language=None)).value == {"und": "Robotik"}


def test_titles_in_el_pl_and_pt_are_kept():
    given = {"el": "Ρομποτική", "pl": "Robotyka", "pt": "Robótica"}
    found = texts.title(parsed(title=v(given)), provider())
    assert found.value == given
    assert codes(found) == []


def test_language_keys_become_subtags_and_the_plain_tag_wins():
    given = {"en-US": "Color", "en": "Colour", "NL-nl": "<b>Kleur</b>", "und": "?", "de": " "}
    found = texts.title(parsed(title=v(given)), provider()).value
    assert found == {"en": "Colour", "nl": "<b>Kleur</b>", "und": "?"}


def test_a_missing_language_falls_back_in_a_stated_order():
    given = {"el": "Ρ", "pl": "R", "pt": "Q"}
    assert texts.best(given, "pt") == "Q"
    assert texts.best({**given, "en": "E"}, "sv", "pl") == "R"
    assert texts.best({**given, "en": "E"}, "sv") == "E"
    assert texts.best({**given, "und": "U"}, "sv") == "U"
    assert texts.best(given, "sv") == "Ρ"
    assert texts.best({}, "sv") is None


@pytest.mark.parametrize(
    "raw", ["KÃ¸benhavns", "MÃ¼nchen", "Î•Î»Î»Î·Î½Î¹ÎºÎ¬", "itâ€™s", "FÃ¶rderung – ok"]
)
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
