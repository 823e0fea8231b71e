"""Parts of a slide: text that fits its box, tables, fonts for Japanese on every run, error bars and lines of native charts.

python-pptx sets only the Latin typeface of a run; without ``a:ea`` Japanese turns to boxes outside Windows
(scanny/python-pptx issue 768). Sizes are inches on a slide of 13.333 x 7.5, type in points.
"""

from __future__ import annotations

import copy
import unicodedata

from lxml import etree
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from dualcore.present.figures.style import LIGHT
from dualcore.report.clean import one_line, short

LATIN, EAST_ASIAN = "Arial", "Yu Gothic"
LINE = 1.25  # line height in type sizes; Japanese typefaces are tall
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"


def color(code: str) -> RGBColor:
    return RGBColor.from_string(code.lstrip("#").upper())


def width_of(words: str, size: float) -> float:
    """Width of a line in inches, rather too wide than too narrow: a full-width letter is as wide as the type is high."""
    ems = 0.0
    for letter in words:
        if unicodedata.east_asian_width(letter) in "WFA":
            ems += 1.0
        else:
            ems += 0.72 if letter.isupper() or letter in "%mwMW@" else 0.3 if letter in " .,:;'|ijlI" else 0.57
    return ems * size / 72


def lines_of(words: str, size: float, width: float) -> int:
    """Lines that a paragraph takes; words of Latin letters are not broken, which may leave a line shorter."""
    full, used, count = max(width, 0.1), 0.0, 1
    for part in _pieces(words):
        wide = width_of(part, size)
        if used + wide > full and used:
            count, used = count + 1, 0.0
        while wide > full:
            count, wide = count + 1, wide - full
        used += wide
    return count


def _pieces(words: str) -> list[str]:
    """What a line may be broken between: each full-width letter, each word with the space after it."""
    pieces, word = [], ""
    for letter in words:
        if unicodedata.east_asian_width(letter) in "WF":
            pieces += [word, letter] if word else [letter]
            word = ""
        else:
            word += letter
            if letter == " ":
                pieces.append(word)
                word = ""
    return [*pieces, word] if word else pieces


def height_of(paragraphs: list[str], size: float, width: float, gap: float = 0.0) -> float:
    """Height in inches of paragraphs set in ``size``; ``gap``: points after each."""
    return sum(lines_of(p, size, width) * size * LINE + gap for p in paragraphs) / 72


def fit(paragraphs: list[str], sizes: tuple[float, ...], width: float, height: float, gap: float = 0.0) -> tuple[list[str], float]:
    """The largest of ``sizes`` (falling) in which all fits; at the smallest the longest paragraphs are cut until it does."""
    paragraphs = [one_line(p) for p in paragraphs]
    for size in sizes:
        if height_of(paragraphs, size, width, gap) <= height:
            return paragraphs, size
    size = sizes[-1]
    while height_of(paragraphs, size, width, gap) > height:
        place = max(range(len(paragraphs)), key=lambda i: len(paragraphs[i]))
        if len(paragraphs[place]) < 12:
            paragraphs = paragraphs[:-1]
            continue
        paragraphs[place] = short(paragraphs[place], int(len(paragraphs[place]) * 0.9))
    return paragraphs, size


def set_font(run_properties, language: str) -> None:
    """Latin, East Asian and complex typeface of an ``a:rPr``, ``a:defRPr`` or ``a:endParaRPr``; and its language."""
    for tag in ("a:latin", "a:ea", "a:cs"):
        for old in run_properties.findall(qn(tag)):
            run_properties.remove(old)
    for tag, face in (("a:latin", LATIN), ("a:ea", EAST_ASIAN), ("a:cs", LATIN)):
        etree.SubElement(run_properties, qn(tag)).set("typeface", face)
    run_properties.set("lang", "ja-JP" if language == "ja" else "en-US")
    run_properties.set("altLang", "en-US" if language == "ja" else "ja-JP")


def write(frame, paragraphs: list[str], size: float, language: str, ink: str = LIGHT.ink, bold: bool = False, gap: float = 0.0, align=None, bullets: str = "") -> None:
    """Fill a text frame; ``bullets``: "•" or "1" for numbers, hanging."""
    frame.word_wrap = True
    for place, words in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(gap)
        paragraph.line_spacing = 1.0
        if align is not None:
            paragraph.alignment = align
        if bullets:
            _hang(paragraph, bullets, size)
        run = paragraph.add_run()
        run.text = one_line(words)
        run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, color(ink)
        set_font(run._r.get_or_add_rPr(), language)


