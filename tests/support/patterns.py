"""What a regular expression costs: its steps counted by a plain matcher, on its own worst cases.

Python's `re` counts no steps. This matcher backtracks as `re` does, over the tree that `re` itself
parses, and counts every attempt; the worst cases repeat what the loops of the pattern accept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from re import _compiler as compiler  # type: ignore[attr-defined]
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

Item = tuple[Any, Any]
End = Callable[[int], bool]
SINGLE = {constants.LITERAL, constants.NOT_LITERAL, constants.ANY, constants.IN}
GREEDY, LAZY, POSSESSIVE = (
    constants.MAX_REPEAT,
    constants.MIN_REPEAT,
    constants.POSSESSIVE_REPEAT,
)
LOOPS = {GREEDY, LAZY, POSSESSIVE}
MOST_STEPS = 200_000
# One of each kind of character that patterns tell apart, beside those that they name.
CHARACTERS = "aA0 \n\t_-.:/@,;=&+()é\x00\ue000"
# What no pattern expects at the end of a text.
STRANGE = ("", "\ue000", "\n\ue000")
FEW, MANY = 40, 80


class TooManySteps(Exception):
    """The matcher gave up; so many steps are never needed for so short a text."""


class Matcher:
    """A pattern, and the steps that it took so far."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.tree = parser.parse(pattern, flags)
        self.flags = self.tree.state.flags
        self.steps, self.text = 0, ""
        self._accepted: dict[tuple[int, str], bool] = {}

    def count(self, text: str, *, searching: bool) -> int:
        """The steps of a match of a whole text, or of a search for all places in it."""
        self.steps, self.text, at = 0, text, 0
        ends: list[int] = []
        if not searching:
            self._match(self.tree, 0, 0, lambda end: end == len(text))
            return self.steps
        while at <= len(text):
            ends.clear()
            if self._match(self.tree, 0, at, lambda end: not ends.append(end)):  # type: ignore[func-returns-value]
                at = max(ends[-1], at + 1)
            else:
                at += 1
        return self.steps

    def accepts(self, item: Item, letter: str) -> bool:
        """Whether an item for one character takes this one."""
        known = (id(item[1]), f"{item[0]}{letter}")
        if known not in self._accepted:
            sub = parser.SubPattern(self.tree.state, [item])
            self._accepted[known] = bool(compiler.compile(sub, self.flags).fullmatch(letter))
        return self._accepted[known]

    def _match(self, items: Any, index: int, at: int, end: End) -> bool:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooManySteps
        if index == len(items):
            return end(at)
        kind, content = items[index]

        def rest(place: int) -> bool:
            return self._match(items, index + 1, place, end)

        if kind in SINGLE:
            return self._takes(items[index], at) and rest(at + 1)
        if kind in {constants.SUBPATTERN, constants.BRANCH}:
            return any(self._match(inner, 0, at, rest) for inner in _inner(kind, content))
        if kind is constants.ATOMIC_GROUP:
            return self._match_once(content, at, rest)
        if kind in LOOPS:
            return self._loop(kind, content, at, rest)
        return self._holds(kind, content, at) and rest(at)

    def _takes(self, item: Item, at: int) -> bool:
        return at < len(self.text) and self.accepts(item, self.text[at])

    def _match_once(self, items: Any, at: int, rest: End) -> bool:
        ends: list[int] = []
        found = self._match(items, 0, at, lambda end: not ends.append(end))  # type: ignore[func-returns-value]
        return found and rest(ends[-1])

    def _loop(self, kind: Any, content: Any, at: int, rest: End) -> bool:
        least, most, body = content
        if len(body) == 1 and body[0][0] in SINGLE:
            return self._loop_of_one(kind, content, at, rest)
        if kind is POSSESSIVE:
            raise NotImplementedError("a possessive loop of several characters")

        def again(count: int, place: int) -> bool:
            def more(after: int) -> bool:
                return after > place and again(count + 1, after)

            if count < least:
                return self._match(body, 0, place, lambda after: again(count + 1, after))
            ways = [lambda: rest(place)]
            if count < most:
                ways.insert(kind is LAZY, lambda: self._match(body, 0, place, more))
            return any(way() for way in ways)

        return again(0, at)

    def _loop_of_one(self, kind: Any, content: Any, at: int, rest: End) -> bool:
        least, most, body = content
        longest = 0
        while longest < most and self._takes(body[0], at + longest):
            self.steps += 1
            longest += 1
        if longest < least:
            return False
        counts = range(int(least), longest + 1)
        if kind is POSSESSIVE:
            return rest(at + longest)
        return any(rest(at + count) for count in (counts if kind is LAZY else reversed(counts)))

    def _holds(self, kind: Any, content: Any, at: int) -> bool:
        """Whether an assertion holds; `re` itself is asked, as an assertion costs one step."""
        sub = parser.SubPattern(self.tree.state, [(kind, content)])
        return compiler.compile(sub, self.flags).match(self.text, at) is not None


