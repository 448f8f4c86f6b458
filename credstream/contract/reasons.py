"""Every reason code: what it means, and what would fix it."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.contract.judgements import JUDGEMENTS
from credstream.contract.refusals import ENDINGS, REFUSALS
from credstream.contract.warnings import SEALING, WARNINGS
from credstream.contract.words import Words

REASONS: Mapping[str, Words] = {**REFUSALS, **ENDINGS, **WARNINGS, **SEALING, **JUDGEMENTS}

__all__ = ["ENDINGS", "JUDGEMENTS", "REASONS", "REFUSALS", "SEALING", "WARNINGS", "Words"]
