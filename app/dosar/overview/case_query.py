"""What a page about one case asks of many forms, gathered and read in one statement."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import bindparam

from dosar.database.form_tables import Record
from dosar.database.system_tables import draft_table
from dosar.database.union_reads import UnionQuery
from dosar.language.dating import dating_question
from dosar.language.form import Form
from dosar.language.question import Answers, Question
from dosar.language.restriction import CaseRestriction
from dosar.records.repository import Repository
from dosar.records.scope.consent_words import ConsentSource, ConsentWord, consent_sources
from dosar.records.scope.restricted_cases import restricting_day, restricting_sheets

CASE_PARAMETER: Any = bindparam("of_case")
"""The case looked at, in conditions."""
WORKER_PARAMETER: Any = bindparam("of_worker")
"""Who looks, in conditions."""


@dataclass(frozen=True)
class _PreparedQuery:
    """What was asked for, ready to be read of any case."""

    keys: tuple[Any, ...]
    dates: tuple[str, ...]
    together: UnionQuery


@dataclass
class CaseQuery:
    """One look at a case: what is asked first, then read, then made sense of.

    ``known`` are the forms as the reader may know them; of others nothing is asked.
    """

    repository: Repository
    known: Mapping[str, Form]
    case: Record
    worker_id: int | None = None
    """Who looks: her drafts are nobody else's."""
    queries: dict[Any, tuple[Any, ...]] = field(default_factory=dict)
    dates: set[str] = field(default_factory=set)
    """The dates of the case file that conditions name."""
    found: dict[Any, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def of_case(self) -> Any:
        """The case looked at, to stand in a condition."""
        return CASE_PARAMETER

    def may_know(self, form: str, *names: str) -> bool:
        """Whether the reader may know the form and these of its questions."""
        return form in self.known and all(name in self.known[form].questions for name in names)

    def may_know_rows(self, form: str, table: str, *names: str) -> bool:
        """Whether the reader may know the table of rows and these of its columns."""
        columns = {column.name for column in self._table(form, table)} if self.may_know(form, table) else set()
        return columns.issuperset(names) and bool(columns)

    def _table(self, form: str, table: str) -> Sequence[Question]:
        return self.known[form].questions[table].columns_asked()

    def ask(self, key: Any, form: str, names: Sequence[str], *conditions: Any) -> None:
        """Ask for answers of the case's records of a form; each row also has its ``id``."""
        record_class: Any = self.repository.record_class(form)
        columns = _question_columns(record_class, [self.known[form].questions[name] for name in names])
        self.queries[key] = (
            record_class,
            [record_class.id, *columns],
            [record_class.case_id == CASE_PARAMETER, *conditions],
        )

    def ask_rows(self, key: Any, form: str, table: str, *conditions: Any) -> None:
        """Ask for the rows of a table in the case's records; each has its record's ``record_id``."""
        row_class: Any = self.repository.tables.rows[form, table]
        columns = [
            row_class.id,
            row_class.record_id,
            row_class.position,
            *_question_columns(row_class, self._table(form, table)),
        ]
        self.queries[key] = (row_class, columns, [row_class.case_id == CASE_PARAMETER, *conditions])

    def ask_sums(self, key: Any, form: str, sums: Sequence[Any], *conditions: Any, by: Sequence[Any] = ()) -> None:
        """Ask for sums over the case's records of a form, by the values of columns."""
        record_class: Any = self.repository.record_class(form)
        self.queries[key] = (record_class, [*by, *sums], [record_class.case_id == CASE_PARAMETER, *conditions], by)

    def ask_drafts(self, key: Any) -> None:
        """Ask of which forms the worker has begun a sheet for the case."""
        self.queries[key] = (
            draft_table,
            [draft_table.c.form],
            [draft_table.c.user_id == WORKER_PARAMETER, draft_table.c.case_id == CASE_PARAMETER],
        )

    def ask_restriction(self, restriction: CaseRestriction) -> None:
        """Ask whether it holds for the case, and since when."""
        sheet, numbers, conditions = restricting_sheets(restriction)
        day = restricting_day(restriction, sheet).label("since")
        here = [*conditions, numbers[0] == CASE_PARAMETER]
        self.queries["restricted", restriction.key] = sheet, [*numbers, day], here

    def restrictions_found(self, restrictions: Iterable[CaseRestriction]) -> list[CaseRestriction]:
        """Which of these :meth:`ask_restriction` found to hold for the case."""
        return [
            replace(restriction, since=min((row["since"] for row in rows if row["since"]), default=None))
            for restriction in restrictions
            if (rows := self.found.get(("restricted", restriction.key)))
        ]

    def ask_consents(self) -> None:
        """Ask what the sheets of the case say of the consents that forms need."""
        for position, source in enumerate(self._consent_sources()):
            sheet, columns, conditions = source.query()
            self.queries["consent", position] = sheet, columns, [*conditions, sheet.c.case_id == CASE_PARAMETER]

    def consent_words(self) -> dict[str, list[ConsentWord]]:
        """Consent, by its key, → what :meth:`ask_consents` asked for."""
        words: dict[str, list[ConsentWord]] = {}
        for position, source in enumerate(self._consent_sources()):
            for row in self.found.get(("consent", position), ()):
                said = source.word(row["id"], row["created_at"], row["to_check"], row["day"], row["until"])
                words.setdefault(source.key, []).append(said)
        return words

    def _consent_sources(self) -> list[ConsentSource]:
        needed = self.repository.definition.consents_needed.values()
        return consent_sources(each.consent for several in needed for each in several)

    def since(self, name: str) -> Any:
        """A date of the case file, to stand in a condition."""
        self.dates.add(name)
        return bindparam(f"since_{name}")

    def read(self) -> None:
        """Read everything asked for: one statement."""
        self._read(_PreparedQuery(tuple(self.queries), tuple(self.dates), UnionQuery.of(list(self.queries.values()))))

    def read_as(self, kind: Hashable, ask: Callable[[], None]) -> None:
        """Read what ``ask`` asks for, which is the same for every case looked at in this kind."""

        def asked() -> _PreparedQuery:
            ask()
            return _PreparedQuery(tuple(self.queries), tuple(self.dates), UnionQuery.of(list(self.queries.values())))

        self._read(self.repository.statement(("glance", kind), asked))

    def _read(self, prepared: "_PreparedQuery") -> None:
        values = {f"since_{name}": getattr(self.case, name) for name in prepared.dates}
        values |= {"of_case": self.case.id, "of_worker": self.worker_id}
        rows = prepared.together.read(self.repository.session, values)
        self.found = dict(zip(prepared.keys, rows, strict=True))

    def answers(self, key: Any, form: str) -> list[tuple[int, Answers]]:
        """(id, answers) of what :meth:`ask` asked for, those asked for being among them."""
        stored = self.known[form].stored_questions
        return [(row["id"], _restore_answers(stored, row)) for row in self.found.get(key, ())]

    def answers_of_rows(self, key: Any, form: str, table: str) -> list[tuple[int, Answers]]:
        """(the record's id, answers) of what :meth:`ask_rows` asked for, in the order of the table."""
        columns = self._table(form, table) if key in self.found else ()
        rows = sorted(self.found.get(key, ()), key=lambda row: row["position"])
        return [(row["record_id"], _restore_answers(columns, row)) for row in rows]

    def dating_question_name(self, form: str) -> str:
        """The question that says when a sheet of the form is of, if the reader may know it."""
        dated = dating_question(self.known[form])
        return dated.name if dated else ""


def _question_columns(record_class: Any, questions: Sequence[Question]) -> list[Any]:
    return [getattr(record_class, name) for question in questions for name in question.column_names()]


def _restore_answers(questions: Sequence[Question], row: Mapping[str, Any]) -> Answers:
    return {question.name: question.restore_answer(row) for question in questions if question.name in row}
