import base64
import json
import re
from collections import defaultdict
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from credstream.contract.errors import Rejected
from credstream.contract.reasons.table import REASONS
from credstream.contract.records import Provider
from credstream.contract.values import Organisation, QualityAssurance
from credstream.formats.native import read as native
from credstream.formats.shared.json_text import read_json, read_text
from credstream.formats.shared.parsed import Rules
from services.accreditation.sources.table import read_list
from services.ingest.proofs import jades, vc_jwt

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SUBMISSIONS = EXAMPLES / "submissions"
EXPECTED = json.loads((EXAMPLES / "expected.json").read_text("utf-8"))
LEARNERS = (EXAMPLES / "learners.txt").read_text("utf-8").splitlines()
SCHEMA = json.loads((ROOT / "credstream/formats/native/native.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
FILES = {f"{file.parent.name}/{file.name}": file for file in sorted(SUBMISSIONS.glob("*/*"))}
REGISTRATIONS = {
    file.stem: json.loads(file.read_text("utf-8"))
    for file in sorted((EXAMPLES / "providers").glob("*.json"))
}
KINDS = {"provider", "certifier", "consortium"}
LATER = 1_795_000_000_000
BROKEN_BYTES = {"format.empty", "text.encoding", "json.duplicate_key", "format.unknown"}


def document(name):
    return read_json(read_text(FILES[name].read_bytes()))


def natives():
    for name, expected in EXPECTED.items():
        if not BROKEN_BYTES & set(expected["codes"]) and name.endswith(".json"):
            whole = document(name)
            if native.recognise(whole):
                yield name, whole


NATIVE = dict(natives())


def parts(whole):
    try:
        return [native.parse(part) for part in native.split(whole, Rules())]
    except Rejected:
        return None


def personal_texts(node):
    """Every text below a learner, or below a field that no format asks for."""
    if isinstance(node, dict):
        for name, child in node.items():
            if name != "scheme":
                yield from personal_texts(child)
    elif isinstance(node, list):
        for child in node:
            yield from personal_texts(child)
    elif isinstance(node, str):
        yield node


def test_every_submission_has_an_expectation_and_nothing_else_has():
    assert set(EXPECTED) == set(FILES)


def test_the_submissions_of_a_provider_are_numbered_without_a_gap():
    numbers = defaultdict(list)
    for file in FILES.values():
        numbers[file.parent.name].append(int(file.name[:2]))
    for found in numbers.values():
        assert found == list(range(1, len(found) + 1))


@pytest.mark.parametrize("name", EXPECTED)
def test_an_expectation_speaks_the_language_of_the_contract(name):
    expected = EXPECTED[name]
    assert set(expected) == {"outcome", "judgement", "codes"}
    assert expected["outcome"] in {"published", "refused", "out_of_scope", "held"}
    assert expected["judgement"] is None or expected["outcome"] == "published"
    assert expected["outcome"] == "published" or expected["codes"]
    assert set(expected["codes"]) <= set(REASONS)


def test_every_outcome_and_every_judgement_occurs():
    assert {each["outcome"] for each in EXPECTED.values()} == {
        *("published", "refused", "out_of_scope", "held")
    }
    assert {each["judgement"] for each in EXPECTED.values()} == {
        *("confirmed", "recognised", "industry", "self-declared", "not-covered", "unknown", None)
    }


@pytest.mark.parametrize("provider", REGISTRATIONS)
def test_a_registration_has_exactly_the_fields_of_the_record(provider):
    registration = REGISTRATIONS[provider]
    assert list(registration) == [each.name for each in fields(Provider)]
    assert registration["id"] == provider
    assert re.fullmatch(r"[a-z0-9-]{2,40}", provider)
    assert registration["kind"] in KINDS
    Provider(**registration)
    for body in registration["awarding_bodies"]:
        Organisation(**body)
    for assurance in registration["quality_assurance"]:
        QualityAssurance(**assurance)


def test_all_providers_but_one_are_registered():
    assert {file.parent.name for file in FILES.values()} - set(REGISTRATIONS) == {
        "unregistered-like"
    }


def accreditations(name):
    with (EXAMPLES / "accreditations/national-list.csv").open("rb") as stream:
        return read_list(stream, name=name, as_of=LATER)


def test_the_list_of_accreditations_is_read_without_a_doubt():
    found, reasons = accreditations("national-list")
    assert reasons == ()
    assert {each.kind for each in found} == {"accreditation", "recognition"}
    assert [each.agent_trusted for each in found].count(False) == 1


def test_the_late_window_cleaner_is_awarded_a_day_after_the_accreditation_ended():
    found, _ = accreditations("list")
    last = next(each.expires_on for each in found if each.id == "list:DE-GW-1011")
    late = document("cleaning-like/04-window-cleaner-late.json")["issued_on"]
    assert date.fromisoformat(late) == date.fromisoformat(last) + timedelta(days=1)


@pytest.mark.parametrize("name", NATIVE)
def test_the_schema_and_the_parser_agree_on_a_native_example(name):
    parsed = parts(NATIVE[name])
    clean = parsed is not None and not any(each.violations or each.findings for each in parsed)
    assert VALIDATOR.is_valid(NATIVE[name]) == clean


@pytest.mark.parametrize("name", NATIVE)
def test_a_native_example_is_clean_unless_it_is_expected_not_to_be(name):
    codes = set(EXPECTED[name]["codes"])
    dirty = codes & {"schema.violation", "extension.dropped", "format.invalid"}
    dirty |= {code for code in codes if code in ("learner.missing", "title.missing")}
    assert VALIDATOR.is_valid(NATIVE[name]) == (not dirty)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, expected in EXPECTED.items()
        if BROKEN_BYTES - {"format.unknown"} & set(expected["codes"])
    ],
)
def test_broken_bytes_are_refused_for_their_reason(name):
    with pytest.raises(Rejected) as refused:
        document(name)
    assert [refused.value.code] == EXPECTED[name]["codes"]


