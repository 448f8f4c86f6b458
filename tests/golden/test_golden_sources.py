"""Every example list, read by its source, gives what stands beside it.

With UPDATE_GOLDEN=1 in the environment the expected files are written anew: read their diff.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from credstream.contract.errors import Rejected
from services.accreditation.sources.table import LIST_FORMATS, list_format, read_list

HERE = Path(__file__).parent
NAMES = [each.NAME for each in LIST_FORMATS]
CASES = [case for name in NAMES for case in sorted((HERE / name).iterdir())]


def given(path):
    """What the table's readers make of a file, as JSON would hold it."""
    try:
        with path.open("rb") as stream:
            accreditations, reasons = read_list(stream, name="example", as_of=1_700_000_000_000)
    except Rejected as error:
        return {"rejected": {"code": error.code, "path": error.path, "detail": error.detail}}
    found = {
        "accreditations": [asdict(each) for each in accreditations],
        "reasons": [asdict(each) for each in reasons],
    }
    return json.loads(json.dumps(found))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_an_example_list_reads_as_expected(case):
    (path,) = case.glob("list.*")
    expected = case / "expected.json"

    found = given(path)

    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", "utf-8")
    assert found == json.loads(expected.read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_the_format_of_an_example_is_chosen_by_its_content(case):
    (path,) = case.glob("list.*")
    assert case.parent.name == list_format(path.read_bytes()).NAME


def test_every_format_of_a_list_has_a_name_of_its_own_and_examples():
    assert len(set(NAMES)) == len(NAMES)
    assert {case.parent.name for case in CASES} == set(NAMES)
