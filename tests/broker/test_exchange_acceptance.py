"""Rows of the field's own acceptance list, each through the whole exchange."""

from __future__ import annotations

import json

import pytest

from tests.support import commands, folders, waiting
from tests.support.acceptance_rows import REGISTRATION, award, codes, entry, published

# On the embedded broker with every commit: what a service decides does not depend on the servers.
pytestmark = [pytest.mark.broker, pytest.mark.long_on_servers]

AMU = {
    "name": {"da": "Testens AMU-center"},
    "country": "DK",
    "identifiers": [{"scheme": "cvr", "value": "99887766"}],
}
HEADER = (
    "id;title;kind;organisation;organisation_id;country;agent;agent_id;agent_trusted;decision;"
    "issued_on;expires_on;withdrawn_on;review_on;jurisdictions;credential_types;qualifications;isced_f;eqf"
)
LIST = """\
T1;Cleaning;accreditation;School of the Test;vat:DE999777111;DE;Agency;local:A;yes;positive;2025-01-01;2026-06-30;;;DE;;;1011;1|2|3
T2;AMU;accreditation;Testens AMU-center;cvr:99887766;DK;Council;local:C;yes;positive;2024-01-01;;;;DK;;AMU-1;0713;3|4
"""
MANDATORY = (
    "learner", "title", "country", "awarding_bodies", "issued_on", "learning_outcomes",
    "workload", "level", "assessment", "participation", "quality_assurance",
)  # fmt: skip


AMU_AWARD = {
    "title": {"da": "Kabelmontør"}, "country": "DK", "awarding_bodies": [AMU], "definition": {"id": "AMU-1"},
    "level": {"eqf": 4}, "field": {"isced_f": "0713"}, "route": "formal", "workload": {"days": 15},
}  # fmt: skip
SENT = {
    "s15-amu": award("S15", **AMU_AWARD),
    "s24-no-eqf": award("S24", "level"),
    "s25-eqf-1": award("S25-1", level={"eqf": 1}),
    "s25-eqf-2": award("S25-2"),
    "s33-last-day": award("S33-a", issued_on="2026-06-30"),
    "s33-a-day-late": award("S33-b", issued_on="2026-07-01"),
    "s48-days": award("S48", workload={"hours": "16 hours"}, level={"framework": "DQR", "value": "2"}),
    **{f"s32-no-{name}": award(f"S32-{name}", name) for name in MANDATORY},
    "s32-definition": {
        key: value for key, value in award("S32-def").items() if key not in ("learner", "issued_on")
    } | {"kind": "definition"},
}  # fmt: skip


KEYS = json.loads((commands.EXAMPLES / "providers/festo-like.json").read_text("utf-8"))["keys"]
INPUTS = {
    "providers/school.json": REGISTRATION,
    "providers/signer.json": REGISTRATION | {"id": "signer", "keys": KEYS},
    "accreditations/list.csv": f"{HEADER}\n{LIST}",
    **{f"submissions/school/{name}.json": document for name, document in SENT.items()},
}


def test_s15_a_code_in_a_national_list_confirms_without_any_other_source(exchange):
    record = published(exchange, "s15-amu")
    assert record["judgement"]["outcome"] == "confirmed"
    assert record["judgement"]["source"] == "list"
    assert record["definition"]["workload"]["hours"] == pytest.approx(15 * 7.4)


def test_s24_a_non_formal_credential_without_eqf_is_normalised(exchange):
    record = published(exchange, "s24-no-eqf")
    assert record["definition"]["route"] == "non-formal"
    assert record["definition"]["level"] is None
    assert "level" in record["account"]["completeness"]["absent"]


def test_s25_the_lowest_levels_are_accepted(exchange):
    assert published(exchange, "s25-eqf-1")["definition"]["level"]["eqf"] == 1
    record = published(exchange, "s25-eqf-2")
    assert (record["definition"]["level"]["eqf"], record["definition"]["workload"]["hours"]) == (
        2,
        16,
    )


@pytest.mark.parametrize("name", MANDATORY)
def test_s32_each_mandatory_element_that_is_missing_is_named(exchange, name):
    found = entry(exchange, f"s32-no-{name}")
    if name in ("learner", "title", "issued_on", "awarding_bodies"):
        assert (found["outcome"], codes(found)) == ("refused", {f"{name}.missing"})
        letters = folders.lines(exchange.folder, "dlq")
        assert any(
            each["headers"]["credstream_dlq_reason"] == f"{name}.missing" for each in letters
        )
        return
    assert found["outcome"] == "published"
    record = published(exchange, f"s32-no-{name}")
    if name == "country":
        origin = next(o for o in record["account"]["provenance"] if o["descriptor"] == "country")
        assert (record["definition"]["country"], origin["origin"]) != ("DE", "payload") or origin[
            "path"
        ] != "country"
        return
    assert name in record["account"]["completeness"]["absent"]
    if name != "level":
        absent = [
            w["path"] for w in record["account"]["warnings"] if w["code"] == "descriptor.absent"
        ]
        assert name in absent


def test_s32_a_definition_needs_no_learner(exchange):
    assert entry(exchange, "s32-definition")["outcome"] == "published"


def test_s33_the_accreditation_counts_on_the_day_of_the_award(exchange):
    assert published(exchange, "s33-last-day")["judgement"]["outcome"] == "confirmed"
    late = published(exchange, "s33-a-day-late")["judgement"]
    assert (late["outcome"], late["step"], late["reason"]) == (
        "not-covered",
        "in-force",
        "not_covered_by_date",
    )


def test_s42_a_tampered_token_is_refused_and_an_unreachable_key_is_marked(exchange):
    token = (
        commands.EXAMPLES / "submissions" / "festo-like" / "02-automation-joint.jwt"
    ).read_bytes()
    exchange.send("signer", token, headers=[("ce_id", b"s42-good")])
    exchange.send("signer", tampered(token), headers=[("ce_id", b"s42-tampered")])
    exchange.send("school", token, headers=[("ce_id", b"s42-no-key")])
    assert codes(exchange.receipt("s42-tampered", "refused", "signer")) == {"signature.invalid"}
    for name, provider, proof in (
        ("s42-good", "signer", "verified"),
        ("s42-no-key", "school", "unverifiable"),
    ):
        key = exchange.receipt(name, "accepted", provider)["key"]
        assert (
            waiting.eventually(lambda key=key: folders.awards(exchange.folder).get(key))[-1][
                "proof"
            ]
            == proof
        )


def test_s48_why_tells_source_checks_and_rules_of_a_published_record(exchange):
    key = entry(exchange, "s48-days")["keys"][0]
    done = commands.credstream("why", key, "--dir", exchange.folder)
    assert done.returncode == 0, done.stderr
    for word in (
        "Window cleaning",
        "confirmed",
        "16 hours",
        "2026-11",
        "version",
        "in-force",
        "own JSON",
    ):
        assert word.lower() in done.stdout.lower(), word


def tampered(token: bytes) -> bytes:
    head, body, mark = token.strip().split(b".")
    other = b"A" if mark[10:11] != b"A" else b"B"
    return b".".join((head, body, mark[:10] + other + mark[11:]))