def test_a_correction_keeps_the_id_and_changes_the_content():
    first = document("metis-like/02-core-award.json")
    corrected = document("metis-like/06-core-award-corrected.json")
    assert first["id"] == corrected["id"]
    assert first != corrected


def test_awards_of_ten_lines_name_definitions_before_and_after_them():
    sent = [name for name in NATIVE if name.startswith("metis-like/")]
    described, early, late = set(), set(), set()
    for name in sent:
        for parsed in parts(NATIVE[name]):
            named = parsed.definition_id.raw
            if parsed.kind == "definition":
                described.add(named)
            elif parsed.reference:
                (late if named in described else early).add(named)
    assert early & described
    assert late
    assert early - described == {"MN-SAT-9"}


@pytest.mark.parametrize(
    ("file", "state"), [("02-automation-joint.jwt", "verified"), ("05-tampered.jwt", "failed")]
)
def test_a_token_is_judged_by_the_registered_key(file, state):
    token = (SUBMISSIONS / "festo-like" / file).read_text("ascii")
    proof = vc_jwt.verify(token, REGISTRATIONS["festo-like"]["keys"], LATER)
    assert proof.state == state


@pytest.mark.parametrize(
    ("file", "state"),
    [("03-data-literacy-sealed.json", "verified"), ("04-tampered-seal.json", "failed")],
)
def test_a_seal_is_judged_by_the_registered_certificate(file, state):
    sealed = (SUBMISSIONS / "university-like" / file).read_text("utf-8")
    proof = jades.verify(sealed.strip(), LATER, REGISTRATIONS["university-like"]["seals"])
    assert proof.state == state


def test_the_repository_keeps_no_private_key():
    for file in (path for path in EXAMPLES.rglob("*") if path.is_file()):
        content = file.read_bytes()
        assert b"PRIVATE KEY" not in content
    for registration in REGISTRATIONS.values():
        for key in registration["keys"].values():
            assert "d" not in json.loads(key)


def test_every_listed_personal_text_occurs_in_a_submission_and_can_be_searched_for():
    content = "\n".join(file.read_bytes().decode("utf-8", "replace") for file in FILES.values())
    assert [text for text in LEARNERS if text not in content] == []
    assert min(map(len, LEARNERS)) >= 5
    assert len(set(LEARNERS)) == len(LEARNERS)


def test_no_personal_text_occurs_beside_the_learners():
    beside = [
        *EXAMPLES.glob("*.md"),
        EXAMPLES / "expected.json",
        *(EXAMPLES / "providers").glob("*"),
        *(EXAMPLES / "accreditations").glob("*"),
        *(FILES[name] for name in FILES if "definition.json" in name and "missing" not in name),
    ]
    for file in beside:
        content = file.read_text("utf-8")
        assert [text for text in LEARNERS if text in content] == []


@pytest.mark.parametrize("name", NATIVE)
def test_every_personal_text_of_a_native_example_is_listed(name):
    for part in native.split(NATIVE[name], Rules()):
        stray = {
            field: part.get(field) for field in ("salary_after", "migrant_status", "placement")
        }
        marks = [each.get("reference") for each in part.get("funding", [])]
        for text in personal_texts([part.get("learner"), stray, marks]):
            assert text in LEARNERS


def test_the_learners_of_tokens_and_seals_are_listed_too():
    token = (SUBMISSIONS / "festo-like/02-automation-joint.jwt").read_text("ascii")
    body = token.split(".")[1]
    badge = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    for identity in badge["credentialSubject"]["identifier"]:
        assert all(word in LEARNERS for word in identity["identityHash"].split(" "))
    for name in ("01-data-literacy.json", "02-data-literacy-wrapped.json"):
        whole = document(f"university-like/{name}")
        person = whole.get("credential", whole)["credentialSubject"]
        assert person["givenName"]["de"] in LEARNERS
        assert person["familyName"]["de"] in LEARNERS
        assert person["dateOfBirth"][:10] in LEARNERS
        assert person["nationalID"]["notation"] in LEARNERS


def test_names_of_the_readme_are_those_of_the_folders():
    text = (EXAMPLES / "README.md").read_text("utf-8")
    named = set(re.findall(r"^- `([a-z-]+)`", text, flags=re.MULTILINE))
    assert named == {file.parent.name for file in FILES.values()}
