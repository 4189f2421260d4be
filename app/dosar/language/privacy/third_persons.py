"""Whose identity an answer tells: the person's whose file it stands in, or somebody else's.

Somebody who asks for a copy of her file gets what is held about her, and not who others are.
"""

from collections.abc import Mapping

from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.question import Question


def names_third_person(
    forms: Mapping[str, Form], form: Form, question: Question, table: Question | None = None
) -> bool:
    """Whether the answer says who somebody else is; ``table`` is the table of rows whose column the question is."""
    if question.third_person is not None:
        return question.third_person
    if table is not None and table.third_person is not None:
        return table.third_person
    if question.link_target() is not None:
        return leads_to_person(forms, question)
    is_identity = "identity" in question.own_clearances
    return is_identity and (table is not None or is_of_third_person(form))


def leads_to_person(forms: Mapping[str, Form], question: Question) -> bool:
    """Whether the answer points to a case, or to the record of somebody; those who sign in are told by their role."""
    target = question.link_target()
    return target == CASE_FORM or (target not in (None, USER_LINK) and is_of_third_person(forms.get(str(target))))


def is_of_third_person(form: Form | None) -> bool:
    """Whether the form's sheets are about somebody else than the person whose case it is."""
    return form is not None and form.person is not None and form.key != CASE_FORM
