"""Builds the European Digital Credential of one published version of an award.

European Learning Model 3 in the EDC application profile, on the W3C data model 1.1.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from credstream.contract.identity import credential_uuid
from credstream.contract.records import Accredited, PublishedAward
from credstream.contract.values import Definition, Workload
from services.publisher.elm import concepts, image
from services.publisher.elm.draft import LAST_RESORT, Draft, Node, main_language
from services.publisher.elm.image import PageText
from services.publisher.elm.learning import achievement, start
from services.publisher.elm.organisations import issuer
from services.publisher.elm.person import person
from services.publisher.elm.shape import CONTEXTS, SCHEMA, TYPES
from services.publisher.seal import Owner

# Each page is a picture of 60 kB inside the document.
MOST_PAGES = 3


def credential(
    source: Accredited, published: PublishedAward, learner: Mapping[str, object], owner: Owner
) -> Node:
    """The document before the seal; the same version of an award gives the same document.

    `learner` is the decrypted learner block. Raises ValueError for a record without an award.
    """
    record, award = source.record, source.record.award
    if award is None:
        raise ValueError("only awards are sealed")
    draft = Draft(main_language(record.definition))
    # The time of the version, not of a clock: a repeated delivery gives the same document.
    issued = moment(published.published_at)
    ends = f"{award.valid_until}T23:59:59Z" if award.valid_until else None
    validity = {"validUntil": ends, "expirationDate": ends} if ends else {}
    country = record.definition.country or record.country
    claim = achievement(draft, record, award, source.judgement)
    return {
        "id": f"urn:credential:{credential_uuid(published.key, published.version)}",
        "type": list(TYPES),
        "@context": list(CONTEXTS),
        "credentialProfiles": concepts.concept("profile", concepts.GENERIC, "Generic"),
        "credentialSchema": dict(SCHEMA),
        "displayParameter": display(draft, record.definition),
        "credentialSubject": person(draft, learner, country, claim),
        "issuer": issuer(draft, owner),
        # The data model asks for the first (VC 1.1 section 4.6), the shapes for the second.
        "issuanceDate": issued,
        "issued": issued,
        # Valid from the day of the award, which may be before its issue but never after it.
        "validFrom": min(start(award.issued_on), issued),
        **validity,
    }


def display(draft: Draft, definition: Definition) -> Node:
    """One page for each language of the title, the main one first."""
    titles = draft.text(definition.title)
    order = sorted(titles, key=lambda code: (code != draft.main, code != LAST_RESORT, code))
    listed = [code for code in order if concepts.language(code)] or [LAST_RESORT]
    # A script that the font lacks would be drawn as empty boxes.
    drawable = [code for code in listed if image.can_draw(titles.get(code, ""))]
    languages = (drawable or listed)[:MOST_PAGES]
    return draft.node(
        "DisplayParameter",
        title=titles,
        language=[concepts.language(code) for code in languages],
        primaryLanguage=concepts.language(languages[0]),
        individualDisplay=[_page(draft, definition, code) for code in languages],
    )


def page_text(definition: Definition, language: str, draft: Draft) -> PageText:
    """What is drawn for one language; a text that lacks it is drawn in the main one."""
    titles = draft.text(definition.title)
    bodies = (draft.text(body.name) for body in definition.awarding_bodies)
    return PageText(
        title=titles.get(language) or draft.best(definition.title),
        awarding_bodies=tuple(
            name.get(language) or name.get(draft.main) or next(iter(name.values()))
            for name in bodies
            if name
        ),
        level=_level(definition),
        workload=_workload(definition.workload),
        language=language,
    )


def moment(milliseconds: int) -> str:
    """Milliseconds since the epoch as an xsd:dateTime in UTC, to the second."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _page(draft: Draft, definition: Definition, language: str) -> Node:
    picture = draft.node(
        "MediaObject",
        content=_drawn(page_text(definition, language, draft)),
        contentEncoding=concepts.concept("encoding", concepts.BASE64, "base64"),
        contentType=concepts.concept("file-type", concepts.PNG, "PNG"),
    )
    detail = draft.node("DisplayDetail", page=1, image=picture)
    return draft.node(
        "IndividualDisplay", language=concepts.language(language), displayDetail=detail
    )


@lru_cache(maxsize=512)
def _drawn(text: PageText) -> str:
    """The picture in base64, drawn once for all awards of a definition that show this text."""
    return base64.b64encode(image.draw(text)).decode("ascii")


def _level(definition: Definition) -> str | None:
    level = definition.level
    if level is None:
        return None
    national = f"{level.framework} {level.value}" if level.framework and level.value else ""
    european = f"EQF {level.eqf}" if level.eqf else ""
    return " · ".join(filter(None, (european, national))) or None


def _workload(workload: Workload | None) -> str | None:
    if workload is None:
        return None
    hours = f"{workload.hours:g} h" if workload.hours is not None else ""
    ects = f"{workload.ects:g} ECTS" if workload.ects is not None else ""
    return " · ".join(filter(None, (hours, ects))) or None
