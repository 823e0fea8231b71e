"""The report as PowerPoint slides: one statement a slide, native charts that can be edited, phrases in the notes."""

from __future__ import annotations

import io

from lxml import etree
from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches

from dualcore.present import format as fmt
from dualcore.present.figures.style import LIGHT
from dualcore.present.words import say
from dualcore.report.clean import one_line, short
from dualcore.report.dossier import Dossier
from dualcore.report.numbers import money, numbers
from dualcore.report.phrases import phrases
from dualcore.report.slidecharts import curve_chart, level_chart, money_chart, shares_chart
from dualcore.report.slideparts import EAST_ASIAN, bar, box, fit, table, write
from dualcore.report.story import Story, made_line, outline, story

WIDE, HIGH, SIDE = 13.333, 7.5, 0.7
TEXT = WIDE - 2 * SIDE
TOP = 1.95  # where the body begins
LONGEST_DECISIONS = 6  # newest on the slide; all of them stand in the workbook


class _Deck:
    """The presentation while it is being made."""

    def __init__(self, dossier: Dossier, language: str) -> None:
        self.d, self.language = dossier, language
        self.told: Story = story(dossier, language)
        self.outline = outline(dossier, self.told, language)
        self.say = phrases(dossier, self.told, language)
        self.ink = LIGHT.verdict[dossier.verdict.decision]
        self.file = Presentation()
        _widen(self.file)
        self.layout = next(x for x in self.file.slide_layouts if x.name == "Title Only")

    def slide(self, notes: list[str], ink: str = LIGHT.ink):
        """The next slide of the outline with its topic, its finding as the title, the foot, and the notes."""
        eyebrow, title = self.outline[len(self.file.slides)]
        slide = self.file.slides.add_slide(self.layout)
        bar(slide, 0, 0, WIDE, 0.12, self.ink)
        box(slide, SIDE, 0.42, TEXT, 0.34, [eyebrow], (14,), self.language, ink=LIGHT.muted, name="topic")
        holder = slide.shapes.title
        holder.left, holder.top, holder.width, holder.height = Inches(SIDE), Inches(0.74), Inches(TEXT), Inches(1.08)
        frame = holder.text_frame
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.vertical_anchor = MSO_ANCHOR.TOP
        fitted, size = fit([title], (30, 28, 26, 24, 22, 20), TEXT, 1.08)
        write(frame, fitted, size, self.language, ink, bold=True, align=PP_ALIGN.LEFT)
        self._foot(slide)
        self._notes(slide, notes)
        return slide

    def _foot(self, slide) -> None:
        words = short(f"{self.told.name} · {self.d.day(self.d.made)}", 90)
        box(slide, SIDE, 7.0, TEXT - 1, 0.3, [words], (11, 10, 9), self.language, ink=LIGHT.muted, name="foot")
        number = box(slide, WIDE - SIDE - 1, 7.0, 1, 0.3, ["0"], (11,), self.language, ink=LIGHT.muted, align=PP_ALIGN.RIGHT, name="page")
        run = number.text_frame.paragraphs[0].runs[0]._r
        field = etree.Element(qn("a:fld"), id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}", type="slidenum")
        for part in list(run):
            field.append(part)
        field.find(qn("a:t")).text = str(len(self.file.slides))
        run.getparent().replace(run, field)

    def _notes(self, slide, notes: list[str]) -> None:
        frame = slide.notes_slide.notes_text_frame
        write(frame, [say("report.phrases", self.language), *(say("report.bullet", self.language, text=n) for n in notes)], 12, self.language)


def slides(dossier: Dossier, language: str) -> bytes:
    """The presentation as a .pptx file: nine slides, ten where later stages were run."""
    deck = _Deck(dossier, language)
    _question(deck)
    _verdict(deck)
    _money(deck)
    _level(deck)
    _curve(deck)
    _risk(deck)
    if deck.told.stages:
        _stages(deck)
    _plan(deck)
    _decisions(deck)
    _provenance(deck)
    out = io.BytesIO()
    deck.file.core_properties.title = short(deck.told.name, 200)
    deck.file.core_properties.author = short(dossier.author, 200)
    deck.file.core_properties.language = "ja-JP" if language == "ja" else "en-US"
    deck.file.save(out)
    return out.getvalue()


