"""Units of time and credit by their words and abbreviations in the languages of Europe."""

from __future__ import annotations

from collections.abc import Mapping

WORDS_BY_UNIT: Mapping[str, str] = {
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
UNITS = {word.casefold(): unit for unit, words in WORDS_BY_UNIT.items() for word in words.split()}
