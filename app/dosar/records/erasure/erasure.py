"""A person is erased (GDPR art. 17): her case and all that hangs on it, everywhere in the database, for good.

Sheets, rows and files go, deleted ones too; their history, search words, drafts, tokens, teams and merges; the rows and
links by which other records name her; her name and numbers in the reasons that others typed. Other people's sheets
stay as they are written: where her name stands in one, :func:`mentions_elsewhere` finds it before.

What is deleted is overwritten (``secure_delete``), and :meth:`dosar.database.store.Store.rewrite` leaves nothing of it
in the files.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from sqlalchemy import ColumnElement, and_, column, delete, false, inspect, or_, select, table, update

from dosar.database.system_tables import (
    attachment_table,
    deadline_move_table,
    deadline_table,
    draft_table,
    erasure_request_table,
    expired_page_table,
    history_table,
    merged_case_table,
    post_token_table,
    saved_list_table,
    search_word_table,
    team_table,
)
from dosar.database.writing.append_only import closed_tables, table_opened
from dosar.language.form import CASE_FORM, Form
from dosar.records.audit_log import REASON_KEY
from dosar.records.case_members import CASE_OF_SHEET, SHEET_OF_ROW, CaseTable
from dosar.records.repository import Repository
from dosar.records.rights.case_contents import (
    DeployedForms,
    cases_of_person,
    held_case_files,
    read_deployed_forms,
)
from dosar.records.rights.known_names import KnownNames
from dosar.records.unsaved.expired_sessions import is_page_of
from dosar.records.unsaved.unsaved_files import clear_files_of_draft

ERASED = "[…]"
"""What stands in the place of her name where somebody else typed it as a reason."""
IdsByForm = Mapping[str, Sequence[int]]


def erase_person(repository: Repository, case_id: int) -> int:
    """Erase the case and all that hangs on it, in the caller's transaction and scope; says how many sheets it was."""
    return erase_persons(repository, [case_id])


def erase_persons(repository: Repository, case_ids: Sequence[int]) -> int:
    """The same for several persons at once."""
    erasing = Erasure(repository, case_ids)
    erasing.forget_texts_of_others()
    erasing.forget_unsaved()
    erasing.forget_beside_the_forms()
    erasing.delete_answers()
    for forget in repository.forgets_on_erasure:
        forget()
    repository.session.expire_all()
    return sum(map(len, erasing.ids.values()))


