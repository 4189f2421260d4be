"""Everything held on a person read out of the database, for the copy that she gets.

Who others are is left out, and nothing else.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import and_, or_, select

from dosar.database.system_tables import attachment_table, draft_table, expired_page_table, history_table
from dosar.fields.formats.days import format_day
from dosar.language.form import CASE_FORM, Form
from dosar.language.privacy.third_persons import leads_to_person, names_third_person
from dosar.language.question import Answers, Question, ReadingContext
from dosar.language.text.message import msgid
from dosar.language.text.texts import text_in_language
from dosar.language.text.translations import translated_word
from dosar.records.attachments import FILE_TARGET, file_content
from dosar.records.audit_log import REASON_KEY
from dosar.records.export_log import EXPORTED_ACTION
from dosar.records.history.renamed_questions import retell_changes
from dosar.records.repository import Repository
from dosar.records.rights.access_file import (
    AccessFile,
    Recipient,
    TakenList,
    TextPage,
    ToldChange,
    ToldDraft,
    ToldFile,
    ToldSheet,
)
from dosar.records.rights.answers_told import Telling, ToldAnswer, ToldSection
from dosar.records.rights.case_contents import (
    DeployedForms,
    HeldRecord,
    cases_of_person,
    held_records,
    read_deployed_forms,
    rows_elsewhere,
)
from dosar.records.rights.drafts_told import links_in_boxes, told_boxes, told_page_boxes
from dosar.records.rights.information import PARTS
from dosar.records.rights.names_of_others import names_of_others, roles_of_users
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.titles import link_titles
from dosar.records.unsaved.expired_sessions import form_of_page, is_page_of

ORGANISATION_FORM = "organisation"
DELETED = msgid("deleted, and still kept")
CATEGORY_WORDS = {
    "identity": msgid("who you are and how you are reached"),
    "health": msgid("health"),
    "legal": msgid("legal matters"),
    "story": msgid("what you went through, and notes about you"),
}
NO_TEXT_PAGES: Mapping[str, TextPage] = MappingProxyType({})


def read_access_file(
    repository: Repository,
    case_id: int,
    reading: ReadingContext,
    organisation: str,
    action_words: Mapping[str, str],
    day_of: Callable[[datetime], date] = datetime.date,
    text_pages: Mapping[str, TextPage] = NO_TEXT_PAGES,
) -> AccessFile:
    """Everything held on the person whose case this is. Whether it may be asked is asked before.

    ``text_pages`` are the pages, by their route, on which something may have been typed and not sent.
    """
    with acting_as(SYSTEM_SCOPE):
        return _Reading(repository, case_id, reading, action_words, day_of, text_pages).read(organisation)


def access_file_contents(repository: Repository, made: AccessFile) -> Iterator[tuple[str, bytes]]:
    """Path and contents of every file in the copy."""
    return ((file.path, file_content(repository, file.id)) for file in made.files)


class _Reading:
    """One copy in the making."""

    def __init__(
        self,
        repository: Repository,
        case_id: int,
        reading: ReadingContext,
        action_words: Mapping[str, str],
        day_of: Callable[[datetime], date],
        text_pages: Mapping[str, TextPage],
    ) -> None:
        self.text_pages = text_pages
        self.repository, self.reading, self.actions, self.day_of = repository, reading, action_words, day_of
        self.deployed: DeployedForms = read_deployed_forms(repository)
        self.cases = cases_of_person(repository, case_id)
        self.records = list(held_records(repository, self.deployed, self.cases))
        self.rows = list(rows_elsewhere(repository, self.deployed, self.cases))
        self.files, self.drafts, self.unsent = self._read_files(), self._read_drafts(), self._read_unsent()
        self.telling = Telling(
            self.deployed.forms,
            reading,
            names_of_others(repository, self.deployed, self.records, self.cases, reading.language),
            self._titles(),
            roles_of_users(repository, reading.language),
        )

    def read(self, organisation: str) -> AccessFile:
        form, case = self.deployed.forms[CASE_FORM], next(record for record in self.records if record.id in self.cases)
        code = form.code_question
        return AccessFile(
            str((case.answers.get(code.name) if code else None) or case.id),
            self.reading.language,
            format_day(self.reading.today, self.reading.language),
            organisation,
            [(self._word(title), [self._word(text) for text in texts]) for title, texts in PARTS],
            self._categories(),
            self._kinds_of_data(),
            list(self._recipients()),
            list(self._taken_lists(case.columns["created_at"])),
            [self._sheet(record) for record in self.records],
            list(self._elsewhere()),
            [*self._drafts(), *self._unsent_pages()],
            self.files_told(),
            list(self._history()),
        )

    def _word(self, text: str) -> str:
        return translated_word(text, self.reading.language)

    def _title(self, form: Form) -> str:
        return text_in_language(form.title, self.reading.language)

    def _day(self, moment: datetime | None) -> str:
        return "" if moment is None else format_day(self.day_of(moment), self.reading.language)

    def _sheet(self, record: HeldRecord) -> ToldSheet:
        columns, telling = record.columns, self.telling
        deleted = f"{self._word(DELETED)}, {self._day(columns['deleted_at'])}" if columns["deleted_at"] else ""
        sections = telling.sections(record.form, record.answers)
        reversal = columns.get("reversal_reason")
        if reversal:
            why = telling.names.without_names(reversal)
            told = ToldAnswer("reversal_reason", self._word("Reason"), why, why)
            sections.append(ToldSection(self._word("Reversed"), [told]))
        return ToldSheet(
            record.form.key,
            self._title(record.form),
            record.id,
            f"{self._day(columns['created_at'])}, {telling.who(columns['created_by'])}",
            f"{self._day(columns['changed_at'])}, {telling.who(columns['changed_by'])}",
            deleted,
            sections,
        )

    def _elsewhere(self) -> Iterator[ToldSheet]:
        """That she took part in something: her row of the sheet, and no other."""
        for found in self.rows:
            answer = self.telling.answer(found.form, found.table, [found.row])
            title = text_in_language(found.table.label, self.reading.language)
            yield ToldSheet(
                found.form.key, self._title(found.form), found.record_id, "", "", "", [ToldSection(title, [answer])]
            )

    def _categories(self) -> list[tuple[str, int]]:
        counts: dict[str, int] = {}
        for record in self.records:
            counts[self._title(record.form)] = counts.get(self._title(record.form), 0) + 1
        return list(counts.items())

    def _kinds_of_data(self) -> list[str]:
        kept = {
            clearance
            for record in self.records
            for question in record.form.questions.values()
            if record.answers.get(question.name) not in (None, [])
            for part in (question, *question.columns_asked())
            for clearance in part.own_clearances
        }
        return [self._word(words) for key, words in CATEGORY_WORDS.items() if key in kept]

    def _recipients(self) -> Iterator[Recipient]:
        for record in self.records:
            for question, answer in _links_in(record.form, record.answers):
                title = self.telling.titles.get((ORGANISATION_FORM, question.number_in(answer) or 0))
                if question.link_target() == ORGANISATION_FORM and title:
                    label = text_in_language(question.label, self.reading.language)
                    yield Recipient(title, self._title(record.form), label, self._day(record.columns["created_at"]))

    def _taken_lists(self, since: datetime) -> Iterator[TakenList]:
        taken = select(history_table).where(history_table.c.action == EXPORTED_ACTION, history_table.c.at >= since)
        for row in self.repository.session.execute(taken.order_by(history_table.c.id)):
            form = self.deployed.forms.get(row.form)
            if form is not None and (form.belongs_to or form.key == CASE_FORM):
                yield TakenList(self._day(row.at), self._title(form), self.telling.who(row.user_id))

    def _ids_by_form(self) -> dict[str, list[int]]:
        ids: dict[str, list[int]] = {}
        for record in self.records:
            ids.setdefault(record.form.key, []).append(record.id)
        return ids

    def _of_records(self, table: Any) -> Any:
        return or_(
            *[and_(table.c.form == form, table.c.record_id.in_(ids)) for form, ids in self._ids_by_form().items()]
        )

    def _read_files(self) -> list[Any]:
        columns = [attachment_table.c[name] for name in ("id", "form", "rows_of", "question", "record_id", "name")]
        columns += [attachment_table.c.media_type, attachment_table.c.size]
        files = select(*columns).where(self._of_records(attachment_table)).order_by(attachment_table.c.id)
        return [file for file in self.repository.session.execute(files) if self._is_hers(file)]

    def _is_hers(self, file: Any) -> bool:
        """A paper that says who somebody else is goes with her or him."""
        form = self.deployed.forms[file.form]
        table = form.questions.get(file.rows_of) if file.rows_of else None
        question = table.column(file.question) if table is not None else form.questions.get(file.question)
        return question is not None and not names_third_person(self.deployed.forms, form, question, table)

    def files_told(self) -> list[ToldFile]:
        """The files, each under a number that says nothing."""
        return [
            ToldFile(
                f"files/{number:03}{_ending(file.name)}",
                self.telling.names.without_names(file.name),
                file.media_type,
                file.size,
                self._title(self.deployed.forms[file.form]),
                file.record_id,
                file.id,
            )
            for number, file in enumerate(self.files, 1)
        ]

    def _titles(self) -> dict[tuple[str, int], str]:
        """What her answers point to: files of hers, and records that are nobody's or hers."""
        ids: dict[str, set[int]] = {}
        for form, answers in self._everything_pointing():
            for question, answer in _links_in(form, answers):
                if not leads_to_person(self.deployed.forms, question):
                    ids.setdefault(str(question.link_target()), set()).add(question.number_in(answer) or 0)
        hers = self._ids_by_form()
        for target in ids:
            if self._belongs_to_case(target):
                ids[target] &= set(hers.get(target, ()))
        titles = link_titles(self.repository, self.repository.forms, ids, self.reading, with_deleted=True)
        return {**titles, **{(FILE_TARGET, file.id): file.name for file in self.files}}

    def _belongs_to_case(self, target: str) -> bool:
        form = self.deployed.forms.get(target)
        return form is not None and form.belongs_to is not None

    def _everything_pointing(self) -> Iterator[tuple[Form, Answers]]:
        yield from ((record.form, record.answers) for record in self.records)
        for row in self.rows:
            yield row.form, {row.table.name: [row.row]}
        for form, draft in (*self.drafts, *self._unsent_sheets()):
            yield form, links_in_boxes(form, draft.boxes)

    def _drafts(self) -> Iterator[ToldDraft]:
        for form, draft in (*self.drafts, *self._unsent_sheets()):
            answers = told_boxes(self.telling, form, draft.boxes)
            yield ToldDraft(self._title(form), self._day(draft.saved_at), self.telling.who(draft.user_id), answers)

    def _read_drafts(self) -> list[tuple[Form, Any]]:
        begun = select(draft_table).where(or_(draft_table.c.case_id.in_(self.cases), self._of_records(draft_table)))
        rows = self.repository.session.execute(begun.order_by(draft_table.c.id)).all()
        return [(self.deployed.forms[row.form], row) for row in rows if row.form in self.deployed.forms]

    def _read_unsent(self) -> list[Any]:
        rows = self.repository.session.execute(select(expired_page_table).order_by(expired_page_table.c.id)).all()
        ids = self._ids_by_form()
        return [row for row in rows if is_page_of(row.address, self.cases, ids)]

    def _unsent_sheets(self) -> Iterator[tuple[Form, Any]]:
        for row in self.unsent:
            form = self.deployed.forms.get(form_of_page(row.address))
            if form is not None and row.endpoint not in self.text_pages:
                yield form, row

    def _unsent_pages(self) -> Iterator[ToldDraft]:
        for row in self.unsent:
            page = self.text_pages.get(row.endpoint)
            if page is not None:
                answers = told_page_boxes(self.telling, page.labels, row.boxes)
                yield ToldDraft(page.title, self._day(row.saved_at), self.telling.who(row.user_id), answers)

    def _history(self) -> Iterator[ToldChange]:
        of_case = or_(history_table.c.case_id.in_(self.cases), self._of_records(history_table))
        for row in self.repository.session.execute(select(history_table).where(of_case).order_by(history_table.c.id)):
            form = self.deployed.forms.get(row.form)
            if form is not None:
                yield self._change(form, row)

    def _change(self, form: Form, row: Any) -> ToldChange:
        changes = retell_changes(row.changes, row.id, row.form, self.repository.renamed_questions)
        pairs = [(form, form.questions[name], pair) for name, pair in changes.items() if name in form.questions]
        for name, pair in changes.items():
            into, _, question = name.partition(".")
            if question and into in self.deployed.forms and question in self.deployed.forms[into].questions:
                pairs.append((self.deployed.forms[into], self.deployed.forms[into].questions[question], pair))
        return ToldChange(
            self._day(row.at),
            self.telling.who(row.user_id),
            self.actions.get(row.action, row.action),
            self._title(form),
            row.record_id,
            [self.telling.answer(of, question, question.from_json(old)) for of, question, (old, _) in pairs],
            [self.telling.answer(of, question, question.from_json(new)) for of, question, (_, new) in pairs],
            self.telling.names.without_names(str(row.changes.get(REASON_KEY, ""))),
        )


def _links_in(form: Form, answers: Answers) -> Iterator[tuple[Question, Any]]:
    """Every answer that points to a record, rows included."""
    for question in form.questions.values():
        answer = answers.get(question.name)
        for row in answer or () if question.columns_asked() else ():
            yield from ((column, row.get(column.name)) for column in question.columns_asked() if _points(column, row))
        if _points(question, answers):
            yield question, answer


def _points(question: Question, answers: Answers) -> bool:
    return question.link_target() is not None and question.number_in(answers.get(question.name)) is not None


def _ending(name: str) -> str:
    ending = name.rpartition(".")[2].lower()
    return f".{ending}" if ending.isalnum() and ending.isascii() and len(ending) <= 5 else ""