def _widen(file) -> None:
    """16:9 instead of the template's 4:3, layouts and master too; the theme's East Asian typefaces."""
    ratio = Inches(WIDE) / file.slide_width
    file.slide_width, file.slide_height = Inches(WIDE), Inches(HIGH)
    for holder in (file.slide_master, *file.slide_layouts):
        for shape in holder.shapes:
            if shape._element.find(f".//{qn('a:xfrm')}") is not None:
                shape.left, shape.width = int(shape.left * ratio), int(shape.width * ratio)
    for part in (file.slide_master.part, file.notes_master.part):
        theme = next(r.target_part for r in part.rels.values() if r.reltype.endswith("/theme"))
        root = etree.fromstring(theme.blob)
        for face in root.iter(qn("a:ea")):
            face.set("typeface", EAST_ASIAN)
        theme._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _question(k: _Deck) -> None:
    d, told = k.d, k.told
    s = k.slide(k.say["question"])
    box(s, SIDE, TOP, TEXT, 2.1, [told.question], (24, 22, 20, 18, 16, 14), k.language, name="question")
    box(s, SIDE, 4.3, TEXT, 0.9, [told.goal], (24, 22, 20, 18), k.language, bold=True, ink=k.ink, name="goal")
    box(s, SIDE, 5.7, TEXT, 0.9, [short(made_line(d, k.language), 100), told.foot], (16, 14, 12), k.language, ink=LIGHT.muted, gap=4, name="made")


def _verdict(k: _Deck) -> None:
    told, d = k.told, k.d
    s = k.slide(k.say["verdict"], ink=k.ink)
    found = {n.key: n for n in numbers(d, k.language)}
    third = found["avoided"] if d.verdict.avoided > 0 else found["plan_net"]
    step = (TEXT - 0.6) / 3
    for place, n in enumerate((found["score"], found["confidence"], third)):
        x, below = SIDE + place * (step + 0.3), n.interval(k.language) or n.meaning
        if n.key == "score":
            below += f" · {say('result.goal', k.language, goal=found['goal'].text(k.language))}"
        bar(s, x, TOP, step, 1.62, "#f4f6f8")
        box(s, x + 0.15, TOP + 0.1, step - 0.3, 0.32, [n.label], (13, 12, 11, 10), k.language, ink=LIGHT.muted, name="label")
        box(s, x + 0.15, TOP + 0.42, step - 0.3, 0.6, [n.text(k.language)], (30, 26, 22), k.language, bold=True, name="figure")
        box(s, x + 0.15, TOP + 1.05, step - 0.3, 0.5, [below], (13, 12, 11, 10, 9), k.language, ink=LIGHT.muted, name="below")
    box(s, SIDE, 3.8, TEXT, 2.15, told.reasons, (20, 18, 16, 15, 14, 13, 12), k.language, gap=6, bullets="1", name="reasons")
    line = f"{say('report.next_line', k.language, step=told.next_step)} {told.next_cost}"
    bar(s, SIDE, 6.14, 0.08, 0.66, k.ink)
    box(s, SIDE + 0.25, 6.1, TEXT - 0.25, 0.74, [line], (18, 16, 15, 14, 13, 12), k.language, bold=True, middle=True, name="next")


def _money(k: _Deck) -> None:
    d, language = k.d, k.language
    s = k.slide(k.say["money"])
    money_chart(s, d, language, SIDE, TOP, 5.4, 4.2)
    rows = money(d, language)
    amount = lambda v: fmt.money(v, d.verdict.currency, language)  # noqa: E731
    head = [say(f"result.{c}", language) for c in ("course", "probability", "cost", "value", "net")]
    cells = [[r.label, fmt.percent(r.probability), amount(r.cost), amount(r.value), amount(r.net)] for r in rows]
    own = frozenset(i for i, r in enumerate(rows) if r.recommended)
    table(s, 6.4, TOP + 0.25, [1.45, 1.3, 1.1, 1.3, 1.08], 3.6, head, cells, language, frozenset({1, 2, 3, 4}), own, name="money")
    box(s, SIDE, 6.3, TEXT, 0.6, [k.told.money_basis], (14, 13, 12, 11), language, ink=LIGHT.muted, name="basis")


def _level(k: _Deck) -> None:
    s = k.slide(k.say["level"])
    level_chart(s, k.d, k.language, SIDE, TOP, TEXT, 4.25)
    box(s, SIDE, 6.3, TEXT, 0.62, [k.told.level_note], (14, 13, 12, 11), k.language, ink=LIGHT.muted, name="note")


def _curve(k: _Deck) -> None:
    language = k.language
    s = k.slide(k.say["curve"])
    curve_chart(s, k.d, language, SIDE, TOP, 7.6, 4.25)
    box(s, 8.6, TOP, WIDE - SIDE - 8.6, 0.9, [k.told.coverage], (15, 14, 13, 12, 11, 10), language, bold=True, name="coverage")
    shares_chart(s, k.d, language, 8.6, TOP + 0.95, WIDE - SIDE - 8.6, 3.3)
    box(s, SIDE, 6.3, TEXT, 0.62, [k.told.curve_note], (14, 13, 12, 11), language, ink=LIGHT.muted, name="note")


