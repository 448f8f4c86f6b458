"""The gate before the seal: what Annex I asks of an award, and what the document must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from credstream.contract.records import Accredited, Normalised
from credstream.contract.values import Reason
from services.publisher.elm import concepts, lexical
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
# The official shapes ask for none of these; one of them tells who the learner is.
IDENTIFYING = (
    *("fullName", "givenName", "familyName"),
    *("nationalID", "identifier", "contactPoint"),
)
# The note that stands where prior learning was recognised, which has no workload of its own.
VALIDATED = {"en": "Route: validation."}
PERIOD = ("validFrom", "validUntil", "expirationDate")

Known = dict[str, Any]

_UNLABELLED = {"en": "none"}


def unsealable(source: Accredited) -> tuple[Reason, ...]:
    """Why no credential is sealed for an award: Annex I elements that it lacks, or its status."""
    award = source.record.award
    if award is None:
        return ()
    if award.status != "issued":
        return (Reason(code="edc.not_in_force", path="status", detail=f"it is {award.status}"),)
    return missing(source.record)


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
    if not isinstance(document, dict):
        return (_reason("edc.shape", "", "no JSON object"),)
    known: dict[str, Known] = {}
    problems = [
        *_ids(document, known),
        *_members(document, TOP, "", known),
        *_validity(document),
        *_annex(document),
    ]
    return tuple(problems[:MOST_PROBLEMS])


def _validity(document: Known) -> Iterator[Reason]:
    first, *last = [_moment(document.get(name)) for name in PERIOD]
    if first and any(each < first for each in last if each):
        yield _reason("edc.value", "validUntil", "ends before it begins")


def _annex(document: Known) -> Iterator[Reason]:
    """What Annex I asks of the finished document: a record may say more than can be written."""
    person = _at(document, "credentialSubject")
    if not any(person.get(name) for name in IDENTIFYING):
        yield _reason("edc.incomplete", "learner", "not sealed without it")
    learned = _at(document, "credentialSubject", "hasClaim", "specifiedBy")
    notes = [each for each in _listed(learned.get("additionalNote")) if isinstance(each, dict)]
    measured = learned.get("volumeOfLearning") or learned.get("creditPoint")
    if not measured and VALIDATED not in [each.get("noteLiteral") for each in notes]:
        yield _reason("edc.incomplete", "workload", "not sealed without it")


def _node(
    value: object, allowed: tuple[str, ...], path: str, known: Mapping[str, Known]
) -> Iterator[Reason]:
    if not isinstance(value, dict):
        yield _reason("edc.shape", path, f"an object of {' or '.join(allowed)}")
        return
    bare = set(value) == {"id"}
    # A bare reference is worth what it leads to, which is looked at where it stands.
    meant = known.get(str(value["id"]), value) if bare else value
    kind = next((each for each in allowed if meant.get("type") == TYPE_OF.get(each, each)), None)
    if kind is None or not isinstance(value.get("id"), str):
        yield _reason("edc.shape", path, f"an object of {' or '.join(allowed)} with an id")
        return
    if not bare:
        own = {name: each for name, each in value.items() if name not in ("id", "type")}
        yield from _members(own, NODES[kind], path, known)


def _members(
    node: Known, rules: Mapping[str, Member], path: str, known: Mapping[str, Known]
) -> Iterator[Reason]:
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
                yield from _value(each, rule, where, known)


def _value(value: object, rule: Member, path: str, known: Mapping[str, Known]) -> Iterator[Reason]:
    if rule.code:
        yield from _concept(value, rule.code, path)
    elif rule.nodes:
        yield from _node(value, rule.nodes, path, known)
    elif rule.holds is not None and not rule.holds(value):
        yield _reason("edc.value", path, f"not written as {rule.word}")


def _concept(value: object, name: str, path: str) -> Iterator[Reason]:
    found = concepts.LISTS[name]
    scheme = {"id": found.scheme, "type": "ConceptScheme"}
    if not isinstance(value, dict) or value.get("type") != "Concept":
        yield _reason("edc.shape", path, "a coded value")
    elif value.get("inScheme") != scheme:
        yield _reason("edc.code", path, f"a code of {found.scheme}")
    elif not _has_member(name, value.get("id")):
        yield _reason("edc.code", path, "no code of its list")
    elif set(value) - {"id", "type", "inScheme", "prefLabel", "notation"}:
        yield _reason("edc.term", path, "no term that we write")
    elif value.get("notation", found.notation) != found.notation:
        yield _reason("edc.value", path, "the notation is the name of the list")
    elif not lexical.is_text(value.get("prefLabel", _UNLABELLED)):
        yield _reason("edc.value", path, "a label is a text by language")


def _ids(document: Known, known: dict[str, Known]) -> Iterator[Reason]:
    """One id, one content: objects of the same id would merge and supply each other's members."""
    for node in _objects(document):
        name = node.get("id")
        if not isinstance(name, str) or len(node) == 1:
            continue
        # Named by its type: an id may be somebody's address.
        path = f"{node['type']}.id" if isinstance(node.get("type"), str) else "id"
        if known.setdefault(name, node) != node:
            yield _reason("edc.id", path, "two objects of one id")
        if not lexical.is_uri(name):
            yield _reason("edc.id", path, "an id must be absolute")


def _objects(document: Known) -> Iterator[Known]:
    """A document's objects, at whatever depth."""
    left: list[object] = [document]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            yield node
            left.extend(node.values())
        elif isinstance(node, list):
            left.extend(node)


def _has_member(name: str, uri: object) -> bool:
    return isinstance(uri, str) and uri in concepts.members(name)


def _at(node: Known, *names: str) -> Known:
    """The object at the end of a path, or an empty one where there is none."""
    for name in names:
        found = node.get(name)
        node = found if isinstance(found, dict) else {}
    return node


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _moment(value: object) -> datetime | None:
    return datetime.fromisoformat(str(value)) if lexical.is_moment(value) else None


def _reason(code: str, path: str, detail: str) -> Reason:
    return Reason(code=code, path=path, detail=detail)


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
