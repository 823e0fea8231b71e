"""Every sentence a person reads, Japanese and English side by side.

Each room's module holds ``WORDS: dict[str, tuple[str, str]]`` with key -> (ja, en), so
neither language can lack a key. Fields are ``{name}``; ``say`` formats them.
"""

from __future__ import annotations

import importlib
import pkgutil

LANGUAGES = ("ja", "en")


def _load() -> dict[str, tuple[str, str]]:
    words: dict[str, tuple[str, str]] = {}
    for module in pkgutil.iter_modules(__path__):
        for key, pair in importlib.import_module(f"{__name__}.{module.name}").WORDS.items():
            if key in words:
                raise ValueError(f"the sentence {key!r} is written twice")
            words[key] = pair
    return words


WORDS = _load()


def say(key: str, language: str = "ja", **fields: object) -> str:
    """The sentence ``key`` in ``language`` ("ja" or "en") with its fields filled in.

    Raises
    ------
    KeyError
        When the key, or a field that the sentence names, is missing: a defect of ours.
    """
    return WORDS[key][LANGUAGES.index(language)].format(**fields)
