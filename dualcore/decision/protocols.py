"""The protocol as a company standard: what each threshold means, what changed, and the file it travels in."""

from __future__ import annotations

import json
import math
import tomllib
from typing import Literal, NamedTuple

from annotated_types import Ge, Gt, Le
from pydantic import ValidationError

from dualcore.decision.records import Protocol
from dualcore.errors import DataError
from dualcore.record import Record

FORMAT = "dualcore.protocol"
SCHEMA_VERSION = 1
LARGEST_FILE = 200_000  # characters; a protocol has some 2,000
MEASURED = ("probe_sd", "noise_gain_sd")  # figures from measured cases, not choices of a company

GROUPS: dict[str, tuple[str, ...]] = {  # catalogue: ``protocol.group.<name>``; thresholds ``protocol.<name>`` and ``protocol.<name>.text``
    "evidence": ("significance", "permutations", "interval", "ceiling_rows", "max_candidates"),
    "rules": ("minimum_gain", "prefer_simple", "least_confidence"),
    "days": ("days_adopt", "days_reevaluate", "days_tune", "days_invest"),
    "gpu": ("gpu_hours_adopt", "gpu_hours_reevaluate", "gpu_hours_tune", "gpu_hours_invest"),
    "ratio": ("cost_ratio_target", "cost_ratio_limit"),
}
THRESHOLDS = tuple(name for names in GROUPS.values() for name in names)


class Rule(NamedTuple):
    """How a threshold is entered: its kind, and the least and greatest value allowed (None: no bound)."""

    kind: Literal["switch", "whole", "number"]
    low: float | None
    high: float | None
    open_low: bool = False  # ``low`` itself is not allowed


class Change(Record):
    """One threshold that differs between two versions."""

    name: str
    before: bool | int | float
    after: bool | int | float


def rule(name: str) -> Rule:
    """Kind and admissible range of a threshold, read from the record itself."""
    info = Protocol.model_fields[name]
    if info.annotation is bool:
        return Rule("switch", None, None)
    low = next((m.ge if isinstance(m, Ge) else m.gt for m in info.metadata if isinstance(m, Ge | Gt)), None)
    high = next((m.le for m in info.metadata if isinstance(m, Le)), None)
    return Rule("whole" if info.annotation is int else "number", low, high, any(isinstance(m, Gt) for m in info.metadata))


def differences(before: Protocol, after: Protocol) -> list[Change]:
    """What changed from one version to another, in the order of the page."""
    out = []
    for name in (*THRESHOLDS, *MEASURED):
        a, b = getattr(before, name), getattr(after, name)
        if a != b:
            out.append(Change(name=name, before=a, after=b))
    return out


def next_version(version: str) -> str:
    """``1.4`` after ``1.3``."""
    head, _, tail = version.rpartition(".")
    return f"{head}.{int(tail) + 1}" if head and tail.isdigit() else f"{version}.1"


def check(protocol: Protocol) -> Protocol:
    """The protocol, if its thresholds fit together.

    Raises
    ------
    DataError
        ``protocol_permutations`` when so few permutations can never give a p-value as small as the
        significance; ``protocol_ratio`` when the target of the cost ratio lies above its limit.
    """
    least = 1 / (protocol.permutations + 1)
    if protocol.significance < least:
        needed = math.ceil(1 / protocol.significance - 1 - 1e-9)
        raise DataError("protocol_permutations", permutations=protocol.permutations, significance=protocol.significance, needed=needed)
    if protocol.cost_ratio_target > protocol.cost_ratio_limit:
        raise DataError("protocol_ratio", target=protocol.cost_ratio_target, limit=protocol.cost_ratio_limit)
    return protocol


