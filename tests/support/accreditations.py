"""Builds awards and accreditations that fit each other, to be spoilt one fact at a time."""

from __future__ import annotations

import io
from dataclasses import replace

from credstream.contract.records import Accreditation, Normalised
from credstream.contract.values import (
    Account,
    Award,
    Completeness,
    Definition,
    Identifier,
    Learner,
    Level,
    Organisation,
    QualityAssurance,
)
from services.accreditation.sources.table import read_list

DAY = "2026-03-15"


def list_of(text, *, name, as_of):
    """Accreditations and reasons of a list that is given as text."""
    return read_list(io.BytesIO(text.encode()), name=name, as_of=as_of)


def organisation(name="Chamber", *ids, country="DE", role=None):
    identifiers = tuple(
        Identifier(scheme=scheme, value=value)
        for scheme, _, value in (each.partition(":") for each in ids or ("vat:DE147794196",))
    )
    return Organisation(name={"de": name}, country=country, role=role, identifiers=identifiers)


CHAMBER = organisation("Chamber", "vat:DE147794196", role="certifier")
TRAINER = organisation("Trainer", "vat:DE811210455", role="provider")

DEFINITION = Definition(
    key="mc:de:d",
    id="mechatronics-1",
    title={"de": "Mechatronik"},
    country="DE",
    awarding_bodies=(CHAMBER,),
    identifiers=(Identifier(scheme="amu", value="47382"),),
    fields=("0714",),
    level=Level(eqf=4, claimed_by="framework"),
    credential_type="micro-credential",
)

LIMITED = Accreditation(
    id="list:1",
    source="list",
    as_of=1_000,
    kind="accreditation",
    organisation=organisation("Kammer", "eidas:VATDE-147794196", country=None),
    agent=organisation("Ministry", "lei:529900T8BM49AURSDO55"),
    agent_trusted=True,
    decision="positive",
    issued_on="2025-01-01",
    expires_on="2026-12-31",
    jurisdictions=("AT", "DE"),
    credential_types=("Micro-Credential",),
    qualifications=("amu:47382",),
    fields=("071", "06"),
    levels=(3, 4),
)
OPEN = replace(
    LIMITED,
    id="list:2",
    jurisdictions=(),
    credential_types=(),
    qualifications=(),
    fields=(),
    levels=(),
)


def award(key="mc:de:a", day=DAY, cause="submitted", **changes):
    """An award of DEFINITION with some of its facts changed."""
    learner = Learner(pseudonym="ab", key_id="k", block=b"")
    return Normalised(
        key=key,
        kind="award",
        provider="festo-like",
        country="DE",
        submission="s",
        received_at=1,
        format="native",
        envelope="none",
        proof="none",
        mapping="1",
        definition=replace(DEFINITION, **changes),
        award=Award(
            definition_key="mc:de:d", learner=learner, issued_on=day, evidence=0, status="issued"
        ),
        account=Account(
            completeness=Completeness(mandatory=11, mandatory_of=11, optional=0, optional_of=5)
        ),
        cause=cause,
    )


def definition(key="mc:de:d"):
    return replace(award(key), kind="definition", award=None)


def assured(*types):
    return tuple(QualityAssurance(type=each) for each in types)
