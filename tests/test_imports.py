"""Data flows one way: a room imports only the rooms before it. The pictures and pages come last."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EVERYONE = {"errors", "lazy", "record"}
MAY_IMPORT = {
    "kernels": set(),
    "intake": set(),
    "evidence": {"intake", "kernels"},
    "decision": {"evidence", "intake"},
    "lessons": {"kernels", "evidence", "decision"},
    "kit": {"intake", "kernels", "evidence", "decision", "present"},
    "present": {"intake", "evidence", "decision", "kernels", "lessons", "records"},
    "report": {"evidence", "decision", "present", "records"},
}
HEAVY = {"torch", "sklearn", "scipy", "sqlalchemy", "alembic"}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def rooms(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports(path) if name.startswith("dualcore.")}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_rooms_import_only_what_lies_before_them(room):
    for path in (ROOT / "dualcore" / room).rglob("*.py"):
        strangers = rooms(path) - MAY_IMPORT[room] - EVERYONE - {room}
        assert not strangers, f"{path.name} imports {strangers}"


def test_the_library_never_imports_streamlit():
    for path in (ROOT / "dualcore").rglob("*.py"):
        assert not any(name.split(".")[0] == "streamlit" for name in imports(path)), path


def test_pages_draw_and_call_but_do_not_compute():
    for path in (ROOT / "pages").glob("*.py"):
        assert not {name.split(".")[0] for name in imports(path)} & HEAVY, path
        assert not rooms(path) & {"jobs", "records"}, path


@pytest.mark.parametrize("folder", ["pages", "dualcore"])
def test_japanese_lives_in_the_catalogues(folder):
    """Intake alone holds Japanese besides, in its tables for reading data."""
    for path in (ROOT / folder).rglob("*.py"):
        if {"words", "intake"} & set(path.parts):
            continue
        assert not any("぀" <= letter <= "鿿" for letter in path.read_text(encoding="utf-8")), path


def test_files_stay_small_enough_to_read():
    long = {p.name: n for p in (ROOT / "dualcore").rglob("*.py") if (n := len(p.read_text(encoding="utf-8").splitlines())) > 420}
    assert not {k: v for k, v in long.items() if k not in ("figures.py", "pages.py")}
