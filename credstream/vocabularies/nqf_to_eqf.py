"""The EQF levels of national levels, by the referencing reports of the countries.

https://europass.europa.eu/en/compare-qualifications. A level without a rule has no EQF level, and
what the framework says of it is kept as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping


def _levels_from(start: int, *eqf: int) -> Mapping[str, int]:
    """The EQF levels of consecutive national levels, of which `start` is the first."""
    return {str(level): to for level, to in enumerate(eqf, start)}


# Frameworks whose levels do not have the EQF's numbers; a level that is not here has no EQF level.
# Compared with published tables: all of RQF, CQFW, SCQF and RNCP, parts of NFQ and SQF.
EQF_BY_LEVEL: Mapping[str, Mapping[str, int]] = {
    "NFQ": _levels_from(1, 1, 1, 2, 3, 4, 5, 6, 6, 7, 8),
    "SCQF": _levels_from(3, 1, 2, 3, 4, 5, 5, 6, 6, 7, 8),
    "SQF": _levels_from(1, 1, 2, 3, 4, 4, 5, 6, 7, 8, 8),
    "RQF": {"entry 3": 1, **_levels_from(1, 2, 3, 4, 5, 5, 6, 7, 8)},
    "CQFW": {"entry 3": 1, **_levels_from(1, 2, 3, 4, 5, 5, 6, 7, 8)},
    # Roman numerals are the levels before 2019; I alone may be a master or a doctorate.
    "RNCP": {
        **_levels_from(3, 3, 4, 5, 6, 7, 8),
        "v": 3,
        "iv": 4,
        "iii": 5,
        "ii": 6,
        "ii-grade de licence": 6,
        "i-master": 7,
        "i-doctorat": 8,
    },
    # The levels of Iceland are shifted against the EQF; by how much has not been checked.
    "ISQF": {},
}
# 5, 5a, 6 A, 5.1 and 4+ count as their whole number; 4.5 is no level of any framework.
SUBLEVEL = re.compile(r"([1-8])(?:[a-c]|\.[12]|\+)?")


def eqf_of(framework: str, level: str) -> int | None:
    """The EQF level of a level, folded and without level word, of a framework by its code."""
    levels = EQF_BY_LEVEL.get(framework)
    if levels is not None:
        return levels.get(level)
    whole = SUBLEVEL.fullmatch(level)
    return int(whole[1]) if whole else None
