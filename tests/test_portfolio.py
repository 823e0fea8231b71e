"""The portfolio: the same answers as the gates give one by one, in queries that do not grow; money, comparisons, own record, files."""

from __future__ import annotations

import csv
import io
import random
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from sqlalchemy import event

from dualcore.decision import recommend
from dualcore.decision.ownrecord import Decided, own_record, share
from dualcore.decision.portfolio import STAGES, Filter, Portfolio, PortfolioRow, chosen, counted, funnel, money
from dualcore.decision.records import Terms
from dualcore.errors import DataError, NotAllowed, NotFound
from dualcore.intake.records import Question, ReadOptions
from dualcore.present import format as fmt
from dualcore.present.escape import distinct
from dualcore.present.figures import portfolio as draw
from dualcore.present.portfolio import COLUMNS, csv_of, xlsx_of
from dualcore.present.words import say
from dualcore.records import models
from dualcore.records.rows import project_view
from dualcore.records.types import now
from dualcore.records.verdicts import record_verdict
from dualcore.services import DecisionInput, OutcomeInput, ProjectInput, Services, User
from dualcore.settings import Settings
from tests.present import sample

MINA = User("mina", "Mina", frozenset({"decider"}))
KEN = User("ken", "Ken", frozenset({"decider"}))
VIEWER = User("vera", "Vera", frozenset({"viewer"}))
ADMIN = User("root", "Administrator", frozenset({"admin"}))
ACTIONS = ("stop", "adopt", "re-evaluate", "invest")


@pytest.fixture
def services(tmp_path):
    (tmp_path / "demo").mkdir()
    return Services(Settings(home=tmp_path / "home", demo_dir=tmp_path / "demo"))


@pytest.fixture(scope="module")
def judged():
    evidence = sample.evidence()
    return evidence, recommend(evidence, terms=Terms(goal=0.88))


def project(services, judged, name="Bearings", owner=MINA, evaluations=1, **terms) -> str:
    """A project with data and so many evaluations, the last one the newest."""
    made = services.create_project(owner, ProjectInput(name=name, terms=Terms(goal=0.88, **terms)))
    with services._database.write() as session:
        dataset = models.Dataset(
            project_id=made.id, sha256="b" * 64, filename="f.csv", file_sha="a" * 64, options=ReadOptions(), question=Question(),
            profile=sample.profile(False), notes=[],
        )  # fmt: skip
        session.add(dataset)
    for _ in range(evaluations):
        _evaluate_again(services, judged, made.id)
    return made.id


def _evaluate_again(services, judged, project_id: str) -> None:
    evidence, verdict = judged
    with services._database.write() as session:
        dataset = session.query(models.Dataset).filter_by(project_id=project_id).one()
        evaluation = models.Evaluation(project_id=project_id, dataset_id=dataset.id, skeleton="auto", seed=1, evidence=evidence, verdict=verdict)
        session.add(evaluation)
        session.flush()
        record_verdict(session, evaluation, verdict, MINA.id)


def newest(services, project_id: str) -> str:
    return services.evaluation_lines(ADMIN, project_id)[0].id


def decide(services, project_id, action, user=MINA, **more):
    before = services.decisions(user, project_id)
    values = {"stage": "last_layer", "evaluation_id": newest(services, project_id), "action": action, "reason": "because", **more}
    return services.decide(user, project_id, DecisionInput(seen=before[0].id if before else None, **values))


def only(services, user=MINA, **more) -> PortfolioRow:
    (row,) = services.portfolio(user, **more).rows
    return row


def queries(services, call) -> int:
    seen = []
    listen = lambda *given: seen.append(given[2])  # noqa: E731
    event.listen(services._database.engine, "before_cursor_execute", listen)
    try:
        call()
    finally:
        event.remove(services._database.engine, "before_cursor_execute", listen)
    return len([q for q in seen if q.startswith("SELECT")])


def test_queries_do_not_grow_with_the_projects(services, judged):
    one = project(services, judged)
    decide(services, one, "invest")
    few = queries(services, lambda: services.portfolio(MINA)), queries(services, lambda: services.list_projects(MINA))
    for n in range(6):
        decide(services, project(services, judged, f"P{n}", evaluations=3), ACTIONS[n % 4])
    many = queries(services, lambda: services.portfolio(MINA)), queries(services, lambda: services.list_projects(MINA))
    assert len(services.portfolio(MINA).rows) == 7
    assert few == many and few[0] <= 8 and few[1] <= 5


