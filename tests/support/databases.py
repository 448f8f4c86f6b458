"""A fresh database for a test: SQLite, or PostgreSQL under `--broker kafka`."""

from __future__ import annotations

import os
import uuid
from urllib.parse import quote

import psycopg

from tests.support import stacks

REAL = "CREDSTREAM_TEST_REAL"


def real() -> bool:
    return bool(os.environ.get(REAL))


def url(folder, name: str) -> str:
    """The address of an empty database: a file of the folder, or a schema of its own."""
    return schema() if real() else f"sqlite:///{folder}/{name}.db"


def schema() -> str:
    """The address of a PostgreSQL schema that nobody else uses."""
    whole = stacks.stack().addresses()["database"] + "registry"
    name = f"t_{uuid.uuid4().hex}"
    with psycopg.connect(whole.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{whole}?options={quote(f'-csearch_path={name}')}"
