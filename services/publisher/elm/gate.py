"""The gate before the seal: what Annex I asks of an award, and what the document must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from credstream.contract.parts import Reason
from credstream.contract.records import Normalised
from services.publisher.elm import concepts
from services.publisher.elm.shape import NODES, TOP, TYPE_OF, Member

# Without these nothing is sealed; the other elements of Annex I are noted when they are absent.
NEEDED = (
    "learner",
    "title",
    "country",
    "awarding_bodies",
    "issued_on",
    "learning_outcomes",
    "workload",
)
MOST_PROBLEMS = 20


def missing(record: Normalised) -> tuple[Reason, ...]:
    """The elements of Annex I whose absence withholds the seal of an award.

    Recognition of prior learning has no workload of its own (route validation).
    """
    absent = set(record.account.completeness.absent)
    if record.definition.route == "validation":
        absent.discard("workload")
    return tuple(
        Reason(code="edc.incomplete", path=name, detail="not sealed without it")
        for name in NEEDED
        if name in absent
    )


def check(document: object) -> tuple[Reason, ...]:
    """What keeps a finished document from being sealed; nothing where all is well.

    The rules are those of the official shapes for what we write, and what these let pass: terms
    that no context defines, codes that no list has, dates and durations that are none.
    """
    problems = [*_top(document), *_ids(document, {})]
    return tuple(problems[:MOST_PROBLEMS])


def _top(document: object) -> Iterator[Reason]:
    if not isinstance(document, dict):
        yield _reason("edc.shape", "", "no JSON object")
        return
    yield from _members(document, TOP, "")
    validity = [document.get(name) for name in ("validFrom", "validUntil", "expirationDate")]
    first, *last = [each if isinstance(each, str) else None for each in validity]
    if first and any(each < first for each in last if each):
        yield _reason("edc.value", "validUntil", "ends before it begins")


def _node(value: object, allowed: tuple[str, ...], path: str) -> Iterator[Reason]:
    if not isinstance(value, dict):
        yield _reason("edc.shape", path, f"an object of {' or '.join(allowed)}")
        return
    if set(value) == {"id"}:
        return  # a bare reference, checked with the ids
    kind = next((each for each in allowed if value.get("type") == TYPE_OF.get(each, each)), None)
    if kind is None or not isinstance(value.get("id"), str):
        yield _reason("edc.shape", path, f"an object of {' or '.join(allowed)} with an id")
        return
    own = {name: each for name, each in value.items() if name not in ("id", "type")}
    yield from _members(own, NODES[kind], path)


def _members(node: dict[str, Any], rules: Mapping[str, Member], path: str) -> Iterator[Reason]:
    for name in node:
        if name not in rules:
            yield _reason("edc.term", _under(path, name), "no term that we write")
    for name, rule in rules.items():
        where, value = _under(path, name), node.get(name)
        values = value if isinstance(value, list) and rule.most > 1 else [value]
        count = 0 if value is None else len(values)
        if not rule.least <= count <= rule.most:
            yield _reason("edc.count", where, f"{count}, not {rule.least} to {rule.most}")
        elif count:
            for each in values:
                yield from _value(each, rule, where)


def _value(value: object, rule: Member, path: str) -> Iterator[Reason]:
    if rule.code:
        yield from _concept(value, rule.code, path)
    elif rule.nodes:
        yield from _node(value, rule.nodes, path)
    elif rule.holds is not None and not rule.holds(value):
        yield _reason("edc.value", path, f"not written as {rule.word}")


def _concept(value: object, name: str, path: str) -> Iterator[Reason]:
    found = concepts.LISTS[name]
    scheme = {"id": found.scheme, "type": "ConceptScheme"}
    if not isinstance(value, dict) or value.get("type") != "Concept":
        yield _reason("edc.shape", path, "a coded value")
    elif value.get("inScheme") != scheme:
        yield _reason("edc.code", path, f"a code of {found.scheme}")
    elif value.get("id") not in concepts.members(name):
        yield _reason("edc.code", path, "no code of its list")
    elif set(value) - {"id", "type", "inScheme", "prefLabel", "notation"}:
        yield _reason("edc.term", path, "no term that we write")


def _ids(node: object, seen: dict[str, object]) -> Iterator[Reason]:
    """One id, one content: objects of the same id would merge and supply each other's members."""
    if isinstance(node, list):
        for each in node:
            yield from _ids(each, seen)
    elif isinstance(node, dict):
        name = node.get("id")
        coded = node.get("type") in ("Concept", "ConceptScheme")
        if isinstance(name, str) and set(node) != {"id"} and not coded:
            if name in seen and seen[name] != node:
                yield _reason("edc.id", name, "two objects of one id")
            seen[name] = node
            if ":" not in name:
                yield _reason("edc.id", name, "an id must be absolute")
        for each in node.values():
            yield from _ids(each, seen)


def _reason(code: str, path: str, detail: str) -> Reason:
    return Reason(code=code, path=path, detail=detail)


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