def test_the_list_holds_what_each_project_holds_by_itself(services, judged):
    for n in range(3):
        project(services, judged, f"P{n}", evaluations=n)
    bare = services.create_project(MINA, ProjectInput(name="bare"))
    services.start_evaluation(MINA, services.list_projects(MINA)[1].id)
    found = services.list_projects(MINA)
    assert {p.evaluations for p in found} == {0, 1, 2} and found[0].id == bare.id
    for view in found:
        with services._database.read() as session:
            assert project_view(session, session.get(models.Project, view.id)) == view


def test_a_project_before_its_first_evaluation(services):
    services.create_project(MINA, ProjectInput(name="new", terms=Terms(goal=0.7, currency="USD")))
    row = only(services)
    assert (row.stage, row.verdict, row.planned, row.waiting, row.has_data, row.standing) == (0, None, None, None, False, "open")
    assert (row.goal, row.currency, row.evaluations) == (0.7, "USD", 0)


def test_money_follows_the_verdict_until_somebody_decides(services, judged):
    _, verdict = judged
    one = project(services, judged)
    option = {o.decision: o.cost for o in verdict.options}
    row = only(services)
    assert (row.planned, row.avoided, row.settled, row.spent) == (option[verdict.decision], verdict.avoided, False, 0)
    assert (row.metric, row.score, row.goal, row.verdict) == ("accuracy", 0.912, 0.88, verdict.decision)
    other = next(a for a in ACTIONS if a not in (verdict.decision, "invest"))
    made = decide(services, one, other, spent=3e5)
    row = only(services)
    assert (row.planned, row.avoided, row.settled, row.spent) == (made.planned, made.avoided, True, 3e5)
    assert not row.decision.follows and row.decision.user_name == "Mina"
    services.record_outcome(MINA, one, made.id, OutcomeInput(reached_by="other", spent=9e5))
    assert only(services).spent == 9e5
    decide(services, one, other, spent=4e5)  # entered later than the outcome
    assert only(services).spent == 4e5


def test_a_review_is_overdue_from_the_day_after(services, judged):
    decide(services, project(services, judged), "adopt", review_on=date(2027, 4, 1))
    assert not only(services, today=date(2027, 4, 1)).overdue
    late = only(services, today=date(2027, 4, 2))
    assert late.overdue and late.standing == "overdue"


def _run(services, project_id, evaluation_id, kind, result):
    with services._database.write() as session:
        session.add(models.StageRun(project_id=project_id, evaluation_id=evaluation_id, kind=kind, params={}, result=result))


def test_what_waits_is_what_the_gates_say(services, judged):
    """Random courses of decisions, evaluations and stage runs: the one pass over all agrees with each project's own page."""
    from tests.present.test_reevaluation import result
    from tests.present.tuning_sample import tuning

    draw = random.Random(7)
    waited = set()
    for n in range(14):
        one = project(services, judged, f"P{n}", evaluations=draw.choice((0, 1, 2)))
        lines = services.evaluation_lines(MINA, one)
        for _ in range(draw.randrange(5) if lines else 0):
            move = draw.random()
            gates = {g.stage: g for g in services.gates(MINA, one)}
            if move < 0.15:
                _evaluate_again(services, judged, one)
                lines = services.evaluation_lines(MINA, one)
            elif move < 0.4 and gates["reevaluate"].unlocked:
                _run(services, one, lines[0].id, "reevaluate", result())
            elif move < 0.6 and gates["intermediate"].unlocked:
                _run(services, one, lines[0].id, "tune", tuning())
            else:
                gate = draw.choice([g for g in gates.values() if g.recommended is not None and g.unlocked])
                decide(services, one, draw.choice(("invest", "invest", *ACTIONS)), stage=gate.stage, stage_run_id=gate.stage_run_id)
        row = next(r for r in services.portfolio(MINA).rows if r.id == one)
        due = next((g.stage for g in reversed(services.gates(MINA, one)) if g.waiting), None)
        assert row.waiting == due
        assert row.manages == services.may(MINA, one, "manage")
        waited.add(due)
    assert {None, "last_layer"} < waited and len(waited) >= 3


