"""Text written by people (column names, file names, project names) made safe to show.

Streamlit reads Markdown, ``:color[..]`` and ``$math$`` in almost every label, and Plotly reads
a few HTML tags; a column called ``**x**`` must be shown as it is written.
"""

from __future__ import annotations

import re

# ":" starts colours, icons and emoji; "$" starts maths; the others are Markdown's own.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def _one_line(text: str) -> str:
    return _CONTROL.sub(" ", str(text))


def markdown(text: str, limit: int | None = None) -> str:
    """``text`` for Markdown places: every character that Markdown could read is escaped."""
    return _MARKDOWN.sub(r"\\\1", shorten(_one_line(text), limit))


def plain(text: str, limit: int | None = 40) -> str:
    """``text`` for Plotly, whose labels read HTML tags and entities."""
    shown = shorten(_one_line(text), limit)
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shorten(text: str, limit: int | None) -> str:
    """At most ``limit`` characters, the last one an ellipsis when something was cut."""
    return text if limit is None or len(text) <= limit else text[: limit - 1] + "…"


def distinct(names: dict[str, str]) -> dict[str, str]:
    """The same names, with a number behind each that came before: a choice between two equal labels would be none."""
    seen: dict[str, int] = {}
    out = {}
    for key, name in names.items():
        seen[name] = seen.get(name, 0) + 1
        out[key] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return out
