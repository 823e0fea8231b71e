"""What a transfer comparison adds to the verdict of its evaluation."""

from __future__ import annotations

import streamlit as st

from dualcore.present import format as fmt
from dualcore.present.escape import markdown
from dualcore.services import EvaluationView
from pages._shared import language, services, t, user


def line(view: EvaluationView) -> None:
    """One sentence under the verdict when pretrained features have won clearly on this evaluation."""
    mine = [s.result for s in services().stages(user(), view.project_id, "transfer") if s.evaluation_id == view.id]
    if mine and mine[0].reading == "pretrained":
        won = mine[0]
        gain, interval = fmt.signed(won.gain, 3), fmt.interval(won.low, won.high, language(), 3)
        st.markdown(f":violet[:material/move_up:] {markdown(t('transfer.verdict', name=won.name, gain=gain, interval=interval))}")