def to_json(protocol: Protocol, note: str = "") -> str:
    """The file of a protocol: format, schema version, every threshold."""
    body = {"format": FORMAT, "schema_version": SCHEMA_VERSION, "note": note, "protocol": protocol.model_dump(mode="json")}
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def to_toml(protocol: Protocol, note: str = "", comments: dict[str, str] | None = None) -> str:
    """The same file as TOML, for people who edit it by hand; ``comments`` stand above their thresholds.

    Numbers are written so that they read back exactly.
    """
    lines = [f"format = {_quoted(FORMAT)}", f"schema_version = {SCHEMA_VERSION}", f"note = {_quoted(note)}", "", "[protocol]"]
    for name, value in protocol.model_dump(mode="json").items():
        if comments and name in comments:
            lines.append(f"# {' '.join(comments[name].split())}")
        lines.append(f"{name} = {_quoted(value) if isinstance(value, str) else json.dumps(value)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A basic string of TOML: JSON's escapes are among its own, but it wants DEL escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def from_file(content: str | bytes, name: str) -> Protocol:
    """Read the file of a protocol, TOML or JSON by the end of its name.  Raises as ``from_json``; ``protocol_not_toml``."""
    return from_toml(content, name) if name.lower().endswith(".toml") else from_json(content, name)


def from_toml(content: str | bytes, name: str) -> Protocol:
    """Read a protocol as ``to_toml`` writes it.  Raises as ``from_json``, but ``protocol_not_toml`` for what is no TOML."""
    try:
        text = _text(content)
        body = tomllib.loads(text) if len(text) <= LARGEST_FILE else None
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise DataError("protocol_not_toml", file=name) from error
    return _read(body, name)


def from_json(content: str | bytes, name: str) -> Protocol:
    """Read the file of a protocol; ``name`` is the file's name for messages.

    Raises
    ------
    DataError
        ``protocol_not_json``, ``protocol_foreign`` (some other JSON), ``protocol_newer`` (a schema that this version
        does not know), ``protocol_unknown``, ``protocol_missing``, ``protocol_value`` (with the range), and those of ``check``.
    """
    try:
        text = _text(content)
        body = json.loads(text, parse_constant=_refuse) if len(text) <= LARGEST_FILE else None
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise DataError("protocol_not_json", file=name) from error
    return _read(body, name)


def _text(content: str | bytes) -> str:
    return content.decode("utf-8-sig") if isinstance(content, bytes) else content.removeprefix("\ufeff")


def _read(body: object, name: str) -> Protocol:
    """The protocol in a parsed file."""
    if not isinstance(body, dict) or body.get("format") != FORMAT or not isinstance(body.get("protocol"), dict):
        raise DataError("protocol_foreign", file=name)
    schema = body.get("schema_version")
    if schema != SCHEMA_VERSION or isinstance(schema, bool):
        raise DataError("protocol_newer", file=name, schema=str(schema)[:20], known=SCHEMA_VERSION)
    found = body["protocol"]
    unknown, missing = sorted(set(found) - set(Protocol.model_fields)), sorted(set(Protocol.model_fields) - set(found))
    if unknown:
        raise DataError("protocol_unknown", file=name, names=", ".join(n[:40] for n in unknown[:8]))
    if missing:
        raise DataError("protocol_missing", file=name, names=", ".join(missing))
    # TOML knows dates, infinity and what is not a number: as texts they are refused by name below.
    found = {k: v if isinstance(v, str | int | list | dict | None) or isinstance(v, float) and math.isfinite(v) else str(v) for k, v in found.items()}
    try:
        # As JSON and strictly: neither "0.01" nor true is taken for a number.
        return check(Protocol.model_validate_json(json.dumps(found), strict=True))
    except ValidationError as error:
        raise _about_value(error, file=name) from error


def _refuse(constant: str) -> None:
    """NaN and Infinity are no JSON, and no threshold."""
    raise ValueError(constant)


def _about_value(error: ValidationError, file: str) -> DataError:
    """The first value that was refused, and what is accepted."""
    first = error.errors()[0]
    name = str(first["loc"][0])
    value = str(first["input"])[:40]
    if name not in THRESHOLDS:
        return DataError("protocol_value", file=file, name=name, value=value)
    kind, low, high, _ = rule(name)
    if kind == "switch":
        return DataError("protocol_switch", file=file, name=name, value=value)
    return DataError("protocol_range", file=file, name=name, value=value, low=f"{low:g}", high=f"{high:g}")
