"""Names that the glossary replaced do not come back; `docs/glossary.md` has those that are right."""

from __future__ import annotations

import ast

import pytest

from tests.support.sources import PRODUCT, python_of

FOLDERS = (*PRODUCT, "tests", "benchmarks")
# Module name that is gone: what to say.
MODULES = {
    "as_read": "partial_record",
    "at_broker": "doctor/broker",
    "blocks": "learner_block",
    "causes": "error_catalogue",
    "exam": "delivery_check",
    "fence": "fencing",
    "flow": "messages",
    "following": "reference_lag",
    "grounds": "backends",
    "house": "processes, embedded",
    "houses": "commands, folders, running, waiting",
    "keeper": "holds, lag, idle",
    "known": "lookups",
    "keepers": "positions",
    "membership": "assignment_check",
    "merging": "merge",
    "naming": "credential_ids",
    "nursery": "no fork server",
    "offspring": "child_process",
    "ordeal": "chaos_run",
    "others": "unsupported",
    "patience": "retry",
    "place": "folder",
    "rehearsal": "dry_run/pipeline",
    "rehearsed": "dry_run/result",
    "ring": "key_set",
    "showing": "terminal",
    "walking": "json_nodes",
    "wording": "labels",
    "words": "reasons/text",
    "xml_walking": "xml_nodes",
}
# Identifier (of a class, a function, an argument, a variable, an attribute) that is gone.
IDENTIFIERS = {
    "Exam": "DeliveryCheck",
    "Following": "ReferenceWatch",
    "Ground": "Backend",
    "Grounds": "Backend",
    "House": "Processes, RunningExchange",
    "Keeper": "holds, lag, idle",
    "Life": "TopicIncarnation",
    "Membership": "AssignmentCheck",
    "Ordeal": "ChaosRun",
    "Outcome": "StepResult, StatedOutcome",
    "Patience": "retry",
    "Place": "Partition, ExchangeFolder",
    "Rehearsal": "dry_run",
    "Ring": "KeySet",
    "Spot": "XmlNode",
    "Trouble": "CommandError",
    "Witness": "RecentErrors",
    "amiss": "what is not ok",
    "ground": "backend",
    "house": "processes, exchange",
    "kid": "child",
    "kids": "children",
    "rehearse": "dry run",
    "rehearsed": "the result of a dry run",
    "spoken": "language_map",
    "spot": "node",
    "strangers": "unknown_fields",
}
# Gone from the product alone: tests may still use them.
IN_PRODUCT = {
    "said": "text_of, or what was said",
    "told": "as_json, or what was reported",
}
# A word of the field that stays where the field says it: the key id of a JOSE header.
FIELD = {"kid": ("services/ingest/proofs/", "tests/unit/test_proof_")}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_name_that_was_replaced_does_not_come_back(name):
    found = [
        each.path for folder in FOLDERS for each in python_of(folder) if named(each.path, name)
    ]
    assert found == [], f"say {MODULES[name]}"


def named(path: str, name: str) -> bool:
    *folders, file = path.split("/")
    return name in folders or file == f"{name}.py"


def test_an_identifier_that_was_replaced_does_not_come_back():
    found = {
        (name, each.path, f"say {IDENTIFIERS[name]}")
        for folder in FOLDERS
        for each in python_of(folder)
        for name in identifiers(each.tree) & IDENTIFIERS.keys()
        if not each.path.startswith(FIELD.get(name, "\0"))
    }
    assert found == set()


@pytest.mark.parametrize("name", IN_PRODUCT)
def test_a_word_that_left_the_product_does_not_come_back(name):
    found = [
        each.path
        for folder in PRODUCT
        for each in python_of(folder)
        if name in identifiers(each.tree)
    ]
    assert found == [], f"say {IN_PRODUCT[name]}"


def identifiers(tree: ast.Module) -> set[str]:
    """Every name that a file gives or uses."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case (
                ast.ClassDef(name=name)
                | ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
            ):
                found.add(name)
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
                found.add(name)
            case ast.keyword(arg=str(name)) | ast.alias(asname=str(name)) | ast.alias(name=name):
                found.add(name.rpartition(".")[2])
    return found