def test_a_person_sees_what_is_shared_and_nothing_else(services, judged):
    mine, hers = project(services, judged, "mine", KEN), project(services, judged, "hers", MINA)
    assert [r.name for r in services.portfolio(VIEWER).rows] == []
    with services._database.write() as session:
        session.add(models.Member(project_id=hers, user_id=VIEWER.id, role="viewer"))
        session.add(models.Person(id=MINA.id, name="Mina Sato"))
    (row,) = services.portfolio(VIEWER).rows
    assert (row.name, row.owner_name, row.manages) == ("hers", "Mina Sato", False)
    assert {r.manages for r in services.portfolio(ADMIN).rows} == {True}
    for call in (
        lambda: services.compare(VIEWER, [hers, mine]), lambda: services.compare(VIEWER, [hers, newest(services, mine)]),
        lambda: services.evaluation_lines(VIEWER, mine), lambda: services.deletion(VIEWER, hers), lambda: services.delete_project(VIEWER, hers),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            call()
    decide(services, mine, "stop", KEN)
    assert services.own_record(KEN).decisions == 1 and services.own_record(VIEWER).decisions == 0
    services.start_evaluation(KEN, mine)
    assert services.active_projects(KEN) == {mine} and services.active_projects(VIEWER) == frozenset()
    services.delete_project(KEN, mine)
    assert services.deleted_projects(VIEWER) == [] and services.deleted_projects(MINA) == []
    assert [d.id for d in services.deleted_projects(ADMIN)] == [d.id for d in services.deleted_projects(KEN)] == [mine]


def test_deleting_says_what_goes_and_until_when_it_comes_back(services, judged):
    one = project(services, judged, evaluations=3)
    decide(services, one, "adopt")
    what = services.deletion(MINA, one)
    assert (what.datasets, what.evaluations, what.stages, what.decisions, what.undo_days) == (1, 3, 0, 1, 30)
    services.delete_project(MINA, one)
    assert services.portfolio(MINA).rows == []
    (gone,) = services.deleted_projects(MINA)
    assert gone.until - gone.deleted == timedelta(days=30) and not gone.late
    with services._database.write() as session:
        session.get_one(models.Project, one).deleted_at = now() - timedelta(days=31)
    assert services.deleted_projects(MINA)[0].late
    services.restore_project(MINA, one)
    assert services.deleted_projects(MINA) == [] and only(services).evaluations == 3


def test_a_comparison_takes_two_to_five_projects_or_evaluations(services, judged):
    one, two = project(services, judged, "one", evaluations=2), project(services, judged, "two", evaluations=0)
    older = services.evaluation_lines(MINA, one)[1].id
    made = decide(services, one, "adopt")
    sides = services.compare(MINA, [one, older, two, one])
    assert [(s.item, s.project.name, s.evaluation and s.evaluation.id) for s in sides] == [
        (one, "one", newest(services, one)), (older, "one", older), (two, "two", None),
    ]  # fmt: skip
    assert [s.decision and s.decision.id for s in sides] == [made.id, None, None]
    with pytest.raises(DataError, match="two or more"):
        services.compare(MINA, [one, one])
    with pytest.raises(DataError, match="five"):
        services.compare(MINA, list("abcdef"))
    with pytest.raises(NotFound):
        services.compare(MINA, [one, "nothing"])


# --- pure parts


def line(**changed) -> PortfolioRow:
    plain = dict(
        id="a", name="Bearings", question="Which fail?", owner="mina", owner_name="Mina", demo=None, has_data=True, stage=1, evaluations=1,
        evaluation_id="e", verdict="adopt", confidence=0.8, metric="accuracy", score=0.9, low=0.88, high=0.92, goal=0.88, goal_assumed=False,
        currency="JPY", planned=4e5, avoided=2e6, spent=0.0, settled=False, decision=None, waiting=None, review_on=None, overdue=False,
        running=None, queued=False, manages=True, updated=datetime(2027, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    return PortfolioRow(**{**plain, **changed})


def decided(action: str, stage: str = "last_layer"):
    return dict(stage=stage, action=action, follows=True, user_name="Ken", created=datetime(2027, 1, 1, tzinfo=UTC))


def test_filter_search_and_order():
    rows = [
        line(id="1", name="Zebra", stage=0, verdict=None, planned=None), line(id="2", name="apple", demo="wine", confidence=0.9),
        line(id="3", name="Motor 7", question="vibration of line 3", owner="ken", owner_name="Ken", verdict="stop", waiting="last_layer", spent=5.0),
        line(id="4", currency="EUR", spent=9.0, decision=decided("adopt"), overdue=True, review_on=date(2027, 3, 1)),
    ]  # fmt: skip
    portfolio = Portfolio(rows=rows, today=date(2027, 1, 1))
    ids = lambda **by: [r.id for r in chosen(portfolio, Filter(**by))]  # noqa: E731
    assert ids() == list("1234")
    assert ids(search="LINE vibration") == ["3"] and ids(search="ken") == ["3"] and ids(search="ken zebra") == []
    assert ids(stages=("intake",)) == ["1"] and ids(verdicts=("none", "stop")) == ["1", "3"]
    assert ids(standings=("waiting", "overdue")) == ["3", "4"] and ids(owners=("ken",)) == ["3"]
    assert ids(demo="only") == ["2"] and ids(demo="without") == ["1", "3", "4"]
    assert ids(order="name") == ["2", "4", "3", "1"] and ids(order="stage")[-1] == "1"
    assert ids(order="confidence")[0] == "2" and ids(order="review")[0] == "4"
    assert ids(order="spent") == ["4", "3", "1", "2"], "each currency by itself"
    assert ids(order="planned")[-1] == "1", "what is unknown comes last"
    assert list(portfolio.owners) == ["ken", "mina"]


def test_the_funnel_adds_up():
    rows = [
        line(stage=0, decision=None), line(stage=1, decision=decided("stop")), line(stage=1, decision=decided("adopt"), waiting="last_layer"),
        line(stage=3, decision=decided("adopt", "intermediate")), line(stage=4, decision=decided("invest", "intermediate")),
    ]  # fmt: skip
    steps = funnel(rows)
    assert [s.stage for s in steps] == list(STAGES)
    assert [s.reached for s in steps] == [5, 4, 2, 2, 1] and [s.further for s in steps] == [4, 2, 2, 1, 0]
    assert [s.stopped for s in steps] == [0, 1, 0, 0, 0] and [s.adopted for s in steps] == [0, 0, 0, 1, 0]
    assert all(s.reached == s.further + s.adopted + s.stopped + s.under_way for s in steps)
    assert sum(s.adopted + s.stopped + s.under_way for s in steps) == len(rows)


def test_currencies_are_never_added_up():
    rows = [
        line(settled=True, planned=1.0, avoided=10.0, spent=3.0), line(planned=2.0, avoided=20.0), line(currency="EUR", settled=True, planned=4.0, avoided=0.0),
        line(currency="USD", planned=None, avoided=None),
    ]  # fmt: skip
    yen, euro = money(rows)
    assert (yen.currency, yen.projects, yen.spent, yen.planned, yen.avoided, yen.planned_open, yen.avoided_open) == ("JPY", 2, 3, 1, 10, 2, 20)
    assert (euro.currency, euro.planned, euro.avoided_open) == ("EUR", 4, 0)


def test_demo_projects_count_only_where_nothing_else_is_there():
    assert counted([line(), line(demo="wine")]) == [line()] and counted([line(demo="wine")]) == [line(demo="wine")]


def test_a_share_is_stated_from_ten_known_outcomes_on():
    assert share([True] * 9 + [None] * 50).share is None
    found = share([True] * 8 + [False] * 2 + [None])
    assert (found.right, found.known, found.share) == (8, 10, 0.8)
    # Wilson's interval solves (p - p0)^2 = z^2 p0 (1 - p0) / n at its ends.
    for end in (found.low, found.high):
        assert (0.8 - end) ** 2 == pytest.approx(1.6448536**2 * end * (1 - end) / 10)
    assert share([True] * 12).high == 1.0 and 0 < share([False] * 12).high < 0.25


def outcome(n=0, **changed) -> Decided:
    plain = dict(
        project=f"p{n}", created=datetime(2027, 1, 1, tzinfo=UTC), recommended="adopt", action="adopt", right=None, recommendation_right=None,
        currency="JPY", avoided=1.0, spent=0.0,
    )  # fmt: skip
    return Decided(**{**plain, **changed})


def test_the_own_record_counts_people_recommendations_and_money_apart():
    made = [outcome(n, right=n < 8, recommendation_right=n >= 3, action="stop" if n < 5 else "adopt") for n in range(12)]
    made += [outcome(0, spent=5.0, avoided=100.0), outcome(20, currency="EUR", spent_in_all=7.0, spent=2.0, benefit=50.0)]
    record = own_record(made)
    assert (record.decisions, record.projects, record.overrides, record.known) == (14, 13, 5, 12)
    assert (record.people.right, record.recommendations.right) == (8, 9) and record.people.share == pytest.approx(8 / 12)
    assert (record.overrides_right.right, record.overrides_right.known, record.overrides_right.share) == (5, 5, None)
    assert record.by_verdict["adopt"].known == 12 and record.by_verdict["stop"].known == 0
    yen, euro = record.money
    # An older decision of a project adds nothing: its newest one says what was avoided and spent.
    assert (yen.projects, yen.avoided, yen.spent, yen.benefits_known) == (12, 12.0, 0.0, 0)
    assert (euro.spent, euro.benefit, euro.benefits_known) == (7.0, 50.0, 1)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_files_keep_numbers_and_run_no_formula(language):
    evil = '=HYPERLINK("http://x","y")'
    rows = [line(name=evil, question="\uff1dcmd|' /C calc'!A0", owner_name="@x\nline", decision={**decided("stop"), "user_name": "+1"}), line(planned=None)]
    text = csv_of(rows, language).decode("utf-8-sig")
    cells = [c for r in csv.reader(io.StringIO(text)) for c in r]
    assert f"'{evil}" in cells and len(cells) == 3 * len(COLUMNS)
    assert not [c for c in cells if c[:1] in "=+-@\uff1d" and c[:1]]
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_of(rows, language))).active
    assert sheet["A2"].value == evil and sheet["A2"].data_type == "s" and sheet["A2"].quotePrefix
    assert not [c for r in sheet.iter_rows() for c in r if c.data_type == "f"]
    planned = COLUMNS.index("planned") + 1
    assert sheet.cell(2, planned).value == 4e5 and sheet.cell(3, planned).value is None and sheet.max_row == 3


def test_equal_names_can_be_told_apart():
    assert distinct({"a": "x", "b": "x", "c": "y", "d": "x"}) == {"a": "x", "b": "x (2)", "c": "y", "d": "x (3)"}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_say_their_numbers(language, theme):
    rows = [line(settled=True, spent=3e6, decision=decided("stop")), line(currency="EUR", avoided=7e6)]
    found = draw.plot_funnel(funnel(rows), language, theme)
    assert "1" in found.title and [sum(bar.x) for bar in found.figure.data] == [2, 0, 1, 1]
    paid = draw.plot_portfolio_money(money(rows), language, theme)
    assert fmt.money(3e6, "JPY", language) in paid.title and len({bar.xaxis for bar in paid.figure.data}) == 2
    undecided = draw.plot_portfolio_money(money([line(avoided=7e6)]), language, theme)
    assert fmt.money(7e6, "JPY", language) in undecided.title
    evidence = sample.evidence()
    sides = draw.plot_sides([draw.Side("<b>A</b>", evidence, 0.88), draw.Side("B", evidence, 0.9)], language, theme)
    assert sides.title == say("figure.sides", language, n="2", held="1", metric=fmt.metric_name("accuracy", language), values="")
    assert "&lt;b&gt;A&lt;/b&gt;" in sides.figure.data[0].hovertemplate and "<b>A</b>" not in str(sides.figure.layout)
    record = own_record([outcome(n, right=n < 8, recommendation_right=True, benefit=1e6) for n in range(12)])
    own = draw.plot_own_record(record, language, theme)
    assert len(own.figure.data) == 3 and fmt.percent(8 / 12) in own.title
    assert len(draw.plot_own_money(record, language, theme).figure.data) == 3
    assert len(draw.plot_own_money(own_record([outcome()]), language, theme).figure.data) == 2, "no benefit was entered"
