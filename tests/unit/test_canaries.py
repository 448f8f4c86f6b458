"""A person's name in any member of a document: what is public or logged has it in no place."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from credstream.contract.records import Provider
from credstream.contract.values import Reason
from credstream.exchange.dry_run.lookups import Lookups
from credstream.exchange.dry_run.pipeline import try_submission
from credstream.formats.shared.masks import masked_path, unquoted
from tests.support import member_names
from tests.support.canaries import NAME, at, found_in, objects

GOLDEN = Path(__file__).parents[1] / "golden"
NOBODY = Lookups(
    provider=Provider(id="try", kind="provider", name="try", country="DE", status="active"),
    definitions=lambda _: {},
    accreditations=lambda _: {},
    loaded=False,
)
JSON = sorted(GOLDEN.glob("*/*/input.json"))
XML = sorted(GOLDEN.glob("*/*/input.xml"))

# Where each format has text about one award: the object, and its member with a value.
NOTE = {"type": "Note", "noteLiteral": {"en": NAME}}
CLAIM = "credentialSubject.hasClaim"
ABOUT_THE_AWARD: dict[str, tuple[tuple[str, str, Any], ...]] = {
    "elm3/everything": (
        (CLAIM, "additionalNote", NOTE),
        (CLAIM, "description", {"en": NAME}),
        (CLAIM, "supplementaryDocument", {"contentURL": f"https://example.org/{NAME}"}),
        (CLAIM, "entitlesTo", {"title": {"en": NAME}}),
        (f"{CLAIM}.provenBy", "title", {"en": NAME}),
        (f"{CLAIM}.provenBy", "description", {"en": NAME}),
        (f"{CLAIM}.provenBy", "dcType", {"prefLabel": {"en": NAME}}),
        (f"{CLAIM}.provenBy", "additionalNote", NOTE),
        (f"{CLAIM}.provenBy", "assessedBy", {"legalName": {"en": NAME}}),
        (f"{CLAIM}.influencedBy", "title", {"en": NAME}),
        (f"{CLAIM}.influencedBy", "workload", NAME),
        ("displayParameter", "title", {"en": NAME}),
        ("displayParameter", "description", {"en": NAME}),
    ),
    "ob3/older_data_model": (
        ("", "name", NAME),
        ("", "description", NAME),
        ("", "endorsement", [{"id": "urn:1", "issuer": {"id": "urn:2", "name": NAME}}]),
        ("", "evidence", [{"name": NAME, "narrative": NAME, "description": NAME}]),
        ("credentialSubject", "source", {"id": "urn:3", "name": NAME}),
        ("credentialSubject", "narrative", NAME),
        ("credentialSubject", "creditsEarned", NAME),
        ("credentialSubject", "result", [{"value": NAME, "status": NAME}]),
        ("credentialSubject", "image", {"id": f"https://example.org/{NAME}", "caption": NAME}),
    ),
    "clr2/parts": (
        ("", "name", NAME),
        ("", "endorsement", [{"id": "urn:1", "issuer": {"id": "urn:2", "name": NAME}}]),
        ("credentialSubject.verifiableCredential.0", "name", NAME),
        ("credentialSubject.verifiableCredential.0.credentialSubject", "source", {"name": NAME}),
        ("credentialSubject.verifiableCredential.0.credentialSubject", "narrative", NAME),
    ),
}  # fmt: skip


def tried(value: bytes) -> tuple[list[dict[str, Any]], list[Reason]]:
    """The public definitions of a file, and every reason and warning that it gives."""
    result = try_submission(value, NOBODY, 1_780_000_000_000)
    records = [each.record for each in result.credentials]
    warnings = [reason for record in records for reason in record.account.warnings]
    public = [asdict(record) for record in records if record.kind == "definition"]
    return public, [*result.reasons, *warnings]


@pytest.mark.parametrize("case", ABOUT_THE_AWARD)
def test_text_about_one_award_is_in_no_public_definition(case):
    source = json.loads((GOLDEN / case / "input.json").read_text("utf-8"))
    leaking = []
    for place, member, value in ABOUT_THE_AWARD[case]:
        document = copy.deepcopy(source)
        holder = at(document, tuple(step for step in place.split(".") if step))
        (holder[0] if isinstance(holder, list) else holder)[member] = value
        public, _ = tried(json.dumps(document).encode())
        assert public, f"{place} {member}: nothing was read"
        leaking += [f"{place} {member}"] if found_in(public) else []
    assert leaking == []


@pytest.mark.parametrize("file", JSON, ids=lambda file: "/".join(file.parts[-3:-1]))
def test_a_member_that_is_added_or_renamed_is_named_nowhere(file):
    source = json.loads(file.read_text("utf-8"))
    for path in objects(source):
        document = copy.deepcopy(source)
        at(document, path)[NAME] = "x"
        assert not found_in(tried(json.dumps(document).encode())), path
        for key in at(source, path):
            document = copy.deepcopy(source)
            holder = at(document, path)
            renamed = {NAME if name == key else name: value for name, value in holder.items()}
            holder.clear()
            holder.update(renamed)
            public, reasons = tried(json.dumps(document).encode())
            origins = [each["account"]["provenance"] for each in public]
            assert not found_in(reasons, origins), (path, key)


@pytest.mark.parametrize("file", XML, ids=lambda file: "/".join(file.parts[-3:-1]))
def test_an_element_that_is_renamed_is_named_nowhere(file):
    root = etree.fromstring(file.read_bytes())
    for element in [each for each in root.iter() if isinstance(each.tag, str)]:
        tag, space = element.tag, etree.QName(element).namespace
        element.tag = f"{{{space}}}Zanaria" if space else "Zanaria"
        assert not found_in(tried(etree.tostring(root))), tag
        element.tag = tag


@pytest.mark.parametrize("file", JSON, ids=lambda file: "/".join(file.parts[-3:-1]))
def test_a_definition_that_an_award_describes_quotes_nothing_in_its_warnings(file):
    result = try_submission(file.read_bytes(), NOBODY, 1_780_000_000_000)
    kinds = {each.record.kind for each in result.credentials}
    # A document that is a definition, and no award, may be quoted: it has no learner.
    public = tried(file.read_bytes())[0] if "award" in kinds else []
    details = [w["detail"] for each in public for w in each["account"]["warnings"]]
    assert not [detail for detail in details if detail.startswith("seen")]


@pytest.mark.parametrize(
    "value",
    [
        json.dumps({NAME: {NAME: 1}}),
        json.dumps({"credstream": 1, NAME: [[NAME] * 2]}),
        f'{{"credstream": 1, "{NAME}": 1, "{NAME}": 2}}',
        f'{{"credstream": 1, "{NAME}": {"[" * 200}{"]" * 200}}}',
        f'{{"credstream": 1, "{NAME}": "a\\u0000b"}}',
        f'{{"credstream": 1, "{NAME}": 1e999}}',
        f"{NAME};other\n1;2\n",
        "<Zanaria><Zanaria/></Zanaria>",
        '<a xmlns="urn:Zanaria"/>',
        "<!DOCTYPE Zanaria><Zanaria/>",
        "<Zanaria><b></Zanaria>",
    ],
)
def test_what_cannot_be_read_is_refused_without_its_names(value):
    _, reasons = tried(value.encode())
    assert reasons
    masked = [(each.code, masked_path(each.path), each.detail) for each in reasons]
    assert not found_in(masked)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("credentialSubject.hasClaim[0].title.en", "credentialSubject.hasClaim[0].title.en"),
        ("issuer.otherIdentifier[0].Jane Doe", "issuer.otherIdentifier[0].*"),
        ("Jane Doe[0][1].title", "*[0][1].title"),
        ("title.jane", "title.*"),
        ("/elmo/report/Jane/title", "/elmo/report/*/title"),
        ("/elmo/learner/@Jane", "/elmo/learner/*"),
        ("ceterms:Jane", "*"),
        ("row 4, column learner_id", "row 4, column learner_id"),
        ("row 4, column Jane", "*"),
        ("", ""),
    ],
)
def test_a_step_that_no_format_defines_is_masked(path, shown):
    assert masked_path(path) == shown


def test_every_path_of_the_golden_files_stays_whole():
    def paths(node: Any) -> Iterator[str]:
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        if isinstance(node, dict) and isinstance(node.get("path"), str):
            yield node["path"]
        for value in inner:
            yield from paths(value)

    files = [file for file in GOLDEN.glob("*/*/*.json") if file.name != "input.json"]
    every = {path for file in files for path in paths(json.loads(file.read_text("utf-8")))}
    assert len(every) > 300
    assert {path for path in every if masked_path(path) != path} == set()


def test_the_names_of_all_formats_are_written_down():
    assert member_names.FILE.read_text("utf-8") == member_names.written(), "run `make docs`"


@pytest.mark.parametrize(
    ("detail", "left"),
    [
        ("seen Jane Doe; write it as YYYY-MM-DD", "write it as YYYY-MM-DD"),
        ("seen a; Jane Doe; write it", "write it"),
        ("seen Jane Doe", ""),
        ("line 1, column 18", "line 1, column 18"),
        ("2 found; one is needed", "2 found; one is needed"),
    ],
)
def test_a_quoted_value_is_left_out_and_what_to_do_stays(detail, left):
    assert unquoted(detail) == left
