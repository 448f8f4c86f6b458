"""Counts free fields whose names tell of special categories (GDPR, article 9) or of pay.

Neither their paths nor their values go on: the name alone may say what a person is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from credstream.vocabularies.text import LONGEST, folded

# Beginnings of words, folded: what a word must begin with.
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
# These begin other words too (`longitude`, `trophy`, `placard`): only the whole word tells.
WORDS = (
    "tro lon loon lohn race raca rasse raza politi stipendio nomina placa wage wages syndicat union"
)
OPEN = tuple(stem for stems in STEMS.values() for stem in stems.split())
WHOLE = frozenset(WORDS.split())
# A German compound ends with the word that matters: `Bruttogehalt`, `Stundenlohn`.
ENDS = ("gehalt", "lohn", "salary", "behinderung")
PART = re.compile(r"[./\[\]'\"#:]+")
WORD = re.compile(r"[A-Z]?[^\WA-Z\d_]+|[A-Z]+(?![^\WA-Z\d_])")


def sensitive(paths: Iterable[str]) -> int:
    """How many of the paths end with the name of a special category or of pay."""
    return sum(_tells(path) for path in paths)


def _tells(path: str) -> bool:
    parts = [part for part in PART.split(path[-LONGEST:]) if not part.isdigit() and part]
    return any(_word_tells(folded(word)) for word in WORD.findall(parts[-1])) if parts else False


def _word_tells(word: str) -> bool:
    return word in WHOLE or word.startswith(OPEN) or word.endswith(ENDS)
