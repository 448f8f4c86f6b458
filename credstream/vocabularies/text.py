"""Folds texts, so that two notations of one term compare equal."""

from __future__ import annotations

import unicodedata

LONGEST = 200

# Letters of the field's languages that Unicode does not take apart.
_STROKES = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)


def fold(text: str) -> str:
    """The text without case, accents and needless blanks; punctuation stays."""
    if text.isascii():
        return " ".join(text.lower().split())
    bare = _bare(text.casefold()).casefold()
    return " ".join(_bare(bare).translate(_STROKES).split())


def squeeze(text: str) -> str:
    """The folded text without blanks and punctuation: `Part-time` and `part time` are one.

    Empty where the text is longer than any term, so that nobody folds a megabyte.
    """
    if len(text) > LONGEST:
        return ""
    return "".join(letter for letter in fold(text) if letter.isalnum())


def tail(uri: str, base: str) -> str | None:
    """What follows `base` in a URI; `https` is read as the `http` of the European lists."""
    scheme, found, rest = uri.strip().partition("://")
    address = base.partition("://")[2]
    if not found or scheme.lower() not in {"http", "https"}:
        return None
    if rest[: len(address)].lower() != address:
        return None
    return rest[len(address) :].rstrip("/")


def _bare(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
