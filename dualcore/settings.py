"""The settings of one installation, read once from the environment and passed down."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Language = Literal["ja", "en"]
Role = Literal["viewer", "analyst", "decider", "admin"]
ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """All settings; each is read from ``DUALCORE_<NAME>`` and has a default that needs no set-up.

    Attributes
    ----------
    home : folder of everything that dualcore writes
    database_url : SQLAlchemy URL; SQLite in ``home`` by default, PostgreSQL where several machines work
    storage_url : folder, or URL of a file system that fsspec knows (``s3://...``), of the uploaded files and models
    demo_dir : folder with the demo data and their ``catalogue.json``
    workers : jobs that run at the same time on this machine
    worker : "embedded" = started with the app; "external" = ``python -m dualcore.jobs.worker`` runs elsewhere
    job_seconds : time budget of one evaluation (s); the evaluation samples rows to keep to it
    job_limit_seconds : a job that runs longer (s) is stopped and counted as failed
    job_memory_mb : a job that uses more resident memory (MB) is stopped and reported; None = 80 % of the machine's
    jobs_per_user : jobs that one person may have queued or running
    log : "text" for people, "json" (one object a line) for a log collector
    metrics_token : what a Prometheus server must send as bearer token to read /metrics; None = only this machine may
    max_upload_mb : largest file that is accepted (MB)
    language : language of people whose browser names neither Japanese nor English
    encoders : folder of pretrained encoders that may be chosen by name; loading one runs its code. None = none
    trust_network : True = whoever reaches the server is the one local user, although others can; for networks of one team
    admins : verified e-mail addresses or ids of people who are always administrators, separated by commas
    role_claim : claim of the sign-in that holds a person's roles, e.g. "roles", "groups", "realm_access.roles"; None = none
    role_map : what the values of that claim stand for, e.g. {"dualcore-admins": "admin"}
    default_role : role of people whom neither the claim nor an administrator gave one; "none" = they may not enter
    session_minutes : a sign-in lasts this long (min); None = as long as its token says
    """

    model_config = SettingsConfigDict(env_prefix="DUALCORE_", frozen=True, extra="ignore")

    home: Path = Path("var")
    database_url: str = Field(default_factory=lambda data: f"sqlite:///{data['home'] / 'dualcore.sqlite3'}")
    storage_url: str = Field(default_factory=lambda data: str(data["home"] / "files"))
    demo_dir: Path = ROOT / "data"
    workers: int = Field(1, ge=1)
    worker: Literal["embedded", "external"] = "embedded"
    job_seconds: float = Field(60, gt=0)
    job_limit_seconds: float = Field(3600, gt=0)
    job_memory_mb: int | None = Field(None, ge=1)
    jobs_per_user: int = Field(20, ge=1)
    log: Literal["text", "json"] = "text"
    metrics_token: str | None = Field(None, min_length=16)
    max_upload_mb: int = Field(500, ge=1)
    language: Language = "ja"
    encoders: Path | None = None
    trust_network: bool = False
    admins: Annotated[frozenset[str], NoDecode] = frozenset()
    role_claim: str | None = None
    role_map: dict[str, Role] = {"viewer": "viewer", "analyst": "analyst", "decider": "decider", "admin": "admin"}
    default_role: Literal["none", "viewer", "analyst", "decider"] = "viewer"
    session_minutes: float | None = Field(None, gt=0)

    @field_validator("admins", mode="before")
    @classmethod
    def _listed(cls, text: object) -> object:
        # E-mail addresses are compared in small letters; ids of people hold a "|" and stay as they are.
        names = text.split(",") if isinstance(text, str) else text
        return {n if "|" in n else n.lower() for n in (name.strip() for name in names) if n}

    @field_validator("home", "encoders", mode="after")
    @classmethod
    def _absolute(cls, folder: Path | None) -> Path | None:
        # Child processes may start in another folder.
        return None if folder is None else folder.expanduser().resolve()

    @field_validator("storage_url", mode="after")
    @classmethod
    def _whole(cls, url: str) -> str:
        # Child processes may start in another folder.
        path = url.removeprefix("file://")
        return url if "://" in path else str(Path(path).expanduser().resolve())

    @property
    def logs(self) -> Path:
        """Folder of the worker's and the jobs' logs."""
        return self.home / "logs"

    def environment(self) -> dict[str, str]:
        """The process environment that gives a child process these same settings."""
        own = {f"DUALCORE_{name.upper()}": _text(value) for name, value in self.model_dump().items() if value is not None}
        return {**os.environ, **own}


def _text(value: object) -> str:
    if isinstance(value, frozenset):
        return ",".join(sorted(value))
    return json.dumps(value) if isinstance(value, dict) else str(value)
