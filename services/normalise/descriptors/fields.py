"""Codes beside the common descriptors: field, languages, occupations, target groups."""

from __future__ import annotations

from credstream.contract.records import Provider
from credstream.formats.shared.parsed import Parsed
from credstream.vocabularies import esco, isced_f
from credstream.vocabularies import languages as subtags
from credstream.vocabularies.target_groups import target_group
from services.normalise.descriptors.base import WithOrigins, codes_of

# What a provider can write instead; each ends the text of a warning.
FIELD_FIX = "write an ISCED-F 2013 code such as 0714"
LANGUAGE_FIX = "write a BCP 47 tag such as de"
OCCUPATION_FIX = "write the URI of an ESCO occupation"
TARGET_FIX = "write a target group of the list"


def fields(parsed: Parsed, _: Provider) -> WithOrigins[tuple[str, ...]]:
    return codes_of("fields", parsed.fields, isced_f.field, "field.unrecognised", FIELD_FIX)


def languages(parsed: Parsed, _: Provider) -> WithOrigins[tuple[str, ...]]:
    return codes_of(
        "languages", parsed.languages, subtags.language, "language.unrecognised", LANGUAGE_FIX
    )


def occupations(parsed: Parsed, _: Provider) -> WithOrigins[tuple[str, ...]]:
    return codes_of(
        "occupations",
        parsed.occupations,
        esco.occupation_uri,
        "occupation.unrecognised",
        OCCUPATION_FIX,
    )


def target_groups(parsed: Parsed, _: Provider) -> WithOrigins[tuple[str, ...]]:
    return codes_of(
        "target_groups",
        parsed.target_groups,
        _target_group_code,
        "target_group.unrecognised",
        TARGET_FIX,
    )


def _target_group_code(text: str) -> str | None:
    group = target_group(text)
    return group.code if group else None
