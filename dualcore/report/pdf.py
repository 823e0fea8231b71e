"""HTML to PDF by WeasyPrint; says clearly what a server lacks instead of printing boxes."""

from __future__ import annotations

import logging
import re
import unicodedata

from dualcore.errors import DataError

PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
SHOWN = 8  # letters named in an error


def pdf(html: str) -> bytes:
    """The page as PDF with selectable text; fetches nothing from outside.

    Raises
    ------
    DataError
        ``report_no_engine`` where Pango is not installed; ``report_no_font`` where no font has the letters of the page.
    """
    return _written(_document(html), html)


def one_page(pages: list[str]) -> bytes:
    """The first of several settings of the same page, the largest type first, that takes one sheet; else the last.

    Raises DataError as ``pdf`` does.
    """
    for html in pages:
        document = _document(html)
        if len(document.pages) == 1:
            break
    return _written(document, html)


def _written(document, html: str) -> bytes:
    """The PDF of a page that is laid out. A font's gaps are known only once its glyphs were drawn."""
    made = document.write_pdf()
    missing = [chr(code) for code in sorted({code for font in document.fonts.values() for code in font.missing})]
    letters = [c for c in missing if unicodedata.category(c)[0] == "L" or "\u3000" <= c <= "\u30ff"]
    if letters:
        raise DataError("report_no_font", letters="".join(letters[:SHOWN]))
    if missing:
        # A symbol that no font has, for example in a project's name: its code is readable, an empty box is not.
        made = _document(re.sub(f"[{re.escape(''.join(missing))}]", lambda m: f"[U+{ord(m[0]):04X}]", html)).write_pdf()
    return made


def _document(html: str):
    """The page laid out by WeasyPrint."""
    try:
        from weasyprint import HTML
    except OSError as error:  # the package is there, the library that it opens is not
        raise DataError("report_no_engine", packages=PACKAGES) from error
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return HTML(string=html, url_fetcher=_nothing).render()


def _nothing(url: str, *_: object, **__: object) -> dict:
    raise ValueError(f"a report fetches nothing: {url}")
