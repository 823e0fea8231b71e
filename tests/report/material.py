"""Dossiers of every kind of project, made from hand-made records; nothing is measured here."""

from __future__ import annotations

from datetime import UTC, date, datetime

from dualcore.decision import recommend
from dualcore.decision.plan import make_plan
from dualcore.decision.records import Terms
from dualcore.intake.records import Question, ReadOptions
from dualcore.records.views import DatasetView, DecisionView, EvaluationView, ProjectView, StageView
from dualcore.report.dossier import Dossier, Versions
from tests.present import sample
from tests.present.test_plan_transfer import compared
from tests.present.test_reevaluation import result
from tests.present.tuning_sample import tuning

WHEN = datetime(2026, 11, 24, 3, 4, tzinfo=UTC)
NASTY = '=HYPERLINK("http://example.com","x")|<script>alert(1)</script> & **太字** `code`\x07'
NEXT = {"stop": "look_for_inputs", "adopt": "pilot", "re-evaluate": "collect_rows", "invest": "tune_first_block"}
LONG = "検査工程の画像と振動から不良を早期に見つけ、出荷前の全数目視検査を置き換えられるかを判断する。" * 12


def dossier(
    decision: str = "adopt", regression: bool = False, stages: bool = False, decided: bool = False, name: str = "軸受の異常検知", question: str = "異常を十分な精度で見分けられるか。",
    goal: float | None = 0.9, author: str = "山田 太郎",
) -> Dossier:
    """One project; the verdict is the real one on the sample, with another decision put in where that is asked for."""
    evidence = sample.evidence(regression)
    terms = Terms(goal=goal)
    verdict = recommend(evidence, terms)
    if verdict.decision != decision:
        avoided = 0.0 if decision == "invest" else verdict.avoided
        verdict = verdict.model_copy(update={"decision": decision, "next_step": NEXT[decision], "recommended_model": None, "avoided": avoided})
    dataset = DatasetView(
        id="d1", project_id="p1", sha256="b" * 64, filename=f"{name[:20]}.csv", file_sha="c" * 64, test_filename=None, test_sha=None, options=ReadOptions(),
        question=Question(), profile=sample.profile(regression), notes=[], created=WHEN,
    )  # fmt: skip
    view = EvaluationView(
        id="0123456789abcdef", project_id="p1", dataset=dataset, skeleton="auto", metric=None, seed=0, evidence=evidence, verdict=verdict, terms=terms,
        has_model=True, created=WHEN,
    )  # fmt: skip
    project = ProjectView(
        id="p1", name=name, question=question, predict="", metric=None, terms=terms, owner="local", stage=1, decision=verdict.decision,
        confidence=verdict.confidence, kind="series", rows=800, demo=None, evaluations=1, active_job=None, created=WHEN, updated=WHEN, deleted=False,
    )  # fmt: skip
    runs = {"reevaluation": ("reevaluate", result()), "tuning": ("tune", tuning()), "transfer": ("transfer", compared())} if stages else {}
    made = {
        key: StageView(id=key, project_id="p1", evaluation_id=view.id, kind=kind, params={}, result=found, has_file=False, created=WHEN)
        for key, (kind, found) in runs.items()
    }  # fmt: skip
    plan = make_plan(
        evidence, verdict, terms, verdict.protocol, made["tuning"].result if stages else None, made["reevaluation"].result if stages else None
    )
    return Dossier(
        project=project, evaluation=view, plan=plan, decisions=_decisions(decision, name) if decided else [], author=author, made=WHEN,
        zone="Asia/Tokyo", versions=Versions.here("0.1.0"), **made,
    )  # fmt: skip


def _decisions(recommended: str, reason: str) -> list[DecisionView]:
    """Two decisions, the newest first; the newest goes against the recommendation."""
    other = "re-evaluate" if recommended != "re-evaluate" else "stop"
    about = dict(
        project_id="p1", stage="last_layer", evaluation_id="0123456789abcdef", stage_run_id=None, recommended=recommended, planned=640_000,
        avoided=1_234_567, spent=98_765, currency="JPY", protocol="1.0", user="u1", user_name="佐藤 花子", created=WHEN,
    )  # fmt: skip
    return [
        DecisionView(
            id="x2", number=2, confidence=0.83, action=other, follows=False, reason=f"{reason} 現場の確認を先に行う", conditions="検証データを 500 件追加",
            review_on=date(2027, 1, 15), **about,
        ),
        DecisionView(id="x1", number=1, confidence=0.83, action=recommended, follows=True, reason="", conditions="", review_on=None, **about),
    ]  # fmt: skip


CASES = {
    "adopt": {}, "adopt_regression": {"regression": True, "decided": True}, "stop": {"decision": "stop", "goal": None, "author": ""},
    "re-evaluate": {"decision": "re-evaluate", "stages": True}, "invest": {"decision": "invest", "stages": True, "decided": True},
    "long": {"decision": "invest", "name": LONG[:200], "question": LONG, "stages": True, "decided": True},
    "nasty": {"name": NASTY, "question": NASTY * 3, "decided": True},
}  # fmt: skip
