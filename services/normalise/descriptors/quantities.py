"""Amounts of time and credit as they are written, taken apart into their units."""

from __future__ import annotations

import re
from collections.abc import Mapping

from credstream.formats.shared.parsed import Amount, RawValue, Value
from services.normalise.descriptors.base import number, spellings

# Components stay apart: P2DT12H and PT60H are the same only where a day has 24 hours of work.
ISO = re.compile(
    r"P(?:(?P<years>{n})Y)?(?:(?P<months>{n})M)?(?:(?P<weeks>{n})W)?(?:(?P<days>{n})D)?"
    r"(?:T(?:(?P<hours>{n})H)?(?:(?P<minutes>{n})M)?(?:(?P<seconds>{n})S)?)?".replace(
        "{n}", r"[0-9]{1,12}(?:[.,][0-9]{1,6})?"
    ),
    re.IGNORECASE,
)
IN_WORDS = re.compile(r"([0-9][0-9.,]*)\s*([^\W\d_]*)\.?")
HOURS_OF = {"minutes": 60, "seconds": 3600}

WORDS: Mapping[str, str] = {
    "hours": "h hr hrs hour hours std stunde stunden heure heures hora horas ora ore uur uren u"
    " godz godzina godziny godzin ώρα ώρες ωρών ωρες ωρα timer time timmar timme tunti tuntia óra"
    " hodina hodiny hodin hodín ura uri ure ur sat sati sata час часа часове tund tundi"
    " stunda stundas valanda valandos valandų saat",
    "minutes": "min mins minute minutes minuten minuti minutos minut minuut",
    "days": "d day days tag tage tagen jour jours día días dia dias giorno giorni dag dagen"
    " dzień dni ημέρα ημέρες ημερες μέρες dage dagar päivä päivää",
    "weeks": "w week weeks woche wochen semaine semaines semana semanas settimana settimane"
    " weken tydzień tygodnie tygodni εβδομάδα εβδομάδες uge uger vecka veckor",
    "months": "month months monat monate monaten mois mes meses mês mese mesi maand maanden"
    " miesiąc miesiące miesięcy μήνας μήνες måned måneder månad månader",
    "years": "y yr yrs year years jahr jahre jahren an ans année années año años ano anos anno"
    " anni jaar jaren rok lata lat έτος έτη χρόνια år vuosi vuotta",
    "ects": "ects ec ecs",
    "sbu": "sbu studiebelastingsuren studiebelastingsuur",
}
UNITS = {word.casefold(): unit for unit, words in WORDS.items() for word in words.split()}
# Credits of New Zealand and the United Kingdom are ten notional hours; plain credits are not.
NOTIONAL = re.compile(
    r"([0-9][0-9.,]*)\s*(?:(?:nz|nzqf|nzqa|nzqcf|uk|rqf|scqf|cqfw)\s*credits?"
    r"|cats(?:\s*(?:credits?|points?))?)",
    re.IGNORECASE,
)
HOURS_PER_NOTIONAL = 10
# A bare number beside no unit means hours; a bare number is no duration.
UNIT_OF_BARE = {"text": "hours", "duration": "", "span": ""}


def components(amount: Amount) -> Mapping[str, float] | None:
    """The parts of an amount by unit, such as days and hours; None where it cannot be read."""
    return next(
        (found for raw in _forms(amount.value) if (found := _components(raw, amount.unit))), None
    )


def _forms(value: Value) -> tuple[RawValue, ...]:
    return spellings(value) if isinstance(value.raw, str | Mapping) else (value.raw,)


def _components(raw: RawValue, unit: str) -> Mapping[str, float] | None:
    bare = UNIT_OF_BARE.get(unit, unit)
    if not isinstance(raw, str):
        found = number(raw)
        return {bare: found} if found is not None and bare else None
    return _iso(raw) or _notional(raw) or _in_words(raw, bare)


def _iso(text: str) -> Mapping[str, float] | None:
    match = ISO.fullmatch(text.strip())
    if match is None:
        return None
    parts = {
        unit: float(digits.replace(",", "."))
        for unit, digits in match.groupdict().items()
        if digits is not None
    }
    return _gathered({unit: found for unit, found in parts.items() if found > 0})


def _notional(text: str) -> Mapping[str, float] | None:
    match = NOTIONAL.fullmatch(text.strip())
    found = number(match[1]) if match else None
    return {"notional": found * HOURS_PER_NOTIONAL} if found is not None else None


def _in_words(text: str, bare: str) -> Mapping[str, float] | None:
    match = IN_WORDS.fullmatch(text.strip())
    found = number(match[1]) if match else None
    if match is None or found is None:
        return None
    unit = UNITS.get(match[2].casefold()) if match[2] else bare
    return _gathered({unit: found}) if unit else None


def _gathered(parts: Mapping[str, float]) -> Mapping[str, float]:
    """Parts with minutes and seconds counted as hours."""
    kept = {unit: found for unit, found in parts.items() if unit not in HOURS_OF}
    short = sum(parts[unit] / share for unit, share in HOURS_OF.items() if unit in parts)
    return {**kept, "hours": kept.get("hours", 0.0) + short} if short else kept
