"""How old history is told: its entries name questions as they were called and answered at the time."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from dosar.database.system_tables import (
    SYSTEM_METADATA,
    attachment_table,
    draft_table,
    form_version_table,
    history_table,
    moved_question_table,
    renamed_question_table,
    saved_list_table,
)
from dosar.language.form import Form
from dosar.language.question import Question, Unknown
from dosar.language.text.translations import LANGUAGES

NO_TITLE = dict.fromkeys(LANGUAGES, "-")
MOVED_HERE, MOVED_AWAY = "moved_here", "moved_away"
"""What the history calls it when the answers to a question go to another form."""
QuestionContents = dict[str, Any]
"""A question as a form file writes it."""


@dataclass(frozen=True)
class RenamedQuestion:
    """One question that got another name or a wider type."""

    rows_of: str
    was: str
    now: str
    last_entry: int
    """The last entry of the history that tells it the old way."""
    definitions: Sequence[QuestionContents] | None = None
    into: str = ""
    """The form it went to, if it did: ``now`` is its name there, and entries tell it as ``form.question``."""

    @property
    def name_in_history(self) -> str:
        return f"{self.into}.{self.now}" if self.into else self.now

    def retold(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """The changes of an old entry as they would be written now."""
        if not self.rows_of:
            return {
                self.name_in_history if name == self.was else name: [self._answer(answer) for answer in pair]
                if name == self.was
                else pair
                for name, pair in changes.items()
            }
        return {
            name: [self._rows(rows) for rows in pair] if name == self.rows_of else pair
            for name, pair in changes.items()
        }

    def _rows(self, rows: Any) -> Any:
        return (
            [
                {
                    self.now if name == self.was else name: self._answer(cell) if name == self.was else cell
                    for name, cell in row.items()
                }
                for row in rows
            ]
            if isinstance(rows, list)
            else rows
        )

    def _answer(self, value: Any) -> Any:
        if self.definitions is None:
            return value
        older, wider = map(question_from_contents, self.definitions)
        return wider.to_json(widen_answer(wider, older, older.from_json(value)))


def question_from_contents(definition: QuestionContents) -> Question:
    """The question that these contents of a form file describe."""
    form = Form.model_validate(
        {
            "form": "past",
            "title": NO_TITLE,
            "sections": [{"title": NO_TITLE, "questions": [definition]}],
        }
    )
    return next(iter(form.questions.values()))


def widen_answer(wider: Question, older: Question, answer: Any) -> Any:
    """An answer of the older question as one of the wider; of a question that stayed as it was, as it is."""
    if answer is None or isinstance(answer, Unknown) or wider.is_stored_like(older):
        return answer
    return wider.converted(older, answer)


def read_renamed_questions(connection: Any) -> dict[str, list[RenamedQuestion]]:
    """Form → what became of its questions, in the order it happened."""
    turns: dict[str, list[RenamedQuestion]] = {}
    for row in connection.execute(select(renamed_question_table).order_by(renamed_question_table.c.id)):
        turns.setdefault(row.form, []).append(
            RenamedQuestion(row.rows_of, row.was, row.now, row.last_entry, row.definitions)
        )
    for row in connection.execute(select(moved_question_table).order_by(moved_question_table.c.id)):
        away = RenamedQuestion("", row.question, row.now, row.last_entry, row.definitions, row.into)
        turns[row.form] = sorted([*turns.get(row.form, ()), away], key=lambda turn: turn.last_entry)
    return turns


def retell_changes(
    changes: Mapping[str, Any], entry: int, form: str, turns: Mapping[str, Sequence[RenamedQuestion]]
) -> Mapping[str, Any]:
    """The changes of an entry of the form, told with the questions of today.

    One that went to another form is told as ``form.question``.
    """
    for turn in turns.get(form, ()):
        if entry <= turn.last_entry:
            changes = turn.retold(changes)
            if turn.into and turn.name_in_history in changes:
                changes = _follow_moved(changes, entry, form, turn, turns)
    return changes


def _follow_moved(
    changes: Mapping[str, Any],
    entry: int,
    form: str,
    away: RenamedQuestion,
    turns: Mapping[str, Sequence[RenamedQuestion]],
) -> Mapping[str, Any]:
    """What became of a question in the form it went to; it may have gone on from there."""
    remaining = {**turns, form: [renaming for renaming in turns[form] if renaming is not away]}
    remaining[away.into] = [
        renaming for renaming in remaining.get(away.into, ()) if renaming.last_entry >= away.last_entry
    ]
    retold = retell_changes({away.now: changes[away.name_in_history]}, entry, away.into, remaining)
    other_changes = {name: pair for name, pair in changes.items() if name != away.name_in_history}
    return {**other_changes, **{name if "." in name else f"{away.into}.{name}": pair for name, pair in retold.items()}}


def keep_renaming(
    connection: Connection,
    form: str,
    rows_of: str,
    was: str,
    now: str,
    definitions: Sequence[QuestionContents] | None = None,
) -> None:
    """Remember what became of a question; everything written from now on tells it the new way."""
    last = connection.scalar(select(func.max(history_table.c.id)))
    connection.execute(
        insert(renamed_question_table).values(
            form=form, rows_of=rows_of, was=was, now=now, definitions=definitions, last_entry=last or 0
        )
    )


def keep_question_move(
    connection: Connection,
    form: str,
    was: str,
    into: str,
    now: str,
    definitions: Sequence[QuestionContents] | None,
) -> None:
    """Remember that a question went to another form."""
    connection.execute(
        insert(moved_question_table).values(
            form=form,
            question=was,
            into=into,
            now=now,
            definitions=definitions,
            last_entry=connection.scalar(select(func.max(history_table.c.id))) or 0,
            last_version=connection.scalar(select(func.max(form_version_table.c.id))) or 0,
        )
    )


def rename_elsewhere(connection: Connection, form: str, rows_of: str, was: str, now: str) -> None:
    """Give a question its new name wherever something other than an answer is kept under it."""
    for table in SYSTEM_METADATA.tables.values():
        if table is moved_question_table:
            continue  # tells what was done
        if {"form", "question"} <= set(table.c.keys()) and (not rows_of or "rows_of" in table.c):
            renamed = update(table).where(table.c.form == form, table.c.question == was)
            if "rows_of" in table.c:
                renamed = renamed.where(table.c.rows_of == rows_of)
            connection.execute(renamed.values(question=now))
    if not rows_of:
        connection.execute(
            update(attachment_table)
            .where(attachment_table.c.form == form, attachment_table.c.rows_of == was)
            .values(rows_of=now)
        )
        _change_saved_lists(connection, form, partial(_with_new_name, was=was, now=now))
    box = re.compile(rf"({re.escape(rows_of)}\.\d+\.)({was})()" if rows_of else rf"()({was})(\..*)?")
    drafts = select(draft_table.c.id, draft_table.c.boxes).where(draft_table.c.form == form)
    for draft_id, boxes in connection.execute(drafts).all():
        renamed_boxes = [[_rename_box(box, name, now), text] for name, text in boxes]
        connection.execute(update(draft_table).where(draft_table.c.id == draft_id).values(boxes=renamed_boxes))


def recode_elsewhere(connection: Connection, form: str, question: str, was: str, now: str) -> None:
    """Give a choice its new code wherever a saved list is narrowed by it."""

    def recoded(saved: Mapping[str, Any]) -> dict[str, Any]:
        filters = dict(saved.get("filters", {}))
        if filters.get(question) == was:
            filters[question] = now
        return {**saved, **({"filters": filters} if "filters" in saved else {})}

    _change_saved_lists(connection, form, recoded)


def _change_saved_lists(
    connection: Connection, form: str, changed: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> None:
    """How workers like to see the list of the form."""
    saved_lists = select(saved_list_table.c.id, saved_list_table.c.wish).where(saved_list_table.c.form == form)
    for list_id, saved in connection.execute(saved_lists).all():
        if (fresh := changed(saved)) != saved:
            connection.execute(update(saved_list_table).where(saved_list_table.c.id == list_id).values(wish=fresh))


def _with_new_name(saved: Mapping[str, Any], was: str, now: str) -> dict[str, Any]:
    """The wish with a question's new name, among its columns, its filters and in its order."""
    changed = dict(saved)
    if "columns" in saved:
        changed["columns"] = [now if name == was else name for name in saved["columns"]]
    if "filters" in saved:
        changed["filters"] = {now if name == was else name: code for name, code in saved["filters"].items()}
    if isinstance(saved.get("sort"), str) and saved["sort"].removeprefix("-") == was:
        changed["sort"] = saved["sort"].replace(was, now)
    return changed


def _rename_box(box: re.Pattern[str], name: str, now: str) -> str:
    found = box.fullmatch(name)
    return f"{found[1]}{now}{found[3] or ''}" if found else name
