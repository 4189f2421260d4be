"""A kept sheet as people read it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext

from dosar.database.form_tables import Record
from dosar.language.answers.settling import hidden_questions
from dosar.language.form import USER_LINK, Form
from dosar.language.question import Answers, Question
from dosar.language.text.texts import text_in_language
from dosar.pages.context import PageContext
from dosar.pages.formatting import moment_text
from dosar.pages.linked_titles import RecordTitles, file_url, link_markup
from dosar.records.attachments import FILE_TARGET
from dosar.records.titles import DeletedTitle, show_answer


@dataclass(slots=True)
class ShownQuestion:
    """One question and its answer."""

    label: str
    number: str
    text: str
    level: str = ""
    lines: bool = False
    url: str = ""
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


@dataclass(slots=True)
class ShownSection:
    """One part of the sheet."""

    title: str
    number: str
    questions: list[ShownQuestion]


def shown_sections(context: PageContext, form: Form, answers: Answers, titles: RecordTitles) -> list[ShownSection]:
    """The sheet in paper order, without the questions that its answers hide."""
    hidden = hidden_questions(context.repository.forms[form.key], answers, context.reading.today)
    language = context.reading.language
    return [
        ShownSection(
            text_in_language(section.title, language),
            section.number or "",
            [
                shown
                for question in section.questions
                if _is_question_shown(question, answers, hidden)
                for shown in _shown_parts(context, question, answers.get(question.name), titles)
            ],
        )
        for section in form.sections
    ]


def _is_question_shown(question: Question, answers: Answers, hidden: set[str]) -> bool:
    """A retired question is shown while it has an answer; nothing else is hidden but by a condition."""
    if not question.asks:
        return False
    return answers.get(question.name) is not None or (not question.retired and question.name not in hidden)


def _shown_parts(
    context: PageContext, question: Question, answer: Any, titles: RecordTitles
) -> Iterator[ShownQuestion]:
    """The question; or each of the tables that the paper has its rows in."""
    for place, part in enumerate(question.parts):
        rows = [row for row in answer or () if question.part_of(row) == place]
        shown = shown_question(context, question, rows or None, titles)
        shown.label = text_in_language(part.title, context.reading.language)
        shown.number = "" if place else shown.number
        yield shown
    if not question.parts:
        yield shown_question(context, question, answer, titles)


def shown_question(context: PageContext, question: Question, answer: Any, titles: RecordTitles) -> ShownQuestion:
    """One question and its answer in words."""
    language = context.reading.language
    text = answer_text(context, question, answer, titles)
    shown = ShownQuestion(
        text_in_language(question.label, language),
        question.number or "",
        text,
        level=question.level(answer),
        lines="\n" in text,
        url=_answer_url(context, question, answer, titles),
    )
    if question.columns_asked():
        shown.columns = [text_in_language(column.label, language) for column in question.columns_asked()]
        shown.rows = [
            [linked_text(context, column, row.get(column.name), titles) for column in question.columns_asked()]
            for row in answer or ()
        ]
    return shown


def answer_text(context: PageContext, question: Question, answer: Any, titles: RecordTitles) -> str:
    """The answer in words; a record or file out of reach has no title."""
    number = question.number_in(answer)
    if number is not None:
        return titles.get((question.link_target() or FILE_TARGET, number)) or gettext("(not for you to see)")
    return show_answer(question, answer, context.reading)


def linked_text(context: PageContext, question: Question, answer: Any, titles: RecordTitles) -> str:
    """The answer in words, a file as the link by which it is opened."""
    text, url = answer_text(context, question, answer, titles), file_url(question, answer, titles)
    return link_markup(text, url) if url else text


def _answer_url(context: PageContext, question: Question, answer: Any, titles: RecordTitles) -> str:
    target, number = question.link_target(), question.number_in(answer)
    if (
        target is not None
        and number is not None
        and target != USER_LINK
        and (_may_open_record(context, target, titles.get((target, number))))
    ):
        return f"/records/{target}/{number}"
    return file_url(question, answer, titles)


def _may_open_record(context: PageContext, target: str, named: str | None) -> bool:
    """Whether a record of this title has a page for the worker."""
    opens = "delete" if isinstance(named, DeletedTitle) else "see"
    return named is not None and context.worker.may(opens, target)


LINES_FOR_SEVERAL = 4
"""So many lines are printed where several people sign."""


def signature_lines(form: Form, language: str) -> list[str]:
    """Whose signatures the printed sheet has room for, a line each."""
    return [
        text_in_language(signature.label, language)
        for signature in form.signatures
        for _ in range(LINES_FOR_SEVERAL if signature.many else 1)
    ]


def stamp_user_ids(record: Record) -> tuple[int | None, ...]:
    """The users that the record's stamps name."""
    return record.created_by, record.changed_by, record.deleted_by


def record_stamps(record: Record, titles: RecordTitles) -> list[str]:
    """Who entered and last changed the record, and when."""
    stamps = [_stamp_text(gettext("Entered by %(who)s, %(when)s"), record.created_by, record.created_at, titles)]
    if record.changed_at != record.created_at or record.changed_by != record.created_by:
        stamps.append(
            _stamp_text(gettext("Changed by %(who)s, %(when)s"), record.changed_by, record.changed_at, titles)
        )
    if record.to_check:
        stamps.append(gettext("Waits for somebody of the team to accept it."))
    if record.deleted_at is not None:
        stamps.append(
            _stamp_text(gettext("Deleted by %(who)s, %(when)s"), record.deleted_by, record.deleted_at, titles)
        )
    return stamps


def _stamp_text(words: str, who: int | None, when: Any, titles: RecordTitles) -> str:
    name = titles.get((USER_LINK, who)) if who is not None else None
    return words % {"who": name or gettext("Dosar"), "when": moment_text(when)}
