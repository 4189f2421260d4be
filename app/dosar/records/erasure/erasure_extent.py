"""What an erasure would take away, counted before somebody confirms it; nothing of what stands in it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from dosar.database.system_tables import attachment_table, draft_table
from dosar.language.privacy.third_persons import is_of_third_person, names_third_person
from dosar.records.erasure.erasure import Erasure, of_records
from dosar.records.repository import Repository
from dosar.records.rights.case_contents import HeldRecord, held_records, rows_elsewhere
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as


@dataclass(frozen=True)
class ErasureExtent:
    """How much goes with these cases."""

    sheets: Mapping[str, int]
    """Form → how many, deleted ones too, the case files among them."""
    files: int
    drafts: int
    people: int
    """Entries about people around her: family, dependants, participants of hers."""
    elsewhere: int
    """Rows that name her case on sheets that are not hers."""

    @property
    def records(self) -> int:
        """All sheets together, as the tombstone will count them."""
        return sum(self.sheets.values())


def erasure_extent(repository: Repository, case_ids: Sequence[int]) -> ErasureExtent:
    """Counted as the erasure itself looks for it, whoever asks."""
    with acting_as(SYSTEM_SCOPE):
        erasing, session = Erasure(repository, case_ids), repository.session
        held = held_records(repository, erasing.deployed, erasing.cases)
        files = select(func.count()).select_from(attachment_table).where(of_records(attachment_table, erasing.ids))
        return ErasureExtent(
            {form: len(ids) for form, ids in erasing.ids.items()},
            session.scalar(files) or 0,
            sum(map(erasing.is_draft_of_hers, session.execute(select(draft_table)).all())),
            sum(_people_in(erasing, record) for record in held),
            sum(1 for _ in rows_elsewhere(repository, erasing.deployed, erasing.cases)),
        )


def _people_in(erasing: Erasure, record: HeldRecord) -> int:
    """Whom the sheet is about beside her: it as a whole, or each row of a table that says who somebody is."""
    forms, form = erasing.deployed.forms, record.form
    tables = [
        table.name
        for table in form.row_questions
        if any(names_third_person(forms, form, column, table) for column in table.columns_asked())
    ]
    return int(is_of_third_person(form)) + sum(len(record.answers.get(name) or ()) for name in tables)
