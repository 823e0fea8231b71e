"""What whoever keeps an installation running wants to know: health, readiness, figures for Prometheus."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from dualcore.jobs.embedded import worker_serves
from dualcore.records.models import Evaluation, GateDecision, Job, Project
from dualcore.records.purge import purge
from dualcore.records.types import now
from dualcore.services.installation import Installation

LEAST_FREE_BYTES = 1_000_000_000  # below this an upload of the usual size could fail

log = logging.getLogger("dualcore.services")


class Operations(Installation):
    def health(self) -> dict[str, bool]:
        """Whether the parts that answers depend on work: database, and the worker of this machine."""
        try:
            with self._database.read() as session:
                session.execute(select(Project.id).limit(1))
            database = True
        except SQLAlchemyError:
            log.exception("the database does not answer")
            database = False
        worker = self.settings.worker == "external" or worker_serves(self.settings)
        return {"database": database, "worker": worker}

    def readiness(self) -> dict[str, bool]:
        """Whether new work can be taken on: health, and a store that can be written and has room."""
        state = self.health()
        try:
            state["store"] = self._store.writable()
            state["disk"] = shutil.disk_usage(self.settings.home).free >= LEAST_FREE_BYTES
        except OSError:
            log.exception("the file store does not answer")
            state["store"] = False
        return state

    def purge(self) -> list[str]:
        """Remove for good what was deleted more than thirty days ago; ids of the projects that went."""
        return purge(self._database, self._store)

    def metrics(self) -> bytes:
        """Figures in Prometheus' text format: counts and times, nothing about any person or project."""
        registry = CollectorRegistry()
        registry.register(_Collector(self))
        return generate_latest(registry)


class _Collector:
    def __init__(self, services: Operations) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("dualcore_up", "1 while the part works", labels=["part"])
        state = self._services.readiness()
        for part, works in state.items():
            up.add_metric([part], float(works))
        yield up
        free = shutil.disk_usage(self._services.settings.home).free
        yield GaugeMetricFamily("dualcore_disk_free_bytes", "Free space where dualcore writes", value=free)
        if state["database"]:
            yield from self._of_records()

    def _of_records(self) -> Iterator[Metric]:
        with self._services._database.read() as session:
            states = session.execute(select(Job.state, Job.kind, func.count()).group_by(Job.state, Job.kind)).all()
            oldest = session.scalar(select(func.min(Job.created)).where(Job.state == "queued"))
            ended = session.execute(
                select(Job.kind, Job.started, Job.ended).where(Job.state == "done", Job.started.is_not(None), Job.ended.is_not(None))
            ).all()
            errors = session.scalars(select(Job.error).where(Job.state == "failed")).all()
            counts = {
                name: session.scalar(select(func.count()).select_from(model)) or 0
                for name, model in (("projects", Project), ("evaluations", Evaluation), ("decisions", GateDecision))
            }
        jobs = GaugeMetricFamily("dualcore_jobs", "Jobs on record", labels=["state", "kind"])
        for job_state, kind, count in states:
            jobs.add_metric([job_state, kind], count)
        yield jobs
        waited = (now() - oldest).total_seconds() if oldest else 0.0
        yield GaugeMetricFamily("dualcore_queue_oldest_seconds", "How long the oldest queued job has waited", value=waited)
        took = SummaryMetricFamily("dualcore_job_seconds", "Time of finished jobs", labels=["kind"])
        for kind in sorted({row.kind for row in ended}):
            seconds = [(row.ended - row.started).total_seconds() for row in ended if row.kind == kind]
            took.add_metric([kind], len(seconds), sum(seconds))
        yield took
        failed = CounterMetricFamily("dualcore_jobs_failed", "Failed jobs by cause", labels=["code"])
        codes = [error.code for error in errors if error is not None]
        for code in sorted(set(codes)):
            failed.add_metric([code], codes.count(code))
        yield failed
        for name, count in counts.items():
            yield GaugeMetricFamily(f"dualcore_{name}", f"{name.capitalize()} on record", value=count)
