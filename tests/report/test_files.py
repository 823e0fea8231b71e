"""PDF, HTML, Excel, Markdown and the archive, opened again; every number equals the evidence, and no text does harm."""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
import zipfile
from html.parser import HTMLParser

import openpyxl
import pytest
from pydantic import BaseModel
from pypdf import PdfReader

from dualcore.errors import DataError
from dualcore.evidence.records import Evidence
from dualcore.present.words import say
from dualcore.report import pdf as engine
from dualcore.report.document import report_html
from dualcore.report.markdown import exact, markdown
from dualcore.report.numbers import at, curve, levels, money, numbers
from dualcore.report.pack import FORMATS, make, pack
from dualcore.report.ringi import ringi, ringi_html
from dualcore.report.ringisheet import ringi_workbook
from dualcore.report.story import story
from dualcore.report.workbook import workbook
from tests.report.material import CASES, NASTY, dossier

LANGUAGES = ("ja", "en")
EVERY = [(case, language) for case in CASES for language in LANGUAGES]


class Words(HTMLParser):
    """The text of a page, without its style; and the elements that occur."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags, self.names, self._quiet = [], set(), set(), False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.names |= {name for name, _ in attributes}
        self._quiet = tag == "style"

    def handle_endtag(self, tag):
        self._quiet = False

    def handle_data(self, data):
        if not self._quiet:
            self.text.append(data)


def close(words: str) -> str:
    """Without white space: a PDF breaks lines where it likes."""
    return re.sub(r"\s+", "", words)


def leaves(found: object, name: str = "") -> list[float]:
    """Every stored number, long lists of draws and the picture data left out."""
    if name in ("scores", "spectrum", "path", "residuals", "trajectory", "cumulative_power", "counts", "class_counts", "histogram"):
        return []
    if isinstance(found, bool) or found is None:
        return []
    if isinstance(found, int | float):
        return [float(found)]
    if isinstance(found, BaseModel):
        return [v for key in type(found).model_fields for v in leaves(getattr(found, key), key)]
    if isinstance(found, dict):
        return [v for key, value in found.items() for v in leaves(value, str(key))]
    if isinstance(found, list | tuple):
        return [v for value in found for v in leaves(value, name)]
    return []


def stands_for(token: str, stored: list[float]) -> bool:
    """Whether a written decimal is a stored number, or a hundred times or a ten thousandth (…) of it, rounded."""
    value, digits = float(token.replace(",", "")), len(token.partition(".")[2])
    return any(
        math.isclose(abs(v) * scale, value, abs_tol=0.5000001 * 10**-digits) for v in stored for scale in (1, 100, 1e-3, 1e-4, 1e-6, 1e-8, 1 / 60, 1 / 3600)
    )


def same(value: float | None):
    """Equal to the last digit that a workbook keeps (16 significant ones)."""
    return None if value is None else pytest.approx(value, rel=1e-15, abs=0)


DECIMAL = re.compile(r"(?<![\d.\w])\d[\d,]*\.\d+(?![\d.])")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", [c for c in CASES if c not in ("nasty", "long")])
def test_every_decimal_in_the_texts_is_a_stored_number(case, language):
    d = dossier(**CASES[case])
    stored = leaves(d)
    stored += [p.cost for p in ringi(d, language).schedule if p.cost is not None]  # sums, checked below against the plan's phases
    texts = {
        "html": " ".join(Words(report_html(d, language)).text), "ringi": " ".join(Words(ringi_html(d, language)).text),
        "md": markdown(d, language).replace("\\", ""), "notes": json.dumps(story(d, language).model_dump(), ensure_ascii=False),
    }  # fmt: skip
    for name, words in texts.items():
        words = words.split("```")[0].replace(d.versions.python, "").replace(d.versions.torch, "")
        for versions in (d.evidence.manifest.torch, d.evidence.manifest.python, d.versions.dualcore, f"{d.verdict.protocol.version}"):
            words = words.replace(versions, "")
        found = DECIMAL.findall(words)
        assert len(found) >= (3 if name == "ringi" else 10), name
        strangers = [t for t in found if not stands_for(t, stored)]
        assert strangers == [], name


def test_other_evidence_gives_other_numbers():
    """No number is fixed in a template: every figure of the list moves with its source."""
    d = dossier()
    before = {n.key: n.value for n in numbers(d, "en")}
    last = d.evidence.last_layer.model_copy(update={"score": 0.7777, "low": 0.7666, "high": 0.7888})
    evidence: Evidence = d.evidence.model_copy(update={"last_layer": last})
    changed = d.model_copy(update={"evaluation": d.evaluation.model_copy(update={"evidence": evidence})})
    after = {n.key: n.value for n in numbers(changed, "en")}
    assert after["score"] == 0.7777 and before["score"] == 0.912
    assert "0.78" in " ".join(Words(report_html(changed, "en")).text)
    assert "0\\.7777" in markdown(changed, "en") and "0\\.7777" not in markdown(d, "en")


@pytest.mark.parametrize(("case", "language"), EVERY)
def test_the_workbook_holds_the_stored_numbers_as_numbers(case, language):
    d = dossier(**CASES[case])
    book = openpyxl.load_workbook(io.BytesIO(workbook(d, language)))
    names = [say(f"report.head.{k}", language).replace(":", " ")[:31] for k in ("figures", "level", "money", "plan", "curve", "candidates", "decisions", "provenance")]
    assert book.sheetnames == names
    rows = list(book[names[0]].iter_rows(min_row=2))[: len(numbers(d, language))]
    assert len(rows) > 30
    for row, n in zip(rows, numbers(d, language)):
        assert row[1].value == same(n.value) and at(d, row[6].value) == n.value
        assert row[1].data_type == "n" and row[1].number_format != "General"
        assert [row[2].value, row[3].value] == [same(n.low), same(n.high)]
    shown = [[c.value for c in r] for r in book[names[1]].iter_rows(min_row=2)]
    assert shown == [[r.label, same(r.value), same(r.low), same(r.high), r.source] for r in levels(d, language)]
    shown = [[r[2].value, r[3].value, r[4].value, r[5].value] for r in book[names[2]].iter_rows(min_row=2)]
    assert shown == [[same(v) for v in (o.probability, o.cost, o.value, o.net)] for o in d.verdict.options]
    shown = [[r[0].value, r[2].value, r[3].value, r[4].value] for r in book[names[4]].iter_rows(min_row=2)]
    assert shown == [[same(v) for v in (r.rows, r.score, r.low, r.high)] for r in curve(d)]
    shown = [(r[1].value, r[8].value) for r in book[names[6]].iter_rows(min_row=2)]
    assert shown == [(m.number, m.avoided) for m in d.decisions]
    costs = [r[4].value for r in book[names[3]].iter_rows(min_row=2, max_row=1 + len(d.plan.phases))]
    assert costs == [same(p.cost) for p in d.plan.phases]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_cell_is_a_formula_and_text_that_looks_like_one_is_kept(language):
    d = dossier(**CASES["nasty"])
    for made in (workbook(d, language), ringi_workbook(d, language)):
        book = openpyxl.load_workbook(io.BytesIO(made))
        cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
        assert cells and not [c.coordinate for c in cells if c.data_type == "f"]
        with zipfile.ZipFile(io.BytesIO(made)) as parts:
            assert not any(b"<f>" in parts.read(n) for n in parts.namelist() if "sheet" in n)
        risky = [c for c in cells if isinstance(c.value, str) and c.value.startswith("=")]
        assert risky and all(c.quotePrefix for c in risky)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_hold_no_element_that_somebody_wrote(language):
    d = dossier(**CASES["nasty"])
    for page in (report_html(d, language), ringi_html(d, language)):
        read = Words(page)
        assert "script" not in read.tags and not {n for n in read.names if n.startswith("on")} and "href" not in read.names
        assert "<script>alert(1)</script>" in "".join(read.text)  # shown as it was written
        assert "://" not in re.sub(r'xmlns="http://www.w3.org/2000/svg"', "", page).replace("http://example.com", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_markdown_cells_do_not_break_their_table(language):
    text = markdown(dossier(**CASES["nasty"]), language)
    assert "<script>" not in text and "\\<script\\>" in text and "**太字**" not in text
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(widths) == 1


@pytest.mark.parametrize(("case", "language"), EVERY)
def test_markdown_gives_every_figure_to_six_digits(case, language):
    d = dossier(**CASES[case])
    text = markdown(d, language).replace("\\", "")
    for n in numbers(d, language):
        assert f"| {exact(n.value)} |" in text, n.key
    assert d.evidence.dataset.sha256 in text and f"dualcore-{d.evaluation.id}.json" in text


@pytest.mark.parametrize(("case", "language"), [("adopt_regression", "ja"), ("invest", "en"), ("stop", "ja"), ("nasty", "en")])
def test_the_pdf_has_selectable_text_with_every_sentence(case, language):
    d = dossier(**CASES[case])
    read = PdfReader(io.BytesIO(make(d, "pdf", language)))
    assert [round(float(v) / 72 * 25.4) for v in read.pages[0].mediabox[2:]] == [210, 297]
    text, told = close("".join(p.extract_text() for p in read.pages)), story(d, language)
    said = [told.headline, told.verdict_line, *told.reasons, *told.changes, told.money, told.level, *[f.text for f in told.provenance], *told.stages]
    said += [m.who for m in told.decisions]
    missing = [s for s in said if close(s) not in text]
    assert missing == []
    faces = {str(f.get_object()["/Subtype"]) for p in read.pages for f in p["/Resources"]["/Font"].values()}
    assert faces == {"/Type0"}  # no Type 3: letters stay letters


@pytest.mark.parametrize(("case", "language"), [("long", "ja"), ("long", "en"), ("adopt", "ja"), ("re-evaluate", "en")])
def test_the_approval_sheet_takes_one_page(case, language):
    d = dossier(**CASES[case])
    read = PdfReader(io.BytesIO(make(d, "ringi-pdf", language)))
    assert len(read.pages) == 1
    text, sheet = close(read.pages[0].extract_text()), ringi(d, language)
    for words in (sheet.title, sheet.subject, *(r.label for r in sheet.rows), *(p.phase for p in sheet.schedule), *(p.cost_text for p in sheet.schedule)):
        assert close(words) in text, words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_the_approval_sheet_asks_for_the_decision_and_its_cost(case, language):
    d = dossier(**CASES[case])
    sheet = ringi(d, language)
    assert sheet.cost == d.option(d.action).cost
    assert d.action == (d.decisions[0].action if d.decisions else d.verdict.decision)
    assert all(row.lines for row in sheet.rows) and len(sheet.schedule) == 4
    phases = {p.code: p.cost for p in d.plan.phases}
    poc, development = sheet.schedule[1].cost, sheet.schedule[2].cost
    t, p = d.verdict.terms, d.verdict.protocol
    assert poc == pytest.approx(phases["tune"] + p.days_reevaluate * t.day_cost + p.gpu_hours_reevaluate * t.gpu_hour_cost)
    whole = phases["reproduce"] + phases["train"] + phases["deploy"]
    assert development == pytest.approx(phases["deploy"] if d.action == "adopt" else whole)
    tax = say("ringi.cost_tax", language)
    assert tax in next(r for r in sheet.rows if r.key == "cost").lines
    book = openpyxl.load_workbook(io.BytesIO(ringi_workbook(d, language)))
    values = [c.value for row in book.active.iter_rows() for c in row]
    assert sheet.subject in values and poc in values and (sheet.cost in values or sheet.cost == 0)
    assert book.active.page_setup.fitToHeight == 1


def test_the_archive_holds_every_format_and_names_its_sources():
    d = dossier(stages=True, decided=True)
    with zipfile.ZipFile(io.BytesIO(pack(d, "ja"))) as file:
        manifest = json.loads(file.read("MANIFEST.json"))
        assert len(file.namelist()) == len(FORMATS) + 1  # all but the pack itself, the evidence, the manifest
        assert {n: hashlib.sha256(file.read(n)).hexdigest() for n in file.namelist() if n != "MANIFEST.json"} == manifest["files"]
        stored = json.loads(file.read(f"dualcore-{d.evaluation.id}.json"))
    assert Evidence.model_validate({k: v for k, v in stored["evidence"].items() if k in Evidence.model_fields}) == d.evidence
    assert manifest["dataset_sha256"] == "a" * 64 and manifest["seed"] == 0 and manifest["protocol"] == d.verdict.protocol.version


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_report_states_where_its_numbers_come_from_and_who_decided(language):
    d = dossier(**CASES["invest"])
    facts = " ".join(f.text for f in story(d, language).provenance)
    for words in ("a" * 64, d.verdict.protocol.version, d.versions.torch, "2026-11-24 12:04 (Asia/Tokyo)", "山田 太郎", "佐藤 花子", d.evaluation.id):
        assert words in facts


def test_money_and_levels_are_those_of_the_verdict():
    d = dossier()
    assert [r.net for r in money(d, "en")] == [o.net for o in d.verdict.options]
    assert [r.source.split(".")[-1] for r in levels(d, "en")][0] == "last_layer"


class _Face:
    def __init__(self, codes):
        self.missing = dict.fromkeys(codes, 1)


class _Page:
    """A laid-out page whose font lacks some letters."""

    def __init__(self, codes):
        self.fonts, self.pages = {0: _Face(codes)}, [0]

    def write_pdf(self):
        return b"%PDF"


def test_a_server_without_japanese_letters_says_so(monkeypatch):
    monkeypatch.setattr(engine, "_document", lambda html: _Page([ord("判")]))
    with pytest.raises(DataError) as error:
        engine.pdf("<p>判定</p>")
    assert error.value.code == "report_no_font" and "判" in str(error.value)


def test_a_symbol_without_a_glyph_is_written_as_its_code(monkeypatch):
    seen = []
    monkeypatch.setattr(engine, "_document", lambda html: seen.append(html) or _Page([0x1F9EA]))
    engine.pdf("<p>\U0001f9ea</p>")
    assert seen[-1] == "<p>[U+1F9EA]</p>"


def test_a_server_without_pango_says_what_to_install(monkeypatch):
    import builtins

    real = builtins.__import__

    def broken(name, *rest, **more):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", broken)
    with pytest.raises(DataError) as error:
        engine.pdf("<p>x</p>")
    assert error.value.code == "report_no_engine" and "libpango-1.0-0" in str(error.value)


def test_an_unknown_format_is_refused():
    with pytest.raises(DataError) as error:
        make(dossier(), "docx", "ja")
    assert error.value.code == "report_format" and "pptx" in str(error.value)


def test_the_nasty_name_is_nasty():
    assert NASTY.startswith("=") and "|" in NASTY and "<script>" in NASTY
