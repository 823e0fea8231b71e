"""The company's protocol: what is in force, change it with a note, carry it in and out, lock it, its history."""

from itertools import zip_longest
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dualcore.decision.protocols import GROUPS, THRESHOLDS, differences, from_file, rule
from dualcore.decision.records import Protocol
from dualcore.errors import DataError, DualcoreError, NotAllowed
from dualcore.present import format as fmt
from dualcore.present.effects import effect_rows
from dualcore.present.escape import markdown
from dualcore.present.sentences import change_rows
from dualcore.services import ProtocolView
from pages import _parts
from pages._shared import language, on_click, services, t, user

SHOWN = 200  # verdicts of a preview

def _error(error: DualcoreError) -> None:
    st.error(markdown(t(f"error.{error.code}", **error.fields)), icon=":material/error:")


def _when(view: ProtocolView) -> str:
    if view.created is None:
        return "–"
    return view.created.astimezone(ZoneInfo(st.context.timezone or "UTC")).strftime("%Y-%m-%d %H:%M")


def _facts(now: ProtocolView, history: list[ProtocolView]) -> None:
    """Version, how many there were, whether it may be changed."""
    first, second, third = st.columns(3)
    quiet = {"delta_color": "off", "delta_arrow": "off", "border": True, "height": "stretch"}
    since = t("protocol.versions_built_in") if now.created is None else t("protocol.versions_changed", when=_when(now))
    first.metric(t("protocol.in_force"), now.protocol.version, since, **quiet)
    second.metric(t("protocol.versions"), len({v.protocol.version for v in history}), **quiet)
    state = "locked" if now.locked else "open"
    third.metric(t("protocol.state"), t(f"protocol.state.{state}"), t(f"protocol.state.{state}_note"), **quiet)


def _field(name: str, value: float | bool, place, disabled: bool, key: str) -> float | bool:
    """One threshold as a widget with its meaning and its range."""
    label, text, limits = t(f"protocol.{name}"), t(f"protocol.{name}.text"), rule(name)
    if limits.kind == "switch":
        entered = place.toggle(label, value=value, disabled=disabled, key=key)
        place.caption(text)
        place.caption(_moving(name, "protocol.switching"))
        return entered
    low, high = f"{limits.low:,.6g}", f"{limits.high:,.6g}"
    allowed = t("protocol.range_open" if limits.open_low else "protocol.range", low=low, high=high)
    if limits.kind == "whole":
        bounds = {"min_value": int(limits.low), "max_value": int(limits.high), "step": 1, "value": int(value)}
    else:
        least = limits.high / 1000 if limits.open_low else float(limits.low)
        fine = limits.high <= 1
        bounds = {
            "min_value": least, "max_value": float(limits.high), "value": float(value), "step": 0.01 if fine else 1.0,
            "format": "%.4g",
        }  # fmt: skip
    entered = place.number_input(label, disabled=disabled, key=key, **bounds)
    place.caption(f"{text}{allowed}")
    place.caption(_moving(name, "protocol.moving"))
    return entered


def _moving(name: str, sentence: str) -> str:
    """What raising and lowering a threshold does."""
    return t(sentence, up=t(f"protocol.{name}.up"), down=t(f"protocol.{name}.down"))


def _form(now: ProtocolView) -> None:
    """Every threshold, a note, and one button. Saving makes a new version."""
    key = f"protocol_{now.id}"
    with st.form(key, border=False):
        values: dict[str, float | bool] = {}
        for group, names in GROUPS.items():
            with st.container(border=True):
                st.subheader(t(f"protocol.group.{group}"), anchor=False)
                for pair in zip_longest(names[::2], names[1::2]):  # side by side; one below the other, and in order, on a phone
                    for name, column in zip(filter(None, pair), st.columns(2, gap="large")):
                        place = column.container(gap="xxsmall")
                        values[name] = _field(name, getattr(now.protocol, name), place, now.locked, f"{key}_{name}")
        note = st.text_area(
            t("protocol.note"), max_chars=2000, height=80, placeholder=t("protocol.note_example"), disabled=now.locked
        )
        with st.container(horizontal=True):
            sent = st.form_submit_button(t("protocol.save"), type="primary", icon=":material/save:", disabled=now.locked)
            asked = st.form_submit_button(t("protocol.preview"), icon=":material/compare_arrows:")
    if sent:
        _save(now, now.protocol.model_copy(update=values), note)
    elif asked:
        _effect(now.protocol.model_copy(update=values))


