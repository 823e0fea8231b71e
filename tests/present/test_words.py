"""The catalogue: both languages, the same fields, no key missing, none unused."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

from dualcore.present.words import WORDS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [p for d in ("pages", "dualcore") for p in (ROOT / d).rglob("*.py") if "words" not in p.parts] + [
    ROOT / "app.py",
    ROOT / "data" / "make_demo.py",
]
TEXT = "\n".join(p.read_text(encoding="utf-8") for p in SOURCES)
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
# Keys that are built from a code: t(f"term.{id}"), DataError("code"), Note(code="..."), ...
BUILT = re.compile(r"""f["']([a-z_]+\.[a-z_.]*)\{""")


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same_fields():
    assert [k for k, (ja, en) in WORDS.items() if not ja or not en or _fields(ja) != _fields(en)] == []


def test_english_has_no_japanese_letters():
    """Except where a language is named in itself."""
    found = [k for k, (_, en) in WORDS.items() if JAPANESE.search(en)]
    assert [k for k in found if not k.startswith(("nav.language", "language."))] == []


def test_every_key_that_the_code_names_exists():
    pages = "\n".join(p.read_text(encoding="utf-8") for p in SOURCES if p.parts[-2] in ("pages", "present", "figures"))
    named = set(re.findall(r'\b(?:t|say)\(\s*"([^"]+)"', pages))
    assert named - set(WORDS) == set()


def test_no_key_is_unused():
    # reason_sentence() takes "reason" or "change" as its prefix.
    prefixes = ("reason.", "change.", *BUILT.findall(TEXT))
    named = set(re.findall(r"""["']([a-z_]+\.[A-Za-z0-9_.@-]*)["']""", TEXT))
    unused = [k for k in WORDS if k not in named and not k.startswith(prefixes)]
    assert unused == []


def test_error_codes_have_sentences():
    codes = set(re.findall(r'\b(?:DataError|SkeletonError|NumericalError|NotAllowed|NotFound)\(\s*"([a-z_]+)"', TEXT))
    assert {f"error.{c}" for c in codes} - set(WORDS) == set()