def _hang(paragraph, bullets: str, size: float) -> None:
    properties = paragraph._p.get_or_add_pPr()
    indent = int(size * 1.4 * 12700)
    properties.set("marL", str(indent))
    properties.set("indent", str(-indent))
    tag, attribute, value = ("a:buAutoNum", "type", "arabicPeriod") if bullets == "1" else ("a:buChar", "char", bullets)
    etree.SubElement(properties, qn(tag)).set(attribute, value)


def box(slide, x: float, y: float, w: float, h: float, paragraphs: list[str], sizes: tuple[float, ...], language: str, *, ink: str = LIGHT.ink,
        bold: bool = False, gap: float = 0.0, align=None, middle: bool = False, bullets: str = "", fill: str | None = None, name: str = "", pad: float = 0.0):  # fmt: skip
    """A text box whose text fits; gives the shape."""
    shape = slide.shapes.add_textbox(Inches(x), Inches(y), Inches(w), Inches(h))
    shape.name = name or shape.name
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = Inches(pad)
    frame.margin_top = frame.margin_bottom = Inches(pad / 2)
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE if middle else MSO_ANCHOR.TOP
    inner = w - 2 * pad - (sizes[0] * 1.4 / 72 if bullets else 0)
    fitted, size = fit(paragraphs, sizes, inner, h - pad, gap)
    write(frame, fitted, size, language, ink, bold, gap, align, bullets)
    if fill:
        shape.fill.solid()
        shape.fill.fore_color.rgb = color(fill)
    return shape


def bar(slide, x: float, y: float, w: float, h: float, fill: str):
    """A filled rectangle without an outline, for decoration."""
    shape = slide.shapes.add_shape(1, Inches(x), Inches(y), Inches(w), Inches(h))
    shape.fill.solid()
    shape.fill.fore_color.rgb = color(fill)
    shape.line.fill.background()
    style = shape._element.find(qn("p:style"))
    shape._element.remove(style)  # the theme's shadow
    shape._element.nvSpPr.cNvPr.set("descr", "")
    for paragraph in shape.text_frame.paragraphs:
        set_font(paragraph._p.get_or_add_endParaRPr(), "en")
    return shape


def table(slide, x: float, y: float, widths: list[float], height: float, head: list[str], rows: list[list[str]], language: str,
          numeric: frozenset[int] = frozenset(), own: frozenset[int] = frozenset(), sizes: tuple[float, ...] = (14, 13, 12, 11, 10, 9), name: str = "") -> None:  # fmt: skip
    """A native table no taller than ``height``; rows that do not fit are dropped by the caller, cells are cut to fit."""
    pad, cells = 0.08, [head, *rows]
    for size in sizes:
        tall = [max(lines_of(one_line(c), size, w - 2 * pad) for c, w in zip(row, widths)) * size * LINE / 72 + 0.09 for row in cells]
        if sum(tall) <= height:
            break
    else:
        most = max(1, int((height / len(cells) - 0.09) * 72 / (size * LINE)))
        cells = [[_cut(c, size, w - 2 * pad, most) for c, w in zip(row, widths)] for row in cells]
        tall = [max(lines_of(c, size, w - 2 * pad) for c, w in zip(row, widths)) * size * LINE / 72 + 0.09 for row in cells]
    frame = slide.shapes.add_table(len(cells), len(widths), Inches(x), Inches(y), Inches(sum(widths)), Inches(sum(tall)))
    frame.name = name or frame.name
    grid = frame.table
    _plain(frame)
    for i, w in enumerate(widths):
        grid.columns[i].width = Inches(w)
    for r, row in enumerate(cells):
        grid.rows[r].height = Inches(tall[r])
        for c, words in enumerate(row):
            cell = grid.cell(r, c)
            cell.margin_left = cell.margin_right = Inches(pad)
            cell.margin_top = cell.margin_bottom = Inches(0.03)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            write(cell.text_frame, [words], size, language, bold=r == 0 or r - 1 in own, align=PP_ALIGN.RIGHT if c in numeric else PP_ALIGN.LEFT)
            _rule(cell, LIGHT.ink if r == 0 else "#d5dbe1", 12700 if r == 0 else 6350)


def _cut(words: str, size: float, width: float, most: int) -> str:
    """At most ``most`` lines of a cell."""
    words = one_line(words)
    while lines_of(words, size, width) > most and len(words) > 2:
        words = short(words, max(2, int(len(words) * 0.9)))
    return words


