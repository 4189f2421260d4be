"""The gate below every page: what needs a person's consent is not written on a day on which there is none.

Looked at when the session writes, so for a page, a draft that is filed, an import, a batch and a sheet that is brought
back alike. A sheet from before the rule stays as it is and may be corrected: only what takes it from a day with consent
to one without is refused. Dosar itself (a backup brought back, an entry reversed) is not asked.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Integer, column, select, table
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import get_history

from dosar.database.form_tables import Record, StoredEntry, StoredRow, row_table_name
from dosar.database.system_tables import utc_now
from dosar.language.consent import NeededConsent
from dosar.records.scope.consent_words import MissingConsent, WordsByCase, consent_words, missing_on
from dosar.records.scope.row_scope import OutOfReach, RefusedInCase, current_scope
from dosar.records.scope.write_checks import cases_in_reach

ConsentsNeeded = Mapping[str, Sequence[NeededConsent]]
"""Form → the consents that its sheets need."""


class ConsentIsMissing(RefusedInCase):
    """The worker may write such sheets, and the case has no consent on the day of this one."""

    def __init__(self, case_id: int, needed: NeededConsent, missing: MissingConsent) -> None:
        self.case_id, self.needed, self.missing = case_id, needed, missing
        super().__init__(needed.form)


@dataclass(frozen=True)
class DayInCase:
    """For which case and which day a consent is needed."""

    needed: NeededConsent
    case_id: int
    day: date
    before: date | None = None
    """Of a correction: the day on which it was before, where it needed the consent then too."""


def require_consents(session: Session, needed: ConsentsNeeded) -> None:
    """Raises :class:`ConsentIsMissing` for what is about to be written without the consent that it needs.

    One statement, and none where nothing needs one; one more where a row is refused.
    """
    scope = current_scope.get()
    if scope.system or not needed:
        return
    with session.no_autoflush:
        written = [day for entry in _written(session, needed) for day in _days_of(session, needed, entry)]
        refuse_without(session, written)


def consent_words_for(session: Any, days: Iterable[DayInCase]) -> WordsByCase:
    """What the cases say of the consents that these days need."""
    asked = [*days]
    return consent_words(session, [day.needed.consent for day in asked], [day.case_id for day in asked])


def refuse_without(session: Session, days: Collection[DayInCase]) -> None:
    """Raises :class:`ConsentIsMissing` for the first of the days that lacks its consent and had it before; in a case
    out of the worker's reach, that a row names, :class:`OutOfReach`: its days are not told."""
    words = consent_words_for(session, days)
    for asked in days:
        missing = missing_for(words, asked)
        if missing is not None and not was_missing_before(words, asked):
            if asked.needed.rows is not None and not cases_in_reach(session, {asked.case_id}):
                raise OutOfReach("case")
            raise ConsentIsMissing(asked.case_id, asked.needed, missing)


def missing_for(words: WordsByCase, asked: DayInCase) -> MissingConsent | None:
    """Why there is no consent on the day, if there is none."""
    return missing_on(asked.day, words.get((asked.case_id, asked.needed.consent.key), ()))


def was_missing_before(words: WordsByCase, asked: DayInCase) -> bool:
    """Whether a corrected sheet had no consent already: then the correction makes nothing worse."""
    said = words.get((asked.case_id, asked.needed.consent.key), ())
    return asked.before is not None and missing_on(asked.before, said) is not None


def _written(session: Session, needed: ConsentsNeeded) -> Iterator[StoredEntry]:
    for entry in [*session.new, *session.dirty]:
        if isinstance(entry, StoredEntry) and entry.form_key in needed:
            yield entry


def _days_of(session: Session, needed: ConsentsNeeded, entry: StoredEntry) -> Iterator[DayInCase]:
    for each in needed[entry.form_key]:
        if isinstance(entry, StoredRow):
            yield from _days_of_row(session, each, entry)
        elif isinstance(entry, Record) and _comes_or_moves(session, each, entry):
            for case_id in _cases_of(session, each, entry):
                yield DayInCase(each, case_id, _day_of(entry, each), _day_before(session, each, entry))


def _comes_or_moves(session: Session, needed: NeededConsent, record: Record) -> bool:
    """Whether it is filed, brought back, accepted, or corrected to another day; what is reversed is Dosar's own."""
    if record.deleted_at is not None or _is_urgent(record, needed):
        return False
    if record in session.new:
        return True
    keys = [name for name in (needed.day, needed.unless) if name is not None]
    return _comes_back(record) or any(get_history(record, name).has_changes() for name in keys)


def _comes_back(record: Record) -> bool:
    return any(get_history(record, name).has_changes() for name in ("deleted_at", "to_check")) and not record.to_check


def _is_urgent(record: Record, needed: NeededConsent) -> bool:
    return needed.unless is not None and getattr(record, needed.unless) not in (None, "")


def _cases_of(session: Session, needed: NeededConsent, record: Record) -> Iterable[int]:
    """Of a sheet that names cases in its rows: those that it had before; new rows are looked at by themselves."""
    if needed.rows is None:
        return [record.case_id]
    return [] if record in session.new else _cases_in_rows(session, needed, record)


def _cases_in_rows(session: Session, needed: NeededConsent, record: Record) -> list[int]:
    rows = table(
        row_table_name(needed.form, str(needed.rows)),
        *[column(name, Integer) for name in ("id", "record_id", needed.case_column)],
    )
    case_id = rows.c[needed.case_column]
    removed = {entry.id for entry in session.deleted if isinstance(entry, StoredRow) and entry.form_key == needed.form}
    found = session.execute(select(rows.c.id, case_id).where(rows.c.record_id == record.id, case_id.is_not(None)))
    return sorted({case for row_id, case in found if row_id not in removed})


def _days_of_row(session: Session, needed: NeededConsent, row: StoredRow) -> Iterator[DayInCase]:
    """A case newly named in a row."""
    if row.question_name != needed.rows or not get_history(row, needed.case_column).has_changes():
        return
    case_id, record = getattr(row, needed.case_column), session.get(row.of, row.record_id)
    if case_id is not None and record is not None and not _is_urgent(record, needed):
        yield DayInCase(needed, case_id, _day_of(record, needed))


def _day_of(record: Record, needed: NeededConsent) -> date:
    answer: date | None = getattr(record, needed.day) if needed.day is not None else None
    return answer or day_filed(record)


def day_filed(record: Record) -> date:
    """The day of a sheet that says none: today by the organisation's clock for a new one."""
    if record.id is None or record.created_at is None:
        return current_scope.get().today or utc_now().date()
    filed: date = record.created_at.date()
    return filed


def _day_before(session: Session, needed: NeededConsent, record: Record) -> date | None:
    """The day of a corrected sheet before, unless it needed no consent then, or did not count."""
    if record in session.new or _comes_back(record):
        return None
    if needed.unless is not None and get_history(record, needed.unless).deleted not in ([None], [""], (), []):
        return None
    before = (get_history(record, needed.day).deleted or (None,))[0] if needed.day is not None else None
    return before or _day_of(record, needed)
