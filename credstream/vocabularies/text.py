"""Folds texts, so that two notations of one term compare equal."""

from __future__ import annotations

import unicodedata

LONGEST = 200

# Letters of European languages that Unicode does not decompose into a base and an accent.
_BASE_LETTERS = str.maketrans(
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


def folded(text: str) -> str:
    """The text without case, accents and needless blanks, with its punctuation."""
    if text.isascii():
        return " ".join(text.lower().split())
    # Folding the case can bring accents back, as in İ: both are done twice.
    lower = _without_accents(text.casefold()).casefold()
    return " ".join(_without_accents(lower).translate(_BASE_LETTERS).split())


def match_key(text: str) -> str:
    """The folded text without blanks and punctuation: `Part-time` and `part time` have one key.

    Empty where the text is longer than any term, so that a megabyte is not folded.
    """
    if len(text) > LONGEST:
        return ""
    return "".join(letter for letter in folded(text) if letter.isalnum())


def code_in_uri(uri: str, base: str) -> str | None:
    """The code behind `base` in a URI; `https` is read as the `http` of the European lists."""
    scheme, separator, rest = uri.strip().partition("://")
    address = base.partition("://")[2]
    if not separator or scheme.lower() not in {"http", "https"}:
        return None
    if rest[: len(address)].lower() != address:
        return None
    return rest[len(address) :].rstrip("/")


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
