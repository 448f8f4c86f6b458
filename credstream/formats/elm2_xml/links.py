"""Looks into an EDCI credential: links by id, texts by language, codes of lists."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.formats.shared.json_nodes import first
from credstream.formats.shared.parsed import Id, Value
from credstream.formats.shared.xml_nodes import Spot, attribute, kids, name_of, said, spoken, text

Known = Mapping[str, Spot]


def known_in(credential: Spot) -> Known:
    """Every element by the id that it bears, as an attribute or as a child."""
    found: dict[str, Spot] = {}
    for group in kids(credential, *_groups(credential)):
        for name in {name_of(each) for each in group.element} if group.element is not None else ():
            for each in kids(group, name):
                own = attribute(each, "id") or text(each, "id")
                if own:
                    found.setdefault(str(own.raw), each)
    return found


def _groups(credential: Spot) -> tuple[str, ...]:
    every = credential.element if credential.element is not None else ()
    return tuple({name for each in every if (name := name_of(each)).endswith("References")})


def linked(spot: Spot, known: Known) -> Spot:
    """What a link leads to; the element itself where it holds its content."""
    link = attribute(spot, "idref")
    return known.get(str(link.raw), Spot(None, spot.path)) if link else spot


def words(spot: Spot, name: str) -> Value | None:
    """The texts of an element by their language."""
    found = kids(spot, name)
    return spoken(tuple(each for one in found for each in kids(one, "text"))) or spoken(found)


def concept(spot: Spot) -> Value | None:
    """A code of a list by its address, else by its name."""
    return first(
        attribute(spot, "uri"),
        words(spot, "targetName"),
        attribute(spot, "targetNotation"),
        said(spot),
    )


def concepts(spot: Spot, name: str) -> tuple[Value, ...]:
    """The codes of all elements of a name."""
    return tuple(found for each in kids(spot, name) if (found := concept(each)))


def ids(spot: Spot, *names: str) -> tuple[Id, ...]:
    """Identifiers, each with the scheme that it names."""
    return tuple(
        Id(scheme=_scheme(each), value=found)
        for each in kids(spot, *names)
        if (found := said(each))
    )


def _scheme(spot: Spot) -> str:
    scheme = attribute(spot, "schemeID", "identifierSchemeId", "schemeAgencyName")
    return str(scheme.raw).lower() if scheme else "id"
