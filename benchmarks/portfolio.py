"""Time of the portfolio page on the server: many projects with many evaluations each, evidence of real size.

    python -m benchmarks.portfolio [--projects 500] [--evaluations 20] [--home FOLDER]

Evaluates three demo datasets once, then writes their evidence under many projects with decisions, outcomes and stage runs.
Reports the seconds of ``Services.portfolio`` and of one run of the page (Streamlit's AppTest, without a browser); the first
call in a fresh process, which imports and opens everything, is reported by itself. ``--home`` keeps the database.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import JSON, Column, Connection, MetaData, Table, event, insert

import dualcore
from dualcore.decision import recommend
from dualcore.decision.records import Terms
from dualcore.intake.records import Profile, Question, ReadOptions
from dualcore.records import models
from dualcore.services import LOCAL_USER, Services
from dualcore.settings import Settings

ROOT = Path(__file__).parents[1]
DATA = (("wine_ja.csv", None), ("breast_cancer.csv", None), ("vibration_SYNTHETIC.npz", None))
REPEATS = 10
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ACTIONS = ("stop", "adopt", "re-evaluate", "invest")


def fill(services: Services, projects: int, evaluations: int) -> None:
    """Write the projects with plain inserts: the validation of the same evidence over and over would take hours."""
    draw, terms = random.Random(0), Terms(goal=0.9)
    kinds = []
    for name, target in DATA:
        evidence = dualcore.evaluate(ROOT / "data" / name, target, budget_seconds=10)
        kinds.append((evidence.model_dump(mode="json", exclude_computed_fields=True), recommend(evidence, terms=terms)))
    print("evidence of", ", ".join(f"{len(str(e)):,}" for e, _ in kinds), "characters")
    for place in range(projects):
        with services._database.write() as session:
            session.execute(*_project(place, terms))
            evidence, verdict = kinds[place % len(kinds)]
            _evaluations(session.connection(), place, _evaluation_rows(place, evaluations, evidence, verdict))
            if evaluations:
                _decisions(session, place, evaluations, verdict, draw)


def _project(place: int, terms: Terms):
    currency = ("JPY", "JPY", "JPY", "USD", "EUR")[place % 5]
    row = dict(
        id=f"{place:016x}", name=f"案件 {place:03} line {place % 17}", question="Which bearings fail next?", predict="", metric=None,
        terms=terms.model_copy(update={"currency": currency}), owner=f"person{place % 12}", stage=1 + place % 3 if place % 10 else 1, decision="adopt",
        confidence=0.8, created=BEGAN, updated=BEGAN + timedelta(minutes=place),
    )
    return insert(models.Project), row


def _evaluation_rows(place: int, evaluations: int, evidence: dict, verdict) -> list[dict]:
    return [
        dict(
            id=f"{place:08x}{number:08x}", project_id=f"{place:016x}", dataset_id=f"{place:016x}", skeleton="auto", metric=None, seed=number,
            evidence=evidence, verdict=verdict, model_sha=None, created=BEGAN + timedelta(hours=number),
        )
        for number in range(evaluations)
    ]  # fmt: skip


def _evaluations(connection: Connection, place: int, rows: list[dict]) -> None:
    profile = Profile(kind="table", rows=1000, task="classification", target="y")
    connection.execute(insert(models.Dataset), dict(
        id=f"{place:016x}", project_id=f"{place:016x}", sha256="0" * 64, filename="x.csv", file_sha="0" * 64, options=ReadOptions(),
        question=Question(), profile=profile, notes=[], created=BEGAN,
    ))  # fmt: skip
    if rows:
        raw = [{**row, "verdict": row["verdict"].model_dump(mode="json", exclude_computed_fields=True)} for row in rows]
        connection.execute(insert(_raw_evaluations()), raw)


def _raw_evaluations() -> Table:
    """The table without the validation of its JSON."""
    source = models.Evaluation.__table__
    return Table("evaluation", MetaData(), *(Column(c.name, JSON() if c.name in ("evidence", "verdict") else c.type) for c in source.columns))


def _decisions(session, place: int, evaluations: int, verdict, draw: random.Random) -> None:
    for number in range(1, draw.choice((0, 1, 1, 2, 3)) + 1):
        action = draw.choice(ACTIONS)
        row = models.GateDecision(
            project_id=f"{place:016x}", number=number, stage=1, evaluation_id=f"{place:08x}{max(0, evaluations - draw.choice((1, 1, 2))):08x}",
            recommended=verdict.decision, action=action, reason="because " * 20, conditions="", review_on=(BEGAN + timedelta(days=draw.randrange(600))).date(),
            planned=2.4e6, avoided=draw.choice((0.0, 2.0e6)), spent=draw.random() * 1e6, protocol="1.0", user="boss", user_name="Boss",
        )
        session.add(row)
        session.flush()
        if draw.random() < 0.4:
            session.add(models.Outcome(decision_id=row.id, reached_by=draw.choice(("last_layer", "nothing", "open")), spent=1e6, note="", user="a", user_name="A"))


def timed(call: Callable[[], object]) -> str:
    """Wall-clock and CPU seconds of this process: on a busy machine the former say more about the others."""
    seconds, cpu = [], []
    for _ in range(REPEATS + 1):
        begin, busy = time.perf_counter(), time.process_time()
        call()
        seconds.append(time.perf_counter() - begin)
        cpu.append(time.process_time() - busy)
    show = lambda name, pick: f"{name} {pick(seconds[1:]):.2f} s (CPU {pick(cpu[1:]):.2f} s)"  # noqa: E731
    rest = ", ".join(show(name, pick) for name, pick in (("best", min), ("median", statistics.median), ("worst", max)))
    return f"first {seconds[0]:.2f} s (CPU {cpu[0]:.2f} s), then {rest} of {REPEATS}"


def page_run(**query: str) -> None:
    """One run of the start page's script, as after a click."""
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "pages" / "_frame.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if app.exception or app.error:
        raise RuntimeError("the page shows an error")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--projects", type=int, default=500)
    parser.add_argument("--evaluations", type=int, default=20)
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = given.home or Path(folder)
        os.environ["DUALCORE_HOME"] = str(home)
        services = Services(Settings())
        if not services.list_projects(LOCAL_USER):
            fill(services, given.projects, given.evaluations)
        queries = []
        event.listen(services._database.engine, "before_cursor_execute", lambda *a: queries.append(a[2]))
        found = services.portfolio(LOCAL_USER)
        print(f"{len(found.rows)} projects, {sum(r.evaluations for r in found.rows):,} evaluations, {len([q for q in queries if q.startswith('SELECT')])} queries")
        print("services.portfolio:", timed(lambda: services.portfolio(LOCAL_USER, "ja")))
        print("services.list_projects:", timed(lambda: services.list_projects(LOCAL_USER)))
        print("services.own_record:", timed(lambda: services.own_record(LOCAL_USER)))
        print("list page:", timed(page_run))
        print("overview page:", timed(lambda: page_run(view="overview")))


if __name__ == "__main__":
    main()
