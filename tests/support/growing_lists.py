"""Families of lists that grow, in CSV and in workbooks; see `growing`."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial

Family = Callable[[int], bytes]
HEADER = ("learner_id", "issued_on", "title")
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PROGRAMMES = 90
NORMAL = "<cellStyles><cellStyle name='Normal' xfId='0'/></cellStyles>"
STYLES = f"<cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf/></cellXfs>{NORMAL}"
ROW, MERGED = "<row><c r='KN1'/></row>", "<mergeCell ref='A1:B2'/>"
NAME = "<definedName name='a'>1</definedName>"


def families() -> Mapping[str, Family]:
    return {
        "csv: rows": lambda size: _csv(HEADER, "s,2026-05-01,t\n" * (size // 15)),
        "csv: blank names": lambda size: b"learner_id" + b";" * size + b"\n1;2\n",
        "csv: blank cells": lambda size: _csv(HEADER, f"{'s,' * 200}\n" * (size // 401)),
        "csv: ragged rows": lambda size: _csv(
            HEADER, f"s,2026-05-01,t,{'x' * 50}\n" * (size // 66)
        ),
        "csv: bad rows": lambda size: _csv(HEADER, "s,2026-05-01,t\n" + "s,,t\n" * (size // 5)),
        "csv: programmes": _programmes,
        **{f"xlsx: {name}": family for name, family in _workbooks(zipfile.ZIP_STORED)},
        **{f"xlsx, packed: {name}": family for name, family in _workbooks(zipfile.ZIP_DEFLATED)},
    }


def _workbooks(method: int) -> Iterator[tuple[str, Family]]:
    book = partial(workbook, method)
    yield "one text for all", partial(_shared, method, "text")
    yield "long numbers", partial(_shared, method, "number")
    yield "rows of one cell", lambda size: book(ROW * (size // len(ROW)))
    yield "a row of many cells", lambda size: book(f"<row>{'<c/>' * (size // 4)}</row>")
    yield "styles", lambda size: book(styles=STYLES.replace("<xf/>", "<xf/>" * (size // 10)))
    yield "a text of many runs", lambda size: book(texts=f"<si>{'<r/>' * (size // 4)}</si>")
    yield (
        "merged cells",
        lambda size: book(behind=f"<mergeCells>{MERGED * (size // len(MERGED))}</mergeCells>"),
    )
    yield (
        "names",
        lambda size: book(book=f"<definedNames>{NAME * (size // len(NAME))}</definedNames>"),
    )


def _csv(header: tuple[str, ...], rows: str) -> bytes:
    return (",".join(header) + "\n" + rows).encode()


def _programmes(size: int) -> bytes:
    """A row of DEQAR with many programmes, all with the long cells of their row."""
    names = [f"programme[{number}].name_primary" for number in range(1, PROGRAMMES)]
    header = ("agency", "local_identifier", "decision", "valid_from", *names)
    row = ",".join(("a", "x" * min(size // 4, 100_000), "d", "2026-01-01", *"p" * len(names)))
    return _csv(header, f"{row}\n" * max(1, size // len(row)))


def _shared(method: int, kind: str, size: int) -> bytes:
    """Rows whose cells all have one long text, or a number that is longer than it is written."""
    text = "".join(f"<si><t>{name}</t></si>" for name in (*HEADER, "t" * (size // 2)))
    head = "".join(f"<c t='s'><v>{number}</v></c>" for number in range(len(HEADER)))
    cell = "<c t='s'><v>3</v></c>" if kind == "text" else "<c><v>1e308</v></c>"
    rows = f"<row>{cell * len(HEADER)}</row>" * max(1, size // 200)
    return workbook(method, f"<row>{head}</row>{rows}", texts=text)


def workbook(
    method: int,
    rows: str = "",
    *,
    texts: str = "",
    styles: str = STYLES,
    behind: str = "",
    book: str = "",
) -> bytes:
    """The smallest workbook of one sheet; by a method of ZIP, stored or packed."""
    parts = {
        "[Content_Types].xml": f"<Types xmlns='{PACKAGE}/content-types'>"
        f"<Override PartName='/xl/workbook.xml' ContentType='{TYPES}.sheet.main+xml'/>"
        f"<Override PartName='/xl/worksheets/sheet1.xml' ContentType='{TYPES}.worksheet+xml'/>"
        f"<Override PartName='/xl/styles.xml' ContentType='{TYPES}.styles+xml'/>"
        f"<Override PartName='/xl/sharedStrings.xml' ContentType='{TYPES}.sharedStrings+xml'/>"
        "</Types>",
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f"<workbook xmlns='{SHEET}' xmlns:r='{OFFICE}'><sheets>"
        f"<sheet name='a' sheetId='1' r:id='r0'/></sheets>{book}</workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            ("worksheet", "worksheets/sheet1.xml"),
            ("styles", "styles.xml"),
            ("sharedStrings", "sharedStrings.xml"),
        ),
        "xl/worksheets/sheet1.xml": f"<worksheet xmlns='{SHEET}'><sheetData>{rows}</sheetData>"
        f"{behind}</worksheet>",
        "xl/styles.xml": f"<styleSheet xmlns='{SHEET}'>{styles}</styleSheet>",
        "xl/sharedStrings.xml": f"<sst xmlns='{SHEET}'>{texts}</sst>",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _relations(*targets: tuple[str, str]) -> str:
    inside = "".join(
        f"<Relationship Id='r{number}' Type='{OFFICE}/{kind}' Target='{target}'/>"
        for number, (kind, target) in enumerate(targets)
    )
    return f"<Relationships xmlns='{PACKAGE}/relationships'>{inside}</Relationships>"
