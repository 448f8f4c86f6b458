"""Importing a pure part does nothing: no file is opened, no client made, no world loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE = ("credstream/contract", "credstream/formats", "credstream/vocabularies")
WORLD = ("faust", "confluent_kafka", "sqlalchemy", "structlog", "prometheus_client", "aiohttp")
WATCH = """
import json, sys
opened = []
def hook(event, args):
    if event == "open" and isinstance(args[0], str) and not args[0].endswith((".py", ".pyc", ".so")):
        opened.append(args[0])
    if event in ("socket.connect", "subprocess.Popen", "os.putenv"):
        opened.append(event)
import importlib
for name in {before!r}: importlib.import_module(name)
sys.addaudithook(hook)
importlib.import_module({module!r})
loaded = [name for name in {world!r} if name in sys.modules]
sys.stdout.write(json.dumps([[each for each in opened if {root!r} in each or not each.startswith("/")], loaded]))
"""
# What the pure parts may use, whose own imports are not ours to watch.
FOREIGN = ("fastavro", "cryptography.hazmat.primitives.ciphers.aead", "lxml.etree", "importlib.resources")  # fmt: skip


def modules():
    for folder in PURE:
        for path in sorted((ROOT / folder).glob("*.py")):
            yield ".".join((*folder.split("/"), path.stem))


@pytest.mark.parametrize("module", list(modules()))
def test_a_pure_module_opens_nothing_and_loads_no_world_when_it_is_imported(module):
    assert told(module) == [[], []]


def test_a_module_that_opens_a_file_would_be_noticed(tmp_path):
    (tmp_path / "sinner.py").write_text(f"open({str(ROOT / 'pyproject.toml')!r}).close()\n")
    assert told("sinner", tmp_path)[0] == [str(ROOT / "pyproject.toml")]


def told(module, more=ROOT):
    script = WATCH.format(before=FOREIGN, module=module, world=WORLD, root=str(ROOT) + "/")
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(more)!r}]\n{script}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
