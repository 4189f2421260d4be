"""Which forms are filled in section by section, and which sections of a sheet there are."""

from datetime import date

from dosar.language.form import Form
from dosar.language.question import Answers
from dosar.language.validation import hidden_questions

MAX_ONE_PAGE_QUESTIONS = 30
"""A form of at most this many questions is one page; a longer one is a page for each section."""


def has_section_steps(form: Form) -> bool:
    """Whether the form is filled in section by section."""
    asked = sum(1 for _ in form.asked())
    return form.layout == "sections" or (form.layout is None and asked > MAX_ONE_PAGE_QUESTIONS)


def visible_sections(form: Form, whole: Form, answers: Answers, today: date) -> list[int]:
    """The places of the sections that ask anything under these answers; ``form`` is what the reader knows of it."""
    hidden = hidden_questions(whole, answers, today)
    return [
        place
        for place, section in enumerate(form.sections)
        if any(question.name not in hidden and not question.retired for question in section.questions)
    ]
