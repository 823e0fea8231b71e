"""Reports: everything on record about a project at one evaluation, in the formats that a company passes round."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dualcore
from dualcore.evidence.stages import StageKind
from dualcore.records.access import LOCAL_USER, User
from dualcore.records.demos import read_catalogue
from dualcore.records.types import now
from dualcore.records.views import ProjectView, StageView
from dualcore.report.dossier import Dossier, Versions
from dualcore.report.pack import FORMATS, archive, make, parts
from dualcore.services.gates import Gates
from dualcore.settings import Language


class Reports(Gates):
    def dossier(self, user: User, evaluation_id: str, language: Language, author: str = "", zone: str = "UTC") -> Dossier:
        """What a report on the evaluation says; the newest run of each later stage on it, and all decisions.

        author : name that stands on the report; "" = the person's own, none for the one user of a machine without sign-in
        zone : IANA name of the place whose dates it shows; an unknown one becomes UTC
        Raises NotFound, NotAllowed.
        """
        view = self.evaluation(user, evaluation_id)
        own = "" if user.id == LOCAL_USER.id else user.name
        return Dossier(
            project=self._in_words(self.project(user, view.project_id), language), evaluation=view,
            reevaluation=self._run(user, view.project_id, evaluation_id, "reevaluate"), tuning=self._run(user, view.project_id, evaluation_id, "tune"),
            transfer=self._run(user, view.project_id, evaluation_id, "transfer"), plan=self.plan(user, evaluation_id),
            decisions=self.decisions(user, view.project_id), author=author.strip() or own, made=now(), zone=_known(zone),
            versions=Versions.here(dualcore.__version__),
        )  # fmt: skip

    def report(
        self, user: User, evaluation_id: str, format: str, language: Language, author: str = "", zone: str = "UTC",
        progress: Callable[[float, str], None] | None = None,
    ) -> bytes:
        """One format of the report (a name in ``report.pack.FORMATS``) in ``language``.

        progress : called with the share that is done and the format at hand, where there are several

        Raises
        ------
        NotFound, NotAllowed
            As reading the evaluation does.
        DataError
            ``report_format``; ``report_no_engine`` and ``report_no_font`` where the server cannot make a PDF.
        """
        found = self.dossier(user, evaluation_id, language, author, zone)
        if format != "pack":
            return make(found, format, language)
        made = []
        for part in parts(found, language):
            made.append(part)
            if progress is not None:
                progress(min(1.0, len(made) / len(FORMATS)), part[0])
        return archive(found, made)

    def _run(self, user: User, project_id: str, evaluation_id: str, kind: StageKind) -> StageView | None:
        return next((s for s in self.stages(user, project_id, kind) if s.evaluation_id == evaluation_id), None)

    def _in_words(self, project: ProjectView, language: Language) -> ProjectView:
        """A demo project that nobody renamed follows the reader's language."""
        demos = read_catalogue(self.settings.demo_dir) if project.demo else []
        demo = next((x for x in demos if x.id == project.demo and project.name in x.name.values()), None)
        return project if demo is None else project.model_copy(update={"name": demo.name[language], "question": demo.text[language]})


def _known(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
    return zone
