"""Every case under tests/golden/europass/: the credential that an award becomes, without its picture.

UPDATE_GOLDEN=1 writes document.json anew; read the difference before you keep it.
"""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path

import pytest

from tests.support.documents import good

FOLDER = Path(__file__).parent / "europass"


def without_pictures(node):
    if isinstance(node, dict):
        return {k: "…" if k == "content" else without_pictures(v) for k, v in node.items()}
    return [without_pictures(each) for each in node] if isinstance(node, list) else node


@pytest.mark.parametrize("name", good())
def test_a_credential_is_built_as_recorded(name):
    seen = without_pictures(copy.deepcopy(good()[name]))
    recorded = FOLDER / name / "document.json"
    if os.environ.get("UPDATE_GOLDEN"):
        recorded.parent.mkdir(parents=True, exist_ok=True)
        recorded.write_text(json.dumps(seen, ensure_ascii=False, indent=2) + "\n", "utf-8")
    assert seen == json.loads(recorded.read_text("utf-8"))


def test_every_recorded_case_is_a_case():
    assert {path.name for path in FOLDER.iterdir()} == set(good())
