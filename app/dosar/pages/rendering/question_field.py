"""A question of a form as a field of WTForms: ``process_formdata`` reads it, ``data`` is the answer, a macro draws it.

Reading is the one of :mod:`dosar.filing`, and so is judging: ``errors`` are what filing says of the answer.
"""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from markupsafe import Markup
from wtforms import Field
from wtforms.fields.core import Flags, Label

from dosar.language.answers.validation import AnswerPath
from dosar.language.identity_cache import IdentityKey
from dosar.language.question import TYPED_UNKNOWNS, Answer, Answers, BoxSize, Question, Unknown
from dosar.language.text.message import Mistake
from dosar.language.text.texts import text_in_language
from dosar.language.text.translations import translated_word
from dosar.pages.linked_titles import file_url, link_markup
from dosar.pages.rendering.question_view import OfferedAnswer, PageColumn, PageOption
from dosar.pages.rendering.render_cache import BlankFieldCache, OfferedChoices, offered_choices
from dosar.pages.rendering.sheet_meta import SheetMeta
from dosar.records.attachments import FILE_TARGET
from dosar.records.titles import UNKNOWN_WORDS, show_answer

BLANK_FIELDS = BlankFieldCache()


class QuestionWidget:
    """Draws a field by the macro of its look; a field of which nothing is known yet is drawn once for everybody."""

    def __call__(self, field: "QuestionField", **_: Any) -> Markup:
        key = field.blank_key()
        return _drawn(field) if key is None else BLANK_FIELDS.drawn(key, lambda: _drawn(field))


def _drawn(field: "QuestionField") -> Markup:
    drawn: Markup = field.meta.macros.question(field)
    return drawn


def show_verdict(form: Any, field: "QuestionField") -> None:
    """The validator of every question: what filing has found at its place, once it was asked."""
    if field.meta.verdict is not None:
        field.errors[:] = field.meta.verdict.errors(field.where)
        field.doubts = field.meta.verdict.doubts(field.where)


