"""The fields of the native format: what each may hold, and what it becomes.

They are those of `native.schema.json`; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping

from credstream.formats.native.base import FieldReader
from credstream.formats.native.builders import (
    build_body,
    build_funding,
    build_identifier,
    build_level,
    build_outcome,
    build_person,
    build_workload,
    group_of,
)
from credstream.formats.native.composites import ArrayField, ObjectField
from credstream.formats.native.kinds import (
    ADDRESS,
    CODE,
    COUNTRY,
    DATE,
    DATE_TIME,
    DURATION,
    EMAIL,
    EQF,
    FLAG,
    GRADE,
    ISCED_F,
    LANGUAGE,
    NUMBER,
    OCCUPATION,
    SKILL,
    TEXT,
    one_of,
)
from credstream.formats.native.scalars import CountField
from credstream.formats.shared.parsed import Assurance, LargerQualification, StackPlace

IDENTIFIER = ObjectField(
    {"scheme": CODE, "value": CODE},
    build_identifier,
    required=(("scheme",), ("value",)),
    short_for="value",
)
BODY = ObjectField(
    {
        "name": TEXT,
        "country": COUNTRY,
        "role": one_of("provider", "certifier", "employer", "accreditor"),
        "identifiers": ArrayField(IDENTIFIER),
    },
    build_body,
    required=(("name", "identifiers"),),
    short_for="name",
)
OUTCOME = ObjectField(
    {"text": TEXT, "esco": ArrayField(SKILL)},
    build_outcome,
    required=(("text",),),
    short_for="text",
    short_allowed=True,
)
WORKLOAD = ObjectField(
    {
        "hours": NUMBER,
        "contact_hours": NUMBER,
        "ects": NUMBER,
        "days": NUMBER,
        "sbu": NUMBER,
        "duration": DURATION,
    },
    build_workload,
    short_for="duration",
)
LEVEL = ObjectField(
    {
        "eqf": EQF,
        "framework": CODE,
        "value": CODE,
        "cycle": one_of("short", "first", "second", "third"),
        "claimed_by": one_of("provider", "framework", "unknown"),
    },
    build_level,
    short_for="value",
)
ASSURANCE = ObjectField(
    {"type": CODE, "body": CODE, "reference": CODE},
    Assurance,
    required=(("type",),),
    short_for="type",
)
STACK = ObjectField(
    {"scheme": CODE, "role": one_of("core", "satellite", "part"), "core": CODE},
    StackPlace,
    required=(("scheme",), ("role",)),
)
PARTIAL = ObjectField(
    {"is_part": FLAG, "qualification": CODE},
    LargerQualification,
    required=(("is_part",),),
    short_for="is_part",
)
FUNDING = ObjectField(
    {"funder": CODE, "reference": CODE}, build_funding, required=(("funder",),), short_for="funder"
)
LEARNER = ObjectField(
    {
        "id": ArrayField(IDENTIFIER, single_allowed=True),
        "given_name": TEXT,
        "family_name": TEXT,
        "full_name": TEXT,
        "birth_date": DATE,
        "email": EMAIL,
    },
    build_person,
    required=(("id", "email", "family_name", "full_name"), ("id", "email", "birth_date")),
)

#: Objects whose fields are fields of Parsed itself.
GROUPS: Mapping[str, ObjectField] = {
    "definition": ObjectField(
        {
            "id": CODE,
            "version": CODE,
            "valid_from": DATE,
            "valid_until": DATE,
            "review_on": DATE,
            "identifiers": ArrayField(IDENTIFIER),
        },
        group_of(
            id="definition_id",
            version="definition_version",
            valid_until="definition_valid_until",
        ),
        required=(("id",),),
        short_for="id",
    ),
    "field": ObjectField(
        {"isced_f": ArrayField(ISCED_F, single_allowed=True)},
        group_of(isced_f="fields"),
        short_for="isced_f",
    ),
    "assessment": ObjectField(
        {
            "type": ArrayField(CODE, single_allowed=True),
            "supervision": CODE,
            "identity_verified": FLAG,
            "grade": GRADE,
            "scale": CODE,
            "assessed_by": ArrayField(CODE),
        },
        group_of(type="assessments", scale="grade_scale"),
        short_for="type",
    ),
    "participation": ObjectField(
        {"mode": ArrayField(CODE, single_allowed=True), "schedule": CODE},
        group_of(mode="modes"),
        short_for="mode",
    ),
}
FIELDS: Mapping[str, FieldReader] = {
    "id": CODE,
    "version": CODE,
    "provider": CODE,
    "occurred_at": DATE_TIME,
    "language": LANGUAGE,
    "title": TEXT,
    "description": TEXT,
    "country": COUNTRY,
    "region": CODE,
    "awarding_bodies": ArrayField(BODY),
    "issued_on": DATE,
    "valid_until": DATE,
    "learner": LEARNER,
    "learning_outcomes": ArrayField(OUTCOME, single_allowed=True),
    "workload": WORKLOAD,
    "starts_on": DATE,
    "ends_on": DATE,
    "level": ArrayField(LEVEL, single_allowed=True),
    "quality_assurance": ArrayField(ASSURANCE),
    "prerequisites": TEXT,
    "stack": STACK,
    "partial": PARTIAL,
    "further_information": TEXT,
    "url": ADDRESS,
    "identifiers": ArrayField(IDENTIFIER),
    "languages": ArrayField(LANGUAGE),
    "occupations": ArrayField(OCCUPATION),
    "target_groups": ArrayField(CODE),
    "co_designers": ArrayField(BODY),
    "route": one_of("formal", "non-formal", "validation"),
    "credential_type": CODE,
    "valid_from": DATE,
    "review_on": DATE,
    "evidence": CountField(),
    "status": one_of("issued", "revoked", "suspended"),
    "funding": ArrayField(FUNDING),
    **GROUPS,
}
