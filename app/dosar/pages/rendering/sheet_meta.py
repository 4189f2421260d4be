"""What the fields of one page share, in the ``meta`` that WTForms gives to every form and field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from json import dumps
from typing import Any

from flask import current_app
from flask_babel import gettext
from wtforms.meta import DefaultMeta

from dosar.filing.cells import CellReader
from dosar.filing.result import ValidationResult
from dosar.filing.texts import NO_ROWS, FixedRows, Texts
from dosar.language.answers.settling import plain_answers
from dosar.language.answers.validation import AnswerPath
from dosar.language.form import Form
from dosar.language.question import Answers, Question, ReadingContext
from dosar.language.rules.expressions import Expression
from dosar.language.text.message import Message
from dosar.language.text.texts import Text, text_in_language
from dosar.pages.linked_titles import RecordTitles
from dosar.pages.rendering.question_view import OfferedAnswer


@lru_cache(maxsize=1024)
def same_names(names: frozenset[str]) -> frozenset[str]:
    """Always the same set of these names: two are compared at once by what they are, not name by name."""
    return names


class Verdict:
    """What filing has found, as sentences by their place."""

    def __init__(self, result: ValidationResult, language: str) -> None:
        self.result = result
        self._language = language
        self._sentences: dict[tuple[AnswerPath, bool], list[str]] = {}
        for issue in result.issues:
            self._sentences.setdefault((issue.where, issue.soft), []).append(sentence_in(language, issue.message))

    def errors(self, where: AnswerPath) -> list[str]:
        """Why the answer there is not accepted: that it cannot be read, or what is wrong with it."""
        unread = self.result.unread.get(where)
        return [sentence_in(self._language, unread)] if unread is not None else self._sentences.get((where, False), [])

    def doubts(self, where: AnswerPath) -> list[str]:
        """What somebody should look at again there."""
        return self._sentences.get((where, True), [])


def sentence_in(language: str, message: Message | Text) -> str:
    """The sentence in the reader's language."""
    return message.say(gettext) if isinstance(message, Message) else text_in_language(message, language)


@dataclass
class SheetMeta(DefaultMeta):
    """Who reads, and what is known around the questions."""

    cells: CellReader
    form: Form
    """The form as this page asks it."""
    full_form: Form
    """The form with the questions this page does not ask: conditions may name them."""
    others: Mapping[str, str] = field(default_factory=dict)
    """The questions that only others answer, and who."""
    fixed: FixedRows = field(default_factory=lambda: NO_ROWS)
    """The rows of tables that nobody changes any more."""
    names_on_page: frozenset[str] = frozenset()
    """The questions that are filled in here: rules about these alone are judged in the browser too."""
    pick: str = ""
    """Where a press on *Choose* leads."""
    answers: Answers = field(default_factory=dict)
    """All of the record, as they would be kept; conditions and echoes are worked out from them."""
    titles: RecordTitles = field(default_factory=dict)
    """What the linked records are called."""
    offers: Mapping[str, OfferedAnswer] = field(default_factory=dict)
    """What other answers suggest to questions left empty."""
    texts: Texts = field(default_factory=dict)
    """What stands in all the boxes of the page."""
    verdict: Verdict | None = None
    """What filing has found, once it was asked."""

    def __post_init__(self) -> None:
        self.reading: ReadingContext = self.cells.reading
        self.language: str = self.cells.reading.language

    def render_field(self, field: Any, render_kw: Mapping[str, Any]) -> Any:
        """Draw the field; a question has no attributes of HTML to be merged first."""
        return field.widget(field, **render_kw)

    @cached_property
    def macros(self) -> Any:
        """What draws the fields, by their look."""
        return current_app.jinja_env.get_template("parts/inputs.html").module

    def say(self, message: Message | Text) -> str:
        """The sentence in the reader's language."""
        return sentence_in(self.language, message)

    @cached_property
    def plain_answers(self) -> dict[str, Any]:
        """The answers as rules see them."""
        return plain_answers(list(self.full_form.questions.values()), self.answers)

    def names_in_rows(self, table: Question) -> frozenset[str]:
        """Those that the rules of a row may ask about."""
        if table.name not in self._names_in_rows:
            columns = {column.name for column in table.columns_asked()}
            self._names_in_rows[table.name] = same_names(self.names_on_page | columns)
        return self._names_in_rows[table.name]

    @cached_property
    def _names_in_rows(self) -> dict[str, frozenset[str]]:
        return {}

    def rule_json(self, rule: Expression | None, names: frozenset[str]) -> str:
        """The rule for the browser, if it asks only about these; else the server decides."""
        if rule is None or not {name.partition(".")[0] for name in rule.names} <= names:
            return ""
        return dumps(rule.tree, separators=(",", ":"))
