"""Warns about funding marks with an unlisted funder or an invalid project number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from credstream.contract.values import Reason
from credstream.formats.shared.parsed import FundingMark
from credstream.vocabularies.text import match_key
from services.normalise.descriptors.base import single_text

FUNDERS: Mapping[str, tuple[str, ...]] = {
    "ESF+": ("ESF Plus", "European Social Fund Plus", "Europäischer Sozialfonds Plus", "FSE+"),
    "ESF": ("European Social Fund", "Europäischer Sozialfonds", "FSE", "Fonds social européen"),
    "Erasmus+": ("Erasmus Plus", "Erasmus"),
    "Horizon Europe": ("Horizon 2020", "H2020"),
    "ERDF": ("European Regional Development Fund", "EFRE", "FEDER", "FESR"),
    "Interreg": (),
    "EQUAL": (),
    "Leonardo da Vinci": (),
    "Lifelong Learning Programme": ("LLP",),
    "RRF": ("Recovery and Resilience Facility", "NextGenerationEU"),
    "JTF": ("Just Transition Fund",),
    "Digital Europe": ("Digital Europe Programme",),
    "ILA": ("individual learning account", "CPF", "Mon compte formation", "STAP"),
    "national": ("national funds", "state"),
    "regional": ("regional funds",),
    "employer": (),
    "self-funded": ("learner",),
}
# Only these funders number projects alike in all countries; other numbers are not checked.
PROJECT_NUMBERS: Mapping[str, re.Pattern[str]] = {
    "Erasmus+": re.compile(
        r"20[0-9]{2}-[1-3]-[A-Z]{2}[0-9]{2}-KA[0-9]{3}(?:-[A-Z]{3})?-[0-9]{6,9}|[0-9]{9}", re.ASCII
    ),
    "Horizon Europe": re.compile(r"[0-9]{6,9}", re.ASCII),
}
FUNDER_FIX = "write a funder of the list, such as ESF+ or Erasmus+; it is kept as text"
NUMBER_DETAIL = "no project number of this funder; for Erasmus+ such as 2023-1-DE02-KA220-VET-…"


def funder(name: str) -> str | None:
    """The funder of the closed list, by its name there or another one."""
    return _BY_NAME.get(_match_key(name))


def funding_warnings(marks: Iterable[FundingMark]) -> tuple[Reason, ...]:
    """Warnings without the values: a funder may be a person, and a reference their account."""
    return tuple(reason for mark in marks for reason in _warnings_of(mark))


def _warnings_of(mark: FundingMark) -> Iterable[Reason]:
    name, reference = single_text(mark.funder), single_text(mark.reference)
    code = funder(name) if name else None
    if name and code is None:
        yield Reason(code="funding.unrecognised", path=mark.funder.path, detail=FUNDER_FIX)
    pattern = PROJECT_NUMBERS.get(code or "")
    if pattern and reference and mark.reference and not pattern.fullmatch(reference):
        yield Reason(code="funding.number", path=mark.reference.path, detail=NUMBER_DETAIL)


def _match_key(name: str) -> str:
    """The match key of a funder; `ESF` and `ESF+` differ in a sign that match keys lack."""
    return match_key(name[:200].replace("+", " plus "))


_BY_NAME = {_match_key(name): code for code, others in FUNDERS.items() for name in (code, *others)}