def _plain(frame) -> None:
    """No style of the theme: only the rules that are drawn here."""
    properties = frame._element.graphic.graphicData.tbl.tblPr
    properties.set("bandRow", "0")
    style = properties.find(qn("a:tableStyleId"))
    style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # "No Style, No Grid"


def _rule(cell, ink: str, width: int) -> None:
    """A line under the cell."""
    properties = cell._tc.get_or_add_tcPr()
    line = etree.SubElement(properties, qn("a:lnB"), w=str(width))
    fill = etree.SubElement(line, qn("a:solidFill"))
    etree.SubElement(fill, qn("a:srgbClr"), val=ink.lstrip("#"))


def style_chart(chart, language: str, size: float = 12) -> None:
    """Fonts of a native chart, with the East Asian typeface; no title, no legend unless asked for afterwards."""
    chart.has_title = False
    chart.font.size = Pt(size)
    chart.font.color.rgb = color(LIGHT.ink)
    for properties in chart._chartSpace.iter(qn("a:defRPr")):
        set_font(properties, language)


def fix_chart_fonts(chart, language: str) -> None:
    """After all parts of a chart were made: the East Asian typeface on each of them."""
    for properties in [*chart._chartSpace.iter(qn("a:defRPr")), *chart._chartSpace.iter(qn("a:rPr")), *chart._chartSpace.iter(qn("a:endParaRPr"))]:
        set_font(properties, language)


def error_bars(series, plus: list[float | None], minus: list[float | None], ink: str, *, along: str | None = None) -> None:
    """90 % intervals as error bars with values of their own. ``along``: "y" on scatter charts, None on bar charts."""
    made = etree.Element(f"{{{CHART}}}errBars")
    put = lambda tag, **values: etree.SubElement(made, f"{{{CHART}}}{tag}", **values)  # noqa: E731
    if along:
        put("errDir", val=along)
    put("errBarType", val="both")
    put("errValType", val="cust")
    put("noEndCap", val="0")
    for tag, values in (("plus", plus), ("minus", minus)):
        literal = etree.SubElement(put(tag), f"{{{CHART}}}numLit")
        etree.SubElement(literal, f"{{{CHART}}}formatCode").text = "General"
        etree.SubElement(literal, f"{{{CHART}}}ptCount", val=str(len(values)))
        for place, value in enumerate(values):
            point = etree.SubElement(literal, f"{{{CHART}}}pt", idx=str(place))
            etree.SubElement(point, f"{{{CHART}}}v").text = repr(float(value or 0.0))
    look = etree.SubElement(made, f"{{{CHART}}}spPr")
    line = etree.SubElement(look, qn("a:ln"), w="19050")
    etree.SubElement(etree.SubElement(line, qn("a:solidFill")), qn("a:srgbClr"), val=ink.lstrip("#"))
    # The schema's order: error bars come before the values.
    values = next(e for e in series._element if e.tag in (f"{{{CHART}}}cat", f"{{{CHART}}}val", f"{{{CHART}}}xVal", f"{{{CHART}}}yVal"))
    values.addprevious(made)


def series_to_line(chart, place: int, ink: str) -> None:
    """Turn one series of a column chart into a level line on the same axes; it stays in the chart's workbook."""
    bars = chart._chartSpace.find(f".//{{{CHART}}}barChart")
    series = bars.findall(f"{{{CHART}}}ser")[place]
    bars.remove(series)
    for tag in ("invertIfNegative", "dLbls", "spPr"):
        for old in series.findall(f"{{{CHART}}}{tag}"):
            series.remove(old)
    look = etree.Element(f"{{{CHART}}}spPr")
    line = etree.SubElement(look, qn("a:ln"), w="22225", cap="flat")
    etree.SubElement(etree.SubElement(line, qn("a:solidFill")), qn("a:srgbClr"), val=ink.lstrip("#"))
    series.find(f"{{{CHART}}}tx").addnext(look)
    marker = etree.Element(f"{{{CHART}}}marker")
    etree.SubElement(marker, f"{{{CHART}}}symbol", val="none")
    look.addnext(marker)
    lines = etree.Element(f"{{{CHART}}}lineChart")
    etree.SubElement(lines, f"{{{CHART}}}grouping", val="standard")
    etree.SubElement(lines, f"{{{CHART}}}varyColors", val="0")
    lines.append(series)
    etree.SubElement(series, f"{{{CHART}}}smooth", val="0")
    etree.SubElement(lines, f"{{{CHART}}}marker", val="1")
    for axis in bars.findall(f"{{{CHART}}}axId"):
        lines.append(copy.deepcopy(axis))
    bars.addnext(lines)
