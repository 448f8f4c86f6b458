"""Puts a person's name into every place of a document, one place at a time."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

NAME = "Zanaria Kanarvogel"


def found_in(*shown: Any) -> bool:
    return "zanaria" in repr(shown).lower()


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[int(key) if isinstance(document, list) else key]
    return document


def objects(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all objects of a JSON document."""
    is_object = isinstance(node, dict)
    if is_object:
        yield path
    inner = node.items() if is_object else enumerate(node) if isinstance(node, list) else ()
    for key, value in inner:
        if isinstance(value, dict | list):
            yield from objects(value, (*path, key))


def filled(file: Path) -> Iterator[bytes]:
    """The file with the name as each of its texts, and with each object or element so named."""
    content = file.read_bytes()
    yield from _json(json.loads(content)) if file.suffix == ".json" else _xml(content)


def _json(document: Any) -> Iterator[bytes]:
    for path in objects(document):
        for key, value in at(document, path).items():
            if isinstance(value, str):
                changed = copy.deepcopy(document)
                at(changed, path)[key] = NAME
                yield json.dumps(changed).encode()
        changed = copy.deepcopy(document)
        at(changed, path)[NAME] = NAME
        yield json.dumps(changed).encode()


def _xml(content: bytes) -> Iterator[bytes]:
    root = etree.fromstring(content)
    for element in [each for each in root.iter() if isinstance(each.tag, str)]:
        tag, text, space = element.tag, element.text, etree.QName(element).namespace
        if text and text.strip():
            element.text = NAME
            yield etree.tostring(root)
            element.text = text
        element.tag = f"{{{space}}}Zanaria" if space else "Zanaria"
        yield etree.tostring(root)
        element.tag = tag
