"""Roles: what each may do with each form, whose cases, how much of them. ``forms/roles.yaml``."""

from collections.abc import Iterable
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from dosar.language.form import CASE_FORM
from dosar.language.question_options import Name, Sensitivity
from dosar.language.text.message import Mistake
from dosar.language.text.texts import Text

RecordAction = Literal["choose", "see", "enter", "correct", "delete", "export"]
CasesReached = Literal["none", "own", "team", "all"]
PageName = Literal["users", "account_history", "audit", "roles", "forms", "recycle", "rights", "organisation"]
FormName = Annotated[str, Field(pattern=r"^(\*|[a-z][a-z0-9_]{0,47})$")]

CASES_REACHED: tuple[CasesReached, ...] = get_args(CasesReached)
"""Whose cases, from none to all."""
ROLE_ACTIONS: tuple[RecordAction, ...] = get_args(RecordAction)
"""``choose`` is the least: a record is offered by its title where a question points to it, and nothing else of it."""
PAGE_NAMES: tuple[PageName, ...] = get_args(PageName)
ADMINISTRATOR = "administrator"
"""The role that may appoint administrators; one active user must always hold it."""
EVERY_OTHER_FORM = "*"


class Role(BaseModel):
    """What people with this role may do. What is not written is not allowed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Name
    """The name of the role."""
    title: Text
    """What people read."""
    scope: CasesReached = "none"
    """Whose cases: none, own, team or all."""
    clearances: frozenset[Sensitivity] = frozenset()
    """Which sensitive answers it sees: identity, health, legal, story."""
    enters: frozenset[Sensitivity] = frozenset()
    """Which it may type into a new record although it does not see them afterwards."""
    names: Literal["open", "masked"] = "open"
    """``masked``: what needs the clearance identity is a code until she shows it, case by case, with a reason."""
    break_glass: bool = False
    """In an emergency it opens a case on which it does not work, with a reason, for four hours; others are told."""
    checked: bool = False
    """What this role enters or corrects waits, and counts nowhere, until somebody of another role accepts it."""
    advises: bool = False
    """It watches over the protection of data: it neither asks for nor confirms an erasure, unless nobody else could."""
    leads: bool = False
    """One person at a time has this role in a case: she changes its team, and hands the case over before she leaves."""
    steps_back_as: Name | None = None
    """With ``leads``: the role in which she goes on who led a case that became one with another."""
    may: dict[FormName, frozenset[RecordAction]] = Field(default_factory=dict)
    """What it may do with the records of each form; ``*`` stands for every form not named."""
    pages: frozenset[PageName] = frozenset()
    """The administration pages it may open."""

    @field_validator("may")
    @classmethod
    def _seen_if_touched(cls, may: dict[str, frozenset[RecordAction]]) -> dict[str, frozenset[RecordAction]]:
        for form, actions in may.items():
            if {"correct", "delete", "export"} & actions and "see" not in actions:
                raise Mistake(
                    'Who may correct, delete or export "%(form)s" must also see it; add "see".',
                    form=form,
                )
        return may

    def actions(self, form: str) -> frozenset[RecordAction]:
        """What the role may do with the form's records."""
        return self.may.get(form, self.may.get(EVERY_OTHER_FORM, frozenset()))


def widest_scope(roles: Iterable[Role]) -> CasesReached:
    """Whose cases somebody reaches who holds all these roles."""
    return max((role.scope for role in roles), key=CASES_REACHED.index, default="none")


class Roles(BaseModel):
    """The roles of an organisation; without any, nobody may do anything."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    roles: list[Role]

    @model_validator(mode="after")
    def _usable(self) -> "Roles":
        keys = [role.role for role in self.roles]
        for key in keys:
            if keys.count(key) > 1:
                raise Mistake('The role "%(role)s" stands here twice; keep one.', role=key)
        leading = [role for role in self.roles if role.leads]
        if len(leading) > 1:
            raise Mistake(
                'Only one role can lead a case; "%(first)s" and "%(other)s" do.',
                first=leading[0].role,
                other=leading[1].role,
            )
        for role in leading:
            if role.steps_back_as not in {*keys} - {role.role}:
                raise Mistake(
                    'The role "%(role)s" leads a case; write in steps_back_as which other role the one goes on in who '
                    "led a case that became one with another.",
                    role=role.role,
                )
        if keys and (ADMINISTRATOR not in keys or "users" not in self[ADMINISTRATOR].pages):
            raise Mistake('There must be a role "%(role)s" with the page "users".', role=ADMINISTRATOR)
        return self

    @property
    def leading(self) -> Role | None:
        """The role that leads a case, if there is one."""
        return next((role for role in self.roles if role.leads), None)

    @property
    def on_cases(self) -> list[Role]:
        """Those in which somebody works on a case: they reach cases, and see them."""
        return [role for role in self.roles if role.scope != "none" and "see" in role.actions(CASE_FORM)]

    def leads(self, key: str) -> bool:
        """Whether this role leads a case."""
        return self.leading is not None and self.leading.role == key

    def __getitem__(self, key: str) -> Role:
        return next(role for role in self.roles if role.role == key)

    def __contains__(self, key: object) -> bool:
        return any(role.role == key for role in self.roles)

    def with_keys(self, keys: Iterable[str]) -> list[Role]:
        """The roles with these keys; a key no longer in the file gives nothing."""
        held_keys = set(keys)
        return [role for role in self.roles if role.role in held_keys]

    def forms(self) -> set[str]:
        """Every form that some role names."""
        return {form for role in self.roles for form in role.may if form != EVERY_OTHER_FORM}
