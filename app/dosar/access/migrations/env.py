"""How Alembic runs the steps: on the connection it is handed, whose transaction is somebody else's."""

from alembic import context

from dosar.access.migrations import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
