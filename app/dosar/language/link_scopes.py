"""Which questions point only to sheets of the same case, and which sheets are pointed to across cases."""

from collections.abc import Mapping

from dosar.language.form import CASE_FORM, Form
from dosar.language.question import Question


def stays_in_case(forms: Mapping[str, Form], form: Form, question: Question) -> bool:
    """Whether the question, on a sheet of this form, points to sheets of the same case only."""
    in_case = form.belongs_to is not None or form.key == CASE_FORM
    return in_case and question.same_case and _links_case_sheets(forms, question)


def cross_case_targets(forms: Mapping[str, Form]) -> frozenset[str]:
    """The forms of a case whose sheets are pointed to from outside their case: each is called by its case too."""
    return frozenset(
        str(link.link_target())
        for form in forms.values()
        for question in form.questions.values()
        for link in (question, *question.columns_asked())
        if _links_case_sheets(forms, link) and not stays_in_case(forms, form, link)
    )


def _links_case_sheets(forms: Mapping[str, Form], question: Question) -> bool:
    target = forms.get(question.link_target() or "")
    return target is not None and target.belongs_to is not None
