"""Status lists: revoked, suspended, in force, or nobody can tell."""

import base64
import gzip
import json
from pathlib import Path

import pytest

from credstream.contract.messages import Incoming
from credstream.contract.records import Provider
from services.ingest.examine import read_submission
from services.ingest.proofs.status import credential_status
from tests.support.proofs import AT, EC, STRANGER, b64, sign

LIST = "https://lists.example/1"
SAMPLES = Path(__file__).parents[3] / "shared/samples"


def packed(*bits, size=131_072):
    raw = bytearray(size // 8)
    for bit in bits:
        raw[bit // 8] |= 128 >> bit % 8
    return base64.urlsafe_b64encode(gzip.compress(bytes(raw))).rstrip(b"=").decode()


def listed(encoded, **changes):
    subject = {"statusPurpose": "revocation", "encodedList": encoded}
    return json.dumps({"credentialSubject": subject | changes.pop("subject", {}), **changes})


def entry(index, **changes):
    status = {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": index,
        "statusListCredential": LIST,
    }
    return {"id": "urn:c:1", "credentialStatus": status | changes}


def judged(document, text, keys=None):
    return credential_status(document, {LIST: text}, keys or {}, AT)


def test_a_bit_that_is_set_revokes_and_its_neighbours_do_not():
    text = listed("u" + packed(8))
    assert [judged(entry(n), text) for n in (7, "8", 9)] == ["in_force", "revoked", "in_force"]


def test_the_older_list_has_no_prefix_and_its_type_may_be_an_array():
    document = entry("3", type=["StatusList2021Entry"])
    assert judged(document, listed(packed(3))) == "revoked"


def test_a_list_for_suspension_suspends():
    text = listed("u" + packed(1), subject={"statusPurpose": "suspension"})
    assert judged(entry(1, statusPurpose="suspension"), text) == "suspended"
    assert judged(entry(1), text) == "unchecked"


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (entry(131_072), listed("u" + packed(8))),
        (entry(-1), listed("u" + packed(8))),
        (entry(1, statusSize=2), listed("u" + packed(8))),
        (entry(8), listed("u" + packed(8), validUntil="2020-01-01T00:00:00Z")),
        (entry(8), listed("u" + packed(8)[:40])),
        (entry(8), listed("u" + packed(8, size=8 * 20 * 1024 * 1024))),
        (entry(8), "[]"),
        (entry(8), "not a list"),
        (entry(8, statusListCredential=["x"]), listed("u" + packed(8))),
        (entry(8, type={"a": 1}), listed("u" + packed(8))),
    ],
)
def test_what_cannot_be_read_is_unchecked(document, text):
    assert judged(document, text) == "unchecked"


def signed(text):
    head = b64(json.dumps({"alg": "ES256", "kid": "k"}).encode())
    body = b64(json.dumps({"vc": json.loads(text)}).encode())
    mark = b64(sign("ES256", EC.key, f"{head}.{body}".encode()))
    return f"{head}.{body}.{mark}"


def test_a_signed_list_counts_only_with_a_registered_key():
    text = signed(listed("u" + packed(8)))
    assert judged(entry(8), text, {"k": EC.pem}) == "revoked"
    assert judged(entry(8), text, {"k": STRANGER.pem}) == "unchecked"


def badge(index):
    return entry(index, id=f"{LIST}#{index}") | {
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"achievement": {"id": f"urn:a:{index}", "name": "Soil"}},
    }


def standings(document, until="2027-01-01T00:00:00Z"):
    """What ingest says of each credential of a document, by a signed and registered list."""
    provider = Provider(
        id="acme", kind="provider", name="Acme", country="DE", status="active",
        keys={"k": EC.pem}, status_lists={LIST: signed(listed("u" + packed(8), validUntil=until))},
    )  # fmt: skip
    message = Incoming(
        topic="submissions.provider.acme", partition=0, offset=0, key=None,
        value=json.dumps(document).encode(), at=AT, headers=(),
    )  # fmt: skip
    return [each.standing for each in read_submission(message, provider).received]


def test_ingest_looks_up_a_credential_in_the_lists_of_the_registration_at_the_time_it_came():
    assert standings(badge(8)) == ["revoked"]
    assert standings(badge(7)) == ["in_force"]
    assert standings(badge(8), until="2020-01-01T00:00:00Z") == ["unchecked"]


def test_each_award_of_a_learner_record_has_its_own_status():
    record = {
        "type": ["VerifiableCredential", "ClrCredential"],
        "credentialSubject": {"verifiableCredential": [badge(7), badge(8)]},
    }
    assert standings(record) == ["in_force", "revoked"]


def test_a_revocation_list_names_the_credential_and_not_its_entry():
    document = {"id": "urn:c:1", "credentialStatus": {"id": LIST, "type": "1EdTechRevocationList"}}
    revoked = json.dumps({"revokedCredential": [{"id": "urn:c:1", "revoked": True}]})
    other = json.dumps({"revokedCredential": [{"id": "urn:c:2"}, 5, None]})
    found = [judged(document, text) for text in (revoked, other, "{}")]
    assert found == ["revoked", "in_force", "unchecked"]


def test_an_older_badge_is_revoked_by_its_uid():
    document = {"uid": "a", "badge": {"issuer": {"revocationList": LIST}}}
    assert judged(document, json.dumps({"revokedAssertions": [{"uid": "a"}]})) == "revoked"
    assert judged(document, json.dumps({"revokedAssertions": 5})) == "unchecked"


def test_a_credential_without_status_has_none():
    assert [credential_status(each, {}, {}, AT) for each in ({}, [], None, 5)] == ["none"] * 4


def test_the_revoked_sample_is_revoked():
    text = SAMPLES / "statuslist/e5WK8CbZ1GjycuPombrj"
    if not text.exists():
        pytest.skip("the samples are not at hand")
    document = json.loads((SAMPLES / "ob3/oidf-revokedStatus-noExpiry.json").read_text())
    document = document.get("credential", document)
    address = document["credentialStatus"]["statusListCredential"]
    listing = text.read_text()
    if not listing.lstrip().startswith("{"):
        body = listing.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        listing = json.dumps(claims.get("vc", claims))
    assert credential_status(document, {address: listing}, {}, AT) == "revoked"


def test_a_list_inside_the_credential_is_read():
    carried = json.loads(listed("u" + packed(8)))
    found = [credential_status(entry(n, statusListCredential=carried), {}, {}, AT) for n in (7, 8)]
    assert found == ["in_force", "revoked"]
    past = carried | {"validUntil": "2020-01-01T00:00:00Z"}
    assert credential_status(entry(8, statusListCredential=past), {}, {}, AT) == "unchecked"


def test_a_registered_list_is_worth_more_than_a_copy_of_it():
    copy = {"id": LIST, **json.loads(listed("u" + packed()))}
    assert judged(entry(8, statusListCredential=copy), listed("u" + packed(8))) == "revoked"
    odd = {"id": ["x"], **json.loads(listed("u" + packed(8)))}
    assert judged(entry(8, statusListCredential=odd), listed("u" + packed())) == "revoked"


def test_the_revocation_list_inside_a_badge_is_read():
    revoked = {"type": "RevocationList", "revokedAssertions": [{"id": "urn:b:1"}, "urn:b:2"]}
    issuer = {"issuer": {"revocationList": revoked}}
    found = [
        credential_status({"id": f"urn:b:{n}", "badge": issuer}, {}, {}, AT) for n in (1, 2, 3)
    ]
    assert found == ["revoked", "revoked", "in_force"]
