"""Stage 4: the plan of a full investment, and the starter kit."""

from __future__ import annotations

from dualcore.decision.plan import Plan, make_plan
from dualcore.errors import NotFound
from dualcore.records.access import User, own_evaluation
from dualcore.records.models import Dataset
from dualcore.records.registrations import FULL, must_be_unlocked
from dualcore.services.stages import Stages
from dualcore.settings import Language


class Investment(Stages):
    def plan(self, user: User, evaluation_id: str, speed_ratio: float | None = None) -> Plan:
        """The plan from the evaluation, its verdict, and the latest runs of stages 2 and 3 on it.

        speed_ratio : how many times faster the planned GPU is than the device that was measured on; None = assumed
        """
        view = self.evaluation(user, evaluation_id)
        latest = {}
        for kind in ("tune", "reevaluate"):
            mine = [s for s in self.stages(user, view.project_id, kind) if s.evaluation_id == evaluation_id]
            latest[kind] = mine[0].result if mine else None
        return make_plan(view.evidence, view.verdict, view.terms, view.verdict.protocol, latest["tune"], latest["reevaluate"], speed_ratio)

    def starter_kit(self, user: User, evaluation_id: str, language: Language) -> bytes:
        """A zip archive that reproduces the score and starts full training; cards in ``language``.

        Raises
        ------
        NotFound
            ``no_model`` when the evaluation kept no model.
        DataError, SkeletonError
            When data or architecture cannot be written out.
        NotAllowed
            ``stage_locked`` before a person has decided for full training.
        """
        # Not at the top: a page that shows records does not wait for torch.
        from dualcore.evidence import LastLayerModel
        from dualcore.jobs.inputs import prepare_row
        from dualcore.kit import starter_kit

        view = self.evaluation(user, evaluation_id)
        with self._database.read() as session:
            must_be_unlocked(session, view.project_id, FULL)
        if not view.has_model:
            raise NotFound("no_model")
        model = LastLayerModel.load(self.model_path(user, evaluation_id))
        with self._database.read() as session:
            row = session.get_one(Dataset, own_evaluation(session, user, evaluation_id).dataset_id)
        return starter_kit(
            prepare_row(self._store, row), view.evidence, view.verdict, model, self.plan(user, evaluation_id), language
        )
