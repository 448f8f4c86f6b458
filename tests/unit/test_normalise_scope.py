"""Scope: degrees, long studies and apprenticeships end with the rule that decided."""

from __future__ import annotations

import pytest

from credstream.formats.shared.parsed import Amount
from services.normalise.assemble import definition_of
from services.normalise.scope import out_of_scope
from tests.support.normalising import complete, provider, v


def ending(unit="hours", raw=40, kind=None):
    amount = Amount(unit=unit, value=v(raw, "workload"))
    given = complete(workload=(amount,), credential_type=v(kind, "type") if kind else None)
    found = definition_of(given, provider(hours_per_day=8), "mc:de:d")
    return out_of_scope(found.value, given)


@pytest.mark.parametrize(
    "kind",
    [
        *("BachelorDegree", "MasterDegree", "Degree", "AssociateDegree", "DoctoralDegree"),
        *("ResearchDoctorate", "Doctorate", "ceterms:BachelorDegree", "Diploma Supplement"),
        "http://data.europa.eu/snb/credential/6dff8a0f87",
    ],
)
def test_a_degree_is_no_micro_credential(kind):
    found = ending(kind=kind)
    assert (found.code, found.path) == ("scope.degree", "type")
    assert kind in found.detail


@pytest.mark.parametrize(
    "kind",
    [
        *(None, "MicroCredential", "Certificate", "Course", "Badge", "MasterCertificate"),
        "http://data.europa.eu/snb/credential/e34929035b",
    ],
)
def test_other_types_may_be_micro_credentials(kind):
    assert ending(kind=kind) is None


@pytest.mark.parametrize(
    ("unit", "raw", "code"),
    [
        ("ects", 60, None),
        ("ects", 60.5, "scope.ects"),
        ("hours", 1500, None),
        ("hours", 1501, "scope.hours"),
        ("text", "1600 Stunden", "scope.hours"),
        ("days", 200, "scope.hours"),
        ("duration", "P2Y", "scope.apprenticeship"),
        ("text", "2 years", "scope.apprenticeship"),
        ("hours", "2 Jahre", "scope.apprenticeship"),
        ("span", "P2Y", None),
        ("duration", "P60M", None),
        ("duration", "P9M", None),
    ],
)
def test_the_size_decides_and_months_decide_nothing(unit, raw, code):
    found = ending(unit, raw)
    assert (found.code if found else None) == code


def test_an_apprenticeship_by_type_is_no_micro_credential():
    assert ending(kind="ApprenticeshipCertificate").code == "scope.apprenticeship"
