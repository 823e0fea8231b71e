"""All formats by name, and all of them together as one archive with a manifest."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dualcore.errors import DataError
from dualcore.report.dossier import Dossier


class Format(NamedTuple):
    """``suffix``: of the file; ``make``: (dossier, language) -> the file's bytes."""

    suffix: str
    mime: str
    make: Callable[[Dossier, str], bytes]


def _pptx(d: Dossier, language: str) -> bytes:
    from dualcore.report.slides import slides

    return slides(d, language)


def _pdf(d: Dossier, language: str) -> bytes:
    from dualcore.report.document import report_html
    from dualcore.report.pdf import pdf

    return pdf(report_html(d, language))


def _html(d: Dossier, language: str) -> bytes:
    from dualcore.report.document import report_html

    return report_html(d, language).encode()


def _ringi_pdf(d: Dossier, language: str) -> bytes:
    from dualcore.report.ringi import ringi_pdf

    return ringi_pdf(d, language)


def _ringi_html(d: Dossier, language: str) -> bytes:
    from dualcore.report.ringi import ringi_html

    return ringi_html(d, language).encode()


def _ringi_xlsx(d: Dossier, language: str) -> bytes:
    from dualcore.report.ringisheet import ringi_workbook

    return ringi_workbook(d, language)


def _xlsx(d: Dossier, language: str) -> bytes:
    from dualcore.report.workbook import workbook

    return workbook(d, language)


def _md(d: Dossier, language: str) -> bytes:
    from dualcore.report.markdown import markdown

    return markdown(d, language).encode()


def _pack(d: Dossier, language: str) -> bytes:
    return pack(d, language)


OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS: dict[str, Format] = {
    "pptx": Format(".pptx", f"{OFFICE}.presentationml.presentation", _pptx),
    "pdf": Format(".pdf", "application/pdf", _pdf),
    "html": Format(".html", "text/html", _html),
    "ringi-pdf": Format("-ringi.pdf", "application/pdf", _ringi_pdf),
    "ringi-html": Format("-ringi.html", "text/html", _ringi_html),
    "ringi-xlsx": Format("-ringi.xlsx", f"{OFFICE}.spreadsheetml.sheet", _ringi_xlsx),
    "xlsx": Format(".xlsx", f"{OFFICE}.spreadsheetml.sheet", _xlsx),
    "md": Format(".md", "text/markdown", _md),
    "pack": Format(".zip", "application/zip", _pack),
}


def make(dossier: Dossier, format: str, language: str) -> bytes:
    """One format of the report.

    Raises
    ------
    DataError
        ``report_format`` for a name that is not in ``FORMATS``; ``report_no_engine``, ``report_no_font`` for a PDF.
    """
    if format not in FORMATS:
        raise DataError("report_format", format=format, known=", ".join(FORMATS))
    return FORMATS[format].make(dossier, language)


def file_name(evaluation_id: str, format: str, language: str) -> str:
    """What a file is called: only letters that every system takes."""
    return f"dualcore-{evaluation_id}-{language}{FORMATS[format].suffix}"


def parts(dossier: Dossier, language: str) -> Iterator[tuple[str, str, bytes]]:
    """(format, file name, bytes) of everything in the archive but the manifest, one after the other."""
    for name in FORMATS:
        if name != "pack":
            yield name, file_name(dossier.evaluation.id, name, language), make(dossier, name, language)
    # The shape that ``python -m dualcore replay`` reads.
    stored = dossier.evaluation.model_dump_json(indent=1, include={"evidence", "verdict", "dataset", "created"})
    yield "json", f"dualcore-{dossier.evaluation.id}.json", stored.encode()


def archive(dossier: Dossier, made: list[tuple[str, str, bytes]]) -> bytes:
    """The parts and a manifest with the SHA-256 of each as one .zip."""
    m = dossier.evidence.manifest
    manifest = {
        "evaluation": dossier.evaluation.id, "made": dossier.made.isoformat(), "author": dossier.author, "dataset_sha256": dossier.evidence.dataset.sha256,
        "protocol": dossier.verdict.protocol.version, "seed": m.seed, "versions": dossier.versions.model_dump(),
        "measured_with": {"dualcore": m.dualcore, "python": m.python, "torch": m.torch}, "files": {name: hashlib.sha256(data).hexdigest() for _, name, data in made},
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for _, name, data in made:
            file.writestr(name, data)
        file.writestr("MANIFEST.json", json.dumps(manifest, ensure_ascii=False, indent=1))
    return out.getvalue()


def pack(dossier: Dossier, language: str) -> bytes:
    """Everything as one .zip.  Raises DataError (``report_no_engine``, ``report_no_font``)."""
    return archive(dossier, list(parts(dossier, language)))
