"""The one error tree: every error carries a code and fields, never a finished sentence.

``dualcore.present.words`` renders ``error.<code>`` with the fields in the reader's
language; ``str(error)`` gives the English sentence for logs and the command line.
"""

from __future__ import annotations


class DualcoreError(Exception):
    """Base of all errors that a user can act on.

    Parameters
    ----------
    code : str
        Key of the sentence, e.g. ``"empty_file"`` (catalogue key ``error.empty_file``).
    **fields
        Values named in the sentence (file name, counts, limits); JSON-serialisable.
    """

    def __init__(self, code: str, **fields: object) -> None:
        self.code = code
        self.fields = fields
        super().__init__(code)

    def __str__(self) -> str:
        from dualcore.present.words import say

        return say(f"error.{self.code}", "en", **self.fields)


class DataError(DualcoreError):
    """An uploaded file cannot be used; the sentence says why and what to do."""


class SkeletonError(DualcoreError, ValueError):
    """A skeleton is not valid, or does not fit the data's shape."""


class Reasons(tuple):
    """(name, code, fields) triples, read in the language of the sentence they stand in: ``"{reasons:ja}"``."""

    def __format__(self, language: str) -> str:
        from dualcore.present.words import say

        apart = " " if language == "ja" else "; "
        return apart.join(f"{name}: {say(f'init.{code}', language or 'en', **fields)}" for name, code, fields in self)


class Word(str):
    """A catalogue key that is read in the language of the sentence it stands in: ``"{role:ja}"``."""

    def __format__(self, language: str) -> str:
        from dualcore.present.words import say

        return say(str(self), language or "en")


class NumericalError(DualcoreError, ValueError):
    """A computation did not give finite numbers."""


class JobCancelled(DualcoreError):
    """The user asked the running job to stop."""

    def __init__(self) -> None:
        super().__init__("job_cancelled")


class NotAllowed(DualcoreError):
    """The person may not do this."""


class NotFound(DualcoreError):
    """The project, dataset or evaluation does not exist (any more)."""
