"""Log lines of the app, the worker and the jobs: plain text, or one JSON object a line for a log collector.

Each line names the job or the request it belongs to. Nothing that a person uploaded or wrote goes into a line: ids only.
"""

from __future__ import annotations

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

about: ContextVar[str] = ContextVar("about", default="")
PLAIN = "%(asctime)s %(levelname)s %(name)s %(about)s%(message)s"
# Passwords in database addresses and secrets of snapshot links.
SECRETS = re.compile(r"(?<=://)([^:/@\s]+):[^@/\s]+(?=@)|(?<=key=)[\w\-]+|(?i:(?<=bearer )[\w.\-]+)")


def hide(text: str) -> str:
    """The text without the secrets that addresses can hold."""
    return SECRETS.sub(lambda m: f"{m.group(1)}:***" if m.group(1) else "***", text)


class _Filter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        found = about.get()
        record.about = f"[{found}] " if found else ""
        record.subject = found
        return True


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return hide(super().format(record))


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": hide(record.getMessage()),
        }
        if record.subject:
            line["about"] = record.subject
        if record.exc_info:
            line["traceback"] = hide(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def configure(kind: Literal["text", "json"]) -> None:
    """Send the lines of ``dualcore.*`` to standard error; running it again changes the kind only."""
    handler = logging.StreamHandler()
    handler.addFilter(_Filter())
    handler.setFormatter(_Json() if kind == "json" else _Plain(PLAIN))
    logger = logging.getLogger("dualcore")
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
