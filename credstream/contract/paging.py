"""How the keys that a change concerns are put on an `again` topic: page by page, with a cursor.

A change may concern a million keys. Whoever learns of it writes a cursor and asks for a page; the
message of a page puts some keys on the topic and asks for the next page (decision 0025).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from credstream.contract import topics
from credstream.contract.messages import Emit
from credstream.contract.records import Again

# The cause of an Again that asks for the next page; its key is that of the cursor.
PAGE_DUE = "page.due"
# The cause of an Again that is answered even where nothing has changed, since what a stage sent of
# the key was lost.
REPUBLISHED = "republished"
# The keys of all pages that one batch reads: about what a worker handles in its next batch, so that
# one change does not fill the topic with more than a turn's work at once.
PAGE_KEYS = 500


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the keys that a change concerns have been asked for; `again.key` is its own key.

    Each of them gets `again` under its own key. The next page begins behind the key `after`. The
    round goes on to the last key and then, `wrapped`, from the first one to `until`. `scope` is
    what the service has to know beside the key to find those that are concerned.
    """

    again: Again
    scope: str = ""
    after: str = ""
    until: str = ""
    wrapped: bool = False


@dataclass(frozen=True, slots=True)
class CursorRow:
    """A cursor to hold, None once its round has ended."""

    key: str
    cursor: Cursor | None


@dataclass(frozen=True, slots=True)
class Page:
    """The next keys of a cursor in their order; `full` where there may be more in this part."""

    cursor: Cursor
    keys: tuple[str, ...]
    full: bool


def page_size(cursors: int) -> int:
    """How many keys a page has where a batch reads pages of so many cursors."""
    return max(1, PAGE_KEYS // max(1, cursors))


def started(held: Cursor | None, again: Again, scope: str = "") -> Cursor:
    """The cursor after a change; `scope` covers that of the cursor that is held.

    Every key is asked for after the last change: a round in progress goes on from where it is and
    ends there. Begun anew, frequent changes would keep it from ever reaching the last keys.
    """
    if held is None:
        return Cursor(again, scope)
    return replace(held, again=again, scope=scope, until=held.after, wrapped=False)


def asked(service: str, page: Page) -> tuple[Emit, ...]:
    """The `again` of each key of a page, and the request for the next page where one follows."""
    topic, again = topics.again(service), page.cursor.again
    keys = tuple(Emit(topic, key, replace(again, key=key)) for key in page.keys)
    return keys if following(page) is None else (*keys, request(service, again))


def request(service: str, again: Again) -> Emit:
    """The message on which a service reads the next page of a cursor."""
    due = Again(key=again.key, cause=PAGE_DUE, detail=again.cause, at=again.at)
    return Emit(topics.again(service), again.key, due)


def following(page: Page) -> Cursor | None:
    """The cursor behind a page; None where the round has ended."""
    cursor = page.cursor
    if page.full:
        return replace(cursor, after=page.keys[-1])
    if cursor.wrapped or not cursor.until:
        return None
    return replace(cursor, after="", wrapped=True)


def keys_of_pages(requests: Sequence[Again]) -> set[str]:
    """The keys of the cursors whose next page is asked for."""
    return {each.key for each in requests if each.cause == PAGE_DUE}
