"""What several files of unit tests stand on."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from credstream.interfaces.cli import try_file


@pytest.fixture
def attempt(capsys, tmp_path):
    """Run `try` on a file or on bytes: exit code, what was printed, and that as JSON."""

    def run(what, provider="try", directory=None, *, as_json=True):
        file = what if isinstance(what, Path) else tmp_path / "file"
        if file is not what:
            file.write_bytes(what if isinstance(what, bytes) else json.dumps(what).encode())
        code = try_file.try_file(file, provider, directory or tmp_path / "none", as_json=as_json)
        text = capsys.readouterr().out
        return SimpleNamespace(code=code, text=text, json=json.loads(text) if as_json else None)

    return run
