"""`credstream try FOLDER` tries every file and counts the formats."""

from __future__ import annotations

import json

import pytest

from credstream.exchange.errors import CommandError
from credstream.exchange.local.examples import EXAMPLES
from credstream.interfaces.cli.exit_codes import REJECTED
from credstream.interfaces.cli.try_folder import try_folder

FOLDER = EXAMPLES / "submissions" / "festo-like"


def test_every_file_of_a_folder_is_in_the_result(capsys, tmp_path):
    code = try_folder(FOLDER, "festo-like", tmp_path, as_json=True)
    result = json.loads(capsys.readouterr().out)
    assert sorted(result) == sorted(path.name for path in FOLDER.iterdir())
    refused = [each for each in result.values() if each["outcome"] == "refused"]
    assert (code != 0) == bool(refused)


def test_the_table_counts_files_and_verdicts(capsys, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.json").write_text('{"credstream": 1, "kind": "award"}')
    (tmp_path / "a" / "two.bin").write_bytes(b"%PDF-1.7")
    assert try_folder(tmp_path / "a", "try", tmp_path / "none", as_json=False) == REJECTED
    shown = capsys.readouterr().out
    assert "two.bin" in shown
    assert "format.unknown" in shown
    (native,) = (line for line in shown.splitlines() if line.startswith("native "))
    assert native.split()[:2] == ["native", "1"]


def test_an_empty_folder_is_said_to_be_empty(tmp_path):
    with pytest.raises(CommandError, match="no files"):
        try_folder(tmp_path, "try", tmp_path, as_json=False)
