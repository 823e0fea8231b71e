"""Run by Alembic; the connection comes from ``dualcore.records.database.migrate``."""

from alembic import context

from dualcore.records.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
