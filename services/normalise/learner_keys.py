"""The keys of learners: the one place where they are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from credstream.contract.errors import Unavailable
from credstream.storage.statements import keys_query, select_by_keys
from credstream.storage.vault import Vault
from services.normalise.facts import ErasedLearner, Learner, LearnerKey
from services.normalise.learner import pseudonym
from services.normalise.tables import AWARDS

_HAS_AWARDS = keys_query(sa.select(AWARDS.c.learner), AWARDS.c.learner)


@dataclass(frozen=True, slots=True)
class LearnerKeys:
    """The vault, and the secret that pseudonyms are made with."""

    vault: Vault
    secret: bytes = field(repr=False)

    def existing(self, ids: Iterable[str]) -> Mapping[str, Learner]:
        """The learners that have a key, or had one; raises Unavailable."""
        return self._learners(self.vault.existing(ids))

    def current(self, ids: Iterable[str]) -> Mapping[str, Learner]:
        """As `existing`, but an erasure by another process counts at once; raises Unavailable."""
        return self._learners(self.vault.current(ids))

    def make_or_get(self, connection: sa.Connection, ids: Iterable[str]) -> Mapping[str, Learner]:
        """The key of each learner, made where there was none; raises Unavailable.

        The vault commits in a transaction of its own, before the batch's. If the process ends
        between the two, the batch is handled again: it names the same learners, whose keys are
        there then. So a learner who has awards has a key: without it, the vault is an old copy,
        and another key under the same id would part the awards of before from it for good.
        """
        wanted = set(ids)
        found = dict(self.existing(wanted))
        missing = wanted - found.keys()
        if missing:
            lost = {pseudonym(self.secret, name) for name in missing}
            if select_by_keys(connection, _HAS_AWARDS, lost):
                raise Unavailable(
                    "vault: no key of a learner who has awards: an old copy?", "vault"
                )
            found |= self._learners(self.vault.make_or_get(missing))
        return found

    def _learners(self, keys: Mapping[str, bytes | None]) -> Mapping[str, Learner]:
        return {name: self._learner(name, key) for name, key in keys.items()}

    def _learner(self, name: str, key: bytes | None) -> Learner:
        shown = pseudonym(self.secret, name)
        return ErasedLearner(shown, name) if key is None else LearnerKey(shown, name, key)
