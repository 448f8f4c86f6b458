"""Signs the signed examples with new keys; only the public halves are kept, in the registrations.

Run `python examples/sign.py` in the root of the repository, after a change of the plain files.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from services.publisher import seal  # noqa: E402 - found only from the root

BADGES = HERE / "submissions" / "festo-like"
CREDENTIALS = HERE / "submissions" / "university-like"
KEY_ID = "taktwerk-2026"
OWNER = ("Universität Lindenau", "AT", "VATAT-U99999901")
NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
SEALED_AT = datetime(2026, 6, 19, 9, tzinfo=UTC)

#: What tells the signed credential from the plain one that it is made from.
OTHER_BADGE: Mapping[str, str] = {
    "3b7f6a100101": "3b7f6a100102",
    "did:example:friederike-4410": "did:example:gottlieb-4411",
    "Friederike Musterfeld": "Gottlieb Probandius",
    "friederike.musterfeld": "gottlieb.probandius",
}
OTHER_CREDENTIAL: Mapping[str, str] = {
    "6d1f2b3c0001": "6d1f2b3c0003",
    "LIN-2026-0001": "LIN-2026-0003",
    "2026-06-12T": "2026-06-19T",
}


def main() -> None:
    sign_badge()
    seal_credential()


def sign_badge() -> None:
    key = ECKey.generate_key("P-256")
    badge = changed(BADGES / "01-automation-joint.json", OTHER_BADGE)
    token = jws.serialize_compact(
        {"alg": "ES256", "kid": KEY_ID, "typ": "JWT"}, compact(with_claims(badge)), key
    )
    (BADGES / "02-automation-joint.jwt").write_text(token + "\n", "utf-8")
    (BADGES / "05-tampered.jwt").write_text(tampered_token(token) + "\n", "utf-8")
    public = key.as_dict(private=False)
    register("festo-like", "keys", {KEY_ID: json.dumps({**public, "alg": "ES256"})})


def seal_credential() -> None:
    not_before, sealed_at = (round(day.timestamp() * 1000) for day in (NOT_BEFORE, SEALED_AT))
    key, certificate = seal.test_certificate(*OWNER, not_before)
    credential = changed(CREDENTIALS / "01-data-literacy.json", OTHER_CREDENTIAL)
    sealed = seal.seal(compact(credential), seal.load(key, certificate), sealed_at)
    # Inside the seal the credential is text, so its quotes are escaped.
    tampered = sealed.replace(r"\"point\":\"3\"", r"\"point\":\"5\"")
    (CREDENTIALS / "03-data-literacy-sealed.json").write_text(sealed + "\n", "utf-8")
    (CREDENTIALS / "04-tampered-seal.json").write_text(tampered + "\n", "utf-8")
    register("university-like", "seals", {OWNER[0]: certificate.decode()})


def changed(file: Path, replacements: Mapping[str, str]) -> Any:
    text = file.read_text("utf-8")
    for before, after in replacements.items():
        text = text.replace(before, after)
    return json.loads(text)


def with_claims(badge: Mapping[str, Any]) -> Mapping[str, Any]:
    """The registered claims that Open Badges 3.0 asks for beside the credential (section 8.2)."""
    starts = round(datetime.fromisoformat(badge["validFrom"]).timestamp())
    claims = {"iss": badge["issuer"]["id"], "jti": badge["id"], "nbf": starts}
    return {**badge, **claims, "sub": badge["credentialSubject"]["id"]}


def tampered_token(token: str) -> str:
    """Raise the points under the old signature."""
    header, payload, mark = token.split(".")
    text = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    better = text.replace('"value":"87"', '"value":"97"')
    return ".".join((header, base64.urlsafe_b64encode(better.encode()).rstrip(b"=").decode(), mark))


def compact(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def register(provider: str, member: str, entries: Mapping[str, str]) -> None:
    file = HERE / "providers" / f"{provider}.json"
    registration = json.loads(file.read_text("utf-8"))
    text = json.dumps({**registration, member: entries}, ensure_ascii=False, indent=2)
    file.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
