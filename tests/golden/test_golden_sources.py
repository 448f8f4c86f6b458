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
from services.accreditation.sources import national_csv

HERE = Path(__file__).parent
SOURCES = {"national_csv": national_csv.read}
CASES = [case for source in SOURCES for case in sorted((HERE / source).iterdir())]


def given(read, text):
    """What a source makes of a text, as JSON would hold it."""
    try:
        accreditations, reasons = read(text, name="example", as_of=1_700_000_000_000)
    except Rejected as error:
        return {"rejected": {"code": error.code, "path": error.path, "detail": error.detail}}
    found = {
        "accreditations": [asdict(each) for each in accreditations],
        "reasons": [asdict(each) for each in reasons],
    }
    return json.loads(json.dumps(found))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_an_example_list_reads_as_expected(case):
    (source,) = case.glob("list.*")
    expected = case / "expected.json"

    found = given(SOURCES[case.parent.name], source.read_bytes().decode("utf-8"))

    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", "utf-8")
    assert found == json.loads(expected.read_text("utf-8"))


def test_every_source_has_examples():
    assert {case.parent.name for case in CASES} == set(SOURCES)
