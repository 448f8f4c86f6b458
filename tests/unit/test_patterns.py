"""No regular expression of the product takes more than linear time, counted on its worst cases."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Iterator

import pytest

from credstream.contract import topics
from credstream.formats import unsupported
from tests.support.patterns import superlinear
from tests.support.sources import Source, python_of

FUNCTIONS = {"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}  # fmt: skip
SEARCHING = FUNCTIONS - {"compile", "match", "fullmatch"}
SOURCES = [*python_of("credstream"), *python_of("services")]
# Patterns that are put together while the product runs: by the place of the call, the patterns
# that it may be given.
COMPUTED = {
    "credstream/contract/topics.py:re.fullmatch(_pattern(row.name), name)": [
        topics._pattern(row.name) for row in topics.TOPICS
    ],
    "credstream/contract/topics.py:re.fullmatch(SUBMISSIONS, topic)": [topics.SUBMISSIONS],
    "credstream/exchange/doctor/journals.py:re.match(topics.SUBMISSIONS, name)": [
        topics.SUBMISSIONS
    ],
    "credstream/kafka/assignment_check.py:re.match(name, topic)": [topics.SUBMISSIONS],
    # Every literal argument of `matching` is a pattern of its own.
    "credstream/formats/native/kinds.py:re.compile(pattern)": [],
    "services/normalise/descriptors/dates.py:re.fullmatch(expression, value.raw.strip())": [
        "(?P<dd>[0-9]{1,2})\\.(?P<MM>[0-9]{1,2})\\.(?P<yyyy>[0-9]{4})"
    ],
}


def patterns() -> Iterator[tuple[str, str, int, bool]]:
    """Place, pattern, flags, and whether it is searched for, of all patterns of the product."""
    searched = set().union(*map(searched_names, SOURCES))
    for source in SOURCES:
        module = source.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        names = names_of_calls(source)
        for call in calls_of(source, "re", FUNCTIONS):
            place, searching = f"{source.path}:{call.lineno}", call.func.attr in SEARCHING
            if id(call) in names:
                made = getattr(importlib.import_module(module), names[id(call)])
                yield place, made.pattern, made.flags, names[id(call)] in searched
            elif literal(call.args[0]) is not None:
                yield place, literal(call.args[0]), flags_of(call), searching
            else:
                for pattern in COMPUTED[f"{source.path}:{ast.unparse(call)}"]:
                    yield place, pattern, flags_of(call), searching
        for call in calls_of(source, "", {"matching"}):
            yield f"{source.path}:{call.lineno}", literal(call.args[1]), 0, False


def calls_of(source: Source, owner: str, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            on, _, name = ast.unparse(node.func).rpartition(".")
            if on == owner and name in names:
                yield node


def names_of_calls(source: Source) -> dict[int, str]:
    """The names of patterns that a module compiles for itself, by their calls."""
    return {
        id(node.value): node.targets[0].id
        for node in source.tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def searched_names(source: Source) -> set[str]:
    """Names on which a method is called that looks for more than one place in a text."""
    return {
        ast.unparse(node.func.value).rpartition(".")[2]
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in SEARCHING
    }


def literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) else None


def flags_of(call: ast.Call) -> int:
    written = [*call.args[1:], *(keyword.value for keyword in call.keywords)]
    names = [ast.unparse(node) for node in written if ast.unparse(node).startswith("re.")]
    return sum(
        getattr(re, part.strip().removeprefix("re.")) for n in names for part in n.split("|")
    )


ALL = list(patterns())


@pytest.fixture(autouse=True)
def _deep():
    """The matcher calls itself for every character."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(before)


def test_the_patterns_of_the_product_are_found():
    found = {pattern for _, pattern, _, _ in ALL}
    assert {compiled.pattern for compiled, _ in unsupported.CODE_BY_TEXT} <= found
    assert {r"https?://[^\s]+", topics.SUBMISSIONS, r"\s+"} <= found


@pytest.mark.parametrize(
    ("pattern", "flags", "searching"), [each[1:] for each in ALL], ids=[each[0] for each in ALL]
)
def test_a_pattern_takes_linear_time_on_its_worst_cases(pattern, flags, searching):
    assert superlinear(pattern, flags, searching=searching) is None


@pytest.mark.parametrize(
    ("pattern", "searching"),
    [
        # What was here before, and what is known from books.
        (r"\A\s*(?:---\s*\n)?(?:- )?[A-Za-z_][\w -]*\s*:\s", False),
        (r"^\S+/\S+: |\s*\(after \d+ms in state [^)]*\)", True),
        (r"(?:\w+://)?([^\s/]+:\d+)/", True),
        (r"(a+)+b", False),
        (r"(a|a)*b", False),
        (r"(\w+\s?)*x", False),
        (r"[a-z]*,?[a-z]*x", False),
        (r"x*?y?x*?z", False),
        (r"\s+$", True),
        (r"<!--.*?-->", True),
    ],
)
def test_a_pattern_of_more_than_linear_time_is_caught(pattern, searching):
    assert superlinear(pattern, searching=searching) is not None


@pytest.mark.parametrize(
    ("pattern", "searching"),
    [(r"[\w -]*+\s*+:\s", False), (r"\s+", True), (r"(?>a+)b", False), (r"(-\w{2,8})*x", False)],
)
def test_a_pattern_of_linear_time_passes(pattern, searching):
    assert superlinear(pattern, searching=searching) is None
