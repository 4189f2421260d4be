"""From what was read to the answers of the whole record: what is not asked here stays, what is hidden goes."""

from dosar.filing.submission import Submission
from dosar.language.answers.settling import settle_answers
from dosar.language.question import Answers


def settled_answers(submission: Submission, read: Answers) -> Answers:
    """The answers as they would be kept: computed ones are made, hidden ones gone."""
    return settle_answers(submission.form, _with_saved_answers(submission, read), submission.today)


def _with_saved_answers(submission: Submission, read: Answers) -> Answers:
    """What was read, on top of what the record holds: answers and columns that are not asked here stay."""
    answers = {**submission.initial_answers, **read}
    for table in submission.questions:
        if table.columns_asked() and answers.get(table.name):
            saved_rows = {row["id"]: row for row in submission.initial_answers.get(table.name) or ()}
            answers[table.name] = [{**saved_rows.get(row["id"], {}), **row} for row in answers[table.name]]
    for name, rows in submission.fixed.items():
        answers[name] = submission.form.questions[name].joined(answers.get(name), rows)
    return answers
