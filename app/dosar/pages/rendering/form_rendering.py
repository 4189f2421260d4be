"""From a form and what stands in its boxes to what the page draws."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from json import dumps
from typing import Any

from flask_babel import gettext
from markupsafe import Markup

from dosar.filing.texts import BLANK_ROW, row_indexes
from dosar.language.form import Form, Section
from dosar.language.identity_cache import IdentityKey
from dosar.language.question import TYPED_UNKNOWNS, Answers, Question, ReadingContext, Unknown
from dosar.language.rules.expressions import Expression
from dosar.language.text.message import Message
from dosar.language.text.texts import Text, text_in_language
from dosar.language.text.translations import translated_word
from dosar.language.validation import AnswerPath, ValidationIssue, asked_at, hidden_questions, plain_answers
from dosar.pages.posted_boxes import PostedBoxes
from dosar.pages.rendering.question_view import (
    OfferedAnswer,
    PageColumn,
    PageOption,
    PagePart,
    PageProblem,
    PageQuestion,
    PageRow,
    PageSection,
    Way,
)
from dosar.pages.rendering.render_cache import BlankQuestionCache, offered_choices
from dosar.records.attachments import FILE_TARGET
from dosar.records.titles import UNKNOWN_WORDS, show_answer

RecordTitles = Mapping[tuple[str, int], str]

BLANK_QUESTIONS = BlankQuestionCache()


def on_this_page(complaint: ValidationIssue) -> Way:
    """Where a complaint leads on a page that asks everything."""
    return Way()


@dataclass
class FormRenderer:
    """A form on its way to a page: what stands in the boxes, and what is said about it."""

    form: Form
    posted: PostedBoxes
    answers: Answers
    """As far as they could be read; conditions and echoes are worked out from them."""
    reading: ReadingContext
    titles: RecordTitles = field(default_factory=dict)
    """What the linked records are called."""
    pick: str = ""
    """Where a press on *Choose* leads."""
    mistakes: Mapping[AnswerPath, Message] = field(default_factory=dict)
    complaints: Sequence[ValidationIssue] = ()
    way: Callable[[ValidationIssue], Way] = on_this_page
    """Where a complaint leads, if not to its question on this page."""
    whole: Form | None = None
    """The form with the questions this page does not ask: conditions may name them."""
    others: Mapping[str, str] = field(default_factory=dict)
    """The questions that only others answer, and who."""
    fixed: Mapping[str, Sequence[Answers]] = field(default_factory=dict)
    """The rows of tables that nobody changes any more."""
    offers: Mapping[str, OfferedAnswer] = field(default_factory=dict)
    """What other answers suggest to questions left empty."""

    def sections(self, wanted: Sequence[Section]) -> list[PageSection]:
        """The sections as they are drawn."""
        hidden = hidden_questions(self.whole or self.form, self.answers, self.reading.today)
        asked = {question.name for section in wanted for question in section.questions}
        on_page = frozenset(asked - set(self.others) - set(self.fixed))
        return [
            self._section(f"section-{number}", section, hidden, on_page) for number, section in enumerate(wanted, 1)
        ]

    def _section(self, id: str, section: Section, hidden: Collection[str], on_page: frozenset[str]) -> PageSection:
        """A question hidden only by its section is drawn shown: in the browser, the section comes and goes."""
        rule = self._condition(section.show_if, on_page)
        return PageSection(
            id=id,
            title=text_in_language(section.title, self.reading.language),
            number=section.number or "",
            help=text_in_language(section.help, self.reading.language),
            show_if=rule,
            shown=not all(question.name in hidden for question in section.questions),
            questions=[
                self._asked(
                    question,
                    question.name,
                    (question.name,),
                    self.posted.getlist(question.name),
                    on_page,
                    question.name not in hidden or bool(rule and question.show_if is None),
                )
                for question in section.questions
                if not question.retired
            ],
        )

    def problems(self) -> list[PageProblem]:
        """The error summary, in the order of the page."""
        mistakes = [
            PageProblem(_box_id(where), self._label(where), message.say(gettext))
            for where, message in self.mistakes.items()
        ]
        return mistakes + [self._problem(complaint) for complaint in self.complaints if not complaint.soft]

    def doubts(self) -> list[PageProblem]:
        """What somebody should look at again before it is saved."""
        return [self._problem(complaint) for complaint in self.complaints if complaint.soft]

    def _problem(self, one: ValidationIssue) -> PageProblem:
        way = self.way(one)
        return PageProblem(
            _box_id(one.where), way.label or self._label(one.where), self._said(one.said), way.leads, way.url
        )

    def _label(self, where: AnswerPath) -> str:
        label = text_in_language(self.form.questions[where[0]].label, self.reading.language)
        if len(where) == 1:
            return label
        return (
            f"{label} {int(where[1]) + 1}, {text_in_language(asked_at(self.form, where).label, self.reading.language)}"
        )

    def _said(self, said: Message | Text) -> str:
        return said.say(gettext) if isinstance(said, Message) else text_in_language(said, self.reading.language)

    def _about(self, where: AnswerPath, soft: bool) -> str:
        if not soft and where in self.mistakes:
            return self.mistakes[where].say(gettext)
        return " ".join(
            self._said(complaint.said)
            for complaint in self.complaints
            if complaint.where == where and complaint.soft == soft
        )

    def _asked(
        self,
        question: Question,
        name: str,
        where: AnswerPath,
        texts: Sequence[str],
        on_page: frozenset[str],
        is_shown: bool,
        row: Answers | None = None,
    ) -> PageQuestion:
        answer = (row if row is not None else self.answers).get(question.name)
        if not self._may_be_blank(question, name, where, texts):
            return self._made(question, name, where, texts, on_page, is_shown, row is not None, answer)
        key = (IdentityKey(question), name, self.reading.language, on_page, is_shown, row is not None)
        return BLANK_QUESTIONS.found(
            key, lambda: self._made(question, name, where, (), on_page, is_shown, row is not None, None)
        )

    def _may_be_blank(self, question: Question, name: str, where: AnswerPath, texts: Sequence[str]) -> bool:
        """Whether a question is drawn the same on every page, since nothing is known of it here."""
        is_plain = not (question.computed or question.attached or question.link_target() or question.columns_asked())
        return (
            is_plain
            and not any(texts)
            and name not in self.others
            and not self.complaints
            and (where not in self.mistakes and name not in self.offers)
        )

    def _made(
        self,
        question: Question,
        name: str,
        where: AnswerPath,
        texts: Sequence[str],
        on_page: frozenset[str],
        is_shown: bool,
        in_row: bool,
        answer: Any,
    ) -> PageQuestion:
        language = self.reading.language
        box = question.box()
        asked = PageQuestion(
            name=name,
            id=name.replace(".", "-"),
            look=question.look,
            label=text_in_language(question.label, language),
            value_type=question.value_type,
            priced=question.in_currencies,
            number=question.number or "",
            hint=text_in_language(question.hint, language),
            help=text_in_language(question.help, language),
            typed=list(texts),
            options=offered_choices(question, texts, language),
            unknown=_unknown_options(question, texts, language),
            problem=self._about(where, soft=False),
            doubt=self._about(where, soft=True),
            offer=self.offers.get(name),
            echo=self._echo(question, answer),
            optional=_is_optional(question),
            person=box.person,
            past=box.past,
            fills=f"/derive/{self.form.key}" if question.fills and not in_row else "",
            shown=is_shown,
            show_if=self._condition(question.show_if, on_page),
            required_if=self._condition(question.required_if, on_page),
            value=self._condition(question.expressions().get("value"), on_page),
            text=self._text(question, answer),
            lines=box.lines,
            width=box.width,
            inputmode=box.inputmode,
            unit=text_in_language(box.unit, language),
            attached=question.attached,
            url=file_url(question, answer, self.titles),
            pick=self.pick,
        )
        if name in self.others:
            self._draw_read_only(question, asked, answer)
        elif question.columns_asked():
            self._draw_rows(question, asked, on_page)
        return asked

    def _draw_read_only(self, question: Question, asked: PageQuestion, answer: Any) -> None:
        """What others answer stands there like a computed answer, a table row by row."""
        asked.look, asked.value_type, asked.show_if, asked.required_if = "computed", "none", "", ""
        asked.text = self._read(question, answer)
        asked.hint = gettext("Filled in by: %(roles)s", roles=self.others[question.name])
        if question.columns_asked():
            asked.look, asked.columns = "rows_read", self._heads(question)
            asked.read_rows = [self._read_only_cells(question, row) for row in answer or ()]

    def _read_only_cells(self, table: Question, row: Answers) -> list[str]:
        return [self._read(column, row.get(column.name)) for column in table.columns_asked() if not column.retired]

    def _read(self, question: Question, answer: Any) -> str:
        """The answer in words, a file with its link; a record out of reach has no title."""
        if url := file_url(question, answer, self.titles):
            return link_markup(self._text(question, answer), url)
        return self._text(question, answer) or show_answer(question, answer, self.reading)

    def _heads(self, table: Question) -> list[PageColumn]:
        language = self.reading.language
        return [
            PageColumn(
                column.name,
                text_in_language(column.label, language),
                text_in_language(column.hint, language),
                _is_optional(column),
            )
            for column in table.columns_asked()
            if not column.retired
        ]

    def _echo(self, question: Question, answer: Any) -> str:
        known = answer is not None and not isinstance(answer, Unknown)
        return question.echo(answer, self.reading) if known else ""

    def _text(self, question: Question, answer: Any) -> str:
        number = question.number_in(answer)
        if number is not None:
            return self.titles.get((question.link_target() or FILE_TARGET, number)) or gettext("(not for you to see)")
        return show_answer(question, answer, self.reading) if question.computed else ""

    def _condition(self, rule: Expression | None, on_page: frozenset[str]) -> str:
        """The rule for the browser, if it asks only about what stands on the page; else the server decides."""
        if rule is None or not {name.partition(".")[0] for name in rule.names} <= on_page:
            return ""
        return dumps(rule.tree, separators=(",", ":"))

    def _draw_rows(self, table: Question, asked: PageQuestion, on_page: frozenset[str]) -> None:
        columns = table.columns_asked()
        asked.columns, asked.holds_rows = self._heads(table), True
        fixed = self.fixed.get(table.name, ())
        asked.read_rows = [self._read_only_cells(table, row) for row in fixed]
        asked.max_rows = max(table.most_rows - len(fixed), 0)
        asked.only_added = table.only_added
        here = on_page | {column.name for column in columns}
        around = plain_answers(list((self.whole or self.form).questions.values()), self.answers)
        rows = {position: row for position, row in enumerate(self.answers.get(table.name) or ())}
        typed = row_indexes(table.name, self.posted)
        indexes = typed or [str(number) for number in range(len(fixed), table.fewest_rows)]
        asked.rows = [
            self._row(
                _table_part(table, rows.get(position, {})),
                index,
                str(position),
                rows.get(position, {}),
                around,
                here,
                bool(typed),
            )
            for position, index in enumerate(indexes, len(fixed))
        ]
        asked.blank = self._row(table, BLANK_ROW, "", {}, around, here, is_typed=False)
        drawn = [*enumerate(asked.read_rows), *enumerate(asked.rows, len(fixed))]
        for place, part in enumerate(table.parts):
            here_too = [line for position, line in drawn if table.part_of(rows.get(position, {})) == place]
            asked.parts.append(
                PagePart(
                    place,
                    text_in_language(part.title, self.reading.language),
                    asked.name,
                    f"{asked.id}-{place}" if place else asked.id,
                    asked.columns,
                    [line for line in here_too if isinstance(line, PageRow)],
                    [line for line in here_too if isinstance(line, list)],
                    self._row(part.table, BLANK_ROW, "", {}, around, here, is_typed=False),
                    asked.max_rows,
                    asked.only_added,
                )
            )

    def _default(self, column: Question) -> list[str]:
        """What stands in a cell before anybody typed."""
        return [] if column.default is None else column.typed(column.default_answer(self.reading), self.reading)

    def _row(
        self,
        table: Question,
        index: str,
        position: str,
        row: Answers,
        around: Mapping[str, Any],
        here: frozenset[str],
        is_typed: bool,
    ) -> PageRow:
        whole = (self.whole or self.form).questions[table.name]
        plain = {**around, **plain_answers(whole.columns_asked(), row)}
        cells = []
        for column in table.columns_asked():
            if column.retired:
                continue
            name = f"{table.name}.{index}.{column.name}"
            is_shown = column.show_if is None or column.show_if.value(plain, self.reading.today) is True
            where = (table.name, position, column.name)
            texts = self.posted.getlist(name) if is_typed else self._default(column)
            cell = self._asked(column, name, where, texts, here, is_shown, row)
            cell.look = column.cell_look
            cells.append(cell)
        return PageRow(index, self.posted.get(f"{table.name}.{index}.id", ""), cells)


def _table_part(table: Question, row: Answers) -> Question:
    """The table as that part of the paper asks it which the row stands in."""
    asked: Question = table.parts[table.part_of(row)].table if table.parts else table
    return asked


def _box_id(where: AnswerPath) -> str:
    return "-".join(where)


def _unknown_options(question: Question, texts: Sequence[str], language: str) -> list[PageOption]:
    if not question.unknown:
        return []
    return [
        PageOption(code, translated_word(UNKNOWN_WORDS[unknown], language), code in texts)
        for code, unknown in TYPED_UNKNOWNS.items()
    ]


def file_url(question: Question, answer: Any, titles: RecordTitles) -> str:
    """Where the file is opened, for who may open it."""
    number = question.number_in(answer) if question.attached else None
    return f"/files/{number}" if (FILE_TARGET, number) in titles else ""


def link_markup(text: str, url: str) -> Markup:
    """The text as a link, for a place that otherwise holds plain text."""
    return Markup('<a href="{}">{}</a>').format(url, text)


def linked_ids(questions: Iterable[Question], answers: Answers) -> dict[str, set[int]]:
    """What the answers point to, records and files: target → ids, rows included."""
    wanted: dict[str, set[int]] = {}
    for question in questions:
        answer = answers.get(question.name)
        for row in answer or () if question.columns_asked() else ():
            for target, ids in linked_ids(question.columns_asked(), row).items():
                wanted.setdefault(target, set()).update(ids)
        number = question.number_in(answer)
        if number is not None:
            wanted.setdefault(question.link_target() or FILE_TARGET, set()).add(number)
    return wanted


def _is_optional(question: Question) -> bool:
    """Whether she may leave it out; what Dosar works out is nobody's to answer."""
    return not (question.required or question.computed or question.fewest_rows)
