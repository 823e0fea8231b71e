"""The start page as portfolio, the comparison, the list of evaluations, and the company's own record."""

from __future__ import annotations

import pytest

from dualcore.decision import recommend
from dualcore.decision.records import Terms
from dualcore.intake.records import Question, ReadOptions
from dualcore.present.words import say
from dualcore.records import models
from dualcore.records.verdicts import record_verdict
from dualcore.services import LOCAL_USER, DecisionInput, OutcomeInput, ProjectInput, User
from tests.present import sample
from tests.screens.test_each_page import texts

KEN = User("ken", "Ken **boss** <script>", frozenset({"decider"}))


@pytest.fixture(scope="module")
def judged():
    return {regression: (sample.evidence(regression), recommend(sample.evidence(regression), terms=Terms(goal=0.88))) for regression in (False, True)}


@pytest.fixture
def add(services, judged):
    """Make a project with so many evaluations; gives its id."""

    def make(name: str, owner: User = LOCAL_USER, evaluations: int = 1, regression: bool = False, **terms) -> str:
        evidence, verdict = judged[regression]
        project = services.create_project(owner, ProjectInput(name=name, question=f"about {name}", terms=Terms(goal=0.88, **terms)))
        with services._database.write() as session:
            dataset = models.Dataset(
                project_id=project.id, sha256=project.id * 4, filename="f.csv", file_sha="a" * 64, options=ReadOptions(), question=Question(),
                profile=sample.profile(regression), notes=[],
            )  # fmt: skip
            session.add(dataset)
            session.flush()
            for _ in range(evaluations):
                made = models.Evaluation(project_id=project.id, dataset_id=dataset.id, skeleton="auto", seed=0, evidence=evidence, verdict=verdict)
                session.add(made)
                session.flush()
                record_verdict(session, made, verdict, owner.id)
        return project.id

    return make


def decide(services, project, action, user=LOCAL_USER, **more):
    before = services.decisions(user, project)
    evaluation = services.evaluation_lines(user, project)[0].id
    values = dict(stage="last_layer", evaluation_id=evaluation, action=action, reason="because", seen=before[0].id if before else None, **more)
    return services.decide(user, project, DecisionInput(**values))


def button(app, key, language="ja", **fields):
    return next(b for b in app.button if b.label == say(key, language, **fields))


def shown(app) -> list[str]:
    """Ids of the projects on the page, from their buttons."""
    return [b.key.removeprefix("open_") for b in app.main.button if b.key and b.key.startswith("open_")]


def test_the_title_says_what_is_due(open_page, add, services):
    assert open_page("home").title[0].value == say("home.title")
    one, _ = add("one"), add("two")
    assert open_page("home", "en").title[0].value == say("portfolio.title_waiting", "en", n=2)
    decide(services, one, "adopt", review_on="2020-01-01")
    assert open_page("home").title[0].value == say("portfolio.title_waiting_one")
    services.delete_project(LOCAL_USER, services.portfolio(LOCAL_USER).rows[0].id)
    assert open_page("home").title[0].value in (say("portfolio.title_overdue", n=1), say("portfolio.title_waiting_one"))


def test_filters_order_and_search_live_in_the_address(open_page, add, services):
    bearings, motors, new = add("Bearings", owner=KEN), add("Motors"), services.create_project(LOCAL_USER, ProjectInput(name="Zinc")).id
    decide(services, motors, "stop")
    assert set(shown(open_page("home"))) == {bearings, motors, new}
    assert shown(open_page("home", q="about bear")) == [bearings]
    assert shown(open_page("home", sort="name")) == [bearings, motors, new]
    assert shown(open_page("home", state="waiting")) == [bearings] and shown(open_page("home", state="decided")) == [motors]
    assert shown(open_page("home", stage="intake")) == [new] and shown(open_page("home", verdict="none")) == [new]
    assert shown(open_page("home", owner=KEN.id)) == [bearings] and shown(open_page("home", demo="only")) == []
    # What the address cannot mean is left out.
    assert set(shown(open_page("home", state="<b>", sort="x", page="99", owner="nobody"))) == {bearings, motors, new}


