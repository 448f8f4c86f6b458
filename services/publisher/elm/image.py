"""Draws the display image of a credential: the page that a learner sees in a wallet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from xml.sax.saxutils import escape

import resvg_py

from services.publisher.elm.font import FONTS, has_glyph, width


@dataclass(frozen=True, slots=True)
class PageText:
    """What is drawn on a page, in one language: nothing of the learner and no date."""

    title: str
    awarding_bodies: tuple[str, ...]
    level: str | None
    workload: str | None
    language: str


@dataclass(frozen=True, slots=True)
class _Labels:
    kind: str
    awarded: str
    level: str
    workload: str


@dataclass(frozen=True, slots=True)
class _Style:
    """How a kind of text may be set; the sizes are tried from the largest down."""

    name: str
    weight: int
    sizes: tuple[int, ...]
    leading: float
    width: int
    most_lines: int


@dataclass(frozen=True, slots=True)
class _Block:
    lines: tuple[str, ...]
    size: int
    style: _Style

    @property
    def step(self) -> float:
        return self.size * self.style.leading

    @property
    def height(self) -> float:
        return len(self.lines) * self.step


# Capitals are written out: a rule for upper case would leave the accents on Greek ones.
_LABELS: Mapping[str, _Labels] = {
    "da": _Labels("MIKROEKSAMENSBEVIS", "Udstedt af", "Niveau", "Arbejdsindsats"),
    "de": _Labels("MICROCREDENTIAL", "Verliehen von", "Niveau", "Arbeitsaufwand"),
    "el": _Labels("ΜΙΚΡΟΔΙΑΠΙΣΤΕΥΤΗΡΙΟ", "Απονέμεται από", "Επίπεδο", "Φόρτος εργασίας"),
    "en": _Labels("MICRO-CREDENTIAL", "Awarded by", "Level", "Workload"),
    "es": _Labels("MICROCREDENCIAL", "Otorgada por", "Nivel", "Carga de trabajo"),
    "fr": _Labels("MICROCERTIFICATION", "Délivrée par", "Niveau", "Charge de travail"),
    "it": _Labels("MICROCREDENZIALE", "Rilasciata da", "Livello", "Carico di lavoro"),
    "nl": _Labels("MICROCREDENTIAL", "Uitgereikt door", "Niveau", "Studielast"),
    "pl": _Labels("MIKROPOŚWIADCZENIE", "Wydane przez", "Poziom", "Nakład pracy"),
    "pt": _Labels("MICROCREDENCIAL", "Atribuída por", "Nível", "Carga de trabalho"),
}
_TITLE = _Style("title", 600, (72, 64, 56, 50, 44, 40, 36, 33, 30), 1.2, 1016, 4)
_BODIES = _Style("body", 400, (28, 25, 22, 20), 1.4, 640, 4)
_FACT = _Style("fact", 600, (24, 22, 20, 18), 1.35, 300, 2)

_LEFT, _TITLE_TOP, _BOTTOM = 112, 182, 773
_TITLE_GAP, _ROW_GAP, _LABEL_HEIGHT, _COLUMN = 40, 30, 28, 340
_READ_AT_MOST = 1000  # characters of one text: more never fits
# Combining marks can pile up beyond the line; the rest has no shape.
_INVISIBLE = {"Mn", "Me", "Cc", "Cf", "Cs", "Co", "Cn"}
_BREAK = re.compile("(?<=[ /\u2013-])")


def draw(page: PageText) -> bytes:
    """Give the PNG, 1240 x 877: A4 landscape at 150 dpi; the same text gives the same bytes."""
    # Without font files resvg draws no text and says nothing.
    files = [str(path) for path in FONTS.values()]
    return resvg_py.svg_to_bytes(render_svg(page), skip_system_fonts=True, font_files=files)


def can_draw(text: str) -> bool:
    """Tell whether the font has every letter and digit of a text: others become empty boxes."""
    return not any(map(_lacks_glyph, _composed(text)))


def render_svg(page: PageText) -> str:
    labels = _LABELS.get(page.language.partition("-")[0].lower(), _LABELS["en"])
    particulars, foot = _particulars(page, labels)
    title = _fit(_clean(page.title), _TITLE, foot - _TITLE_TOP - _TITLE_GAP)
    return _template().substitute(
        kind=labels.kind,
        title=_svg_text(title, _LEFT, _TITLE_TOP),
        foot=f"{foot:.0f}",
        particulars=particulars,
    )


def _particulars(page: PageText, labels: _Labels) -> tuple[str, float]:
    """Give the part below the rule, and the rule's height: the last line never moves."""
    facts = ((labels.level, page.level), (labels.workload, page.workload))
    rows = (
        [(labels.awarded, _bodies(page.awarding_bodies))],
        [(label, _fit(_clean(text or ""), _FACT)) for label, text in facts],
    )
    cells = [[cell for cell in row if cell[1].lines] for row in rows]
    heights = [_height(row) for row in cells]
    y = foot = _BOTTOM - sum(heights)
    drawn = ""
    for row, height in zip(cells, heights, strict=True):
        drawn += "".join(_cell(*cell, _LEFT + n * _COLUMN, y) for n, cell in enumerate(row))
        y += height
    return drawn, foot


