"""Access to XML by names in the namespaces of a format, each value with its path."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

from lxml import etree

from credstream.formats.shared.parsed import Value

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# BCP 47's tag for a text of undetermined language.
UNDETERMINED = "und"


@dataclass(frozen=True, slots=True)
class XmlNode:
    """An element with its path in the document; a node without an element is false.

    What is in it is found by names in `namespaces` alone; the empty one is that of a name without.
    """

    element: etree._Element | None
    path: str
    namespaces: tuple[str, ...] = ("",)

    def __bool__(self) -> bool:
        return self.element is not None


def local_name(element: etree._Element) -> str:
    """The local name; empty for a comment or a processing instruction."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(element: etree._Element) -> str:
    """The namespace of an element; empty where it has none, for a comment or an instruction."""
    tag = element.tag
    return tag[1:].rpartition("}")[0] if isinstance(tag, str) else ""


def children(node: XmlNode, *names: str) -> tuple[XmlNode, ...]:
    """The child elements of some names in document order.

    Paths are those of XPath: a name that occurs more than once is numbered from 1.
    """
    if node.element is None:
        return ()
    spaces = node.namespaces
    elements = list(node.element.iterchildren(*qualified(names, spaces)))
    if len(elements) < 2:  # noqa: PLR2004 - one alone needs no number
        return tuple(
            XmlNode(element, f"{node.path}/{local_name(element)}", spaces) for element in elements
        )
    counts = Counter(map(local_name, elements))
    seen: Counter[str] = Counter()
    nodes = []
    for element in elements:
        name = local_name(element)
        seen[name] += 1
        number = f"[{seen[name]}]" if counts[name] > 1 else ""
        nodes.append(XmlNode(element, f"{node.path}/{name}{number}", spaces))
    return tuple(nodes)


@cache
def qualified(names: tuple[str, ...], namespaces: tuple[str, ...]) -> tuple[str, ...]:
    """Each name in each of the namespaces, in lxml's notation."""
    return tuple(f"{{{space}}}{name}" for space in namespaces for name in names)


def child(node: XmlNode, *names: str) -> XmlNode:
    """The first element under a path of names; a node without an element where there is none."""
    for name in names:
        missing = XmlNode(None, f"{node.path}/{name}", node.namespaces)
        node = next(iter(children(node, name)), missing)
    return node


def descendants(node: XmlNode, *names: str) -> tuple[XmlNode, ...]:
    """Every element at the end of a path of names."""
    nodes: tuple[XmlNode, ...] = (node,)
    for name in names:
        nodes = tuple(found for parent in nodes for found in children(parent, name))
    return nodes


def text_of(node: XmlNode, pattern: str = "") -> Value | None:
    """The text of an element without blanks around it; `pattern` is that of a date."""
    if node.element is None:
        return None
    text = (node.element.text or "").strip()
    return Value(text, node.path, pattern) if text else None


def text(node: XmlNode, *names: str) -> Value | None:
    """The first text at the end of a path of names."""
    return next((value for found in descendants(node, *names) if (value := text_of(found))), None)


def attribute(node: XmlNode, *names: str) -> Value | None:
    """The first attribute of some names, without a namespace or in one of the format's."""
    if node.element is None:
        return None
    for key, value in node.element.items():
        space, _, name = key.rpartition("}")
        if name in names and space[1:] in ("", *node.namespaces) and value.strip():
            return Value(value.strip(), f"{node.path}/@{name}")
    return None


def language_map(nodes: tuple[XmlNode, ...]) -> Value | None:
    """The texts of elements by language; a text alone where none of them names a language.

    The language is `xml:lang` (https://www.w3.org/TR/xml/#sec-lang-tag) or a plain `lang`.
    """
    by_language: dict[str, str] = {}
    for node in nodes:
        value = text_of(node)
        if value is not None and node.element is not None:
            language = node.element.get(LANG) or node.element.get("lang") or UNDETERMINED
            by_language.setdefault(language.strip() or UNDETERMINED, str(value.raw))
    if not by_language:
        return None
    # Several elements share one value, so its path is theirs without a number.
    path = nodes[0].path.rpartition("[")[0] or nodes[0].path
    no_language = set(by_language) == {UNDETERMINED}
    return Value(by_language[UNDETERMINED] if no_language else by_language, path)