def test_a_filter_that_is_set_goes_into_the_address_and_can_be_cleared(open_page, add):
    one, two = add("Bearings"), add("Motors")
    app = open_page("home", "en")
    app.text_input(key="portfolio_q").set_value("motors").run()
    assert shown(app) == [two] and app.query_params["q"] == "motors"
    app.selectbox(key="portfolio_sort").set_value("name").run()
    app.get_by_key("portfolio_stage").set_value(["last_layer"]).run()
    assert app.query_params["sort"] == "name" and app.query_params["stage"] == "last_layer"
    assert say("portfolio.filters_on", "en", n=1) in [e.label for e in app.expander]
    button(app, "portfolio.clear", "en").click().run()
    assert "q" not in app.query_params and set(shown(app)) == {one, two} and app.text_input(key="portfolio_q").value == ""
    assert not app.exception


def test_many_projects_come_in_pages(open_page, services):
    for n in range(30):
        services.create_project(LOCAL_USER, ProjectInput(name=f"P{n:02}"))
    first, second = shown(open_page("home", sort="name")), shown(open_page("home", sort="name", page="2"))
    assert (len(first), len(second)) == (25, 5) and not set(first) & set(second)
    assert shown(open_page("home", sort="name", page="7")) == second
    assert len(open_page("home", q="P2").get("pagination")) == 0


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_overview_draws_funnel_and_money_of_what_is_filtered(open_page, add, services, language):
    decide(services, add("yen"), "adopt", spent=1e6)
    decide(services, add("euro", currency="EUR"), "stop", spent=2e6)
    app = open_page("home", language, view="overview")
    assert not app.exception and not app.error and len(app.get("plotly_chart")) == 2 and shown(app) == []
    assert say("figure.funnel", language, n=2, adopted=1, stopped=1) in texts(app)
    one = open_page("home", language, view="overview", q="euro")
    assert say("figure.funnel", language, n=1, adopted=0, stopped=1) in texts(one)
    nothing = open_page("home", language, view="overview", q="nothing like this")
    assert [i.value for i in nothing.info] == [say("portfolio.nothing", language)]


def test_names_of_people_are_shown_as_written(open_page, add, services):
    project = add(":red[**x**] <b>", owner=KEN)
    add("mine")
    decide(services, project, "stop", KEN)
    page = texts(open_page("home"))
    assert r"Ken \*\*boss\*\* \<script\>" in page and "<script>" not in page and "<b>" not in page and ":red[" not in page


def test_deleting_asks_first_and_a_deleted_project_comes_back(open_page, add, services):
    one = add("Bearings", evaluations=3)
    decide(services, one, "adopt")
    app = open_page("home", "en")
    app.button(key=f"delete_{one}").click().run()
    said = "\n".join(m.value for m in app.markdown)  # the dialog stands beside the main part
    assert services.list_projects(LOCAL_USER) and say("portfolio.delete_undo", "en", days=30) in said
    assert say("portfolio.delete_what", "en", name="Bearings", datasets=1, evaluations=3, stages=0, decisions=1) in said
    app.button(key="delete_do").click().run()
    assert services.list_projects(LOCAL_USER) == [] and not app.exception
    (gone,) = services.deleted_projects(LOCAL_USER)
    assert f"{gone.until:%Y-%m-%d}" in texts(app)
    app.button(key=f"restore_{one}").click().run()
    assert [p.id for p in services.list_projects(LOCAL_USER)] == [one] and shown(app) == [one]


