"""Files that came with a sheet a moment ago, and that no record names yet."""

from sqlalchemy import insert

from dosar.database.system_tables import attachment_table, utc_now
from dosar.records.attachments import sealed_file
from tests.organisations import Organisation

ANA = 1
SIZE = 1_234_567


def attached(ours: Organisation, question: str = "photo", rows_of: str = "", user: int = ANA, size: int = SIZE) -> int:
    """The number of a new file, which says that it is so large; what stands in it is the name of the question."""
    with ours.store.writing() as session:
        return session.execute(
            insert(attachment_table)
            .values(
                form="visit",
                rows_of=rows_of,
                question=question,
                name=f"{question}.jpg",
                media_type="image/jpeg",
                **sealed_file(ours.store, question.encode()) | {"size": size},
                user_id=user,
                at=utc_now(),
            )
            .returning(attachment_table.c.id)
        ).scalar_one()
