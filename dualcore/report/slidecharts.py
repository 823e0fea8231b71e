"""The native charts of the slides. Their numbers are the report's figures; PowerPoint opens and edits them."""

from __future__ import annotations

from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_LINE
from pptx.util import Inches, Pt

from dualcore.present import format as fmt
from dualcore.present.figures.style import LIGHT
from dualcore.present.words import say
from dualcore.report.charts import SHARE_COLORS
from dualcore.report.dossier import Dossier
from dualcore.report.numbers import SHARES, at, curve, levels, money
from dualcore.report.slideparts import CHART, color, error_bars, fix_chart_fonts, series_to_line, style_chart

PLACES = "0.00"
TEN_THOUSAND = 10_000


def _add(slide, kind, data, x: float, y: float, w: float, h: float, name: str, alt: str, language: str):
    frame = slide.shapes.add_chart(kind, Inches(x), Inches(y), Inches(w), Inches(h), data)
    frame.name = name
    frame._element.nvGraphicFramePr.cNvPr.set("descr", alt)
    style_chart(frame.chart, language)
    return frame.chart


def _quiet(axis, grid: bool = False) -> None:
    axis.has_major_gridlines = grid
    axis.format.line.color.rgb = color(LIGHT.grey[2])
    if grid:
        axis.major_gridlines.format.line.color.rgb = color(LIGHT.grid)


def _name(axis, words: str) -> None:
    axis.has_title = True
    axis.axis_title.text_frame.text = words
    run = axis.axis_title.text_frame.paragraphs[0].runs[0]
    run.font.size, run.font.bold, run.font.color.rgb = Pt(12), False, color(LIGHT.muted)


def level_chart(slide, d: Dossier, language: str, x: float, y: float, w: float, h: float) -> None:
    """Columns with 90 % intervals; the goal is a line series of the same chart."""
    rows, metric = levels(d, language), fmt.metric_name(d.evidence.metric, language)
    data = CategoryChartData(number_format=PLACES)
    data.categories = [r.label for r in rows]
    data.add_series(metric, [r.value for r in rows])
    data.add_series(say("report.figure.goal", language), [d.verdict.goal] * len(rows))
    listed = say("format.list_join", language).join(f"{r.label} {fmt.score(r.value, r.low, r.high)}" for r in rows)
    alt = say("figure.score.alt", language, values=listed)
    chart = _add(slide, XL_CHART_TYPE.COLUMN_CLUSTERED, data, x, y, w, h, "level", alt, language)
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 90, 0
    series = plot.series[0]
    for place, r in enumerate(rows):
        fill = series.points[place].format.fill
        fill.solid()
        fill.fore_color.rgb = color(LIGHT.brand if r.own else LIGHT.grey[1])
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = color(LIGHT.grey[1])
    labels = series.data_labels
    labels.show_value, labels.number_format, labels.number_format_is_linked = True, PLACES, False
    labels.position, labels.font.size, labels.font.bold = XL_LABEL_POSITION.OUTSIDE_END, Pt(16), True
    tall = 0.15 * max(abs(r.value) for r in rows)
    for place, r in enumerate(rows):
        if r.value > tall:  # inside the column, where no whisker crosses it
            label = series.points[place].data_label
            label.position = XL_LABEL_POSITION.INSIDE_BASE
            label.font.size, label.font.bold, label.font.color.rgb = Pt(16), True, color("#ffffff")
    error_bars(series, [(r.high or r.value) - r.value for r in rows], [r.value - (r.low or r.value) if r.low is not None else 0.0 for r in rows], LIGHT.ink)
    series_to_line(chart, 1, LIGHT.ink)
    _quiet(chart.category_axis)
    _quiet(chart.value_axis, True)
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    chart.category_axis.tick_labels.font.size = Pt(14)
    chart.value_axis.tick_labels.number_format, chart.value_axis.tick_labels.number_format_is_linked = "General", False
    if d.evidence.metric in ("accuracy", "balanced_accuracy", "macro_f1", "roc_auc"):
        chart.value_axis.minimum_scale, chart.value_axis.maximum_scale, chart.value_axis.major_unit = 0, 1, 0.2
    _name(chart.value_axis, metric)
    _legend(chart)
    fix_chart_fonts(chart, language)