def _risk(k: _Deck) -> None:
    s = k.slide(k.say["risk"])
    half = (TEXT - 0.6) / 2
    for place, (name, lines) in enumerate((("changes", k.told.changes), ("risks", k.told.risks))):
        x = SIDE + place * (half + 0.6)
        bar(s, x, TOP - 0.25, half, 0.04, k.ink if place == 0 else LIGHT.grey[1])
        box(s, x, TOP - 0.1, half, 0.45, [say(f"report.head.{name}", k.language)], (18,), k.language, bold=True, name=f"{name}_head")
        box(s, x, TOP + 0.45, half, 4.4, lines, (20, 18, 17, 16, 15, 14, 13, 12, 11), k.language, gap=8, bullets="•", name=name)


def _stages(k: _Deck) -> None:
    s = k.slide(k.say["stages"])
    box(s, SIDE, TOP, TEXT, 2.4, k.told.stages, (20, 18, 17, 16, 15, 14), k.language, gap=8, bullets="•", name="stages")
    keys = ("reevaluation_raw", "reevaluation_gain", "tuning_start", "tuning_score", "tuning_gain", "transfer_random", "transfer_score", "transfer_gain")
    found = [n for n in numbers(k.d, k.language) if n.key in keys]
    head = [say(f"report.column.{c}", k.language) for c in ("item", "value", "low", "high")]
    ends = lambda n: ["–" if v is None else fmt.signed(v, 3) if n.unit == "gain" else fmt.number(v, 3) for v in (n.low, n.high)]  # noqa: E731
    if found:
        table(s, SIDE, 4.4, [6.9, 1.6, 1.7, 1.7], 2.45, head, [[n.label, n.text(k.language), *ends(n)] for n in found], k.language, frozenset({1, 2, 3}), name="stages_table")


def _plan(k: _Deck) -> None:
    language, told = k.language, k.told
    s = k.slide(k.say["plan"])
    heads = lambda names: [say(f"plan.column.{n}", language) for n in names]  # noqa: E731
    phases = [[p.name, p.days, p.gpu_hours, p.cost] for p in told.phases]
    table(s, SIDE, TOP, [5.5, 2.6, 1.8, 2.0], 1.75, heads(("phase", "days", "gpu", "cost")), phases, language, frozenset({1, 2, 3}), name="phases")
    gates = [[g.name, g.when, g.criterion, g.passes, g.spent] for g in told.gates]
    table(s, SIDE, 3.85, [1.9, 1.2, 5.6, 1.6, 1.6], 2.2, heads(("gate", "when", "stop", "passes", "spent")), gates, language, frozenset({3, 4}), name="gates")
    against = [] if k.d.verdict.decision == "invest" else [say("plan.against", language, verdict=told.verdict)]
    line = f"{say('report.next_line', language, step=told.next_step)} {told.next_cost}"
    box(s, SIDE, 6.12, TEXT, 0.8, [line, *against], (15, 14, 13, 12, 11, 10), language, name="next")


def _decisions(k: _Deck) -> None:
    language, told = k.language, k.told
    made = told.decisions
    s = k.slide(k.say["decisions"])
    if not made:
        line = f"{say('report.next_line', language, step=told.next_step)} {told.next_cost}"
        box(s, SIDE, TOP, TEXT, 1.2, [told.verdict_line, line], (20, 18, 16, 14), language, gap=6, name="due")
        rows = money(k.d, language)
        amount = lambda v: fmt.money(v, k.d.verdict.currency, language)  # noqa: E731
        cells = [[f"☐ {r.label}", say("report.recommended", language) if r.recommended else "", amount(r.cost), amount(r.net)] for r in rows]
        head = [say("report.column.course", language), "", say("result.cost", language), say("result.net", language)]
        own = frozenset(i for i, r in enumerate(rows) if r.recommended)
        table(s, SIDE, 3.4, [3.2, 2.4, 2.4, 2.8], 2.9, head, cells, language, frozenset({2, 3}), own, sizes=(18, 16, 14), name="courses")
        return
    head = [say("report.column.when", language)] + [say(f"gates.column.{c}", language) for c in ("who", "stage", "action", "reason", "conditions")]
    rows = [[short(c, 160) for c in (m.when, m.who, m.stage, f"{m.action} ({m.how})", m.reason, m.conditions)] for m in made[:LONGEST_DECISIONS]]
    table(s, SIDE, TOP, [1.35, 1.6, 1.5, 2.4, 2.9, 2.15], 4.8, head, rows, language, name="decisions")


def _provenance(k: _Deck) -> None:
    s = k.slide(k.say["provenance"])
    head = [say(f"report.column.{c}", k.language) for c in ("item", "content")]
    rows = [[one_line(f.label), short(f.text, 220)] for f in k.told.provenance]
    table(s, SIDE, 1.5, [3.2, TEXT - 3.2], 5.35, head, rows, k.language, sizes=(13, 12, 11, 10, 9), name="provenance")

