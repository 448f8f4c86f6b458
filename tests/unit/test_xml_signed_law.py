"""The law of signed XML: what comes out verified is what was signed, whatever was done to it."""

from __future__ import annotations

from copy import deepcopy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from credstream.contract.errors import Rejected
from tests.support.xml_wrapping import PLAIN, genuine, read


def around_itself(element, _other):
    """The element inside another of its name."""
    parent, copied = element.getparent(), deepcopy(element)
    if parent is not None:
        parent.replace(element, outer := etree.Element(element.tag, element.attrib))
        outer.append(copied)


def moved(element, other):
    if element not in (other, *other.iterancestors()):
        other.append(element)


def renamed(element, other):
    element.tag = other.tag


def foreign(element, _other):
    element.tag = f"{{urn:x}}{etree.QName(element).localname}"


def hidden(element, other):
    """A copy of the document in the signature, in a namespace that begins as that of one does."""
    root = element.getroottree().getroot()
    copied = deepcopy(root)
    for each in copied.iter(etree.Element):
        each.tag = f"{{http://www.w3.org/x}}{etree.QName(each).localname}"
    for seal in list(root.iter("{*}Signature"))[:1]:
        (seal if other is root else seal[-1]).append(copied)


CHANGES = (
    around_itself,
    hidden,
    moved,
    renamed,
    foreign,
    lambda element, other: other.append(deepcopy(element)),
    lambda element, other: other.insert(0, deepcopy(element)),
    lambda element, other: element.set("id", other.get("id", "urn:signed")),
    lambda element, other: setattr(element, "text", other.text),
)
PLACES = st.tuples(st.sampled_from(CHANGES), st.integers(0, 10_000), st.integers(0, 10_000))


@pytest.mark.parametrize("uri", ["", "#urn:signed"])
@pytest.mark.parametrize("kind", PLAIN)
@example(changes=[(hidden, 0, 1)])
@given(changes=st.lists(PLACES, min_size=1, max_size=4))
def test_what_comes_out_verified_is_what_was_signed(kind, uri, changes):
    """Whatever is moved, copied, renamed or hidden, also inside the signature."""
    root = genuine(kind, uri)
    signed = [each.payload for each in read(deepcopy(root))]
    for change, one, another in changes:
        elements = list(root.iter(etree.Element))
        change(elements[one % len(elements)], elements[another % len(elements)])
    try:
        received = read(root)
    except Rejected:
        return
    if any(each.proof == "verified" for each in received):
        assert [each.payload for each in received] == signed
