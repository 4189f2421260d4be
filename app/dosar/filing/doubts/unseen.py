"""Questions out of her sight that may no longer be asked after what she changed, answered or not.

Which saved answers would go is known of all questions. To say it of those that she may not see would tell whether
they are answered, so it is reckoned from what she sees and changed alone.
"""

from collections.abc import Collection, Iterator

from dosar.filing.submission import Submission
from dosar.language.answers.settling import hidden_questions
from dosar.language.form import Form
from dosar.language.question import Answers, Question

Unseen = tuple[Question, Question | None]
"""A question, and the column of it."""


def is_unseen(submission: Submission, question: Question, column: Question | None) -> bool:
    """Whether she may not see the question, or not this column of it."""
    known = submission.known.questions.get(question.name)
    return known is None or (column is not None and known.column(column.name) is None)


def no_longer_asked(submission: Submission, answers: Answers, changed: Collection[str]) -> Iterator[Unseen]:
    """The questions out of her sight that her change takes away, as far as she can know it."""
    form, today = submission.form, submission.today
    gone = hidden_questions(form, answers, today) - hidden_questions(form, submission.initial_answers, today)
    for question, column in _asked_out_of_sight(submission):
        behind = _all_behind(form, question, column)
        in_sight = column is None and behind <= submission.known.questions.keys()
        if not behind.isdisjoint(changed) and (question.name in gone or not in_sight):
            yield question, column


def _asked_out_of_sight(submission: Submission) -> Iterator[Unseen]:
    for question in submission.form.questions.values():
        if is_unseen(submission, question, None):
            if not question.computed:
                yield question, None
            continue
        for column in question.columns_asked():
            if is_unseen(submission, question, column) and not column.computed:
                yield question, column


def _all_behind(form: Form, question: Question, column: Question | None) -> set[str]:
    """The questions that decide, through every chain, whether this one is asked."""
    behind: set[str] = set()
    ahead = _names_in_conditions(form, question)
    if column is not None and column.show_if is not None:
        ahead |= {question.name, *_outer_names(column.show_if.names)}
    while ahead - behind:
        behind |= ahead
        asked = [form.questions[name] for name in ahead if name in form.questions]
        ahead = {name for one in asked for name in (*_names_in_conditions(form, one), *_read_by(one))}
    return behind


def _names_in_conditions(form: Form, question: Question) -> set[str]:
    sections = (section.show_if for section in form.sections if question in section.questions)
    return {name for rule in (question.show_if, *sections) if rule is not None for name in _outer_names(rule.names)}


def _read_by(question: Question) -> set[str]:
    value = question.expressions().get("value")
    return _outer_names(value.names) if value is not None else set()


def _outer_names(names: Collection[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}
