"""The names of everybody Dosar knows but the person herself, to be taken out of what she is given."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from dosar.database.users import User, role_table, user_role_table
from dosar.language.form import CASE_FORM, Form
from dosar.language.privacy.third_persons import is_of_third_person
from dosar.language.text.texts import text_in_language
from dosar.language.text.translations import translated_word
from dosar.records.repository import Repository
from dosar.records.rights.answers_told import ANOTHER_PERSON
from dosar.records.rights.case_contents import DeployedForms, HeldRecord
from dosar.records.rights.known_names import KnownNames


def roles_of_users(repository: Repository, language: str) -> dict[int, str]:
    """User → the first of her roles, as the organisation lists them."""
    held: dict[int, set[str]] = {}
    rows = select(user_role_table.c.user_id, role_table.c.name).join(
        role_table, role_table.c.id == user_role_table.c.role_id
    )
    for user_id, role in repository.session.execute(rows):
        held.setdefault(user_id, set()).add(role)
    titles = [(role.role, text_in_language(role.title, language)) for role in repository.definition.roles.roles]
    return {user_id: next((title for key, title in titles if key in roles), "") for user_id, roles in held.items()}


def names_of_others(
    repository: Repository, deployed: DeployedForms, records: Sequence[HeldRecord], cases: Sequence[int], language: str
) -> KnownNames:
    """The names of everybody else whom Dosar knows."""
    instead = translated_word(ANOTHER_PERSON, language)
    names = KnownNames()
    for record in records:
        if record.form.key == CASE_FORM:
            for written in _names_on(record.form, record.answers):
                names.keep(written)
    roles = roles_of_users(repository, language)
    for user in repository.session.execute(select(User.id, User.first_name, User.last_name)):
        names.add([user.last_name, user.first_name], f"[{roles.get(user.id)}]" if roles.get(user.id) else instead)
    codes: dict[str, str] = {}
    for form in deployed.forms.values():
        if form.person is not None:
            codes |= _learn_names(repository, deployed, form, names, cases, instead)
    names.learn_codes(codes)
    return names


def _names_on(form: Form, answers: Mapping[Any, Any]) -> Iterator[list[str]]:
    for asked in form.person.names if form.person else ():
        yield [str(answers[name]) for name in asked if isinstance(answers.get(name), str)]


def _learn_names(
    repository: Repository,
    deployed: DeployedForms,
    form: Form,
    names: KnownNames,
    cases: Sequence[int],
    instead: str,
) -> dict[str, str]:
    """Know the persons of this form, but not herself; the numbers of their cases are given back."""
    table = deployed.table(form.key)
    code = form.code_question if form.key == CASE_FORM else None
    stored = {question.name for question in form.stored_questions}
    asked = form.person.question_names & stored if form.person else set()
    columns = [table.c[name] for name in {*asked, *([code.name] if code else [])} if name in table.c]
    others = select(table.c.id, *columns)
    if not is_of_third_person(form):
        others = others.where(table.c.id.not_in(cases))
    codes = {}
    for row in repository.session.execute(others):
        for written in _names_on(form, row._mapping):
            names.add(written, instead)
        if code is not None and row._mapping[code.name]:
            codes[str(row._mapping[code.name])] = instead
    return codes
