"""The learner as the subject of the credential."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from credstream.contract.values import Identifier
from services.publisher.elm.draft import LAST_RESORT, Draft, Node
from services.publisher.elm.lexical import is_day, is_local_moment, is_mailbox
from services.publisher.elm.organisations import identifier, legal_identifier

_NATIONAL = frozenset({"national", "nationalid", "nationalidentifier"})
_EMAIL = frozenset({"email", "emailaddress", "e-mail"})
_DAY_WITH_ZONE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?")


def person(draft: Draft, learner: Mapping[str, object], country: str | None, claim: Node) -> Node:
    """The learner; a national identifier is taken to be of `country`, the provider's."""
    given = (*_identifiers(learner, draft.main), *_email(learner, draft.main))
    first = next((each for each in given if each.scheme.lower() in _NATIONAL), None)
    # A national identifier needs a country (EDC-generic-no-cv); the learner block has none.
    national = legal_identifier(draft, first.value, country) if first else None
    mailboxes = {each: _bare(each.value) for each in given if _is_mail(each)}
    others = [each for each in given if each not in mailboxes and not (national and each == first)]
    return draft.node(
        "Person",
        fullName=_name(learner, "full_name", draft.main),
        givenName=_name(learner, "given_name", draft.main),
        familyName=_name(learner, "family_name", draft.main),
        dateOfBirth=date_of_birth(text_of(learner.get("birth_date"), draft.main)),
        nationalID=national,
        identifier=[identifier(draft, each) for each in others],
        contactPoint=[_contact(draft, each) for each in dict.fromkeys(mailboxes.values())],
        hasClaim=claim,
    )


def date_of_birth(written: str) -> str | None:
    """A full date as the first moment of its day; an instant as it is written.

    The day of an instant is unknown: 22:00 UTC may be the next day where the learner was born.
    """
    day = _DAY_WITH_ZONE.fullmatch(written)
    moment = f"{day[1]}T00:00:00{day[2] or 'Z'}" if day and is_day(day[1]) else written
    return moment if is_local_moment(moment) else None


def text_of(value: object, language: str) -> str:
    """The text of a value of the learner block: a text, a number or a language map."""
    if isinstance(value, Mapping):
        order = (language, LAST_RESORT, *sorted(value, key=str))
        return next((text_of(value[tag], language) for tag in order if tag in value), "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def _identifiers(learner: Mapping[str, object], language: str) -> Iterator[Identifier]:
    given = learner.get("identifiers")
    for each in given if isinstance(given, list | tuple) else ():
        value = text_of(each.get("value"), language) if isinstance(each, Mapping) else ""
        if value:
            yield Identifier(scheme=text_of(each.get("scheme"), language), value=value)


def _email(learner: Mapping[str, object], language: str) -> tuple[Identifier, ...]:
    value = text_of(learner.get("email"), language)
    return (Identifier(scheme="email", value=value),) if value else ()


def _is_mail(given: Identifier) -> bool:
    return given.scheme.lower() in _EMAIL and is_mailbox(_bare(given.value))


def _bare(address: str) -> str:
    return address[7:] if address[:7].lower() == "mailto:" else address


def _name(learner: Mapping[str, object], member: str, language: str) -> Mapping[str, str]:
    """A name in one language: the shapes allow one value in all languages together."""
    value = text_of(learner.get(member), language)
    return {language: value} if value else {}


def _contact(draft: Draft, address: str) -> Node:
    # A mailbox is an object whose id is the address; it has no member of its own.
    mailbox = {"id": f"mailto:{address}", "type": "Mailbox"}
    return draft.node("ContactPoint", emailAddress=mailbox)
