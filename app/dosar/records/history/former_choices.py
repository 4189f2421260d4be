"""Choices that were offered once. Answers that hold one stay as they are, and are read by the label it had."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dosar.language.choices import Choice, FormerChoice
from dosar.language.form import Form, QuestionKey
from dosar.language.load.definition import FormerChoices
from dosar.language.load.source_lines import walk_questions
from dosar.language.question import Question
from dosar.records.history.deployed_forms import FormContents, KeptForms, questions_in_contents

ChoicesEverOffered = dict[QuestionKey, dict[str, FormContents]]
"""Question → every choice it ever offered, by its code, as a file last wrote it."""


def former_choices(kept_forms: KeptForms, contents: Mapping[str, Any], forms: Mapping[str, Form]) -> FormerChoices:
    """What the questions of the forms offered once and offer no more.

    For :func:`dosar.language.load.definition.make_definition`.
    """
    lists = _lists_ever(kept_forms, contents)
    found: dict[str, dict[QuestionKey, Sequence[FormerChoice]]] = {}
    for key, form in forms.items():
        part = f"form:{key}"
        ever = _ever_offered(
            [*kept_forms.versions.get(part, ()), *([contents[part]] if part in contents else ())], lists
        )
        no_longer_offered = {
            question_key: _former_choices_of(question, ever.get(question_key, {}))
            for question_key, question in _choice_questions(form)
        }
        if any(no_longer_offered.values()):
            found[key] = {question_key: choices for question_key, choices in no_longer_offered.items() if choices}
    return found


def former_to_json(former: FormerChoices) -> list[Any]:
    """As plain values, to be kept with the outcome of a start."""
    return [
        [form, *question_key, [[former_choice.after, former_choice.choice.model_dump()] for former_choice in choices]]
        for form, places in former.items()
        for question_key, choices in places.items()
    ]


def former_from_json(entries: Iterable[Any]) -> FormerChoices:
    """What these plain values tell."""
    found: dict[str, dict[QuestionKey, Sequence[FormerChoice]]] = {}
    for form, rows_of, name, choices in entries:
        found.setdefault(form, {})[rows_of, name] = [
            FormerChoice(after, Choice.model_validate(values)) for after, values in choices
        ]
    return found


def _choice_questions(form: Form) -> list[tuple[QuestionKey, Question]]:
    return [
        ((table.name if table else "", question.name), question)
        for _, question, table in walk_questions(form)
        if question.from_list
    ]


def _former_choices_of(question: Question, ever: Mapping[str, FormContents]) -> list[FormerChoice]:
    now, order = question.all_codes_ever(), ["", *ever]
    return [
        FormerChoice(order[position], Choice.model_validate({**values, "retired": True}))
        for position, (code, values) in enumerate(ever.items())
        if code not in now
    ]


def _lists_ever(kept_forms: KeptForms, contents: Mapping[str, Any]) -> dict[str, dict[str, FormContents]]:
    lists: dict[str, dict[str, FormContents]] = {}
    for part in {*kept_forms.versions, *contents}:
        if part.startswith("choices:"):
            versions = [*kept_forms.versions.get(part, ()), *([contents[part]] if part in contents else ())]
            lists[part.partition(":")[2]] = {
                choice["code"]: choice for values in versions for choice in values["choices"]
            }
    return lists


def _ever_offered(versions: Sequence[FormContents], lists: Mapping[str, dict[str, FormContents]]) -> ChoicesEverOffered:
    known: ChoicesEverOffered = {}
    for values in versions:
        asked_now = dict(questions_in_contents(values))
        for (rows_of, name), question in asked_now.items():
            was = (rows_of, str(question.get("was")))
            if was in known and was not in asked_now:
                known[rows_of, name] = {**known.pop(was), **known.get((rows_of, name), {})}
            choices = question.get("choices")
            offered = (
                lists.get(choices, {})
                if isinstance(choices, str)
                else {choice["code"]: choice for choice in choices or ()}
            )
            known.setdefault((rows_of, name), {}).update(offered)
        _rename_columns(known, asked_now)
    return known


def _rename_columns(known: ChoicesEverOffered, asked_now: Mapping[QuestionKey, FormContents]) -> None:
    """The columns of a table that got another name go with it."""
    for (rows_of, name), question in asked_now.items():
        was = question.get("was")
        if rows_of or not was or ("", was) in asked_now:
            continue
        for key in [key for key in known if key[0] == was]:
            known[name, key[1]] = {**known.pop(key), **known.get((name, key[1]), {})}
