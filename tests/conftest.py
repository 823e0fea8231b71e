"""Shared fixtures. Real datasets lie beside the repository (or where DUALCORE_SHARED says); tests skip without them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import dualcore  # noqa: F401 - before torch: it settles how idle threads wait

import torch  # isort: skip

from tests import postgres

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("DUALCORE_SHARED", ROOT.parent / "shared"))

# Two workers share two cores: with more threads than cores small products wait for each other.
torch.set_num_threads(1 if os.environ.get("PYTEST_XDIST_WORKER") else min(2, os.cpu_count() or 1))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of the real datasets and dirty files; skips where it is absent."""
    if not (SHARED / "datasets").is_dir():
        pytest.skip(f"no shared datasets at {SHARED}; set DUALCORE_SHARED to run this test")
    return SHARED


@pytest.fixture(scope="session")
def postgres_server():
    """A real server of this run's own; skips where none is installed."""
    if postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    with postgres.running() as server:
        yield server


@pytest.fixture
def database_url(request, tmp_path) -> str:
    """URL of an empty database: SQLite, or PostgreSQL when the test is parametrised so (``BOTH``)."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return f"sqlite:///{tmp_path / 'home' / 'dualcore.sqlite3'}"
    return request.getfixturevalue("postgres_server").new_database()
