"""The questions of a sheet's page as a form of WTForms."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from wtforms.form import BaseForm

from dosar.filing.result import ValidationResult, nothing_read
from dosar.filing.texts import Texts
from dosar.language.answers.settling import hidden_questions
from dosar.language.answers.validation import AnswerPath, ValidationIssue, asked_at
from dosar.language.form import Section
from dosar.language.question import Answers, Question
from dosar.language.text.texts import text_in_language
from dosar.pages.linked_titles import RecordTitles
from dosar.pages.rendering.question_field import QuestionField, ReadOnlyField
from dosar.pages.rendering.question_view import OfferedAnswer, PageProblem, PageSection, Way
from dosar.pages.rendering.rows_field import ReadOnlyRowsField, RowsField
from dosar.pages.rendering.sheet_meta import SheetMeta, Verdict, same_names

FIELDS = {
    (False, False): QuestionField,
    (True, False): RowsField,
    (False, True): ReadOnlyField,
    (True, True): ReadOnlyRowsField,
}
"""By whether the question has rows, and whether only others answer it."""


Judge = Callable[[Texts], ValidationResult]
FindWay = Callable[[ValidationIssue], Way]


def nothing_found(texts: Texts) -> ValidationResult:
    """Of what is not judged, nothing is said."""
    return nothing_read({})


def on_this_page(issue: ValidationIssue) -> Way:
    """Where an issue leads on a page that asks everything."""
    return Way()


def _is_drawn(question: Question) -> bool:
    """What Dosar takes from the programme's sheet is known once the stay is filed, and shown then."""
    return not (question.retired or question.from_programme)


class SheetForm(BaseForm):
    """Some sections of a form, each question a field.

    ``process`` reads what was posted, or takes answers; ``validate`` asks filing; ``settle`` tells the fields what
    they are drawn with.
    """

    meta: SheetMeta

    def __init__(self, sections: Sequence[Section], meta: SheetMeta, judge: Judge = nothing_found) -> None:
        super().__init__((), meta=meta)  # type: ignore[no-untyped-call]
        self.judge = judge
        self.result = nothing_read({})
        """What filing has found, once it was asked."""
        self._sections = sections
        questions = {question.name: question for section in sections for question in section.questions}
        meta.names_on_page = same_names(frozenset(questions.keys() - meta.others.keys() - meta.fixed.keys()))
        for name, question in questions.items():
            if _is_drawn(question):
                self._fields[name] = question_field(question, self)

    @property
    def answers(self) -> Answers:
        """What was read on this page: no answers of others, and none that Dosar makes."""
        return {
            name: field.data
            for name, field in self._fields.items()
            if field.is_answered_here and not field.question.computed
        }

    def process(
        self, formdata: Any = None, obj: Any = None, data: Any = None, extra_filters: Any = None, **kwargs: Any
    ) -> None:
        """Read what stands in the boxes of a page, or begin with answers."""
        self.meta.texts = {} if formdata is None else formdata.to_dict(flat=False)
        super().process(formdata, obj, data, extra_filters, **kwargs)  # type: ignore[no-untyped-call]

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask filing whether the answers may be kept, and give each field what is said of it."""
        self.take_result(self.judge(self.meta.texts))
        return not self.result.mistakes

    def take_result(self, result: ValidationResult) -> None:
        """Give each field what filing has found."""
        self.result, self.meta.verdict = result, Verdict(result, self.meta.language)
        if result.mistakes or result.doubtful:
            super().validate()  # type: ignore[no-untyped-call]

    def settle(self, answers: Answers, titles: RecordTitles, offers: Mapping[str, OfferedAnswer]) -> None:
        """Take the answers of the whole record as they would be kept, and what is known around them."""
        self.meta.answers, self.meta.titles, self.meta.offers = answers, titles, offers
        for name, field in self._fields.items():
            field.settle(answers.get(name))

    # --- what the page draws ---------------------------------------------------------------------

    def sections(self) -> list[PageSection]:
        """The sections as they are drawn."""
        hidden = hidden_questions(self.meta.full_form, self.meta.answers, self.meta.reading.today)
        return [self._section(f"section-{number}", section, hidden) for number, section in enumerate(self._sections, 1)]

    def _section(self, id: str, section: Section, hidden: Collection[str]) -> PageSection:
        """A question hidden only by its section is drawn shown: in the browser, the section comes and goes."""
        rule = self.meta.rule_json(section.show_if, self.meta.names_on_page)
        fields = [self._fields[question.name] for question in section.questions if _is_drawn(question)]
        for field in fields:
            field.is_shown = field.name not in hidden or bool(rule and field.question.show_if is None)
        return PageSection(
            id,
            text_in_language(section.title, self.meta.language),
            section.number or "",
            text_in_language(section.help, self.meta.language),
            rule,
            not all(question.name in hidden for question in section.questions),
            fields,
        )

    def problems(self, find_way: FindWay = on_this_page) -> list[PageProblem]:
        """The error summary, in the order of the page."""
        return [self._problem(issue, find_way) for issue in self.result.mistakes]

    def doubts(self, find_way: FindWay = on_this_page) -> list[PageProblem]:
        """What somebody should look at again before it is saved."""
        return [self._problem(issue, find_way) for issue in self.result.doubtful]

    def _problem(self, issue: ValidationIssue, find_way: FindWay) -> PageProblem:
        leads, sentence = find_way(issue), self.meta.say(issue.message)
        label = leads.label or self._label(issue.where)
        return PageProblem("-".join(issue.where), label, sentence, leads.leads, leads.url)

    def _label(self, where: AnswerPath) -> str:
        form, language = self.meta.form, self.meta.language
        label = text_in_language(form.questions[where[0]].label, language)
        if len(where) == 1:
            return label
        return f"{label} {int(where[1]) + 1}, {text_in_language(asked_at(form, where).label, language)}"


def question_field(question: Question, form: SheetForm) -> QuestionField:
    """The field of the question on this form."""
    kind = FIELDS[bool(question.columns_asked()), question.name in form.meta.others]
    return kind(question, name=question.name, _form=form)
