"""Changes a document without breaking its syntax, so that a fuzzer gets behind the parser."""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

# Changes some bytes of a text at random; libFuzzer's own.
Bytes = Callable[[bytes], bytes]
Mutator = Callable[[bytes, random.Random, Bytes], bytes]

TEXTS = (
    "",
    " ",
    "\x00",
    "NULL",
    "en",
    "http://data.europa.eu/snb/eqf/6",
    "https://example.org/1",
    "urn:x:1",
    "2026-02-30",
    "2026-01-01T00:00:00+14:00",
    "0000",
    "P1Y2M10DT2H",
    "P99999999999Y",
    "1e400",
    "-1",
    "½",
    "²",
    "٣",
    "9" * 400,
    "\ud83d\ude00",
    "a@b.example",
    "data:image/png;base64,AAAA",
    "eyJhbGciOiJub25lIn0.e30.",
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    2**70,
    1e300,
    [],
    {},
    [[]],
    {"@value": 1},
    *TEXTS,
)


def document(value: bytes, chance: random.Random, touch: Bytes) -> bytes:
    """JSON with one place changed."""
    held = {"": json.loads(value)}
    where, step = chance.choice(list(_places(held)))
    others = [node[at] for node, at in _places(held)]
    match chance.randrange(6):
        case 0 if where is not held:
            del where[step]
        case 1:
            where[step] = chance.choice(others)
        case 2:
            where[step] = [where[step], chance.choice(others)]
        case 3 if isinstance(where, dict) and where is not held:
            where[chance.choice(list(_names(held)))] = where.pop(step)
        case 4 if isinstance(where[step], str):
            where[step] = touch(where[step].encode("utf-8", "replace")).decode("utf-8", "replace")
        case _:
            where[step] = chance.choice(VALUES)
    return json.dumps(held[""]).encode()


def markup(value: bytes, chance: random.Random, touch: Bytes) -> bytes:
    """XML with one element or attribute changed."""
    root = etree.fromstring(value, etree.XMLParser(resolve_entities=False, no_network=True))
    elements = [each for each in root.iter() if isinstance(each.tag, str)]
    one, other = chance.choice(elements), chance.choice(elements)
    match chance.randrange(6):
        case 0 if one is not root:
            one.getparent().remove(one)
        case 1:
            one.append(etree.fromstring(etree.tostring(other)))
        case 2:
            one.tag = other.tag
        case 3 if one.attrib:
            one.set(chance.choice(list(one.attrib)), _spoken(chance.choice(TEXTS)))
        case 4:
            text = touch((one.text or "").encode()).decode("utf-8", "replace")
            one.text = _spoken(text)
        case _:
            one.text = _spoken(chance.choice(TEXTS))
    return etree.tostring(root)


def sheet(value: bytes, chance: random.Random, touch: Bytes) -> bytes:
    """A CSV list with one cell or row changed."""
    text = value.decode("utf-8-sig")
    mark = max(",;|\t", key=text.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    row = chance.choice([each for each in rows if each])
    at = chance.randrange(len(row))
    match chance.randrange(5):
        case 0:
            rows.insert(chance.randrange(len(rows)), list(row))
        case 1:
            del row[at]
        case 2:
            row[at] = chance.choice(chance.choice(rows) or [""])
        case 3:
            row[at] = touch(row[at].encode()).decode("utf-8", "replace")
        case _:
            row[at] = chance.choice(TEXTS)
    written = io.StringIO()
    csv.writer(written, delimiter=mark).writerows(rows)
    return written.getvalue().encode("utf-8", "replace")


def workbook(value: bytes, chance: random.Random, touch: Bytes) -> bytes:
    """An XLSX with one of its documents changed."""
    with zipfile.ZipFile(io.BytesIO(value)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = chance.choice([each for each in parts if each.endswith((".xml", ".rels"))])
    parts[name] = markup(parts[name], chance, touch)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for each, content in parts.items():
            packed.writestr(each, content)
    return written.getvalue()


def mutated(value: bytes, chance: random.Random, touch: Bytes) -> bytes:
    """One to four changes that keep the syntax, or now and then some that do not."""
    if chance.random() < 0.1:
        return touch(value)
    for _ in range(chance.randint(1, 4)):
        try:
            value = _kind(value)(value, chance, touch)
        except Exception:  # noqa: BLE001, what cannot be read is changed as bytes
            return touch(value)
    return value


def _kind(value: bytes) -> Mutator:
    start = value.lstrip(b"\xef\xbb\xbf \t\r\n")[:2]
    if start == b"PK":
        return workbook
    if start[:1] in (b"{", b"["):
        return document
    return markup if start[:1] == b"<" else sheet


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    steps = list(node) if isinstance(node, dict) else range(len(node))
    for step in steps:
        yield node, step
        if isinstance(node[step], (dict, list)):
            yield from _places(node[step])


def _names(node: Any) -> Iterator[str]:
    yield from (step for _where, step in _places(node) if isinstance(step, str) and step)


def _spoken(text: str) -> str:
    """Without what XML cannot say."""
    return "".join(each for each in text if each.isprintable())