class QuestionField(Field):
    """One question on a page."""

    meta: SheetMeta
    widget = QuestionWidget()
    validators = (show_verdict,)
    filters: Sequence[Any] = ()
    render_kw = _datalist = None
    errors: Any = ()
    texts: Sequence[str] = ()
    """What stands in the boxes, one text per box."""
    doubts: Sequence[str] = ()
    """What somebody should look at again; saved all the same once confirmed."""
    is_shown = True
    is_answered_here = True
    """Whether the answer is taken from the page."""
    in_row = False
    holds_rows = False
    """Whether rows are filled in here."""

    def __init__(
        self, question: Question, *, name: str, _form: Any, _prefix: str = "", _translations: Any = None
    ) -> None:
        # sheets have hundreds of cells: only what a question has is set, and nothing that points back to the form,
        # so that a page is forgotten as soon as it is drawn
        self.question = question
        self.meta = _form.meta
        self.type = type(self).__name__
        self.short_name = name
        self.name = _prefix + name
        self.id = self.name.replace(".", "-")

    def default(self) -> None:
        """Answers are handed in; what a new sheet begins with, filing says."""

    # --- reading ---------------------------------------------------------------------------------

    def process_data(self, value: Answer) -> None:
        """Take an answer; in the boxes it stands as somebody would type it."""
        self.data, self.texts = value, self.question.typed(value, self.meta.reading)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read what was typed, as filing reads it: a cell that both have asked for is read once."""
        self.data, self.texts = None, valuelist
        try:
            if not self.question.computed:
                self.data = self.meta.cells.read(self.question, valuelist)
        except Mistake as mistake:
            raise ValueError(mistake.message.say(gettext)) from None

    def _value(self) -> str:
        """What stands in the first box; an answer that is no value stands beside it."""
        first = self.texts[0] if self.texts else ""
        return "" if first.startswith("~") else first

    @property
    def where(self) -> AnswerPath:
        """The place by which filing speaks of it."""
        return (self.short_name,)

    def settle(self, answer: Answer) -> None:
        """Take the answer as it would be kept: computed ones come, hidden ones go."""
        self.data = answer

    # --- what its macro draws --------------------------------------------------------------------

    @property
    def label(self) -> Label:  # type: ignore[override]
        """The question as the paper asks it."""
        return Label(self.id, self._said(self.question.label))

    @property
    def flags(self) -> Flags:  # type: ignore[override]
        """``required`` without a condition."""
        flags = Flags()
        setattr(flags, "required", self.question.required)  # noqa: B010 - it has any
        return flags

    @property
    def look(self) -> str:
        """The macro that draws the input."""
        return self.question.look

    @property
    def value_type(self) -> str:
        """What rules see in the browser."""
        return self.question.value_type

    @property
    def description(self) -> str:
        """A short remark under the question."""
        return self._said(self.question.hint)

    @property
    def help(self) -> str:
        """A longer explanation."""
        return self._said(self.question.help)

    @property
    def columns(self) -> Sequence[PageColumn]:
        """The heads of a table's columns."""
        return ()

    @property
    def is_explained(self) -> bool:
        """Whether anything is said about it beside its label."""
        return bool(self.errors or self.doubts or self.description or self.help)

    @property
    def optional(self) -> bool:
        """Whether she may leave it out; what Dosar works out is nobody's to answer."""
        return is_optional(self.question)

    @property
    def box(self) -> BoxSize:
        """The measures of the box."""
        return self.question.box()

    @property
    def unit(self) -> str:
        """What stands behind the box."""
        return self._said(self.box.unit)

    @property
    def options(self) -> OfferedChoices:
        """The choices offered; the currencies of money."""
        return offered_choices(self.question, self.texts, self.meta.language)

    @property
    def codes(self) -> Sequence[str]:
        """The codes chosen; beside an amount that nobody typed yet the currency of the organisation's country."""
        return self.texts if len(self.texts) > 1 else (self.question.usual_code(self.meta.reading.country),)

    @property
    def unknowns(self) -> list[PageOption]:
        """The answers that are no value, where the question offers them."""
        if not self.question.unknown:
            return []
        return [
            PageOption(code, translated_word(UNKNOWN_WORDS[unknown], self.meta.language), code in self.texts)
            for code, unknown in TYPED_UNKNOWNS.items()
        ]

    @property
    def echo(self) -> str:
        """How a lenient reading was understood: "27 martie 1998, 28 de ani"."""
        known = self.data is not None and not isinstance(self.data, Unknown)
        return self.question.echo(self.data, self.meta.reading) if known else ""

    @property
    def offer(self) -> OfferedAnswer | None:
        """What another answer suggests, while it is empty."""
        return self.meta.offers.get(self.name)

    @property
    def fills(self) -> str:
        """Where to ask what follows from the answer."""
        return f"/derive/{self.meta.form.key}" if self.question.fills and not self.in_row else ""

    @property
    def text(self) -> str:
        """The answer in words, where nobody types it: what is computed, a record's title, a file's name."""
        if self.question.computed or self.question.number_in(self.data) is not None:
            return self._words(self.question, self.data)
        return ""

    @property
    def url(self) -> str:
        """Where the kept file is opened."""
        return file_url(self.question, self.data, self.meta.titles)

    @property
    def names_on_page(self) -> frozenset[str]:
        """The questions its rules may ask about in the browser."""
        return self.meta.names_on_page

    @property
    def show_if(self) -> str:
        """The condition as JSON for the browser; empty when it is always shown, or when the server decides."""
        return self.meta.rule_json(self.question.show_if, self.names_on_page)

    @property
    def required_if(self) -> str:
        """The condition, in the same way."""
        return self.meta.rule_json(self.question.required_if, self.names_on_page)

    @property
    def value_rule(self) -> str:
        """How the browser computes the answer, in the same way."""
        return self.meta.rule_json(self.question.expressions().get("value"), self.names_on_page)

    def blank_key(self) -> tuple[object, ...] | None:
        """By what it is drawn the same on every page, while nothing is known of it; ``None`` where something is."""
        question = self.question
        if question.computed or question.attached or question.link_target() or any(self.texts):
            return None
        if self.errors or self.doubts or self.name in self.meta.offers:
            return None
        asked = IdentityKey(question), self.name, self.names_on_page, self.is_shown, self.in_row
        return *asked, self.meta.language, self.meta.reading.country

    def _said(self, text: Any) -> str:
        return text_in_language(text, self.meta.language)

    def read_text(self, question: Question, answer: Any) -> str:
        """The answer in words, a file with its link; a record out of reach has no title."""
        words, url = self._words(question, answer), file_url(question, answer, self.meta.titles)
        return link_markup(words, url) if url else words

    def _words(self, question: Question, answer: Any) -> str:
        number = question.number_in(answer)
        if number is None:
            return show_answer(question, answer, self.meta.reading)
        target = question.link_target() or FILE_TARGET
        return self.meta.titles.get((target, number)) or gettext("(not for you to see)")

    def cells_read(self, row: Answers) -> list[str]:
        """The cells of a row that is only read."""
        return [
            self.read_text(column, row.get(column.name))
            for column in self.question.columns_asked()
            if not column.retired
        ]


class ReadOnlyField(QuestionField):
    """A question that only others answer: it stands there like a computed answer, a table row by row."""

    is_answered_here = False
    look = "computed"
    value_type = "none"
    show_if = required_if = ""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Nothing is taken from the page."""
        self.data = None

    @property
    def description(self) -> str:
        """Who fills it in."""
        return gettext("Filled in by: %(roles)s", roles=self.meta.others[self.name])

    @property
    def text(self) -> str:
        """The answer in words."""
        return self.read_text(self.question, self.data)

    def blank_key(self) -> None:
        """Each page says who fills it in."""
        return


def is_optional(question: Question) -> bool:
    """Whether somebody may leave it out; what Dosar works out is nobody's to answer."""
    return not (question.required or question.computed or question.fewest_rows)


def column_heads(table: Question, language: str) -> list[PageColumn]:
    """The heads of a table's columns."""
    return [
        PageColumn(
            column.name,
            text_in_language(column.label, language),
            text_in_language(column.hint, language),
            is_optional(column),
        )
        for column in table.columns_asked()
        if not column.retired
    ]
