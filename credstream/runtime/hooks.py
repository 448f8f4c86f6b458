"""What the loop of a data path calls beside consumer, stage and transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from confluent_kafka import KafkaError

from credstream.contract.messages import Incoming, Positioned
from credstream.runtime.service import NOBODY, Sender
from credstream.runtime.stage import Settled

# A point around the two commits ("before", "between", "inside", "after") where tests crash.
Crash: TypeAlias = Callable[[str], None]


def no_crash(_point: str) -> None:
    """What a worker does at such a point that no test watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchHooks:
    """What a batch needs; the first two give topics with the seconds for which to pause them.

    `to_pause` is asked before a batch: messages of its topics are not handled yet.
    `completed` is called after a batch that SQL and Kafka have committed. `sender` says who sent
    a message that this process must not read.
    """

    to_pause: Callable[[Sequence[Positioned]], Mapping[str, float]] = lambda _batch: {}
    completed: Callable[[Settled], Mapping[str, float]] = lambda _settled: {}
    sender: Callable[[Incoming], Sender] = lambda _message: NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnHooks:
    """What happens between batches; each may raise Unavailable.

    `send_failed` is called before outputs are sent again, `chores` once a turn, `at_end` after the
    last one. `unassigned` gives input topics that no member of the group is assigned; none also
    while that is not known.
    """

    chores: Callable[[], None] = lambda: None
    send_failed: Callable[[], None] = lambda: None
    at_end: Callable[[], None] = lambda: None
    unassigned: Callable[[], Collection[str]] = tuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """All of them; `explain` says what an error of the consumer means and what to do."""

    batch: BatchHooks = field(default_factory=BatchHooks)
    turn: TurnHooks = field(default_factory=TurnHooks)
    explain: Callable[[KafkaError], str] = lambda error: str(error.str())
    crash: Crash = no_crash
