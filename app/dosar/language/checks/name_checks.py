"""Names of forms and questions: said twice, used by Dosar itself, too long or too many for the database."""

from collections.abc import Iterable, Iterator
from keyword import kwlist

from dosar.language.form import CASE_FORM, USER_LINK
from dosar.language.load.finding import FilePlace, Finding, finding
from dosar.language.load.source_lines import CheckedForm, walk_questions
from dosar.language.question import Question
from dosar.language.text.message import msgid

RESERVED_NAMES = frozenset(
    {
        "id",
        "case_id",
        "form_version",
        "created_by",
        "created_at",
        "changed_by",
        "changed_at",
        "version",
        "deleted_by",
        "deleted_at",
        "metadata",
        "registry",
        "position",
        "record_id",
        "csrf_token",
        "links",
        "form_key",
        "case_column",
        "columns",
        "lacking",
        "private_to",
        "to_check",
        "reverses",
        "reversal_reason",
        "of",
        "question_name",
        "attached_in",
        "case_links",
        "append_only",
        "column_keys",
        # words of the rules' grammar, by which no rule could ask
        *kwlist,
    }
)
MAX_JOINED_NAMES = 50
"""Columns, indexes and tables are named after both; PostgreSQL knows the first 63 characters of a name."""
MAX_TABLE_COLUMNS = 1000
"""PostgreSQL gives a table 1,600 columns, those of questions long gone among them."""
RESERVED_FORM_PREFIXES = ("ab_", "dosar_", "sqlite_", "pg_")


def check_names(draft: CheckedForm) -> Iterator[Finding]:
    """Every question's name: said once, none of Dosar's own, short enough to name columns and indexes after."""
    seen: set[tuple[str, str]] = set()
    for path, question, table in walk_questions(draft.form):
        place, name = draft.place(*path, "name"), question.name
        if (table.name if table else "", name) in seen:
            yield finding(place, "F009", 'Two questions are named "%(name)s"; rename one.', name=name)
        seen.add((table.name if table else "", name))
        if name in RESERVED_NAMES:
            yield _reserved_name(place, name)
        if "__" in name:
            yield finding(place, "F013", "A name has no two underscores in a row; take another.")
        joined_with = (draft.form.key if table is None else "", question.link_target() or "")
        for other in joined_with:
            if len(name) + len(other) > MAX_JOINED_NAMES:
                yield finding(
                    place,
                    "F031",
                    'The names "%(one)s" and "%(other)s" have more than %(most)s characters together; shorten one.',
                    one=other,
                    other=name,
                    most=MAX_JOINED_NAMES,
                )


def _reserved_name(place: FilePlace, name: str) -> Finding:
    return finding(place, "F013", '"%(name)s" is a name Dosar uses itself; take another.', name=name)


def check_form_name(draft: CheckedForm) -> Iterator[Finding]:
    """The form's own name, and that the case file belongs to nothing."""
    key = draft.form.key
    if key.startswith(RESERVED_FORM_PREFIXES) or "__" in key or key in (USER_LINK, "users"):
        yield _reserved_name(draft.place("form"), key)
    if draft.form.belongs_to and key == CASE_FORM:
        text = msgid("The case file belongs to nothing; remove this line.")
        yield finding(draft.place("belongs_to"), "F016", text)


def check_widths(draft: CheckedForm) -> Iterator[Finding]:
    """The sheet, or a table on it, whose answers the database has no room for."""
    yield from _check_width(draft.place("sections"), draft.form.key, draft.form.stored_questions)
    for path, question, _ in walk_questions(draft.form):
        yield from _check_width(draft.place(*path, "name"), question.name, question.columns_asked())


def _check_width(place: FilePlace, name: str, questions: Iterable[Question]) -> Iterator[Finding]:
    columns = sum(len(question.column_names()) for question in questions)
    if columns > MAX_TABLE_COLUMNS:
        yield finding(
            place,
            "F037",
            'The answers of "%(name)s" need %(columns)s columns in the database, which keeps at most '
            "%(most)s together; move some of the questions into a form of their own.",
            name=name,
            columns=columns,
            most=MAX_TABLE_COLUMNS,
        )
