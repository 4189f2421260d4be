"""Which forms are filled in section by section, and which sections of a sheet there are."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from flask import abort

from dosar.language.answers.settling import hidden_questions
from dosar.language.form import Form
from dosar.language.question import Answers
from dosar.language.text.texts import text_in_language

MAX_ONE_PAGE_QUESTIONS = 30
"""A form of at most this many questions is one page; a longer one is a page for each section."""


@dataclass
class SectionSteps:
    """Where this page stands among the sections of a long form."""

    number: int
    count: int
    titles: list[tuple[str, str, bool]]


def has_section_steps(form: Form) -> bool:
    """Whether the form is filled in section by section."""
    count = sum(1 for _ in form.asked_questions())
    return form.layout == "sections" or (form.layout is None and count > MAX_ONE_PAGE_QUESTIONS)


def visible_sections(form: Form, full_form: Form, answers: Answers, today: date) -> list[int]:
    """The places of the sections that ask anything under these answers; ``form`` is what the reader knows of it."""
    hidden = hidden_questions(full_form, answers, today)
    return [
        position
        for position, section in enumerate(form.sections)
        if any(question.name not in hidden and not question.retired for question in section.questions)
    ]


def section_steps(
    form: Form, places: Collection[int], current: int, url: Callable[[int], str] | None, language: str
) -> SectionSteps:
    """The way through the sections at these places; with a ``url`` each can be gone to."""
    ordered = sorted(places)
    titles = [
        (text_in_language(form.sections[position].title, language), url(position), position == current)
        for position in ordered
        if url is not None
    ]
    return SectionSteps(ordered.index(current) + 1, len(ordered), titles)


def section_or_404(form: Form, step: int | None) -> int | None:
    """The section's place, counted from 0, for an address that counts from 1; all sections when it does not."""
    if step is None:
        return None
    if not 1 <= step <= len(form.sections):
        abort(404)
    return step - 1
