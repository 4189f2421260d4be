"""The rules by which days are due, as far as somebody may know them.

A day is told to who reaches the case, and sees every form and is cleared for every answer that it is counted from:
who may not read a date learns it from no deadline either.
"""

from collections.abc import Collection, Mapping

from dosar.language.deadlines.ready_rules import ReadyRule, question_at
from dosar.language.form import CASE_FORM
from dosar.language.load.definition import Definition
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import Scope, current_scope


def known_rules(repository: Repository) -> Mapping[str, ReadyRule]:
    """Key → rule, of those whose days the acting worker may learn; forms that only name persons privately tell none."""
    scope = current_scope.get()
    found: Mapping[str, ReadyRule] = repository.made_for(
        scope,
        "rules of deadlines",
        lambda: {rule.key: rule for rule in repository.definition.deadlines if _knows(repository, scope, rule)},
    )
    return found


def _knows(repository: Repository, scope: Scope, rule: ReadyRule) -> bool:
    return (
        all(scope.may("see", form) for form in rule.forms | {rule.due_form})
        and (scope.system or rule.clearances <= scope.clearances)
        and not any(repository.forms[form].private_to for form in rule.forms)
    )


def tells_of_deadlines(definition: Definition, rights: Mapping[str, Collection[str]]) -> bool:
    """Whether these rights open anything that is ever due: a case, or a form on which something is."""
    asked = {CASE_FORM, *(rule.due_form for rule in definition.deadlines)} if definition.deadlines else set()
    return any("see" in rights.get(form, ()) for form in asked)


def partner_forms(repository: Repository) -> Mapping[str, str]:
    """Rule → the form of those who promise what it asks for, where the acting worker may know and name them."""
    found: Mapping[str, str] = repository.made_for(
        current_scope.get(), "partners of deadlines", lambda: _partner_forms(repository)
    )
    return found


def _partner_forms(repository: Repository) -> dict[str, str]:
    scope = current_scope.get()
    known = repository.forms_known_with(scope.clearances)
    found = {}
    for key, rule in known_rules(repository).items():
        if rule.partner is None or not scope.may("see", rule.partner.form):
            continue
        question = question_at(rule.partner, known)
        target = question.link_target() if question is not None else None
        if target and (scope.may("see", target) or scope.may("choose", target)):
            found[key] = target
    return found
