"""Counts unknown fields whose names are about special categories (GDPR, article 9) or about pay.

Neither their paths nor their values are kept: the name of such a field may describe a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from credstream.vocabularies.text import LONGEST, folded

# Folded; a word that begins with one of them is sensitive.
STEMS: Mapping[str, str] = {
    "health": "disab handicap behinder schwerbehind invalidit discapac disabil niepelnosprawn"
    " deficien gehandicapt beperking funktionsneds αναπηρ health gesundh krankheit sante helbred"
    " sundhed salud salute saude gezondheid zdrowi υγει medical diagnos",
    "origin": "migran migrat migrazion imigran immigr refugee flucht fluchtling refugie flygtning"
    " refugiad rifugiat vluchteling uchodz προσφυγ μεταναστ indvandr ethnic ethni etni εθνοτ"
    " εθνικοτ racial",
    "belief": "relig θρησκ belief glauben konfession wyznan trosretning",
    "union": "unionmember gewerkschaft syndical sindicat sindacat vakbond fagforening zwiazkow"
    " zwiazek συνδικ",
    "politics and sexuality": "politic politisch πολιτικ sexual sexuel sessual seksue seksua",
    "pay": "salar salair gehalt wynagrodz zarobk pensja remuner retribuz sueldo μισθ αμοιβ"
    " vencimento ordenado income einkommen",
}
# Other words begin with these (`longitude`, `trophy`, `placard`), so the whole word is compared.
WORDS = (
    "tro lon loon lohn race raca rasse raza politi stipendio nomina placa wage wages syndicat union"
)
STEM_STARTS = tuple(stem for stems in STEMS.values() for stem in stems.split())
WHOLE_WORDS = frozenset(WORDS.split())
# The last part of a German compound says what it is: `Bruttogehalt`, `Stundenlohn`.
WORD_ENDS = ("gehalt", "lohn", "salary", "behinderung")
PART = re.compile(r"[./\[\]'\"#:]+")
WORD = re.compile(r"[A-Z]?[^\WA-Z\d_]+|[A-Z]+(?![^\WA-Z\d_])")


def count_sensitive(paths: Iterable[str]) -> int:
    """The number of paths whose last part names a special category or pay."""
    return sum(_is_sensitive(path) for path in paths)


def _is_sensitive(path: str) -> bool:
    parts = [part for part in PART.split(path[-LONGEST:]) if not part.isdigit() and part]
    return (
        any(_is_sensitive_word(folded(word)) for word in WORD.findall(parts[-1]))
        if parts
        else False
    )


def _is_sensitive_word(word: str) -> bool:
    return word in WHOLE_WORDS or word.startswith(STEM_STARTS) or word.endswith(WORD_ENDS)
