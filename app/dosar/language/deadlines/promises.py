"""``promises`` of ``stages.yaml``: the short way to say that a date on the newest sheet of a form is a deadline."""

from collections.abc import Iterable, Mapping

from dosar.language.deadline_rule import DeadlineRule
from dosar.language.form import Form
from dosar.language.organisation.stages import Promise
from dosar.language.rules.expressions import Expression


def with_promises(forms: Mapping[str, Form], promises: Iterable[Promise]) -> Mapping[str, Form]:
    """The forms with a time rule for each promise, unless the form says the same itself."""
    found = dict(forms)
    for promise in promises:
        form = found.get(promise.form)
        if form is not None and promise.date in form.questions and not _says_it(form, promise):
            found[form.key] = form.model_copy(update={"deadlines": (*form.deadlines, _rule(form, promise))})
    return found


def _says_it(form: Form, promise: Promise) -> bool:
    return any(promise.date in (rule.on, rule.typed) for rule in form.deadlines)


def _rule(form: Form, promise: Promise) -> DeadlineRule:
    """Due until a later sheet of the form is filed, or the case file has the date that ends it."""
    return DeadlineRule(
        deadline=f"promised_{promise.date}"[:48],
        title=form.questions[promise.date].label,
        due=form.key,
        on=promise.date,
        when_case=Expression(f"missing({promise.ends})") if promise.ends else None,
    )
