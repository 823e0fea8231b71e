"""Text written by people, made fit for a file: control letters and what XML cannot hold become spaces."""

from __future__ import annotations

import re

# Controls, direction marks, halves of surrogate pairs, and the two letters that XML forbids.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]+")


def one_line(words: object) -> str:
    """``words`` on one line."""
    return _UNFIT.sub(" ", str(words)).strip()


def short(words: object, limit: int) -> str:
    """At most ``limit`` characters on one line, the last one an ellipsis when something was cut."""
    line = one_line(words)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
