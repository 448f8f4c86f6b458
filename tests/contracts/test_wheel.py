"""The wheel carries everything that the repository holds of the packages, the schemas among it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READ = """
from credstream.contract import schemas
assert not str(schemas.FOLDER).startswith({root!r}), schemas.FOLDER
print(*(schemas.full_name(name) for name in schemas.IDS))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from copies of the tracked files, so that the work tree keeps no traces."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in tracked.stdout.decode().split("\0"):
        if name.startswith(
            (
                "credstream/",
                "services/",
                "schemas/",
                "requirements/",
                "pyproject",
                "README",
                "LICENSE",
            )
        ):
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_symlink():
                target.symlink_to((ROOT / name).readlink())
            elif (ROOT / name).exists():
                target.write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(built), "."], cwd=source, check=True)
    (made,) = built.glob("*.whl")
    return made


def test_the_wheel_has_every_file_of_the_packages(wheel):
    carried = set(zipfile.ZipFile(wheel).namelist())
    listed = subprocess.run(
        ["git", "ls-files", "credstream", "services"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    wanted = {name for name in listed if (ROOT / name).is_file()}
    assert wanted <= carried, sorted(wanted - carried)


def test_the_wheel_has_the_schemas_once_and_reads_them_without_the_repository(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    schemas = {path.name for path in (ROOT / "schemas/avro").glob("*.avsc")}
    assert {path.name for path in tmp_path.rglob("*.avsc")} == schemas
    done = subprocess.run(
        [sys.executable, "-P", "-c", READ.format(root=str(ROOT))],
        cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
