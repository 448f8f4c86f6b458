"""The gate before the seal: what Annex I asks of an award, and what the official shapes ask.

Annex I of the Council Recommendation of 16 June 2022 (2022/C 243/02); the shapes EDC-generic-full
and EDC-generic-no-cv of the European Learning Model 3; decision 0009 says why there is one gate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from credstream.contract.records import Accredited, Normalised
from credstream.contract.values import Reason
from services.publisher.elm import concepts, lexical
from services.publisher.elm.shape import NODES, TOP, TYPE_OF, Member

# Mandatory elements of Annex I without which nothing is sealed; for the other four a note says
# that they are absent.
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
# Annex I asks for the identification of the learner; the shapes ask for none of these members.
IDENTIFYING = (
    *("fullName", "givenName", "familyName"),
    *("nationalID", "identifier", "contactPoint"),
)
# The note of a credential for prior learning that was recognised, which has no workload.
VALIDATED = {"en": "Route: validation."}
PERIOD = ("validFrom", "validUntil", "expirationDate")

JsonObject = dict[str, Any]

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
    """Why a finished document may not be sealed: at most twenty reasons, none for a good one.

    The rules are those of the official shapes for the members that we write, and more that these
    let pass: unknown terms, codes that are in no list, dates and durations that are malformed.
    """
    if not isinstance(document, dict):
        return (_reason("edc.shape", "", "no JSON object"),)
    by_id: dict[str, JsonObject] = {}
    problems = [
        *_ids(document, by_id),
        *_members(document, TOP, "", by_id),
        *_validity(document),
        *_annex(document),
    ]
    return tuple(problems[:MOST_PROBLEMS])


def _validity(document: JsonObject) -> Iterator[Reason]:
    start, *ends = [_moment(document.get(name)) for name in PERIOD]
    if start and any(end < start for end in ends if end):
        yield _reason("edc.value", "validUntil", "ends before it begins")


def _annex(document: JsonObject) -> Iterator[Reason]:
    """Whether Annex I holds of the document too: a record may say more than could be written."""
    person = _at(document, "credentialSubject")
    if not any(person.get(name) for name in IDENTIFYING):
        yield _reason("edc.incomplete", "learner", "not sealed without it")
    learned = _at(document, "credentialSubject", "hasClaim", "specifiedBy")
    notes = [note for note in _listed(learned.get("additionalNote")) if isinstance(note, dict)]
    measured = learned.get("volumeOfLearning") or learned.get("creditPoint")
    if not measured and VALIDATED not in [note.get("noteLiteral") for note in notes]:
        yield _reason("edc.incomplete", "workload", "not sealed without it")


def _node(
    value: object, allowed: tuple[str, ...], path: str, by_id: Mapping[str, JsonObject]
) -> Iterator[Reason]:
    if not isinstance(value, dict):
        yield _reason("edc.shape", path, f"an object of {' or '.join(allowed)}")
        return
    bare = set(value) == {"id"}
    # What a reference leads to is checked where it is written in full.
    target = by_id.get(str(value["id"]), value) if bare else value
    kind = next((each for each in allowed if target.get("type") == TYPE_OF.get(each, each)), None)
    if kind is None or not isinstance(value.get("id"), str):
        yield _reason("edc.shape", path, f"an object of {' or '.join(allowed)} with an id")
        return
    if not bare:
        own = {name: each for name, each in value.items() if name not in ("id", "type")}
        yield from _members(own, NODES[kind], path, by_id)


def _members(
    node: JsonObject, rules: Mapping[str, Member], path: str, by_id: Mapping[str, JsonObject]
) -> Iterator[Reason]:
    for name in node:
        if name not in rules:
            yield _reason("edc.term", _under(path, name), "no term that we write")
    for name, rule in rules.items():
        where, value = _under(path, name), node.get(name)
        # A list of one is written as that one, as JSON-LD compaction does.
        values = value if isinstance(value, list) and rule.most > 1 else [value]
        count = 0 if value is None else len(values)
        if not rule.least <= count <= rule.most:
            yield _reason("edc.count", where, f"{count}, not {rule.least} to {rule.most}")
        elif count:
            for each in values:
                yield from _value(each, rule, where, by_id)


def _value(
    value: object, rule: Member, path: str, by_id: Mapping[str, JsonObject]
) -> Iterator[Reason]:
    if rule.code:
        yield from _concept(value, rule.code, path)
    elif rule.nodes:
        yield from _node(value, rule.nodes, path, by_id)
    elif rule.holds is not None and not rule.holds(value):
        yield _reason("edc.value", path, f"not written as {rule.word}")


def _concept(value: object, name: str, path: str) -> Iterator[Reason]:
    codes = concepts.LISTS[name]
    scheme = {"id": codes.scheme, "type": "ConceptScheme"}
    if not isinstance(value, dict) or value.get("type") != "Concept":
        yield _reason("edc.shape", path, "a coded value")
    elif value.get("inScheme") != scheme:
        yield _reason("edc.code", path, f"a code of {codes.scheme}")
    elif not _has_member(name, value.get("id")):
        yield _reason("edc.code", path, "no code of its list")
    elif set(value) - {"id", "type", "inScheme", "prefLabel", "notation"}:
        yield _reason("edc.term", path, "no term that we write")
    elif value.get("notation", codes.notation) != codes.notation:
        yield _reason("edc.value", path, "the notation is the name of the list")
    elif not lexical.is_text(value.get("prefLabel", _UNLABELLED)):
        yield _reason("edc.value", path, "a label is a text by language")


def _ids(document: JsonObject, by_id: dict[str, JsonObject]) -> Iterator[Reason]:
    """Report objects that share an id: in RDF they merge and supply each other's members."""
    for node in _objects(document):
        name = node.get("id")
        if not isinstance(name, str) or len(node) == 1:
            continue
        # The reason names the type, because an id may be a person's address.
        path = f"{node['type']}.id" if isinstance(node.get("type"), str) else "id"
        if by_id.setdefault(name, node) != node:
            yield _reason("edc.id", path, "two objects of one id")
        if not lexical.is_uri(name):
            yield _reason("edc.id", path, "an id must be absolute")


def _objects(document: JsonObject) -> Iterator[JsonObject]:
    """All objects of a document, however deep."""
    pending: list[object] = [document]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            yield node
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)


def _has_member(name: str, uri: object) -> bool:
    return isinstance(uri, str) and uri in concepts.members(name)


def _at(node: JsonObject, *names: str) -> JsonObject:
    """The object at the end of a path, or an empty one where there is none."""
    for name in names:
        member = node.get(name)
        node = member if isinstance(member, dict) else {}
    return node


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _moment(value: object) -> datetime | None:
    return datetime.fromisoformat(str(value)) if lexical.is_moment(value) else None


def _reason(code: str, path: str, detail: str) -> Reason:
    return Reason(code=code, path=path, detail=detail)


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
