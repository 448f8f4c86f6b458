"""Says what is doubtful about marks of funding: an unlisted funder, a number not of its shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from credstream.contract.values import Reason
from credstream.formats.shared.parsed import FundingMark
from credstream.vocabularies.text import match_key
from services.normalise.descriptors.base import plain

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
# Only these have one shape in all countries; of the others nothing is known, so nothing is said.
NUMBERS: Mapping[str, re.Pattern[str]] = {
    "Erasmus+": re.compile(
        r"20[0-9]{2}-[1-3]-[A-Z]{2}[0-9]{2}-KA[0-9]{3}(?:-[A-Z]{3})?-[0-9]{6,9}|[0-9]{9}", re.ASCII
    ),
    "Horizon Europe": re.compile(r"[0-9]{6,9}", re.ASCII),
}
FUNDER_FIX = "write a funder of the list, such as ESF+ or Erasmus+; it is kept as text"
NUMBER_DETAIL = "no project number of this funder; for Erasmus+ such as 2023-1-DE02-KA220-VET-…"


def funder(written: str) -> str | None:
    """The funder of the closed list, by its name there or another one."""
    # `ESF` and `ESF+` differ in a sign that squeezing takes away.
    return _BY_NAME.get(_name(written))


def doubts(marks: Iterable[FundingMark]) -> tuple[Reason, ...]:
    """Warnings without what was seen: a funder may be a person, a reference their account."""
    return tuple(reason for mark in marks for reason in _doubts(mark))


def _doubts(mark: FundingMark) -> Iterable[Reason]:
    written, reference = plain(mark.funder), plain(mark.reference)
    code = funder(written) if written else None
    if written and code is None:
        yield Reason(code="funding.unrecognised", path=mark.funder.path, detail=FUNDER_FIX)
    shape = NUMBERS.get(code or "")
    if shape and reference and mark.reference and not shape.fullmatch(reference):
        yield Reason(code="funding.number", path=mark.reference.path, detail=NUMBER_DETAIL)


def _name(written: str) -> str:
    return match_key(written[:200].replace("+", " plus "))


_BY_NAME = {_name(name): code for code, others in FUNDERS.items() for name in (code, *others)}
