"""What a page asks beside its paper, because it was typed on another one.

It stands at the end in a section of its own, a column in its table.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from flask_babel import lazy_gettext

from dosar.language.form import Form, Section
from dosar.language.question import Question
from dosar.language.text.translations import LANGUAGES

ALSO_BOX = "_also"
"""The box that names what a page asks beside its paper: questions, and columns as ``table.column``."""


def form_asking_also(form: Form, named: Mapping[str, Question], drawn: Collection[str]) -> tuple[Form, Section | None]:
    """``form`` with these questions and columns, and the section that is added for those not ``drawn`` yet."""
    apart = [question for name, question in named.items() if name not in drawn and "." not in name]
    widened, added = (
        form.with_questions(lambda question: _with_wanted_columns(question, named)),
        _added_section(apart) if apart else None,
    )
    sections = [*widened.sections, *([added] if added else [])]
    return Form.model_construct(**dict(widened, sections=sections)), added


def questions_named_also(known: Form, names: Iterable[str], roles: Collection[str]) -> dict[str, Question]:
    """The questions, or the tables of the columns, that :data:`ALSO_BOX` names, as far as the worker may write them."""
    found = {name: known.questions.get(name.partition(".")[0]) for name in names}
    return {
        name: question
        for name, question in found.items()
        if question is not None and not (question.retired or question.computed) and question.is_written_by(roles)
    }


def _added_section(questions: Sequence[Question]) -> Section:
    title = lazy_gettext("Typed on another paper form")
    return Section.model_construct(
        title=dict.fromkeys(LANGUAGES, title),
        number=None,
        help=None,
        show_if=None,
        questions=tuple(questions),
    )


def _with_wanted_columns(question: Question, named: Mapping[str, Question]) -> Question:
    return _with_columns(
        question,
        [
            column
            for name, table in named.items()
            if table.name == question.name
            for column in table.columns_asked()
            if name == f"{question.name}.{column.name}"
        ],
    )


def _with_columns(table: Question, columns: Sequence[Question]) -> Question:
    present = {column.name for column in table.columns_asked()}
    more = [column for column in columns if column.name not in present]
    return table.with_columns([*table.columns_asked(), *more]) if more else table
