"""Texts by language, kept as they are written; only the language tags are normalised."""

from __future__ import annotations

import re
from collections.abc import Mapping

from credstream.contract.records import Provider
from credstream.contract.values import Reason, Text
from credstream.formats.shared.parsed import Parsed, Value
from credstream.vocabularies import languages
from services.normalise.descriptors.base import (
    WithOrigins,
    from_payload,
    from_registration,
    look_up,
    single_text,
    warning_about,
)

# BCP 47's tag for a text of undetermined language.
UNDETERMINED = "und"
LANGUAGE_FIX = "write a BCP 47 tag such as de"
URL_FIX = "write an https address"
# UTF-8 read as Windows-1252: the lead byte of a European script and a continuation byte. Those
# that follow a capital in correct text (no-break space, closing quotes) are left out.
MOJIBAKE = re.compile(
    "[ÂÃÄÅÎÏÐÑ][\u0080-\u009f\u00a1-\u00ba\u00bc-\u00bf\u20ac\u201a\u0192\u201e\u2026"
    "\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2022\u02dc\u2122\u0161\u203a\u0153\u017e"
    "\u0178]|â€"
)


def title(parsed: Parsed, provider: Provider) -> WithOrigins[Text]:
    return text("title", parsed.title, parsed, provider)


def description(parsed: Parsed, provider: Provider) -> WithOrigins[Text]:
    return text("description", parsed.description, parsed, provider)


def prerequisites(parsed: Parsed, provider: Provider) -> WithOrigins[Text]:
    return text("prerequisites", parsed.prerequisites, parsed, provider)


def further_information(parsed: Parsed, provider: Provider) -> WithOrigins[Text]:
    return text("further_information", parsed.further_information, parsed, provider)


def language(parsed: Parsed, provider: Provider) -> WithOrigins[str | None]:
    """The main language: the payload's, else the registration's."""
    stated = look_up(parsed.language, languages.language)
    if parsed.language and stated:
        return WithOrigins(stated, (from_payload("language", parsed.language, stated),))
    registered = languages.language(provider.language or "")
    origins = (from_registration("language"),) if registered else ()
    if parsed.language is None or not single_text(parsed.language):
        return WithOrigins(registered, origins)
    warning = warning_about("language.unrecognised", parsed.language, LANGUAGE_FIX)
    return WithOrigins(registered, origins, (warning,))


def url(parsed: Parsed, _: Provider) -> WithOrigins[str | None]:
    address = single_text(parsed.url)
    if parsed.url is None or address is None:
        return WithOrigins(None)
    if not address.startswith(("https://", "http://")):
        return WithOrigins(None, (), (warning_about("url.unreadable", parsed.url, URL_FIX),))
    return WithOrigins(address, (from_payload("url", parsed.url),))


def text(
    descriptor: str, value: Value | None, parsed: Parsed, provider: Provider
) -> WithOrigins[Text]:
    """A text by language; one without a language has the payload's or the registration's."""
    if value is None:
        return WithOrigins({})
    texts = by_language(value, default_language(parsed, provider))
    if not texts:
        return WithOrigins({})
    return WithOrigins(texts, (from_payload(descriptor, value),), mojibake_warnings(value, texts))


def by_language(value: Value, default: str) -> Text:
    """A map of primary language subtag to text; `default` is the language of a plain text."""
    raw = value.raw
    if not isinstance(raw, Mapping):
        written = single_text(value)
        return {default: written if not isinstance(raw, str) else raw} if written else {}
    texts: dict[str, str] = {}
    # The shortest tag first: `de` wins over `de-AT`.
    for tag in sorted(raw, key=len):
        if str(raw[tag]).strip():
            texts.setdefault(languages.language(tag) or UNDETERMINED, str(raw[tag]))
    return texts


def default_language(parsed: Parsed, provider: Provider) -> str:
    return language(parsed, provider).value or UNDETERMINED


def best(texts: Text, *wanted: str) -> str | None:
    """A text in the first wanted language, else English, else undetermined, else by tag."""
    order = (*wanted, "en", UNDETERMINED, *sorted(texts))
    return next((texts[tag] for tag in order if tag in texts), None)


def mojibake_warnings(value: Value, texts: Text) -> tuple[Reason, ...]:
    """A warning where text was encoded twice; it is kept, as a repair could destroy a good one."""
    if not any(not text.isascii() and MOJIBAKE.search(text) for text in texts.values()):
        return ()
    return (warning_about("text.mojibake", value, "encode the text as UTF-8 once"),)
