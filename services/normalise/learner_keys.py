"""The keys of learners: the one place where they are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from credstream.storage.vault import Vault
from services.normalise.facts import ErasedLearner, LearnerKey
from services.normalise.learner import pseudonym


def learner_keys(
    vault: Vault, secret: bytes, learners: Iterable[str]
) -> Mapping[str, LearnerKey | ErasedLearner]:
    """The key of each learner, made where there was none; raises Unavailable.

    The vault commits in a transaction of its own, before the batch's. If the process ends between
    the two, the batch is handled again: it names the same learners, whose keys are there then.
    """
    return {
        name: ErasedLearner() if key is None else LearnerKey(pseudonym(secret, name), name, key)
        for name, key in vault.make_or_get(learners).items()
    }
