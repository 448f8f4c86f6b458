"""What a run makes in its folder is its owner's alone."""

import os
from pathlib import Path

import pytest

from credstream.exchange.local.prepare import DIRECTORIES, prepare


@pytest.fixture(autouse=True)
def _open_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_nobody_else_enters_the_folder_or_reads_what_is_written_later(tmp_path):
    folder = tmp_path / "exchange"
    prepare(folder, fresh=False)
    (folder / "dlq" / "letter").write_text("a person")
    assert {mode(path) for path in (folder, *(folder / name for name in DIRECTORIES))} == {0o700}
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 4
    assert {mode(path) for path in files} == {0o600}


def test_the_folder_of_an_earlier_version_is_closed(tmp_path):
    folder = tmp_path / "exchange"
    for name in DIRECTORIES:
        (folder / name).mkdir(parents=True)
    prepare(folder, fresh=False)
    assert {mode(path) for path in (folder, folder / "europass", folder / "state")} == {0o700}


def test_a_folder_of_somebody_else_keeps_its_rights(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    prepare(shared, fresh=False)
    assert mode(shared) == 0o755
    assert mode(shared / "state") == 0o700
