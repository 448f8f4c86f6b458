"""Texts by language, kept as they are written; only the language keys are brought into form."""

from __future__ import annotations

import re
from collections.abc import Mapping

from credstream.contract.records import Provider
from credstream.contract.values import Reason, Text
from credstream.formats.shared.parsed import Parsed, Value
from credstream.vocabularies import languages
from services.normalise.descriptors.base import (
    Finding,
    doubt,
    from_payload,
    from_registration,
    known,
    plain,
)

UNDETERMINED = "und"
# UTF-8 read as Windows-1252: a lead byte of a European script and a follower. Followers that
# stand behind a capital in sound text (no-break space, closing quotes) are left out.
MOJIBAKE = re.compile(
    "[ÂÃÄÅÎÏÐÑ][\u0080-\u009f\u00a1-\u00ba\u00bc-\u00bf\u20ac\u201a\u0192\u201e\u2026"
    "\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2022\u02dc\u2122\u0161\u203a\u0153\u017e"
    "\u0178]|â€"
)


def title(parsed: Parsed, provider: Provider) -> Finding[Text]:
    return text("title", parsed.title, parsed, provider)


def description(parsed: Parsed, provider: Provider) -> Finding[Text]:
    return text("description", parsed.description, parsed, provider)


def prerequisites(parsed: Parsed, provider: Provider) -> Finding[Text]:
    return text("prerequisites", parsed.prerequisites, parsed, provider)


def further_information(parsed: Parsed, provider: Provider) -> Finding[Text]:
    return text("further_information", parsed.further_information, parsed, provider)


def language(parsed: Parsed, provider: Provider) -> Finding[str | None]:
    """The main language: the payload's, else the registration's."""
    found = known(parsed.language, languages.language)
    if parsed.language and found:
        return Finding(found, (from_payload("language", parsed.language, found),))
    registered = languages.language(provider.language or "")
    origins = (from_registration("language"),) if registered else ()
    if parsed.language is None or not plain(parsed.language):
        return Finding(registered, origins)
    fix = "write a BCP 47 tag such as de"
    return Finding(registered, origins, (doubt("language.unrecognised", parsed.language, fix),))


def url(parsed: Parsed, _: Provider) -> Finding[str | None]:
    found = plain(parsed.url)
    if parsed.url is None or found is None:
        return Finding(None)
    if not found.startswith(("https://", "http://")):
        return Finding(None, (), (doubt("url.unreadable", parsed.url, "write an https address"),))
    return Finding(found, (from_payload("url", parsed.url),))


def text(descriptor: str, value: Value | None, parsed: Parsed, provider: Provider) -> Finding[Text]:
    """A text by language; one without a language stands under the payload's or registration's."""
    if value is None:
        return Finding({})
    found = by_language(value, default_language(parsed, provider))
    if not found:
        return Finding({})
    return Finding(found, (from_payload(descriptor, value),), doubly_encoded(value, found))


def by_language(value: Value, default: str) -> Text:
    """A map of language subtag to text; of two regions of one language the plain tag wins."""
    raw = value.raw
    if not isinstance(raw, Mapping):
        written = plain(value)
        return {default: written if not isinstance(raw, str) else raw} if written else {}
    found: dict[str, str] = {}
    for tag in sorted(raw, key=len):
        if str(raw[tag]).strip():
            found.setdefault(languages.language(tag) or UNDETERMINED, str(raw[tag]))
    return found


def default_language(parsed: Parsed, provider: Provider) -> str:
    return language(parsed, provider).value or UNDETERMINED


def best(texts: Text, *wanted: str) -> str | None:
    """A text in the first wanted language, else English, else undetermined, else by tag."""
    order = (*wanted, "en", UNDETERMINED, *sorted(texts))
    return next((texts[tag] for tag in order if tag in texts), None)


def doubly_encoded(value: Value, texts: Text) -> tuple[Reason, ...]:
    """A warning where text was encoded twice; it is never repaired."""
    if not any(not each.isascii() and MOJIBAKE.search(each) for each in texts.values()):
        return ()
    return (doubt("text.mojibake", value, "encode the text as UTF-8 once"),)
