"""Compares the learners that were erased with the vault, which may be an old copy."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from credstream.contract.errors import Unavailable
from credstream.storage.engine import transaction
from credstream.storage.vault import Vault
from services.normalise.tables import ERASED

PAGE = 1000


def check(database: sa.Engine, vault: Vault) -> None:
    """Raise Unavailable where a learner who was erased is not erased in the vault."""
    count = sum(len(vault.not_erased(page)) for page in pages(database))
    if count:
        raise Unavailable(
            f"vault: {count} erased learners have their keys back, as in an old copy; "
            "`credstream learner erase-again` deletes them",
            "vault",
        )


def pages(database: sa.Engine) -> Iterator[list[str]]:
    """The erased learners by key id; each page is read on its own."""
    after = ""
    while True:
        query = sa.select(ERASED.c.learner).where(ERASED.c.learner > after)
        with transaction(database) as connection:
            page = list(connection.execute(query.order_by(ERASED.c.learner).limit(PAGE)).scalars())
        if not page:
            return
        after = page[-1]
        yield page
