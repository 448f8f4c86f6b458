"""Every case under tests/golden/<format>/<case>/: input.<any> is detected, parsed and compared.

UPDATE_GOLDEN=1 writes parsed.json anew; read the difference before you keep it.
"""

import json
import os
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from credstream.contract.errors import Rejected
from credstream.formats.shared import documents
from credstream.formats.shared.parsed import Rules, Unread
from credstream.formats.table import FORMATS
from services.ingest.detect import detect

HERE = Path(__file__).parent
# A format's golden files lie in a folder of the same name as its code.
BY_FOLDER = {each.__name__.split(".")[-2]: each for each in FORMATS}
CASES = sorted(
    case
    for folder in HERE.iterdir()
    if folder.name in BY_FOLDER
    for case in folder.iterdir()
    if case.is_dir()
)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.parent.name}-{case.name}" for case in CASES])
def test_a_case_is_parsed_as_recorded(case):
    format_ = BY_FOLDER[case.parent.name]
    (path,) = case.glob("input.*")
    found = detect(path.read_bytes())
    assert found.format == format_.NAME
    seen = outcome(format_, found)
    recorded = case / "parsed.json"
    if os.environ.get("UPDATE_GOLDEN"):
        recorded.write_text(json.dumps(seen, ensure_ascii=False, indent=2) + "\n", "utf-8")
    assert seen == json.loads(recorded.read_text("utf-8"))


def test_there_are_cases():
    assert {case.parent.name for case in CASES} >= {"ob3", "elm3", "native"}


def outcome(format_, found):
    if found.unfit:
        return {"unfit": told(found.unfit)}
    try:
        parts = format_.split(found.document, Rules())
        parsed = [told(each) if isinstance(each, Unread) else read(format_, each) for each in parts]
    except Rejected as refusal:
        return refused(refusal)
    return parsed[0] if len(parsed) == 1 else parsed


def read(format_, part):
    """A part as normalise reads it: through its bytes."""
    try:
        return told(format_.parse(documents.read(documents.write(part))))
    except Rejected as refusal:
        return refused(refusal)


def refused(refusal):
    return {"rejected": [refusal.code, refusal.path, refusal.detail]}


def told(value):
    """A record as JSON, without the fields that say nothing."""
    if is_dataclass(value):
        members = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: told(each) for field, each in members if each != field.default}
    return [told(each) for each in value] if isinstance(value, tuple) else value
