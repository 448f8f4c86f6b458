"""The table of all reason codes."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.contract.reasons.judgements import JUDGEMENTS
from credstream.contract.reasons.refusals import ENDINGS, REFUSALS
from credstream.contract.reasons.text import ReasonText
from credstream.contract.reasons.warnings import SEALING, WARNINGS

REASONS: Mapping[str, ReasonText] = {**REFUSALS, **ENDINGS, **WARNINGS, **SEALING, **JUDGEMENTS}

__all__ = ["ENDINGS", "JUDGEMENTS", "REASONS", "REFUSALS", "SEALING", "WARNINGS", "ReasonText"]
