"""PostgreSQL from the system's packages, in a folder of the stack's own."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from deploy.kafka import parts
from deploy.kafka.layout import HOST, USER, Layout, StackError

DATABASES = ("registry", "ingest", "normalise", "accreditation", "publisher", "vault")


def start(layout: Layout) -> None:
    """Make the cluster where there is none, start it, and make every database."""
    home = folder(layout)
    if not (home / "data" / "PG_VERSION").exists():
        _init(layout, home)
    if not running(layout):
        where = f"-c listen_addresses={HOST} -c unix_socket_directories={home}"
        options = f"-p {layout.postgres_port} {where}"
        _pg(home, "pg_ctl", "-w", "-s", "-l", str(home / "log"), "-o", options, "start")
    for name in DATABASES:
        create(layout, name)


def create(layout: Layout, name: str) -> None:
    """A database of that name; repeatable."""
    import psycopg  # noqa: PLC0415, only where PostgreSQL is asked for
    from psycopg import sql  # noqa: PLC0415

    with psycopg.connect(address(layout), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        if known.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def address(layout: Layout, database: str = "postgres") -> str:
    servers = str(layout.addresses()["database"]).replace("+psycopg", "")
    return servers + database


def running(layout: Layout) -> bool:
    return (folder(layout) / "data" / "postmaster.pid").exists() and not _try(layout, "status")


def stop(layout: Layout, *, hard: bool = False) -> None:
    """Stop it; `hard` is what a power cut would do, less the power cut."""
    if running(layout):
        how = "immediate" if hard else "fast"
        _pg(folder(layout), "pg_ctl", "-w", "-s", "-m", how, "stop")


def folder(layout: Layout) -> Path:
    """Where its data lie. PostgreSQL refuses root, and its own user has to reach the folder."""
    whole = layout.folder.resolve()
    if os.geteuid() or _reachable(whole):
        return whole / "postgres"
    # Named by the stack and not by its port: another one's data have another password.
    mark = hashlib.sha256(str(whole).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"credstream-postgres-{mark}"


def remove(layout: Layout) -> None:
    shutil.rmtree(folder(layout), ignore_errors=True)


def _init(layout: Layout, home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True, mode=0o700)
    password = home / "password"
    password.touch(mode=0o600)
    password.write_text(layout.secret("postgres"))
    if os.geteuid() == 0:
        for path in (home, password):
            shutil.chown(path, "postgres")
    words = ("-A", "scram-sha-256", f"--pwfile={password}", "-U", USER)
    _pg(home, "initdb", *words, "-E", "UTF8", "--locale=C.UTF-8", "-N")


def _try(layout: Layout, word: str) -> int:
    home = folder(layout)
    command = _command(home, "pg_ctl", word)
    return subprocess.run(command, capture_output=True, check=False, cwd="/").returncode  # noqa: S603


def _pg(home: Path, program: str, *words: str) -> None:
    done = subprocess.run(  # noqa: S603, our own command
        _command(home, program, *words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        cwd="/",
    )
    if done.returncode:
        log = home / "log"
        last = log.read_text("utf-8", "replace").splitlines()[-5:] if log.exists() else []
        raise StackError(f"PostgreSQL: {program}: {done.stderr.strip()}\n" + "\n".join(last))


def _command(home: Path, program: str, *words: str) -> Sequence[str]:
    path = str(parts.postgres_programs() / program)
    user = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    return [*user, path, "-D", str(home / "data"), *words]


def _reachable(path: Path) -> bool:
    """Whether everybody may pass through every folder on the way."""
    return all(each.stat().st_mode & 0o001 for each in (path, *path.parents) if each.exists())