def test_ticked_projects_are_compared(open_page, add):
    one, two = add("Bearings"), add("Motors")
    app = open_page("home", "en")
    app.checkbox(key=f"pick_{one}").check().run()
    assert say("portfolio.compare_few", "en", n=1) in texts(app)
    app.checkbox(key=f"pick_{two}").check().run()
    # Ticks stay while the person filters.
    app.text_input(key="portfolio_q").set_value("motors").run()
    assert say("portfolio.picked", "en", n=2) in texts(app)
    button(app, "portfolio.compare", "en").click().run()
    assert not app.exception and len(app.table) == 1 and list(app.table[0].value.columns) == [r"1\. Bearings", r"2\. Motors"]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_comparison_says_everything_side_by_side(open_page, add, services, language):
    one, two = add("Bearings"), add(":red[**x**]")
    decide(services, two, "stop")
    app = open_page("compare", language, items=f"{one},{two}")
    assert not app.exception and not app.error
    table = app.table[0].value
    question, decision = say("compare.row.question", language), say("compare.row.decision", language)
    assert table.loc[question].tolist() == ["about Bearings", r"about \:red\[\*\*x\*\*\]"]
    assert table.loc[decision].iloc[0] == say("compare.undecided", language) and say("verdict.stop", language) in table.loc[decision].iloc[1]
    assert not (table == "").any().any() and len(app.get("plotly_chart")) == 1
    assert say("compare.other_data", language) in [i.value for i in app.info]


def test_other_metrics_are_not_laid_over_each_other(open_page, add, services):
    accuracy, accuracy_too, r2 = add("a"), add("b"), add("c", regression=True)
    bare = services.create_project(LOCAL_USER, ProjectInput(name="bare")).id
    app = open_page("compare", "en", items=f"{accuracy},{accuracy_too},{r2},{bare}")
    assert not app.exception and len(app.get("plotly_chart")) == 1
    assert say("compare.other_metrics", "en") in [i.value for i in app.info]
    assert say("compare.not_evaluated", "en") in app.table[0].value.iloc[:, 3].tolist()
    assert len(open_page("compare", "en", items=f"{accuracy},{r2}").get("plotly_chart")) == 0


def test_a_comparison_with_too_few_or_too_many(open_page, add):
    ids = [add(f"P{n}") for n in range(6)]
    few, many = open_page("compare", "en", items=ids[0]), open_page("compare", "en", items=",".join(ids))
    assert few.title[0].value == many.title[0].value == say("compare.title_none", "en")
    assert not few.exception and not few.error and len(few.multiselect) == 1
    assert "five" in many.error[0].value and not many.exception


def test_evaluations_of_a_project_are_listed_and_compared(open_page, add, services):
    one = add("Bearings", evaluations=2)
    newest, older = (line.id for line in services.evaluation_lines(LOCAL_USER, one))
    app = open_page("result", "en", project=one)
    assert say("evaluations.title", "en", n=2) in [e.label for e in app.expander]
    app.selectbox(key="evaluation_open").set_value(older).run()
    assert app.query_params["evaluation"] == older and not app.exception
    app.multiselect(key=f"evaluations_{older}").set_value([older, newest]).run()
    button(app, "evaluations.compare", "en").click().run()
    assert not app.exception and app.table, (app.title[0].value, [e.value for e in app.error], app.query_params)
    assert app.table[0].value.shape[1] == 2
    assert say("evaluations.title", "en", n=1) not in [e.label for e in open_page("result", "en", project=add("single")).expander]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_own_record_states_no_share_of_few(open_page, add, services, language):
    assert say("own.none", language) in [i.value for i in open_page("track_record", language).info]
    project = add("Bearings")
    for n in range(12):
        made = decide(services, project, "adopt" if n % 3 else "stop")
        services.record_outcome(LOCAL_USER, project, made.id, OutcomeInput(reached_by="last_layer" if n < 9 else "open", spent=1e6, benefit=2e6))
    few = open_page("track_record", language)
    assert say("own.few", language, known=9, least=10, people=6, ours=9) in [i.value for i in few.info] and not few.exception
    charts = len(few.get("plotly_chart"))
    services.record_outcome(LOCAL_USER, project, made.id, OutcomeInput(reached_by="last_layer"))
    enough = open_page("track_record", language)
    assert len(enough.get("plotly_chart")) == charts + 1 and [m.value for m in enough.metric[:3]] == ["12", "4", "10"]
    # What the shipped record shows stays below.
    assert say("own.public", language) in texts(enough)
