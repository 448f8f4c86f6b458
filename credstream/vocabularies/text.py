"""Folds texts, so that two notations of one term compare equal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Literal

LONGEST = 200
# Unicode's own limit of marks behind one letter: https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format
MOST_MARKS = 30

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


def normalised(form: Literal["NFKC", "NFKD"], text: str) -> str:
    """The text in a normal form, in time in proportion to its length.

    Python sorts the marks behind a letter one by one, so that a long run of them takes quadratic
    time; here no more marks than any language has are sorted together.
    """
    if text.isascii():
        return text
    if len(text) <= LONGEST:
        return unicodedata.normalize(form, text)
    return "".join(unicodedata.normalize(form, piece) for piece in _few_marks(text))


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


def _few_marks(text: str) -> Iterator[str]:
    """The pieces of a text, cut where a run of marks goes on for too long."""
    letters = {letter: unicodedata.normalize("NFKD", letter)[0] for letter in set(text)}
    marks = {letter for letter, first in letters.items() if unicodedata.combining(first)}
    start = run = 0
    for index, letter in enumerate(text):
        run = run + 1 if letter in marks else 0
        if run > MOST_MARKS:
            yield text[start:index]
            start, run = index, 1
    yield text[start:]


def _without_accents(text: str) -> str:
    decomposed = normalised("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
