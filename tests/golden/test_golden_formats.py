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
from credstream.formats.shared.parsed import Rules, SkippedPart
from credstream.formats.table import FORMATS
from services.ingest.detect import detect

HERE = Path(__file__).parent
# A format's golden files lie in a folder of the same name as its code.
BY_FOLDER = {module.__name__.split(".")[-2]: module for module in FORMATS}
# Fields that had another name when the files were recorded; the files stay as they are.
RECORDED_NAMES = {"unknown_fields": "strangers", "pattern": "shape"}
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
    detected = detect(path.read_bytes())
    assert detected.format == format_.NAME
    result = outcome(format_, detected)
    recorded = case / "parsed.json"
    if os.environ.get("UPDATE_GOLDEN"):
        recorded.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", "utf-8")
    assert result == json.loads(recorded.read_text("utf-8"))


def test_there_are_cases():
    assert {case.parent.name for case in CASES} >= {"ob3", "elm3", "native"}


def outcome(format_, detected):
    if detected.unfit:
        return {"unfit": as_json(detected.unfit)}
    try:
        parts = format_.split(detected.document, Rules())
        parsed = [
            as_json(part) if isinstance(part, SkippedPart) else parse(format_, part)
            for part in parts
        ]
    except Rejected as refusal:
        return rejected(refusal)
    return parsed[0] if len(parsed) == 1 else parsed


def parse(format_, part):
    """A part as normalise reads it: through its bytes."""
    try:
        return as_json(format_.parse(documents.read(documents.write(part))))
    except Rejected as refusal:
        return rejected(refusal)


def rejected(refusal):
    return {"rejected": [refusal.code, refusal.path, refusal.detail]}


def as_json(value):
    """A record as JSON, without the fields that have their default."""
    if is_dataclass(value):
        members = ((field, getattr(value, field.name)) for field in fields(value))
        return {
            RECORDED_NAMES.get(field.name, field.name): as_json(member)
            for field, member in members
            if member != field.default
        }
    return [as_json(item) for item in value] if isinstance(value, tuple) else value