def _height(row: list[tuple[str, _Block]]) -> float:
    return max((_ROW_GAP + _LABEL_HEIGHT + block.height for _, block in row), default=0.0)


def _cell(label: str, block: _Block, x: float, y: float) -> str:
    head = f'<text class="label" x="{x:.0f}" y="{y + _ROW_GAP + 17:.0f}">{label}</text>'
    return head + _svg_text(block, x, y + _ROW_GAP + _LABEL_HEIGHT)


def _bodies(names: tuple[str, ...]) -> _Block:
    """Give each body a line of its own where all fit, and a running text where not."""
    clean = tuple(name for name in map(_clean, names) if name)
    for size in _BODIES.sizes:
        limit = _BODIES.width / size
        if len(clean) <= _BODIES.most_lines and all(width(n, 400) <= limit for n in clean):
            return _Block(clean, size, _BODIES)
    return _fit("\N{NO-BREAK SPACE}· ".join(clean)[:_READ_AT_MOST], _BODIES)


def _svg_text(block: _Block, x: float, y: float) -> str:
    """Write a block as SVG, its upper left corner at x and y."""
    first = y + block.step / 2 + block.size * 0.36  # half the height of a capital
    return "".join(
        f'<text class="{block.style.name}" font-size="{block.size}" x="{x:.0f}"'
        f' y="{first + n * block.step:.1f}">{escape(line)}</text>'
        for n, line in enumerate(block.lines)
    )


def _fit(text: str, style: _Style, room: float = 877.0) -> _Block:
    """Set a text as large as it may be; what is too long for the smallest size is cut."""
    widest = max(width(piece.rstrip(), style.weight) for piece in _BREAK.split(text))
    for size in style.sizes:
        limit = style.width / size
        most = max(1, min(style.most_lines, int(room / (size * style.leading) + 0.01)))
        lines = _wrap(text, limit, style.weight)
        if len(lines) <= most and widest <= limit:
            return _Block(_balanced(text, limit, widest, style.weight), size, style)
    return _Block(_cut(lines, most, limit, style.weight), size, style)


def _balanced(text: str, limit: float, widest: float, weight: int) -> tuple[str, ...]:
    """Break as early as the number of lines allows, so that no word is left alone."""
    lines = _wrap(text, limit, weight)
    while len(lines) > 1 and (limit := limit * 0.97) >= widest:
        tighter = _wrap(text, limit, weight)
        if len(tighter) > len(lines):
            break
        lines = tighter
    return lines


def _wrap(text: str, limit: float, weight: int) -> tuple[str, ...]:
    lines, line, used = [], "", 0.0
    for piece in _pieces(text, limit, weight):
        if line and used + width(piece.rstrip(), weight) > limit:
            lines.append(line.rstrip())
            line, used = "", 0.0
        line += piece
        used += width(piece, weight)
    return (*lines, line.rstrip()) if line else tuple(lines)


def _pieces(text: str, limit: float, weight: int) -> Iterator[str]:
    """Split where a line may end; a word longer than a line may end anywhere."""
    for piece in _BREAK.split(text):
        yield from [piece] if width(piece.rstrip(), weight) <= limit else piece


def _cut(lines: tuple[str, ...], most: int, limit: float, weight: int) -> tuple[str, ...]:
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while width(last + "…", weight) > limit:
        last = last.rpartition(" ")[0] or last[:-1]
    return (*lines[: most - 1], last.rstrip(" ,;:·/\xa0\u2013-") + "…")


def _clean(text: str) -> str:
    """Keep what can be drawn in a line: no controls, no marks that pile up, no emoji."""
    return " ".join("".join(map(_drawable, _composed(text))).split())


def _drawable(char: str) -> str:
    if unicodedata.category(char) in _INVISIBLE and not char.isspace():
        return ""
    return char if has_glyph(char) or _lacks_glyph(char) else " "


def _composed(text: str) -> str:
    """Compose letters and marks; put plain letters for those that the font lacks."""
    composed = unicodedata.normalize("NFC", text[:_READ_AT_MOST])
    known = (c if has_glyph(c) else unicodedata.normalize("NFKC", c) for c in composed)
    return "".join(known)[:_READ_AT_MOST]  # one character can become eighteen


def _lacks_glyph(char: str) -> bool:
    return char.isalnum() and not has_glyph(char)


@cache
def _template() -> Template:
    return Template(Path(__file__).with_name("template.svg").read_text(encoding="utf-8"))
