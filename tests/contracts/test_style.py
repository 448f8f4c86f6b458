"""How long files and functions are, that returns are typed, and how often a comment says why."""

from __future__ import annotations

import ast
import io
import re
import statistics
import tokenize
from collections import Counter

import pytest

from tests.support.sources import PRODUCT, Source, python_of

FILE_LINES, FILE_MEDIAN = 300, 90
FUNCTION_LINES, FUNCTION_MEDIAN = 40, 8
# The aim is 2 to 4 comments in 100 lines.
FEWEST_COMMENTS, MOST_COMMENTS = 1.8, 4.0
# These say something to a tool.
MARKS = ("# noqa", "# type:", "# fmt:", "#!")
SUPPORT = "tests/support"
ALL = [*PRODUCT, SUPPORT, "benchmarks"]
CLOCKS = {"monotonic", "perf_counter", "process_time", "thread_time", "time", "time_ns"}
# A released migration is never edited.
RELEASED = "/migrations/"


def functions(source: Source):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(source.tree) if isinstance(node, kinds)]


def lines(node) -> int:
    return node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("folder", [*ALL, "tests"])
def test_no_file_is_long(folder):
    found = {each.path: each.lines for each in python_of(folder)}
    assert {path: count for path, count in found.items() if count > FILE_LINES} == {}


@pytest.mark.parametrize("folder", ALL)
def test_most_files_are_short(folder):
    assert statistics.median(each.lines for each in python_of(folder)) <= FILE_MEDIAN


@pytest.mark.parametrize("folder", ALL)
def test_no_function_is_long(folder):
    found = {
        f"{each.path}:{node.name}": lines(node)
        for each in python_of(folder)
        if RELEASED not in each.path
        for node in functions(each)
    }
    assert {name: count for name, count in found.items() if count > FUNCTION_LINES} == {}


@pytest.mark.parametrize("folder", [*ALL, "tests"])
def test_most_functions_are_short(folder):
    found = [lines(node) for each in python_of(folder) for node in functions(each)]
    assert statistics.median(found) <= FUNCTION_MEDIAN


@pytest.mark.parametrize("folder", PRODUCT)
def test_every_function_says_what_it_returns(folder):
    found = [
        f"{each.path}:{node.name}"
        for each in python_of(folder)
        for node in functions(each)
        if node.returns is None
    ]
    assert found == []


def test_comments_say_why_here_and_there():
    product = [*python_of("credstream"), *python_of("services")]
    comments = sum(map(commented, product))
    share = 100 * comments / sum(each.lines for each in product)
    assert FEWEST_COMMENTS <= share <= MOST_COMMENTS


def commented(source: Source) -> int:
    """Lines of a file that are comments for a person."""
    tokens = tokenize.generate_tokens(io.StringIO(source.text).readline)
    return sum(
        token.type == tokenize.COMMENT and not token.string.startswith(MARKS) for token in tokens
    )


def test_no_test_asserts_a_time_on_a_clock():
    """A busy machine would fail it; that what is waited for never comes is asserted in one place."""
    found = [
        f"{each.path}:{node.lineno}"
        for each in python_of("tests")
        if each.path != "tests/support/waiting.py"
        for node in asserts_on_a_clock(each.tree)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    ["assert time.monotonic() - began < 2", "took = time.time() - began\nassert took < 2"],
)
def test_an_assert_on_a_clock_would_be_noticed(text):
    body = "\n    ".join(text.splitlines())
    (found,) = asserts_on_a_clock(ast.parse(f"def test():\n    {body}"))
    assert isinstance(found, ast.Assert)


def asserts_on_a_clock(tree: ast.Module) -> list[ast.Assert]:
    """Asserts that read a clock, or compare a difference that was read from one before."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [
        node
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Assert)
        and (CLOCKS & set(called(node)) or differences(function) & names(node))
    ]


def differences(function: ast.FunctionDef) -> set[str]:
    """Variables that hold how long something took."""
    return {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.BinOp)
        and isinstance(node.value.op, ast.Sub)
        and CLOCKS & set(called(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def called(node: ast.AST):
    calls = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
    return (each.attr for each in calls if isinstance(each, ast.Attribute))


def test_no_two_files_of_tests_have_one_name():
    """Their folders are no packages: pytest tells the files apart by their names."""
    names = [each.path.rpartition("/")[2] for each in python_of("tests")]
    found = Counter(name for name in names if name.startswith("test_"))
    assert [name for name, count in found.items() if count > 1] == []


def test_a_row_of_the_acceptance_list_stands_in_one_file():
    found: dict[str, set[str]] = {}
    for each in python_of("tests"):
        for ids in re.findall(r"^def test_((?:s\d\d_)+)", each.text, re.MULTILINE):
            for row in ids.strip("_").split("_"):
                found.setdefault(row, set()).add(each.path)
    assert len(found) > 25
    assert {row: files for row, files in found.items() if len(files) > 1} == {}