def superlinear(pattern: str, flags: int = 0, *, searching: bool = False) -> str | None:
    """A text that shows how the steps of a pattern grow faster than the text; None for no such."""
    matcher = Matcher(pattern, flags)
    for before, pump, after in _worst_cases(matcher):
        few, many = (before + pump * times + after for times in (FEW, MANY))
        try:
            more = matcher.count(many, searching=searching)
            if more > 3 * matcher.count(few, searching=searching):
                return many
        except TooManySteps:
            return many
    return None


def _worst_cases(matcher: Matcher) -> Iterator[tuple[str, str, str]]:
    """What leads to a loop, what the loops repeat, and what no loop expects behind it."""
    letters = _distinct_letters(matcher)
    loops = list(_loops(matcher, matcher.tree, "", letters))
    single = [
        letter
        for letter in letters
        if any(matcher.accepts(item, letter) for item in _items(matcher.tree, in_loop=True))
    ]
    starts = dict.fromkeys(("", *(before for before, _ in loops)))
    # A search begins anew at each start of a match, so what leads to a loop is repeated as well.
    pumps = dict.fromkeys((*single, *(sample for _, sample in loops), *starts))
    for before in starts:
        for pump in filter(None, pumps):
            yield from ((before, pump, after) for after in STRANGE)


def _distinct_letters(matcher: Matcher) -> list[str]:
    """One letter for each set of items that take the same letters."""
    items = list(_items(matcher.tree))
    named = "".join(chr(content) for kind, content in items if kind is constants.LITERAL)
    by_items: dict[tuple[bool, ...], str] = {}
    for letter in dict.fromkeys(named + CHARACTERS):
        by_items.setdefault(tuple(matcher.accepts(item, letter) for item in items), letter)
    return list(by_items.values())


def _items(tree: Any, *, in_loop: bool = False) -> Iterator[Item]:
    """The items for one character; `in_loop` leaves out those that no endless loop repeats."""
    for kind, content in tree:
        if kind in SINGLE:
            if not in_loop:
                yield kind, content
        elif kind in LOOPS:
            endless = content[1] is constants.MAXREPEAT
            yield from _items(content[2], in_loop=in_loop and not endless)
        else:
            for inner in _inner(kind, content):
                yield from _items(inner, in_loop=in_loop)


def _inner(kind: Any, content: Any) -> tuple[Any, ...]:
    if kind is constants.BRANCH:
        return tuple(content[1])
    if kind is constants.SUBPATTERN:
        return (content[-1],)
    return (content,) if kind is constants.ATOMIC_GROUP else ()


def _loops(
    matcher: Matcher, tree: Any, before: str, letters: list[str]
) -> Iterator[tuple[str, str]]:
    """Each endless loop: a text that leads to it, and one that it takes."""
    for index, (kind, content) in enumerate(tree):
        start = before + "".join(_sample(matcher, item, letters) for item in tree[:index])
        if kind in LOOPS:
            body = "".join(_sample(matcher, item, letters) for item in content[2])
            if content[1] is constants.MAXREPEAT:
                yield start, body
            yield from _loops(matcher, content[2], start, letters)
        for inner in _inner(kind, content):
            yield from _loops(matcher, inner, start, letters)


def _sample(matcher: Matcher, item: Item, letters: list[str]) -> str:
    """A short text that an item takes, what is optional once."""
    kind, content = item
    if kind in SINGLE:
        return next((letter for letter in letters if matcher.accepts(item, letter)), "")
    if kind in LOOPS:
        once = "".join(_sample(matcher, inner, letters) for inner in content[2])
        return once * max(1, int(content[0]))
    for inner in _inner(kind, content)[:1]:
        return "".join(_sample(matcher, each, letters) for each in inner)
    return ""
