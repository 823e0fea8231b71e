"""What moves in each lesson: its control, its computation (cached), its picture; and the section for engineers."""

from __future__ import annotations

import streamlit as st

from dualcore import lessons
from dualcore.present import format as fmt
from dualcore.present.figures import lessons as draw
from dualcore.present.figures import plot_signal
from pages import _parts
from pages._shared import language, t, theme

WIDTHS = (2, 4, 8, 16, 32, 64, 128, 256)  # tools of lesson 1
SEEDS = (1, 2, 3, 4, 5)
COMPUTE = {
    "toolbox": lambda width, seed: lessons.fit_curves(width, seed),
    "enough": lambda width: lessons.compare_widths(width),
    "coverage": lambda rows: lessons.learn_degrees(rows),
    "convolution": lambda shift: lessons.move_pattern(shift),
    "depth": lambda layers: lessons.look_deeper(layers),
    "special": lambda case: lessons.split_variance(case),
    "staged": lambda chance: lessons.compare_paths(chance),
}
DRAW = {
    "toolbox": draw.plot_toolbox, "enough": draw.plot_enough, "coverage": draw.plot_learned, "convolution": draw.plot_pattern,
    "depth": draw.plot_deeper, "special": draw.plot_split, "staged": draw.plot_paths,
}  # fmt: skip
CODE = """
import dualcore

report = dualcore.diagnose_init(model, batch)                      # 1
report = dualcore.correct_init_(model, sample=batch, seed=0)       # 2
print(report)                                                      # 3
record = report.model_dump_json()
for part in report.left_alone:                                     # 4
    print(part.name, part.kind, part.why.code)
"""


@st.cache_data(max_entries=256, show_spinner=False)
def _computed(lesson: str, *moved):
    return COMPUTE[lesson](*moved)


def _slider(lesson: str, options: tuple, start, shown=fmt.count):
    return st.select_slider(t(f"learn.control.{lesson}"), options, start, format_func=shown, key=f"move_{lesson}")


def _toolbox() -> tuple:
    width = _slider("toolbox", WIDTHS, 8)
    seed = st.segmented_control(
        t("learn.control.seed"), SEEDS, default=1, required=True, key="move_seed", format_func={n: t("learn.control.seed_of", n=n) for n in SEEDS}.get
    )
    return width, seed


def _special() -> tuple:
    named = {case: t(f"learn.case.{case}") for case in lessons.CASES}
    case = st.segmented_control(
        t("learn.control.special"), list(named), default="plain", required=True, key="move_special", format_func=named.get
    )
    return (case,)


CONTROLS = {
    "toolbox": _toolbox,
    "enough": lambda: (_slider("enough", lessons.WIDTHS, 32),),
    "coverage": lambda: (_slider("coverage", lessons.ROWS, 80),),
    "convolution": lambda: (_slider("convolution", lessons.SHIFTS, 4),),
    "depth": lambda: (_slider("depth", lessons.DEPTHS, 4),),
    "special": _special,
    "staged": lambda: (_slider("staged", lessons.CHANCES, 0.2, fmt.percent),),
}


def show(lesson: str):
    """The control, and the picture of what is computed for it; gives the record."""
    with st.container(border=True, key="move"):
        moved = CONTROLS[lesson]()
        with st.spinner(t("learn.computing"), show_time=False):
            found = _computed(lesson, *moved)
        _parts.picture(DRAW[lesson](found, language(), theme()), f"picture_{lesson}")
    return found


def fields(lesson: str, found, l: str) -> dict:  # noqa: E741
    """What the paragraphs of a lesson name, taken from its record."""
    if lesson == "enough":
        return dict(cases=found.cases, gained=found.gained, least=fmt.number(found.worthwhile))
    if lesson == "coverage":
        return dict(fresh=fmt.count(found.fresh_rows))
    if lesson == "convolution":
        return dict(rows=fmt.count(found.rows))
    if lesson == "staged":
        return {k: fmt.money(getattr(found, k), found.currency, l) for k in ("invest", "evaluation", "value")}
    return {}


@st.cache_data(max_entries=2, show_spinner=False)
def _corrected():
    return lessons.correct_example()


def engineers() -> None:
    """The correction of an existing pipeline, step by step, with an example computed here."""
    with st.expander(t("learn.engineers.title"), icon=":material/engineering:", key="engineers", on_change="rerun") as opened:
        if not opened.open:
            return
        st.write(t("learn.engineers.lead"))
        for n in (1, 2, 3, 4):
            st.markdown(f"{n}. {t(f'learn.engineers.step{n}')}")
        st.code(CODE.strip(), language="python")
        st.caption(t("learn.engineers.live"))
        _parts.picture(plot_signal(_corrected(), language(), theme()), "corrected")
        _parts.terms("initialisation", "bias_share", "signal_size", "seed")
