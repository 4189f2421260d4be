"""A kept sheet as people read it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext

from app.language.answering import hidden_questions
from app.language.form import Form
from app.language.question import Answers, Question
from app.language.texts import say
from app.pages.desk import Desk
from app.pages.filling import Titles, file_url, linked
from app.pages.moments import moment_text
from app.records.attachments import FILE
from app.records.labels import DeletedTitle, shown
from app.records.tables import USER, Record


@dataclass(slots=True)
class ReadQuestion:
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
class ReadSection:
    """One part of the sheet."""

    title: str
    number: str
    questions: list[ReadQuestion]


def read_sections(at: Desk, form: Form, answers: Answers, titles: Titles) -> list[ReadSection]:
    """The sheet in paper order, without the questions that its answers hide."""
    hidden = hidden_questions(at.cabinet.forms[form.key], answers, at.reading.today)
    language = at.reading.language
    return [
        ReadSection(say(section.title, language), section.number or "", [
            read for question in section.questions if _is_read(question, answers, hidden)
            for read in _read_parts(at, question, answers.get(question.name), titles)
        ])
        for section in form.sections
    ]


def _is_read(question: Question, answers: Answers, hidden: set[str]) -> bool:
    """A retired question is read while it has an answer; nothing else is hidden but by a condition."""
    if not question.asks:
        return False
    return answers.get(question.name) is not None or (
        not question.retired and question.name not in hidden
    )


def _read_parts(at: Desk, question: Question, answer: Any, titles: Titles) -> Iterator[ReadQuestion]:
    """The question; or each of the tables that the paper has its rows in."""
    for place, part in enumerate(question.parts):
        rows = [row for row in answer or () if question.part_of(row) == place]
        read = read_question(at, question, rows or None, titles)
        read.label, read.number = say(part.title, at.reading.language), "" if place else read.number
        yield read
    if not question.parts:
        yield read_question(at, question, answer, titles)


def read_question(at: Desk, question: Question, answer: Any, titles: Titles) -> ReadQuestion:
    """One question and its answer in words."""
    language = at.reading.language
    text = answer_text(at, question, answer, titles)
    read = ReadQuestion(
        say(question.label, language), question.number or "", text,
        level=question.level(answer), lines="\n" in text, url=_url(at, question, answer, titles),
    )
    if question.columns_asked():
        read.columns = [say(column.label, language) for column in question.columns_asked()]
        read.rows = [
            [linked_text(at, column, row.get(column.name), titles) for column in question.columns_asked()]
            for row in answer or ()
        ]
    return read


def answer_text(at: Desk, question: Question, answer: Any, titles: Titles) -> str:
    """The answer in words; a record or file out of reach has no title."""
    number = question.number_in(answer)
    if number is not None:
        return titles.get((question.link_target() or FILE, number)) or gettext("(not for you to see)")
    return shown(question, answer, at.reading)


def linked_text(at: Desk, question: Question, answer: Any, titles: Titles) -> str:
    """The answer in words, a file as the link by which it is opened."""
    text, url = answer_text(at, question, answer, titles), file_url(question, answer, titles)
    return linked(text, url) if url else text


def _url(at: Desk, question: Question, answer: Any, titles: Titles) -> str:
    target, number = question.link_target(), question.number_in(answer)
    if target is not None and number is not None and target != USER and (
        _is_opened(at, target, titles.get((target, number)))
    ):
        return f"/records/{target}/{number}"
    return file_url(question, answer, titles)


def _is_opened(at: Desk, target: str, named: str | None) -> bool:
    """Whether a record of this title has a page for the worker."""
    opens = "delete" if isinstance(named, DeletedTitle) else "see"
    return named is not None and at.worker.may(opens, target)


MANY = 4
"""So many lines are printed where several people sign."""


def signature_lines(form: Form, language: str) -> list[str]:
    """Whose signatures the printed sheet has room for, a line each."""
    return [say(one.label, language) for one in form.signatures for _ in range(MANY if one.many else 1)]


def stampers(record: Record) -> tuple[int | None, ...]:
    """The users that the record's stamps name."""
    return record.created_by, record.changed_by, record.deleted_by


def stamps(record: Record, titles: Titles) -> list[str]:
    """Who entered and last changed the record, and when."""
    told = [_stamp(gettext("Entered by %(who)s, %(when)s"), record.created_by, record.created_at, titles)]
    if record.changed_at != record.created_at or record.changed_by != record.created_by:
        told.append(_stamp(gettext("Changed by %(who)s, %(when)s"), record.changed_by, record.changed_at, titles))
    if record.to_check:
        told.append(gettext("Waits for somebody of the team to accept it."))
    if record.deleted_at is not None:
        told.append(_stamp(gettext("Deleted by %(who)s, %(when)s"), record.deleted_by, record.deleted_at, titles))
    return told


def _stamp(words: str, who: int | None, when: Any, titles: Titles) -> str:
    name = titles.get((USER, who)) if who is not None else None
    return words % {"who": name or gettext("Dosar"), "when": moment_text(when)}
