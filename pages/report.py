"""Reports: choose format and language, see what is in it, make it, take it away."""

import time
from pathlib import Path

import pandas as pd
import streamlit as st

from dualcore.errors import DualcoreError
from dualcore.present import format as fmt
from dualcore.present.escape import markdown
from dualcore.report.dossier import Dossier
from dualcore.report.numbers import numbers
from dualcore.report.pack import FORMATS, file_name
from dualcore.report.story import outline, story
from dualcore.services import EvaluationView
from pages import _link, _parts
from pages._shared import LANGUAGES, go, language, open_project, services, t, user

ORDER = ("pack", "pptx", "pdf", "html", "ringi-pdf", "ringi-html", "ringi-xlsx", "xlsx", "md")
PREVIEW_HEIGHT = 640
HERE = Path(__file__).parent


def _choose() -> tuple[str, str, str]:
    """Format, language of the report, author."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        form = st.radio(
            t("report.page.format"), ORDER, format_func={f: t(f"report.format.{f}") for f in ORDER}.get, key="report_format",
            captions=[t(f"report.about.{f}") for f in ORDER],
        )  # fmt: skip
    with right:
        spoken = st.segmented_control(
            t("report.page.language"), LANGUAGES, default=language(), required=True, key="report_language",
            format_func={code: t(f"language.{code}") for code in LANGUAGES}.get,
        )  # fmt: skip
        author = st.text_input(t("report.page.author"), max_chars=60, help=t("report.page.author_help"), key="report_author")
    return form, spoken, author


def _make(view: EvaluationView, form: str, spoken: str, author: str) -> None:
    """One click makes the file, with its progress; the next saves it."""
    chosen = (view.id, view.verdict.model_dump_json(), form, spoken, author)
    made = st.session_state.get("report_made")
    if st.button(t("report.page.make"), type="primary", icon=":material/slideshow:"):
        shown = st.progress(0.0, t("report.page.making", format=t(f"report.format.{form}")))

        def progress(share: float, part: str) -> None:
            name = t(f"report.format.{part}") if part in FORMATS else t("report.format.pack")
            shown.progress(share, t("report.page.making", format=name))

        start = time.perf_counter()
        try:
            data = services().report(user(), view.id, form, spoken, author, st.context.timezone or "UTC", progress)
        except DualcoreError as error:
            shown.empty()
            st.error(f"**{t('report.page.failed')}** {markdown(t(f'error.{error.code}', **error.fields))}", icon=":material/error:")
            return
        shown.empty()
        made = (chosen, data, time.perf_counter() - start)
        st.session_state["report_made"] = made
    if made is None or made[0] != chosen:
        return
    st.success(t("report.page.ready", time=fmt.duration(made[2], language())), icon=":material/check:")
    name = file_name(view.id, form, spoken)
    st.download_button(
        t("report.page.download", name=name, size=fmt.size(len(made[1]))), made[1], file_name=name, mime=FORMATS[form].mime, on_click="ignore",
        icon=":material/download:", key="report_download",
    )  # fmt: skip


def _preview(found: Dossier, view: EvaluationView, form: str, spoken: str) -> None:
    """What the file will look like, with this project's content."""
    st.subheader(t("report.page.preview"), anchor=False)
    if form in ("pptx", "pack"):
        _slides(found, spoken)
    if form == "xlsx":
        _figures(found, spoken)
    elif form == "md":
        st.code(services().report(user(), view.id, "md", spoken).decode(), language="markdown", height=PREVIEW_HEIGHT)
    elif form != "pptx":
        source = "ringi-html" if form.startswith("ringi") else "html"
        st.caption(t("report.page.preview_live"))
        page = services().report(user(), view.id, source, spoken, found.author, found.zone).decode()
        st.iframe(page, height=PREVIEW_HEIGHT, alt=t("report.page.alt", format=t(f"report.format.{form}")))


def _slides(found: Dossier, spoken: str) -> None:
    titles = outline(found, story(found, spoken), spoken)
    picture = HERE / "static" / "report" / f"slides-{spoken}.webp"
    st.image(str(picture), width="stretch", alt=t("report.page.alt", format=t("report.format.pptx")))
    st.caption(t("report.page.preview_sample"))
    st.markdown(f"{t('report.page.slides_lead', n=len(titles))}\n" + "\n".join(f"1. {markdown(title)}" for _, title in titles))


def _figures(found: Dossier, spoken: str) -> None:
    st.caption(t("report.page.preview_live"))
    rows = numbers(found, spoken)
    columns = {"item": [n.label for n in rows], "value": [n.text(spoken) for n in rows], "meaning": [n.meaning for n in rows], "source": [n.source for n in rows]}
    st.dataframe(pd.DataFrame({t(f"report.column.{k}"): v for k, v in columns.items()}), hide_index=True, alt=t("report.head.figures"))


project = open_project()
_parts.stepper(project)
view = _link.evaluation(project)
if view is None:
    st.title(t("report.page.none.title"))
    st.write(t("report.page.none.text"))
    if st.button(t("result.none.button"), type="primary", icon=":material/play_arrow:"):
        go("evaluate.py", project.id)
else:
    st.title(t("report.page.title"))
    st.write(t("report.page.lead"))
    form, spoken, author = _choose()
    _make(view, form, spoken, author)
    _preview(services().dossier(user(), view.id, spoken, author, st.context.timezone or "UTC"), view, form, spoken)
