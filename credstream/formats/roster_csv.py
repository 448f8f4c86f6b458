"""Lists in CSV: awards of many learners, or programmes in DEQAR's columns."""

from __future__ import annotations

from typing import Any

from credstream.contract.parts import Reason
from credstream.formats import rosters
from credstream.formats.shared.parsed import Parsed, Rules

NAME = "roster-csv"


def recognise(document: Any) -> bool:
    return rosters.recognise(document, "csv")


def unfit(document: Any) -> Reason | None:
    return rosters.unfit(document)


def split(document: Any, rules: Rules) -> tuple[Any, ...]:
    return rosters.split(document, rules)


def parse(document: Any) -> Parsed:
    return rosters.parse(document)
