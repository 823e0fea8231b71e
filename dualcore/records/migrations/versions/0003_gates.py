"""Gates: registrations, decisions, outcomes; people, members, shares; the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Rows of these tables are written once. The database itself refuses to change them.
APPEND_ONLY = ("audit", "registration", "decision", "outcome")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("job_id", sa.String(16), nullable=False, unique=True),
        sa.Column("project_id", sa.String(16), sa.ForeignKey("project.id"), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("protocol", sa.JSON(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("user", sa.String(200), nullable=False),
        sa.Column("created", moment, nullable=False),
    )
    op.create_index("ix_registration_project_id", "registration", ["project_id"])
    op.create_table(
        "decision",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("project_id", sa.String(16), sa.ForeignKey("project.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.String(16), sa.ForeignKey("evaluation.id"), nullable=False),
        sa.Column("stage_run_id", sa.String(16), sa.ForeignKey("stage_run.id"), nullable=True),
        sa.Column("recommended", sa.String(16), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("planned", sa.Float(), nullable=False),
        sa.Column("avoided", sa.Float(), nullable=False),
        sa.Column("spent", sa.Float(), nullable=False),
        sa.Column("protocol", sa.String(40), nullable=False),
        sa.Column("user", sa.String(200), nullable=False),
        sa.Column("user_name", sa.String(200), nullable=False),
        sa.Column("created", moment, nullable=False),
        sa.UniqueConstraint("project_id", "number", name="decision_number"),
    )
    op.create_index("ix_decision_project_id", "decision", ["project_id"])
    op.create_table(
        "outcome",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("decision_id", sa.String(16), sa.ForeignKey("decision.id"), nullable=False),
        sa.Column("reached_by", sa.String(16), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("spent", sa.Float(), nullable=True),
        sa.Column("benefit", sa.Float(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("user", sa.String(200), nullable=False),
        sa.Column("user_name", sa.String(200), nullable=False),
        sa.Column("created", moment, nullable=False),
    )
    op.create_index("ix_outcome_decision_id", "outcome", ["decision_id"])
    op.create_table(
        "member",
        sa.Column("project_id", sa.String(16), sa.ForeignKey("project.id"), primary_key=True),
        sa.Column("user_id", sa.String(200), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("created", moment, nullable=False),
    )
    op.create_index("ix_member_user_id", "member", ["user_id"])
    op.create_table(
        "person",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("role", sa.String(16), nullable=True),
        sa.Column("seen", moment, nullable=False),
    )
    op.create_table(
        "share",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("secret_sha", sa.String(64), nullable=False, unique=True),
        sa.Column("project_id", sa.String(16), sa.ForeignKey("project.id"), nullable=False),
        sa.Column("evaluation_id", sa.String(16), sa.ForeignKey("evaluation.id"), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("expires", moment, nullable=False),
        sa.Column("revoked", moment, nullable=True),
        sa.Column("user", sa.String(200), nullable=False),
        sa.Column("created", moment, nullable=False),
    )
    op.create_index("ix_share_project_id", "share", ["project_id"])
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("created", moment, nullable=False),
        sa.Column("user", sa.String(200), nullable=False),
        sa.Column("action", sa.String(48), nullable=False),
        sa.Column("project_id", sa.String(16), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ix_audit_project_id", "audit", ["project_id"])
    for table in APPEND_ONLY:
        _protect(table)


def _protect(table: str) -> None:
    # The trail may never lose a line. Of the others a row goes only with its whole project, after its thirty days.
    what = ("UPDATE", "DELETE") if table == "audit" else ("UPDATE",)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE {' OR '.join(what)} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only()"
        )
        if table == "audit":
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {table}_is_append_only()"
            )
        return
    for verb in what:
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def downgrade() -> None:
    for table in ("audit", "share", "person", "member", "outcome", "decision", "registration"):
        op.drop_table(table)
        if op.get_bind().dialect.name == "postgresql" and table in APPEND_ONLY:
            op.execute(f"DROP FUNCTION {table}_is_append_only()")