def _legend(chart, place=XL_LEGEND_POSITION.TOP) -> None:
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = place, False
    chart.legend.font.size = Pt(12)


def curve_chart(slide, d: Dossier, language: str, x: float, y: float, w: float, h: float) -> None:
    """Score against rows on a logarithmic axis: measured with intervals, forecast dotted, the goal as a level line."""
    rows = curve(d)
    measured = [r for r in rows if not r.forecast]
    ahead = [r for r in rows if r.forecast]
    data = XyChartData(number_format=PLACES)
    first = data.add_series(say("report.figure.measured", language))
    for r in measured:
        first.add_data_point(r.rows, r.score)
    if ahead:
        second = data.add_series(say("report.figure.forecast", language))
        for r in (measured[-1], *ahead):
            second.add_data_point(r.rows, r.score)
    goal = data.add_series(say("report.figure.goal", language))
    for r in (rows[0], rows[-1]):
        goal.add_data_point(r.rows, d.verdict.goal)
    listed = say("format.list_join", language).join(f"{fmt.count(r.rows)}: {fmt.score(r.score, r.low, r.high)}" for r in rows)
    alt = say("figure.curve.alt", language, values=listed)
    chart = _add(slide, XL_CHART_TYPE.XY_SCATTER_LINES, data, x, y, w, h, "curve", alt, language)
    drawn = list(chart.plots[0].series)
    for series, ink, dash, marks in zip(
        drawn, (LIGHT.brand, *([LIGHT.brand] if ahead else []), LIGHT.ink), (None, *([MSO_LINE.ROUND_DOT] if ahead else []), None), (True, *([True] if ahead else []), False),
    ):  # fmt: skip
        series.smooth = False
        series.format.line.color.rgb, series.format.line.width = color(ink), Pt(2)
        if dash:
            series.format.line.dash_style = dash
        series.marker.style = XL_MARKER_STYLE.CIRCLE if marks else XL_MARKER_STYLE.NONE
        if marks:
            series.marker.size = 7
            series.marker.format.fill.solid()
            series.marker.format.fill.fore_color.rgb = color(ink if not dash else "#ffffff")
            series.marker.format.line.color.rgb = color(ink)
    bars = [(drawn[0], measured)] + ([(drawn[1], [measured[-1], *ahead])] if ahead else [])
    for series, found in bars:
        error_bars(series, [r.high - r.score for r in found], [r.score - r.low for r in found], LIGHT.brand, along="y")
    _quiet(chart.category_axis)
    _quiet(chart.value_axis, True)
    _logarithmic(chart.category_axis, rows[0].rows, rows[-1].rows)
    chart.category_axis.tick_labels.number_format, chart.category_axis.tick_labels.number_format_is_linked = "#,##0", False
    chart.value_axis.tick_labels.number_format, chart.value_axis.tick_labels.number_format_is_linked = "0.00", False
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    ends = [v for r in rows for v in (r.low, r.high)] + [d.verdict.goal]
    low, high, step = _round(min(ends), max(ends))
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale, chart.value_axis.major_unit = low, high, step
    _name(chart.category_axis, say("figure.rows", language))
    _name(chart.value_axis, fmt.metric_name(d.evidence.metric, language))
    _legend(chart)
    fix_chart_fonts(chart, language)


def _round(low: float, high: float) -> tuple[float, float, float]:
    """Ends and step of an axis that holds all values between round places."""
    from math import ceil, floor

    from dualcore.report.charts import ticks

    places = ticks(low, high, 4)
    step = places[1] - places[0] if len(places) > 1 else (high - low) or 1.0
    return round(floor(low / step + 1e-9) * step, 10), round(ceil(high / step - 1e-9) * step, 10), round(step, 10)


def _logarithmic(axis, low: float, high: float) -> None:
    """Steps of two from the first point on; python-pptx has no word for it."""
    axis.minimum_scale, axis.maximum_scale = low, high * 1.05
    scaling = axis._element.find(f"{{{CHART}}}scaling")
    base = scaling.makeelement(f"{{{CHART}}}logBase", {"val": "2"})
    scaling.insert(0, base)


