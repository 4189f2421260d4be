"""Of which day a sheet is."""

from functools import lru_cache

from dosar.language.form import Form
from dosar.language.identity_cache import IdentityKey
from dosar.language.question import Question


def dating_question(form: Form) -> Question | None:
    """The question that says when a sheet is of: the date its list is sorted by, else its first whole day.

    A date of which a part may be enough is a date of somebody's life, such as a birth.
    """
    return _dating_question(IdentityKey(form))


@lru_cache(maxsize=1024)
def _dating_question(same: IdentityKey[Form]) -> Question | None:
    form = same.thing
    names = [name.removeprefix("-") for name in form.sort]
    dates = [question for question in form.stored_questions if question.dated and not question.sealed_columns()]
    days = [question for question in dates if question.whole_day]
    return next((dated for dated in dates if dated.name in names), days[0] if days else None)
