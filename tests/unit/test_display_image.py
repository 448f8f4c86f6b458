"""The display image must show every text, keep its margins and trust no text."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree as ET

import pytest
import resvg_py
from hypothesis import given
from hypothesis import strategies as st

from services.publisher.elm import font, image
from services.publisher.elm.image import PageText, can_draw, draw, render_svg

SVG = "{http://www.w3.org/2000/svg}"
PAPER = 0xFD  # the red of the ground
WORDS = "Grundlagen der nachhaltigen Unternehmensführung unter besonderer Berücksichtigung "
PAGES = {
    "short": PageText(
        "Data Literacy for Public Administration",
        ("University of Tartu",),
        "EQF 5",
        "40 hours (1.5 ECTS)",
        "en",
    ),
    "german": PageText(
        (WORDS + "der Nachhaltigkeitsberichterstattung, der Kreislaufwirtschaft und " + WORDS)[
            :200
        ],
        ("Technische Hochschule Köln", "Hochschule Berlin", "Handelskammer Nürnberg"),
        "EQR 6 / DQR 6",
        "150 Stunden (5 ECTS)",
        "de",
    ),
    "greek": PageText(
        "Εισαγωγή στην Τεχνητή Νοημοσύνη", ("Πανεπιστήμιο Αθηνών",), "EQF 6", "75 ώρες", "el"
    ),
    "polish": PageText(
        "Zarządzanie bezpieczeństwem informacji w służbie zdrowia",
        ("Politechnika Wrocławska", "Uniwersytet Łódzki"),
        "PRK 6",
        "60 godzin (2 ECTS)",
        "pl",
    ),
    "cyrillic": PageText(
        "Основи на киберсигурността", ("Софийски университет",), "ниво 5", "30 часа", "bg"
    ),
    "bare": PageText(
        "Intercultural Communication at Work", ("Dublin City University",), None, None, ""
    ),
    "full": PageText(
        "Joint programme of circular economy and design " * 6,
        ("University of Applied Sciences and Arts, Faculty of Engineering",) * 5,
        "EQF 7, level 9 of the National Framework of Qualifications of Ireland",
        "125 hours, of which 25 hours are contact hours and the others self-study",
        "en",
    ),
    "unbroken": PageText("W" * 200, ("M" * 300,), "L" * 90, "Ж" * 90, "fr"),
}
USUAL = ("short", "greek", "polish", "cyrillic", "bare")
# Where each text of "short" is to be seen: left, top, right, bottom.
PLACES = {
    "kind": (112, 132, 345, 154),
    "title": (112, 190, 865, 345),
    "awarded by": (112, 616, 212, 634),
    "body": (112, 648, 355, 680),
    "level label": (112, 714, 156, 732),
    "level": (112, 745, 180, 772),
    "workload label": (452, 714, 532, 732),
    "workload": (452, 745, 672, 772),
}
GUESSES = {
    0: lambda _left, _up, _corner: 0,
    1: lambda left, _up, _corner: left,
    2: lambda _left, up, _corner: up,
    3: lambda left, up, _corner: (left + up) // 2,
    4: lambda left, up, corner: min(
        (left, up, corner), key=lambda near: abs(left + up - corner - near)
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_every_text_leaves_ink_where_it_belongs(place):
    assert ink(red(draw(PAGES["short"])), PLACES[place]) > 100


def test_without_fonts_there_is_no_ink_so_the_test_of_ink_can_fail():
    blank = red(resvg_py.svg_to_bytes(render_svg(PAGES["short"]), skip_system_fonts=True))
    assert not any(ink(blank, box) for box in PLACES.values())


@pytest.mark.parametrize("name", ["greek", "polish", "cyrillic"])
def test_other_alphabets_are_drawn_and_no_letter_is_a_box(name):
    page = PAGES[name]
    assert can_draw(page.title)
    assert ink(red(draw(page)), (112, 190, 1128, 260)) > 1000
    assert page.title in " ".join(texts(page, "title"))


@pytest.mark.parametrize("name", PAGES)
def test_the_picture_is_a4_at_150_dpi_and_small(name):
    png = draw(PAGES[name])
    assert struct.unpack(">II", png[16:24]) == (1240, 877)
    assert len(png) < (80_000 if name in USUAL else 130_000)


def test_the_same_text_gives_the_same_bytes():
    again = replace(PAGES["polish"], title=PAGES["polish"].title[:])
    assert draw(PAGES["polish"]) == draw(again)
    assert draw(PAGES["polish"]) != draw(replace(again, title="Zarządzanie"))


@pytest.mark.parametrize("name", ["german", "full", "unbroken"])
def test_long_texts_keep_the_margins_and_the_motif_free(name):
    rows = red(draw(PAGES[name]))
    top, left, right = (0, 0, 1240, 100), (0, 0, 104, 877), (1132, 0, 1240, 480)
    bottom, before_the_motif = (0, 790, 850, 877), (760, 500, 850, 877)
    for margin in (top, left, right, bottom, before_the_motif):
        assert ink(rows, margin, PAPER) == 0


def test_what_is_too_long_is_set_in_four_lines_that_end_in_an_ellipsis():
    lines = texts(PAGES["full"], "title")
    assert len(lines) == 4
    assert lines[-1].endswith("…")
    assert lines[-1].rstrip("…").split()[-1] in PAGES["full"].title.split()


def test_a_title_of_200_letters_is_shown_whole():
    page = PAGES["german"]
    assert len(page.title) == 200
    assert " ".join(texts(page, "title")) == " ".join(page.title.split())


def test_no_word_of_a_title_is_left_alone_on_the_last_line():
    page = replace(PAGES["short"], title="Foundations of Sustainable Finance for All")
    assert len(texts(page, "title")[-1]) > len("All")


def test_the_measured_width_is_the_drawn_width():
    line = "Public Administration"
    assert texts(PAGES["short"], "title")[-1] == line
    rows = red(draw(PAGES["short"]))[290:345]
    last = max(x for row in rows for x in range(1240) if row[x] < 128)
    assert last - 112 == pytest.approx(font.width(line, 600) * 72, rel=0.015)


def test_bodies_stand_one_to_a_line_and_run_on_when_there_are_too_many():
    assert texts(PAGES["polish"], "body") == list(PAGES["polish"].awarding_bodies)
    five = replace(PAGES["short"], awarding_bodies=("Turku", "Tartu", "Ghent", "Graz", "Porto"))
    assert texts(five, "body") == ["Turku\xa0· Tartu\xa0· Ghent\xa0· Graz\xa0· Porto"]


def test_a_page_without_level_and_workload_has_no_empty_labels():
    assert texts(PAGES["bare"], "label") == ["Awarded by"]
    assert texts(replace(PAGES["short"], level=None), "label") == ["Awarded by", "Workload"]


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("de-AT", "Verliehen von"),
        ("EL", "Απονέμεται από"),
        ("bg", "Awarded by"),
        ("", "Awarded by"),
        ("$kind", "Awarded by"),
    ],
)
def test_labels_are_in_the_language_of_the_page_or_english(language, label):
    assert texts(replace(PAGES["short"], language=language), "label")[0] == label


def test_the_font_can_draw_every_label():
    for labels in image._LABELS.values():
        assert can_draw(labels.kind + labels.awarded + labels.level + labels.workload)


def test_letters_that_the_font_lacks_are_told_and_the_rest_is_dropped():
    assert not can_draw("ქართული")
    assert can_draw("Café 😀 → ok")
    page = replace(
        PAGES["short"],
        title="In\xadfor\x00matics A→B \u202eC\u0301\u0301\u0301 😀 \uff26\uff55\uff4c\uff4c \ud800",
    )
    assert texts(page, "title") == ["Informatics A B Ć Full"]


def test_markup_and_placeholders_in_a_text_stay_text():
    hostile = """</text><image href="file:///etc/passwd"/> $title &amp; 'x' <script>"""
    page = replace(PAGES["short"], title=hostile, language=hostile)
    # A word without blanks is broken where the line ends.
    assert "".join(texts(page, "title")).replace(" ", "") == hostile.replace(" ", "")
    assert_harmless(render_svg(page))
    assert draw(page).startswith(b"\x89PNG")


strings = st.text(st.characters(exclude_categories=()))
pages = st.builds(
    PageText,
    title=strings,
    awarding_bodies=st.lists(strings, max_size=6).map(tuple),
    level=st.none() | strings,
    workload=st.none() | strings,
    language=strings,
)


@given(pages)
def test_no_text_breaks_the_svg(page):
    assert_harmless(render_svg(page))


@given(pages)
def test_no_text_breaks_the_drawing(page):
    assert draw(page).startswith(b"\x89PNG")


@given(st.text("iW -/\u2013漢ﷺ😀\u0301", min_size=100, max_size=5000))
def test_no_text_needs_more_than_four_lines(text):
    page = PageText(text, (text, text), text, text, "en")
    assert len(texts(page, "title")) <= 4
    assert len(texts(page, "body")) <= 4
    assert len(texts(page, "fact")) <= 4  # two columns of two


def assert_harmless(svg):
    root = ET.fromstring(svg)
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {
        *("svg", "style", "rect", "g", "path", "text"),
    }
    names = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in names if "href" in name or name.startswith("on")}
    assert len(list(root.iter(f"{SVG}style"))) == 1


def texts(page, kind):
    root = ET.fromstring(render_svg(page))
    return [e.text for e in root.iter(f"{SVG}text") if e.get("class") == kind]


def ink(rows, box, paper=0xD0):
    left, top, right, bottom = box
    return sum(value < paper for row in rows[top:bottom] for value in row[left:right])


@cache
def red(png):
    """Decode the red channel of a PNG of eight bits and four channels."""
    width, height, depth, colours = struct.unpack(">IIBB", png[16:26])
    assert (depth, colours) == (8, 6)
    data, step, rows, row = zlib.decompress(picture_data(png)), 4 * width + 1, [], bytes(width)
    for start in range(0, height * step, step):
        row = unfiltered(data[start], data[start + 1 : start + step : 4], row)
        rows.append(row)
    return rows


def picture_data(png):
    at, data = 8, b""
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        data += png[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    return data


def unfiltered(kind, line, above):
    if kind == 2 and not any(line):
        return above
    row, left, corner, guess = bytearray(), 0, 0, GUESSES[kind]
    for value, up in zip(line, above, strict=True):
        left = (value + guess(left, up, corner)) & 255
        row.append(left)
        corner = up
    return bytes(row)