def money_chart(slide, d: Dossier, language: str, x: float, y: float, w: float, h: float) -> None:
    """Expected net value of the courses as bars; the recommended one in its colour."""
    rows = money(d, language)[::-1]  # a bar chart is filled from the bottom
    # Japanese readers count in ten thousands: PowerPoint's own units for that are not drawn by other programs.
    scale = TEN_THOUSAND if language == "ja" else 1
    unit = say(f"currency.{d.verdict.currency}", language)
    shape = "#,##0" if language == "ja" else '[>=1000000]#,##0.0,,"M";[<=-1000000]-#,##0.0,,"M";#,##0'
    data = CategoryChartData(number_format="#,##0")
    data.categories = [r.label for r in rows]
    data.add_series(say("report.figure.net_axis", language, unit=unit), [r.net / scale for r in rows])
    listed = say("format.list_join", language).join(f"{r.label} {fmt.money(r.net, d.verdict.currency, language)}" for r in rows[::-1])
    alt = f"{say('report.figure.net', language)}: {listed}"
    chart = _add(slide, XL_CHART_TYPE.BAR_CLUSTERED, data, x, y, w, h, "money_chart", alt, language)
    chart.has_legend = False
    plot = chart.plots[0]
    plot.gap_width, plot.vary_by_categories = 60, False
    series = plot.series[0]
    series.invert_if_negative = False
    for place, r in enumerate(rows):
        fill = series.points[place].format.fill
        fill.solid()
        fill.fore_color.rgb = color(LIGHT.verdict[r.decision] if r.recommended else LIGHT.grey[2])
    _quiet(chart.category_axis)
    _quiet(chart.value_axis, True)
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    chart.category_axis.tick_labels.font.size = Pt(14)
    labels = series.data_labels
    labels.show_value, labels.number_format, labels.number_format_is_linked = True, shape, False
    labels.position, labels.font.size, labels.font.bold = XL_LABEL_POSITION.OUTSIDE_END, Pt(13), True
    chart.value_axis.tick_labels.number_format, chart.value_axis.tick_labels.number_format_is_linked = shape, False
    chart.value_axis.tick_label_position = XL_TICK_LABEL_POSITION.NONE
    chart.value_axis.has_major_gridlines = False
    low, high = min(0.0, *(r.net / scale for r in rows)), max(0.0, *(r.net / scale for r in rows))
    room = 0.22 * ((high - low) or 1.0)  # for the labels
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = (low - room if low < 0 else 0), high + room
    _name(chart.value_axis, say("report.figure.net_axis", language, unit=unit))
    fix_chart_fonts(chart, language)


def shares_chart(slide, d: Dossier, language: str, x: float, y: float, w: float, h: float) -> None:
    """Columns of the four parts of the target's variation."""
    data = CategoryChartData(number_format="0%")
    data.categories = [say(f"figure.share.{name}", language) for name in SHARES]
    values = [at(d, f"evaluation.evidence.coverage.specificity.{name}") for name in SHARES]
    data.add_series(say("report.figure.share", language), values)
    listed = say("format.list_join", language).join(f"{say(f'figure.share.{n}', language)} {fmt.percent(v)}" for n, v in zip(SHARES, values))
    chart = _add(slide, XL_CHART_TYPE.COLUMN_CLUSTERED, data, x, y, w, h, "shares", listed, language)
    chart.has_legend = False
    plot = chart.plots[0]
    plot.gap_width, plot.vary_by_categories = 50, False
    series = plot.series[0]
    for place, name in enumerate(SHARES):
        fill = series.points[place].format.fill
        fill.solid()
        fill.fore_color.rgb = color(SHARE_COLORS[name])
    labels = series.data_labels
    labels.show_value, labels.number_format, labels.number_format_is_linked = True, "0%", False
    labels.position, labels.font.size, labels.font.bold = XL_LABEL_POSITION.OUTSIDE_END, Pt(14), True
    _quiet(chart.category_axis)
    chart.value_axis.visible = False
    chart.value_axis.has_major_gridlines = False
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = 0, 1.1
    chart.category_axis.tick_labels.font.size = Pt(11)
    fix_chart_fonts(chart, language)
