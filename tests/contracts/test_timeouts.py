"""Periods and time-outs stand in one module, compare as it says, and appear nowhere else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from credstream.process import timeouts

ROOT = Path(__file__).parents[2]
HOME = ROOT / "credstream/process/timeouts.py"
VALUES = {
    name: value
    for name, value in vars(timeouts).items()
    if name.isupper() and isinstance(value, int | float)
}
TIMED_NAME = re.compile(
    r"(^|_)(seconds|ms|s|pause|timeout|period|interval|lease|delay)$", re.IGNORECASE
)
TIMED_SETTING = re.compile(r"(\.ms|timeout|interval|backoff)$")
WAITING = {"sleep", "poll", "flush", "join", "wait", "wait_for", "result", "list_topics",
           "init_transactions", "get_watermark_offsets", "committed"}  # fmt: skip
ALLOWED = {
    # A rule of verification, in pure code: how far the clock of a signer may be ahead of ours.
    ("services/ingest/proofs/jades.py", "CLOCK_SKEW_S"),
    # Retention, which stands in the table of topics.
    ("credstream/contract/topics.py", "DAY_MS"),
}


def seconds(name):
    return VALUES[name] / 1000 if name.endswith("_MS") else VALUES[name]


@pytest.mark.parametrize("order", timeouts.ORDERS, ids=lambda order: "<".join(order[:2]))
def test_what_must_be_shorter_is_shorter(order):
    assert seconds(order.smaller) * order.times <= seconds(order.larger), order.why


def test_every_name_ends_in_its_unit_and_every_value_is_positive():
    assert all(name.endswith(("_SECONDS", "_MS")) for name in VALUES)
    assert all(value > 0 for value in VALUES.values())


def test_every_value_is_used():
    texts = [path.read_text("utf-8") for path in modules()]
    unused = [name for name in VALUES if not any(f"timeouts.{name}" in text for text in texts)]
    assert unused == []


def test_the_module_loads_nothing_of_ours():
    """Fencing starts before anything else is imported, and needs it."""
    tree = ast.parse(HOME.read_text("utf-8"))
    loaded = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert {node.module for node in loaded} == {"__future__", "typing"}


def test_no_other_module_defines_a_period_or_passes_a_number_as_a_time_out():
    found = {
        (str(path.relative_to(ROOT)), what)
        for path in modules()
        for what in timings(ast.parse(path.read_text("utf-8")))
    }
    assert found - ALLOWED == set()
    assert found >= ALLOWED, "an exception that is not needed any more"


@pytest.mark.parametrize(
    "text",
    [
        "PAUSE_SECONDS = 3",
        "A, LOOK_SECONDS = 'a', 3",
        "class A:\n    seconds: float = 0.5",
        "def f(timeout=10.0): ...",
        "def f(*, timeout: float = 10.0): ...",
        "call(timeout=10)",
        "call(request_timeout=10)",
        "time.sleep(0.1)",
        "producer.flush(30)",
        "future.result(timeout=-5)",
        "config = {'session.timeout.ms': 6000}",
        "pause = min(5.0, pause * 2)",
    ],
)
def test_a_period_is_found_wherever_it_is_written(text):
    assert list(timings(ast.parse(text)))


def modules():
    roots = (ROOT / "credstream", ROOT / "services")
    return [path for root in roots for path in root.rglob("*.py") if path != HOME]


def timings(tree):
    """Names that a number is given to, and calls that get one, where they mean a time."""
    for node in ast.walk(tree):
        look = LOOKS.get(type(node))
        yield from look(node) if look else ()


def _of_assignment(node):
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = zip(target.elts, node.value.elts, strict=True)
        else:
            pairs = [(target, node.value)]
        yield from _timed((getattr(t, "id", getattr(t, "attr", "")), value) for t, value in pairs)


def _of_arguments(node):
    positional = [*node.posonlyargs, *node.args]
    with_default = positional[len(positional) - len(node.defaults) :]
    pairs = [*zip(with_default, node.defaults, strict=True)]
    pairs += zip(node.kwonlyargs, node.kw_defaults, strict=True)
    yield from _timed((argument.arg, value) for argument, value in pairs)


def _of_call(node):
    yield from _timed((keyword.arg or "", keyword.value) for keyword in node.keywords)
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name in WAITING and any(_holds_number(each) for each in node.args):
        yield name


def _of_dict(node):
    for key, value in zip(node.keys, node.values, strict=True):
        name = getattr(key, "value", None)
        if isinstance(name, str) and TIMED_SETTING.search(name) and _holds_number(value):
            yield name


def _timed(pairs):
    for name, value in pairs:
        if TIMED_NAME.search(name) and _holds_number(value):
            yield name


def _holds_number(value):
    """Whether an expression is a number other than nought, or chooses between some.

    A factor, as in `pause * 2` and `SESSION_MS / 1000`, is none.
    """
    if isinstance(value, ast.Call):
        chooses = getattr(value.func, "id", "") in ("min", "max")
        return chooses and any(map(_holds_number, value.args))
    if isinstance(value, ast.UnaryOp):
        return _holds_number(value.operand)
    if isinstance(value, ast.BinOp | ast.BoolOp | ast.IfExp):
        parts = [node for node in ast.iter_child_nodes(value) if isinstance(node, ast.expr)]
        among = all if isinstance(value, ast.BinOp) else any
        return among(map(_holds_number, parts))
    number = getattr(value, "value", None)
    return isinstance(value, ast.Constant) and type(number) in (int, float) and number != 0


LOOKS = {
    ast.Assign: _of_assignment,
    ast.AnnAssign: _of_assignment,
    ast.arguments: _of_arguments,
    ast.Call: _of_call,
    ast.Dict: _of_dict,
}