class Erasure:
    """One person or several, and where they are."""

    def __init__(self, repository: Repository, case_ids: Sequence[int]) -> None:
        self.repository, self.session = repository, repository.session
        self.deployed = read_deployed_forms(repository)
        self.cases = [case for case_id in case_ids for case in cases_of_person(repository, case_id)]
        self.ids: IdsByForm = _ids_by_form(repository, self.cases)
        self.names = names_of_persons(repository, self.deployed, self.cases)
        self.links = _case_links(self.deployed)

    # --- what others wrote ------------------------------------------------------------------------------------------

    def forget_texts_of_others(self) -> None:
        """Her name and numbers in reasons, and her rows in the history of sheets that named her case."""
        others = ~self._told_of_her()
        columns = history_table.c.id, history_table.c.form, history_table.c.changes
        for row in self.session.execute(select(*columns).where(others)).all():
            changes = self._without_her(row.form, row.changes)
            if changes != row.changes:
                self.session.execute(update(history_table).where(history_table.c.id == row.id).values(changes=changes))

    def _told_of_her(self) -> ColumnElement[bool]:
        """That an entry of the history is of her case, or of one of her sheets."""
        of_case = history_table.c.case_id.is_not(None) & history_table.c.case_id.in_(self.cases)
        return of_records(history_table, self.ids) | of_case

    def _without_her(self, form: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        links = self.links.get(form, {})
        kept = {
            name: [self._answer_without_her(links[name], answer) for answer in pair] if name in links else pair
            for name, pair in changes.items()
        }
        if isinstance(changes.get(REASON_KEY), str):
            kept[REASON_KEY] = self.names.without_names(changes[REASON_KEY])
        return kept

    def _answer_without_her(self, columns: Sequence[str], told: Any) -> Any:
        """The answer to a link, or the rows of a table whose ``columns`` link to cases."""
        if not columns:
            return None if told in self.cases else told
        if not isinstance(told, list):
            return told
        return [row for row in told if not any(row.get(name) in self.cases for name in columns)]

    # --- what waits -------------------------------------------------------------------------------------------------

    def forget_unsaved(self) -> None:
        """Sheets begun for her, and what was typed on her pages; her name in those of others."""
        for row in self.session.execute(select(draft_table)).all():
            if self.is_draft_of_hers(row):
                self.session.execute(delete(draft_table).where(draft_table.c.id == row.id))
                clear_files_of_draft(self.session, row.user_id, [(name, text) for name, text in row.boxes])
            else:
                self._forget_in_boxes(draft_table, row)
        for row in self.session.execute(select(expired_page_table)).all():
            if is_page_of(row.address, self.cases, self.ids):
                self.session.execute(delete(expired_page_table).where(expired_page_table.c.id == row.id))
            else:
                self._forget_in_boxes(expired_page_table, row)

    def is_draft_of_hers(self, row: Any) -> bool:
        """Whether somebody began it for her, or for one of her sheets."""
        hers = row.case_id in self.cases or row.record_id in self.ids.get(row.form, ())
        numbers = {str(case) for case in self.cases}
        links = self.links.get(row.form, {})
        return hers or any(
            text in numbers
            for name, text in row.boxes
            if name.partition(".")[0] in links and _last_part(name) in (*links[name.partition(".")[0]], name)
        )

    def _forget_in_boxes(self, kept: Any, row: Any) -> None:
        boxes = [[name, self.names.without_names(text)] for name, text in row.boxes]
        if boxes != [list(box) for box in row.boxes]:
            self.session.execute(update(kept).where(kept.c.id == row.id).values(boxes=boxes))

    # --- what hangs on her sheets -----------------------------------------------------------------------------------

    def forget_beside_the_forms(self) -> None:
        """Dosar's own tables: whatever names her case or one of her sheets."""
        self._forget_saved_lists()
        self.session.execute(delete(history_table).where(self._told_of_her()))
        for kept in (search_word_table, attachment_table, post_token_table):
            self.session.execute(delete(kept).where(of_records(kept, self.ids)))
        for kept in (team_table, erasure_request_table, deadline_table, deadline_move_table):
            self.session.execute(delete(kept).where(kept.c.case_id.in_(self.cases)))
        merged = merged_case_table.c.case_id.in_(self.cases) | merged_case_table.c.into_id.in_(self.cases)
        self.session.execute(delete(merged_case_table).where(merged))

    def _forget_saved_lists(self) -> None:
        numbers = {str(case) for case in self.cases}
        for row in self.session.execute(select(saved_list_table)).all():
            if not numbers.isdisjoint(map(str, (row.wish.get("filters") or {}).values())):
                self.session.execute(delete(saved_list_table).where(saved_list_table.c.id == row.id))

    # --- the answers themselves -------------------------------------------------------------------------------------

    def delete_answers(self) -> None:
        """Rows and links elsewhere first, since the database holds every link to its record."""
        connection = self.session.connection()
        closed = closed_tables(connection)

        def opened(name: str) -> AbstractContextManager[Any]:
            return table_opened(connection, name) if name in closed else nullcontext()

        for name, columns in _links_by_table(connection, {CASE_FORM, *self.ids}).items():
            with opened(name):
                self._unlink(name, columns)
        for case_table in sorted(self.repository.belongings, key=lambda case_table: not case_table.holds_rows):
            if case_table.is_of_case or (case_table.form == CASE_FORM and case_table.holds_rows):
                with opened(case_table.name):
                    self._delete_from(case_table)
        case = table(CASE_FORM, column("id"))
        self.session.execute(delete(case).where(case.c.id.in_(self.cases)))

    def _unlink(self, name: str, columns: Mapping[str, str]) -> None:
        """A row that names her case is about her, and goes; another link to something of hers is left open."""
        holds_rows = "__" in name
        for link, target in columns.items():
            kept = table(name, column("id"), column(link))
            found = kept.c[link].in_(self.cases if target == CASE_FORM else self.ids.get(target, ()))
            if holds_rows and target == CASE_FORM:
                self._forget_files_of_rows(name, found)
                self.session.execute(delete(kept).where(found))
            else:
                self.session.execute(update(kept).where(found).values({link: None}))

    def _forget_files_of_rows(self, name: str, found: ColumnElement[bool]) -> None:
        form, _, question = name.partition("__")
        asked = self.deployed.forms[form].questions.get(question) if form in self.deployed.forms else None
        for attached in [cell.name for cell in (asked.columns_asked() if asked else ()) if cell.attached]:
            numbers = select(table(name, column(attached)).c[attached]).where(found)
            self.session.execute(delete(attachment_table).where(attachment_table.c.id.in_(numbers)))

    def _delete_from(self, case_table: CaseTable) -> None:
        hers = case_table.table.c[CASE_OF_SHEET].in_(self.cases)
        self.session.execute(delete(case_table.table).where(hers))


def names_of_persons(repository: Repository, deployed: DeployedForms, cases: Sequence[int]) -> KnownNames:
    """What they are and were called, and the numbers of their cases: to be found where others typed them."""
    form, names = deployed.forms[CASE_FORM], KnownNames()
    for said in _said_in_case_files(repository, deployed, cases).values():
        for first, *others in form.person.names if form.person else ():
            for last_name in said.get(first, ()):
                for first_name in (given for name in others for given in said.get(name, ())):
                    names.add([last_name, first_name], ERASED)
        names.learn_words(_numbers_of(form, said), ERASED)
    return names


def _said_in_case_files(
    repository: Repository, deployed: DeployedForms, cases: Sequence[int]
) -> dict[int, dict[str, set[str]]]:
    """Case → question → every text that ever stood there."""
    said: dict[int, dict[str, set[str]]] = {case: {} for case in cases}
    for record in held_case_files(repository, deployed, cases):
        for name, told in record.answers.items():
            if isinstance(told, str):
                said[record.id].setdefault(name, set()).add(told)
    of_files = (history_table.c.form == CASE_FORM) & history_table.c.record_id.in_(cases)
    for case, changes in repository.session.execute(
        select(history_table.c.record_id, history_table.c.changes).where(of_files)
    ):
        for name, pair in changes.items():
            if isinstance(pair, list):
                said[case].setdefault(name, set()).update(told for told in pair if isinstance(told, str))
    return said


def _numbers_of(form: Form, said: Mapping[str, set[str]]) -> Iterator[str]:
    """The answers that are hers alone: personal numbers, telephones, addresses, the number of the case."""
    for question in form.questions.values():
        if question.identifies or question.issued:
            yield from said.get(question.name, ())


def _ids_by_form(repository: Repository, cases: Sequence[int]) -> dict[str, list[int]]:
    """Form → her sheets, as the tables know them, also of forms that do not run."""
    found = {CASE_FORM: [*cases]}
    for case_table in repository.belongings:
        if case_table.goes_with_case:
            hers = select(case_table.table.c.id).where(case_table.table.c[CASE_OF_SHEET].in_(cases))
            ids = sorted(repository.session.scalars(hers))
            if ids:
                found[case_table.form] = ids
    return found


def _case_links(deployed: DeployedForms) -> dict[str, dict[str, list[str]]]:
    """Form → its questions that lead to cases; of a table of rows, the columns that do."""
    found: dict[str, dict[str, list[str]]] = {}
    for form in deployed.forms.values():
        for question in form.questions.values():
            columns = [asked.name for asked in question.columns_asked() if asked.link_target() == CASE_FORM]
            if columns or question.link_target() == CASE_FORM:
                found.setdefault(form.key, {})[question.name] = columns
    return found


def _links_by_table(connection: Any, targets: set[str]) -> dict[str, dict[str, str]]:
    """Table → its columns that point to records of these forms, and whose; what makes a row part of a sheet or a sheet
    part of a case is no link."""
    found: dict[str, dict[str, str]] = {}
    for (_, name), keys in inspect(connection).get_multi_foreign_keys().items():
        for key in keys:
            link, target = key["constrained_columns"][0], key["referred_table"]
            if target in targets and link not in (SHEET_OF_ROW, CASE_OF_SHEET):
                found.setdefault(str(name), {})[link] = str(target)
    return found


def of_records(kept: Any, ids: IdsByForm) -> ColumnElement[bool]:
    """That a row of this table is of one of her sheets."""
    return or_(false(), *[and_(kept.c.form == form, kept.c.record_id.in_(hers)) for form, hers in ids.items()])


def _last_part(box: str) -> str:
    return box.rpartition(".")[2] if "." in box else box
