"""Names what an alignment of an Open Badge is about, by its type, address and framework.

https://www.imsglobal.org/spec/ob/v3p0/#alignmenttargettype-enumeration; the Dutch educredential
adds `ext:EQF`, `ext:ECTS` and `ext:QualityAssurance` to it.
"""

from __future__ import annotations

from credstream.formats.shared.json_nodes import JsonNode, text

KIND_BY_TYPE = {
    "ext:eqf": "eqf",
    "ext:nqf": "nqf",
    "ext:nlqf": "nqf",
    "ext:ects": "ects",
    "ext:qualityassurance": "assurance",
    "ceterms:credential": "record",
    "cfrubric": "rubric",
    "cfrubriccriterion": "rubric",
    "cfrubriccriterionlevel": "rubric",
}
# The first part that an address contains decides: an occupation's is longer than a skill's.
KIND_BY_ADDRESS = {
    "data.europa.eu/snb/eqf/": "eqf",
    "data.europa.eu/snb/qdr/": "nqf",
    "data.europa.eu/snb/isced-f/": "field",
    "data.europa.eu/esco/occupation/": "occupation",
    "data.europa.eu/esco/isco/": "occupation",
    "data.europa.eu/esco/": "skill",
    "ec.europa.eu/esco/": "skill",
}
KIND_BY_FRAMEWORK = {
    "european qualifications framework": "eqf",
    "eqf": "eqf",
    "ects": "ects",
    "isced-f": "field",
    "esco": "skill",
}


def kind_of(alignment: JsonNode) -> str:
    """Eqf, nqf, field, skill and so on; `outcome` where nothing tells."""
    by_type = KIND_BY_TYPE.get(_lower_text(alignment, "targetType"))
    if by_type:
        return by_type
    address = _lower_text(alignment, "targetUrl")
    framework = _lower_text(alignment, "targetFramework")
    return next(
        (
            kind
            for table, written in ((KIND_BY_ADDRESS, address), (KIND_BY_FRAMEWORK, framework))
            for part, kind in table.items()
            if part in written
        ),
        "outcome",
    )


def _lower_text(alignment: JsonNode, key: str) -> str:
    value = text(alignment, key)
    return str(value.raw).strip().lower() if value else ""
