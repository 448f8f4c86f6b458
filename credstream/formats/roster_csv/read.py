"""Lists in CSV: awards of many learners, or programmes in the columns of DEQAR."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from credstream.contract.values import Reason
from credstream.formats.shared.budget import Budget
from credstream.formats.shared.parsed import Parsed, Rules
from credstream.formats.shared.rosters import rows

NAME = "roster-csv"


def recognise(document: Any) -> bool:
    return rows.recognise(document, "csv")


def unfit(document: Any) -> Reason | None:
    return rows.unfit(document)


def split(document: Any, rules: Rules) -> Iterable[Any]:
    return rows.split(document, rules)


def parse(document: Any, budget: Budget | None = None) -> Parsed:
    del budget
    return rows.parse(document)
