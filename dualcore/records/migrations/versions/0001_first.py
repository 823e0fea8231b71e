"""The first tables: project, dataset, evaluation, verdict_revision, job."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ACTIVE_SQL = "state IN ('queued', 'running')"


def _time(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _id() -> sa.Column:
    return sa.Column("id", sa.String(16), primary_key=True)


def _text(name: str, length: int | None = None, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=nullable)


def _json(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.JSON(), nullable=nullable)


def _link(name: str, target: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(16), sa.ForeignKey(f"{target}.id"), nullable=nullable)


def upgrade() -> None:
    _projects()
    _evaluations()
    _jobs()


def _projects() -> None:
    op.create_table(
        "project",
        _id(),
        _text("name"),
        _text("question"),
        _text("predict"),
        _text("metric", 32, nullable=True),
        _json("terms"),
        _text("owner", 200),
        sa.Column("stage", sa.Integer(), nullable=False),
        _text("decision", 32, nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        _text("demo", 64, nullable=True),
        _time("created"),
        _time("updated"),
        _time("deleted_at", nullable=True),
    )
    op.create_index("ix_project_owner", "project", ["owner"])
    op.create_index("project_demo", "project", ["owner", "demo"], unique=True)
    op.create_table(
        "dataset",
        _id(),
        _link("project_id", "project"),
        _text("sha256", 64),
        _text("filename"),
        _text("file_sha", 64),
        _text("test_filename", nullable=True),
        _text("test_sha", 64, nullable=True),
        *[_json(name) for name in ("options", "question", "profile", "notes")],
        _time("created"),
    )
    op.create_index("ix_dataset_project_id", "dataset", ["project_id"])


def _evaluations() -> None:
    op.create_table(
        "evaluation",
        _id(),
        _link("project_id", "project"),
        _link("dataset_id", "dataset"),
        _json("skeleton"),
        _text("metric", 32, nullable=True),
        sa.Column("seed", sa.Integer(), nullable=False),
        _json("evidence"),
        _json("verdict"),
        _text("model_sha", 64, nullable=True),
        _time("created"),
    )
    op.create_index("ix_evaluation_project_id", "evaluation", ["project_id"])
    op.create_table(
        "verdict_revision",
        sa.Column("id", sa.Integer(), primary_key=True),
        _link("evaluation_id", "evaluation"),
        _text("user", 200),
        _json("verdict"),
        _time("created"),
    )
    op.create_index("ix_verdict_revision_evaluation_id", "verdict_revision", ["evaluation_id"])


def _jobs() -> None:
    op.create_table(
        "job",
        _id(),
        _text("owner", 200),
        _text("kind", 32),
        _link("project_id", "project", nullable=True),
        _text("key", 64),
        _json("params"),
        sa.Column("priority", sa.Integer(), nullable=False),
        _text("state", 16),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("interruptions", sa.Integer(), nullable=False),
        _time("lease_until", nullable=True),
        sa.Column("progress", sa.Float(), nullable=False),
        _text("step", 64),
        _json("steps"),
        sa.Column("eta_seconds", sa.Float(), nullable=True),
        _time("reported", nullable=True),
        _time("cancel_requested", nullable=True),
        _time("created"),
        _time("started", nullable=True),
        _time("ended", nullable=True),
        _json("error", nullable=True),
        _text("result_id", 16, nullable=True),
    )
    op.create_index("ix_job_project_id", "job", ["project_id"])
    op.create_index("job_state", "job", ["state", "priority", "created"])
    active = sa.text(ACTIVE_SQL)
    op.create_index("job_active_key", "job", ["key"], unique=True, sqlite_where=active, postgresql_where=active)
