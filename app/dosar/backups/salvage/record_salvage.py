"""Single records of a back-up come back: put away ones, ones that are gone, and older answers as a new version.

Everything is done by a worker within her scope, and stands in the history with the moment of the back-up: nothing of
today is overwritten in silence, and what is there twice is never made.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from dosar.backups.salvage.copied_answers import copied_answers, user_today
from dosar.backups.salvage.losses import (
    number_today,
    opened_pair,
    record_today,
    restorable_questions,
    salvage_token,
)
from dosar.backups.salvage.open_copy import OpenCopy
from dosar.backups.salvage.record_surroundings import bring_team, history_before, is_number_free
from dosar.database.form_tables import Record
from dosar.language.answers.settling import settle_answers
from dosar.language.form import CASE_FORM, Form
from dosar.language.question import Answers
from dosar.language.text.message import Mistake
from dosar.records.actor import Actor
from dosar.records.beds.free_beds import ChangedSheet
from dosar.records.beds.required_beds import NoBed, require_beds
from dosar.records.cases.merge import case_merged_into
from dosar.records.links.answer_links import links_in_answers, links_out_of_reach
from dosar.records.links.case_boundary import without_links
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, OutOfReach, acting_as, current_scope
from dosar.records.scope.write_checks import require_written
from dosar.records.sheets.deletion import restore_sheet
from dosar.records.sheets.issued_codes import is_code_taken
from dosar.records.sheets.save import EditConflict, SheetExists, correct_sheet, enter_sheet
from dosar.records.sheets.stored_answers import Sheet, open_sheet

BROUGHT_BACK = "restored"
"""What the history calls it, as it does for a deleted record."""


@dataclass
class RecordSalvage:
    """Brings back for one worker what she chooses of one back-up, in one transaction for each record or case."""

    copy: OpenCopy
    today: Repository
    actor: Actor
    reason: str
    """That it is of a back-up, and of which: for the history."""
    overbooks: bool = False
    """Whether she said why one person more is placed where every bed is taken."""
    links_lost: int = 0
    """How many links led to records that are not there any more."""
    _begun: set[tuple[str, int]] = field(default_factory=set)
    _came: set[tuple[str, int]] = field(default_factory=set)
    """What came in this piece of work, by its number today."""
    _brings_case: bool = False
    """Whether a whole case comes: the case is more than a bed."""

    def bring_record(self, form: str, record_id: int) -> int:
        """Bring back a record that is gone or put away; its number today.

        Raises :class:`Mistake` where its case is not there,
        :class:`~dosar.records.beds.required_beds.NoBed` where it is a stay and its bed is taken, and
        :class:`OutOfReach`.
        """
        with self._writing():
            return self._bring_record(form, record_id)

    def bring_case(self, case_id: int) -> tuple[int, int]:
        """Bring back the case with everything that is missing of it, as far as the worker may enter it: its number
        today, and how many sheets came. Raises :class:`Mistake`, ``NoBed`` as :meth:`bring_record`, and
        :class:`OutOfReach`."""
        with self._writing():
            self._brings_case = True
            number = self._bring_record(CASE_FORM, case_id)
            came = 0
            for form, record in list(self._missing_sheets(case_id)):
                self._bring_record(form.key, record)
                came += 1
            return number, came

    def bring_answers(self, form: str, record_id: int, seen_version: int, wanted: Collection[str]) -> Record:
        """Put these answers of the back-up in place of today's, as a new version.

        Raises :class:`~dosar.records.sheets.save.EditConflict`, :class:`Mistake` where nothing was chosen, ``NoBed`` as
        :meth:`bring_record`, and :class:`OutOfReach`.
        """
        with self._writing():
            sheet, found = opened_pair(self.copy, self.today, form, record_id)
            if found is None or found.deleted_at is not None:
                raise EditConflict
            now = open_sheet(self.today, form, found.id)
            chosen = [
                question.name
                for question in restorable_questions(self.copy, self.today, sheet.form, sheet.answers, now.answers)
                if question.name in wanted
            ]
            if not chosen:
                raise Mistake("Tick the answers that are to be as in the back-up.")
            asked = {name: sheet.answers.get(name) for name in chosen}
            fitting = self._within_reach(now.form, self._fitting(now.form, asked), now.answers)
            answers = settle_answers(now.form, {**now.answers, **fitting}, self.actor.today)
            self._require_bed(ChangedSheet(now.form, answers, now.answers, getattr(found, "case_id", None), found.id))
            return correct_sheet(self.today, now.form, found.id, seen_version, answers, self.actor, self.reason)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction of the data, in which nobody is erased: until its end the back-up is what it was."""
        with self.today.writing() as session:
            session.connection()  # from now on nobody else writes
            if self.copy.is_over:
                raise Mistake("The back-up was closed meanwhile. Nothing was changed.")
            yield

    def _bring_record(self, form: str, record_id: int) -> int:
        self._begun.add((form, record_id))
        sheet = open_sheet(self.copy.repository, form, record_id)
        found = record_today(self.today, form, sheet.record)
        if found is None:
            return self._enter(sheet)
        number: int = self.today.find(form, found.id, with_deleted=True).id
        if found.deleted_at is not None:
            if form == CASE_FORM and case_merged_into(self.today, number) is not None:
                raise Mistake("This case became one with another one since. Restore it among the deleted records.")
            restore_sheet(self.today, self.today.forms[form], number, self.actor, self.reason, self.overbooks)
        return number

    def _enter(self, sheet: Sheet) -> int:
        """File it anew under its old number where nobody else has that, with its history before."""
        form, record = self.today.forms[sheet.form.key], sheet.record
        if not current_scope.get().may("enter", form.key):
            raise OutOfReach(form.key)
        case_id = self._case_today(form, sheet)
        require_written(self.today.session, form.key, case_id)
        answers = self._without_taken_codes(form, self._fitting(form, sheet.answers))
        marks, past = self._marks(form, record), history_before(self.copy, self.today, form, record)
        token = salvage_token(form.key, record)
        self._require_bed(ChangedSheet(form, answers, {}, case_id))
        by = replace(self.actor, roles=None, checked=False)
        with acting_as(SYSTEM_SCOPE):  # the whole record comes back, also what only others write or see
            try:
                number = enter_sheet(
                    self.today, form, answers, by, case_id, token, self.reason, marks, BROUGHT_BACK, past
                )
            except SheetExists:
                raise Mistake("The case has another sheet of this form by now, and it can have one only.") from None
            if form.key == CASE_FORM:
                bring_team(self.copy, self.today, record.id, number)
        self._came.add((form.key, number))
        return number

    def _require_bed(self, sheet: ChangedSheet) -> None:
        """Before a stay comes back, or a place has as many beds as then. Of stays that come back together with their
        case is not asked whether the person is in two places: they were so before."""
        came = [number for form, number in self._came if form == sheet.form.key]
        require_beds(self.today, [sheet], self.actor, self.overbooks, came if self._brings_case else None)

    def _case_today(self, form: Form, sheet: Sheet) -> int | None:
        """The case that the sheet belongs to today. Raises :class:`Mistake` where there is none."""
        scope = current_scope.get()
        if form.key == CASE_FORM:
            if not (scope.system or scope.cases == "all"):
                raise OutOfReach(CASE_FORM)
            return None
        if not form.belongs_to:
            return None
        case = self.copy.repository.case(sheet.record.case_id)
        found = record_today(self.today, CASE_FORM, case)
        into = None if found is None else case_merged_into(self.today, found.id)
        if found is None or (found.deleted_at is not None and into is None):
            raise Mistake("The case of this sheet is not there any more. Bring the case back first.")
        number: int = self.today.case(into or found.id).id
        return number

    def _missing_sheets(self, case_id: int) -> Iterator[tuple[Form, int]]:
        """Those that are gone and of forms that she may enter, within her reach."""
        scope = current_scope.get()
        for form in self.today.forms.values():
            if form.belongs_to and scope.may("enter", form.key) and scope.may("see", form.key):
                record_class: Any = self.copy.repository.record_class(form.key)
                theirs = select(record_class).where(record_class.case_id == case_id).order_by(record_class.id)
                for record in self.copy.repository.session.scalars(theirs):
                    if record_today(self.today, form.key, record) is None:
                        yield form, record.id

    def _fitting(self, form: Form, answers: Answers) -> Answers:
        found = copied_answers(self.copy, self.today, form, answers, self._number_today, self.actor.user_id)
        self.links_lost += found.links_lost
        return found.answers

    def _within_reach(self, form: Form, answers: Answers, now: Answers) -> Answers:
        """Without the links that she may not set, and that do not stand there today."""
        questions = form.questions.values()
        standing = {link.place for link in links_in_answers(questions, now)}
        new = [link for link in links_in_answers(questions, answers) if link.place not in standing]
        lost = links_out_of_reach(self.today, new)
        self.links_lost += len(lost)
        return without_links(answers, lost)

    def _number_today(self, form: str, number: int) -> int | None:
        """The record that an answer of the back-up points to; what is gone along with it comes first."""
        found = number_today(self.copy, self.today, form, number)
        return found if found is not None or (form, number) in self._begun else self._linked_along(form, number)

    def _linked_along(self, form: str, number: int) -> int | None:
        try:
            return self._bring_record(form, number)
        except (OutOfReach, Mistake, NoBed):
            return None

    def _marks(self, form: Form, record: Record) -> Mapping[str, Any]:
        """What the record keeps beside its answers: who entered it and when, and its number where that is free."""
        marks = {
            "created_at": record.created_at,
            "created_by": user_today(self.today, record.created_by),
            "to_check": record.to_check,
        }
        if is_number_free(self.today, form, record.id):
            marks["id"] = record.id
        if form.append_only:
            columns = record.columns()
            reverses = None if columns["reverses"] is None else self._number_today(form.key, columns["reverses"])
            marks |= {"reverses": reverses, "reversal_reason": columns["reversal_reason"]}
        return marks

    def _without_taken_codes(self, form: Form, answers: Answers) -> Answers:
        """A code that another record has by now is given out anew."""
        taken = {
            question.name: None
            for question in form.stored_questions
            if question.issued
            and (code := answers.get(question.name))
            and is_code_taken(self.today, form, question, code, answers)
        }
        return {**answers, **taken}
