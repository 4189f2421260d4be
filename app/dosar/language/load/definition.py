"""What an organisation's files say, made of their contents: the forms with their choices, roles, menu and the rest."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from dosar.language.choices import Choice, ChoiceList, FormerChoice
from dosar.language.consent import NeededConsent, consents_needed
from dosar.language.deadlines.promises import with_promises
from dosar.language.deadlines.ready_rules import ReadyRule, ready_rules
from dosar.language.face import Face
from dosar.language.form import Form, Mixin
from dosar.language.organisation.figures import Figures
from dosar.language.organisation.menu import Menu
from dosar.language.organisation.roles import Roles
from dosar.language.organisation.stages import Profile, Stages
from dosar.language.privacy.inherited_clearances import with_inherited_clearances
from dosar.language.question import Question
from dosar.language.restriction import CaseRestriction, case_restrictions

ROLES, MENU, STAGES, PROFILE, FIGURES = "roles", "menu", "stages", "profile", "figures"
SINGLE_PARTS = {ROLES, MENU, STAGES, PROFILE, FIGURES}
NEEDED_PARTS = (ROLES, MENU)
"""The single parts without which nobody can work."""
LASTING_PARTS = (*NEEDED_PARTS, STAGES, FIGURES)
"""The single parts that run on as they were when their file is gone; without a profile, every form is used."""
PART_MODELS: Mapping[str, type[BaseModel]] = {
    "form": Form,
    "choices": ChoiceList,
    "mixin": Mixin,
    "face": Face,
    ROLES: Roles,
    MENU: Menu,
    STAGES: Stages,
    PROFILE: Profile,
    FIGURES: Figures,
}
FormerChoices = Mapping[str, Mapping[tuple[str, str], Sequence[FormerChoice]]]
"""Form → the place of a question (table of rows or nothing, name) → choices it offered once and offers no more."""
NO_FORMER_CHOICES: FormerChoices = MappingProxyType({})


@dataclass(frozen=True)
class Definition:
    """What an organisation's files say, ready to run."""

    forms: Mapping[str, Form]
    choices: Mapping[str, ChoiceList]
    roles: Roles
    menu: Menu
    faces: Mapping[str, tuple[Face, ...]] = field(default_factory=dict)
    """The other papers that ask for a form's records, by its key, in the order of the paper's question."""
    stages: Stages = field(default_factory=Stages)
    """What the page of a case draws together."""
    figures: Figures | None = None
    """What reports count."""
    former: FormerChoices = field(default_factory=dict)
    """What questions offered once and offer no more."""
    contents: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The plain values each part was made of: ``form:intake``, ``choices:sex``, ``roles``, ``menu``."""

    @cached_property
    def restrictions(self) -> tuple[CaseRestriction, ...]:
        """What restricts a case, by the forms that run."""
        return case_restrictions(
            {key: form.restricts for key, form in self.forms.items()},
            {key: form.questions for key, form in self.forms.items()},
        )

    @cached_property
    def deadlines(self) -> tuple[ReadyRule, ...]:
        """The time rules of the forms that run."""
        return ready_rules(with_promises(self.forms, self.stages.promises))

    @cached_property
    def consents_needed(self) -> Mapping[str, tuple[NeededConsent, ...]]:
        """Form → the consents that its sheets need, by the forms that run."""
        return consents_needed(
            {key: form.consents for key, form in self.forms.items()},
            {key: form.questions for key, form in self.forms.items()},
        )


def make_parts(contents: Mapping[str, Any]) -> dict[str, BaseModel]:
    """Models out of contents that were good when they were kept."""
    return {part: PART_MODELS[part.partition(":")[0]].model_validate(values) for part, values in contents.items()}


def make_definition(
    parts: Mapping[str, BaseModel], contents: Mapping[str, Any], former: FormerChoices = NO_FORMER_CHOICES
) -> Definition:
    """The definition these parts make together; questions get their shared choices in hand, and ``former`` ones."""
    choices = {made.list: made for made in parts.values() if isinstance(made, ChoiceList)}
    lists: dict[str, list[Choice]] = {name: shared.choices for name, shared in choices.items()}
    forms = {
        made.key: with_writers(with_former_choices(with_choices(made, lists), former.get(made.key)))
        for made in parts.values()
        if isinstance(made, Form)
    }
    roles, menu, stages, figures = (parts.get(part) for part in (ROLES, MENU, STAGES, FIGURES))
    return Definition(
        forms=with_inherited_clearances(dict(sorted(forms.items()))),
        choices=choices,
        faces=_faces_by_form(forms, [made for made in parts.values() if isinstance(made, Face)]),
        roles=roles if isinstance(roles, Roles) else Roles.model_validate({"roles": []}),
        menu=menu if isinstance(menu, Menu) else Menu.model_validate({"menu": []}),
        stages=stages if isinstance(stages, Stages) else Stages(),
        figures=figures if isinstance(figures, Figures) else None,
        former=former,
        contents=dict(contents),
    )


def is_part_used(part: str, contents: Mapping[str, Any]) -> bool:
    """Whether the part runs: of the forms those that the organisation's profile names, or all without one."""
    sort, _, name = part.partition(":")
    profile = contents.get(PROFILE)
    return sort != "form" or profile is None or name in profile["forms"]


def _faces_by_form(forms: Mapping[str, Form], faces: Iterable[Face]) -> dict[str, tuple[Face, ...]]:
    """The faces of each form: those its question offers in the question's order, then others by name."""
    found: dict[str, list[Face]] = {}
    for face in faces:
        if face.of in forms:
            found.setdefault(face.of, []).append(face)
    return {key: tuple(sorted(of_form, key=_face_order(forms[key]))) for key, of_form in found.items()}


def _face_order(form: Form) -> Callable[[Face], tuple[int, str]]:
    offered = [choice.code for choice in form.questions[form.face].options()] if form.face in form.questions else []
    places = {code: position for position, code in enumerate(offered)}
    return lambda face: (places.get(face.face, len(places)), face.face)


def with_choices(form: Form, lists: Mapping[str, Sequence[Choice]]) -> Form:
    """The form with its shared choice lists in hand."""
    return form.with_questions(lambda question: question.with_choices(lists))


def with_former_choices(form: Form, former: Mapping[tuple[str, str], Sequence[FormerChoice]] | None) -> Form:
    """The form whose answers are also read by choices it offered once."""
    return form.with_questions(lambda question: question.recalling(former)) if former else form


def with_writers(form: Form) -> Form:
    """The form whose questions know who writes them, where only the form said it."""
    return form.with_questions(lambda question: _with_writer(question, form.written_by)) if form.written_by else form


def _with_writer(question: Question, by: tuple[str, ...]) -> Question:
    is_decided = question.written_by or question.computed or not question.asks
    return question if is_decided else question.model_copy(update={"written_by": by})
