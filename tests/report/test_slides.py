"""The slides, opened again: fonts, native charts, figures, notes, and text that fits its box."""

from __future__ import annotations

import io
import subprocess

import openpyxl
import pytest
from lxml import etree
from PIL import ImageFont
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches

from dualcore.report.clean import one_line
from dualcore.report.numbers import curve, levels, money
from dualcore.report.slides import slides
from dualcore.report.story import outline, story
from tests.report.material import CASES, dossier

EVERY = [(case, language) for case in CASES for language in ("ja", "en")]
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


@pytest.fixture(scope="module")
def decks():
    made = {}

    def get(case: str, language: str):
        if (case, language) not in made:
            d = dossier(**CASES[case])
            made[case, language] = d, Presentation(io.BytesIO(slides(d, language)))
        return made[case, language]

    return get


def charts(deck) -> dict:
    return {s.name: s.chart for slide in deck.slides for s in slide.shapes if s.has_chart}


@pytest.mark.parametrize(("case", "language"), EVERY)
def test_the_deck_has_its_slides_with_titles_and_notes(decks, case, language):
    d, deck = decks(case, language)
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, rel=1e-3)
    assert len(deck.slides) == (10 if d.tuning else 9)
    expected = outline(d, story(d, language), language)
    for slide, (_, title) in zip(deck.slides, expected):
        shown = slide.shapes.title.text_frame.text
        assert one_line(title).startswith(shown.rstrip("…")) and len(shown) > 3
        notes = slide.notes_slide.notes_text_frame.text
        assert len(notes.splitlines()) >= 2 and "{" not in notes


@pytest.mark.parametrize(("case", "language"), EVERY)
def test_every_run_has_an_east_asian_font(decks, case, language):
    """Or Japanese turns to boxes outside Windows; in text, tables, notes and charts."""
    _, deck = decks(case, language)
    runs = 0
    for slide in deck.slides:
        roots = [slide._element, slide.notes_slide.notes_text_frame._txBody, *(s.chart._chartSpace for s in slide.shapes if s.has_chart)]
        for root in roots:
            for run in [*root.iter(qn("a:r")), *root.iter(qn("a:fld"))]:
                runs += 1
                face = run.find(f"{qn('a:rPr')}/{qn('a:ea')}")
                assert face is not None and face.get("typeface"), etree.tostring(run)
            for default in root.iter(qn("a:defRPr")):
                assert default.find(qn("a:ea")) is not None
    assert runs > 100


@pytest.mark.parametrize(("case", "language"), EVERY)
def test_the_charts_are_native_and_hold_the_stored_numbers(decks, case, language):
    d, deck = decks(case, language)
    found = charts(deck)
    assert set(found) == {"level", "curve", "money_chart", "shares"}
    rows = levels(d, language)
    bars, goal = found["level"].plots
    assert list(bars.series[0].values) == [r.value for r in rows] and list(bars.categories) == [r.label for r in rows]
    assert set(goal.series[0].values) == {d.verdict.goal}
    whiskers = found["level"]._chartSpace.find(f".//{CHART}errBars")
    plus = [float(v.text) for v in whiskers.find(f"{CHART}plus").iter(f"{CHART}v")]
    assert plus == pytest.approx([(r.high if r.high is not None else r.value) - r.value for r in rows])
    points = [(p.rows, p.score) for p in curve(d) if not p.forecast]
    series = found["curve"].plots[0].series[0]
    places = [float(v.text) for v in series._element.find(f"{CHART}xVal").iter(f"{CHART}v")]
    assert list(zip(places, series.values)) == points
    scale = 10_000 if language == "ja" else 1
    assert [v * scale for v in found["money_chart"].plots[0].series[0].values] == pytest.approx([r.net for r in reversed(money(d, language))])
    s = d.evidence.coverage.specificity
    assert list(found["shares"].plots[0].series[0].values) == [s.explained, s.data_gap, s.coverage_gap, s.noise]


def test_a_chart_can_be_edited_its_workbook_holds_the_goal_too(decks):
    d, deck = decks("adopt", "ja")
    sheet = openpyxl.load_workbook(io.BytesIO(charts(deck)["level"].part.chart_workbook.xlsx_part.blob)).active
    assert [c.value for c in sheet["C"][1:]] == [d.verdict.goal] * len(levels(d, "ja"))


@pytest.fixture(scope="module")
def letters():
    """Width of a text in points, by a real typeface: what the slides' own estimate has to hold against."""
    try:
        path = subprocess.run(["fc-match", "-f", "%{file}", "Noto Sans CJK JP:bold"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no fontconfig")
    if "CJK" not in path:
        pytest.skip("no Japanese font; run: sh tests/browser/install.sh")
    font = ImageFont.truetype(path, 100)
    return lambda words, size: font.getlength(words) * size / 100


def lines(words: str, width: float, size: float, length) -> int:
    """Lines of a paragraph that is broken at spaces and between full-width letters."""
    count, line = 1, ""
    for letter in words:
        if length(line + letter, size) > width and line:
            at = line.rfind(" ") if letter.isascii() and letter != " " and " " in line and line[-1].isascii() else -1
            line = line[at + 1 :] + letter if at >= 0 else letter
            count += 1
        else:
            line += letter
    return count


@pytest.mark.parametrize(("case", "language"), EVERY)
def test_text_does_not_overflow_its_box(decks, letters, case, language):
    _, deck = decks(case, language)
    for slide in deck.slides:
        for shape in slide.shapes:
            if not shape.has_text_frame or not shape.text_frame.text:
                continue
            frame, high = shape.text_frame, 0.0
            for p in frame.paragraphs:
                run = p._p.find(f".//{qn('a:rPr')}")
                size = int(run.get("sz")) / 100
                width = Emu(shape.width - frame.margin_left - frame.margin_right).pt - int(p._p.pPr.get("marL", 0) if p._p.pPr is not None else 0) / 12700
                high += lines("".join(t.text for t in p._p.iter(qn("a:t"))), width, size, letters) * size * 1.2 + (p.space_after.pt if p.space_after else 0)
            assert high <= Emu(shape.height).pt + 2, (shape.name, frame.text[:60])


@pytest.mark.parametrize(("case", "language"), EVERY)
def test_everything_lies_on_the_slide_and_tables_above_the_foot(decks, case, language):
    _, deck = decks(case, language)
    for slide in deck.slides:
        for s in slide.shapes:
            assert s.left >= 0 and s.top >= 0 and s.left + s.width <= deck.slide_width + 1000 and s.top + s.height <= deck.slide_height
            if s.has_table:
                assert s.top + sum(r.height for r in s.table.rows) <= Inches(7.0), s.name