def _effect(values: Protocol) -> None:
    """Which past verdicts would be others under ``values``."""
    try:
        with st.spinner(t("protocol.preview")):
            found = services().protocol_effect(user(), values)
    except DataError as error:
        _error(error)
        return
    with st.container(border=True, key="protocol_effect"):
        if not found.judged:
            st.markdown(f"### {t('protocol.effect.no_evaluations')}")
            return
        key = "protocol.effect.title" if found.changed else "protocol.effect.none"
        st.markdown(f"### {t(key, judged=fmt.count(found.judged), changed=fmt.count(len(found.changed)))}")
        if found.changed:
            rows = effect_rows(found.changed[:SHOWN], language())
            heads = [t(f"protocol.effect.{n}") for n in ("project", "before", "after", "because", "link")]
            opens = st.column_config.LinkColumn(display_text=t("protocol.effect.open"))
            st.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True, alt=t("protocol.preview"), column_config={heads[-1]: opens})
            if len(found.changed) > SHOWN:
                st.caption(t("protocol.effect.more", shown=SHOWN))
        st.caption(t("protocol.effect.read", seconds=fmt.number(found.seconds, 1)))
        st.caption(t("protocol.effect.record"))


def _save(now: ProtocolView, values: Protocol, note: str) -> None:
    try:
        made = services().change_protocol(user(), values, note, based_on=now.id)
    except (DataError, NotAllowed) as error:
        _error(error)
        return
    st.session_state["protocol_saved"] = made.protocol.version
    st.rerun()


def _changes(before: Protocol, after: Protocol) -> pd.DataFrame:
    rows = change_rows(differences(before, after), language())
    heads = [t("protocol.change.name"), t("protocol.change.before"), t("protocol.change.after")]
    return pd.DataFrame(rows, columns=heads)


def _import(now: ProtocolView) -> None:
    with st.expander(t("protocol.import"), icon=":material/upload_file:"):
        st.caption(t("protocol.import_lead"))
        file = st.file_uploader(t("protocol.import_file"), type=["toml", "json"], disabled=now.locked, key=f"import_{now.id}")
        if file is None:
            return
        try:
            found = from_file(file.getvalue(), file.name)
        except DataError as error:
            _error(error)
            return
        changes = _changes(now.protocol, found)
        if changes.empty:
            st.info(t("protocol.import_same"), icon=":material/info:")
            return
        st.dataframe(changes, hide_index=True, alt=t("protocol.import"))
        _effect(found)
        note = st.text_input(t("protocol.note"), max_chars=2000, key=f"import_note_{now.id}")
        if st.button(t("protocol.import_save"), icon=":material/save:"):
            _save(now, found, note)


def _lock(now: ProtocolView) -> None:
    st.caption(t("protocol.lock_lead"))
    label, icon = ("protocol.unlock", "lock_open") if now.locked else ("protocol.lock", "lock")
    if st.button(t(label), icon=f":material/{icon}:"):
        try:
            services().lock_protocol(user(), not now.locked)
        except NotAllowed as error:
            _error(error)
            return
        st.rerun()


def _what(view: ProtocolView) -> str:
    """What an entry of the history did, as a list in Markdown."""
    if view.id == 0:
        return t("protocol.history.built_in")
    if view.changes:
        rows = change_rows(view.changes, language())
        return "\n".join("- " + t("protocol.change", name=n, before=a, after=b) for n, a, b in rows)
    return t("protocol.history.lock" if view.locked else "protocol.history.unlock")


def _history(history: list[ProtocolView]) -> None:
    st.subheader(t("protocol.history"), anchor=False)
    names = services().names(user(), {view.user for view in history})
    for view in history:
        with st.container(border=True, gap="xxsmall"):
            who = [] if view.created is None else [_when(view), markdown(names[view.user])]
            st.markdown(" · ".join([f"**{t('protocol.history.version')} {markdown(view.protocol.version)}**", *who]))
            st.markdown(_what(view))
            if view.note:
                st.caption(f"{t('protocol.history.note')}: {markdown(view.note)}")


history = services().protocol_history(user())
now = history[0]
st.title(t("protocol.title", version=now.protocol.version), anchor=False)
st.write(t("protocol.lead"))
saved = st.session_state.pop("protocol_saved", None)
if saved is not None:
    st.success(t("protocol.saved", version=saved), icon=":material/check:")
if now.locked:
    st.warning(t("protocol.locked"), icon=":material/lock:")
_facts(now, history)
_parts.terms("protocol", "verdict", "p_value", "permutation_test", "interval", "ceiling", "minimum_gain")
_form(now)
left, right = st.columns(2, gap="large")
with left:
    explained = {n: f"{t(f'protocol.{n}')}: {t(f'protocol.{n}.text')}" for n in THRESHOLDS}
    for form, label, mime in (("toml", "protocol.export_toml", "application/toml"), ("json", "protocol.export", "application/json")):
        st.download_button(
            t(label), on_click(lambda who, form=form: services().export_protocol(who, form=form, comments=explained)),
            file_name=f"protocol-{now.protocol.version}.{form}", mime=mime, on_click="ignore", icon=":material/download:",
        )  # fmt: skip
with right:
    _lock(now)
_import(now)
_history(history)
