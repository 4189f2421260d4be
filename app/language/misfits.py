"""Where a file's values do not fit the schema of its part, said as a form's author would say it."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from app.language.finding import Finding, Place, finding, mean
from app.language.form import Section, Signature, Total
from app.language.message import Message, Mistake
from app.language.question import Question
from app.language.reading import Source

LISTS_OF_QUESTIONS = ("questions", "columns")

WRONG = {
    "string_type": "This must be a text; put it in quotes if it is a number.",
    "int_type": "This must be a whole number.",
    "int_parsing": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "bool_type": "This must be true or false.",
    "bool_parsing": "This must be true or false.",
    "list_type": "This must be a list: lines that begin with a dash.",
    "dict_type": "This must be a text in each language: {en: …, ro: …}.",
    "model_type": "Here stand several keys, each with its value.",
    "model_attributes_type": "Here stand several keys, each with its value.",
    "string_pattern_mismatch": (
        "A name has small letters, digits and underscores only, begins with a letter and is at most "
        "48 characters long."
    ),
    "string_too_short": "This must not be empty.",
    "too_short": "This list must not be empty.",
    "greater_than_equal": "This number is too small.",
    "less_than_equal": "This number is too large.",
}


def kinds_of_question() -> dict[str, type[Question]]:
    """Every kind there is, by the word a form file uses for it."""
    found: dict[str, type[Question]] = {}
    waiting: list[type[Question]] = [Question]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.model_fields["type"].default not in (None, ...) and "type" in kind.__annotations__:
                found[str(kind.model_fields["type"].default)] = kind
    return found


def misfits(error: ValidationError, source: Source, model: type[BaseModel]) -> Iterator[Finding]:
    """A finding for every place of ``source`` that does not fit ``model``."""
    for wrong in error.errors(include_url=False):
        path = _without_kinds(wrong["loc"])
        yield _misfit(wrong, path, source, model)


def _without_kinds(loc: tuple[Any, ...]) -> tuple[Any, ...]:
    """The path through the file: pydantic also names each question's kind on the way."""
    path: list[Any] = []
    for step in loc:
        if len(path) >= 2 and path[-2] in LISTS_OF_QUESTIONS and isinstance(path[-1], int) and step in _KINDS():
            path.append(None)
        else:
            path.append(step)
    return tuple(step for step in path if step is not None and step != "[key]")


def _KINDS() -> dict[str, type[Question]]:
    return kinds_of_question()


def _misfit(wrong: Any, path: tuple[Any, ...], source: Source, model: type[BaseModel]) -> Finding:
    place = source.place(path)
    kind = wrong["type"]
    if kind == "extra_forbidden":
        known = _keys_at(wrong["loc"], model)
        return finding(place, "F005", 'unknown key "%(key)s"%(hint)s', key=path[-1], hint=mean(str(path[-1]), known))
    if kind == "missing":
        return finding(source.place(path[:-1]), "F007", 'The key "%(key)s" is missing here.', key=path[-1])
    if kind == "union_tag_invalid":
        tag = str(wrong["ctx"]["tag"])
        place = source.place((*path, "type"))
        return finding(place, "F006", 'unknown type "%(type)s"%(hint)s', type=tag, hint=mean(tag, _KINDS()))
    if kind == "union_tag_not_found":
        return finding(place, "F006", 'The question does not say its type; add "type: text", for example.')
    return _wrong_value(wrong, place)


def _wrong_value(wrong: Any, place: Place) -> Finding:
    raised = wrong.get("ctx", {}).get("error")
    if isinstance(raised, Mistake):
        return Finding(place, "F011", raised.message)
    if wrong["type"] == "literal_error":
        return finding(place, "F008", "This must be one of: %(words)s.", words=wrong["ctx"]["expected"])
    if wrong["type"] in WRONG:
        return Finding(place, "F008", Message(WRONG[wrong["type"]]))
    return finding(place, "F008", "This value does not fit here (%(why)s).", why=wrong["msg"])


def _keys_at(loc: tuple[Any, ...], model: type[BaseModel]) -> list[str]:
    """The keys that may stand where an unknown one does."""
    kinds = _KINDS()
    at: type[BaseModel] = model
    parts = {"sections": Section, "totals": Total, "signatures": Signature}
    for before, step in zip((None, None, *loc), loc, strict=False):
        if step in parts:
            at = parts[step]
        elif before in LISTS_OF_QUESTIONS and step in kinds:
            at = kinds[step]
        elif isinstance(step, str) and step in at.model_fields:
            inner = _inner_model(at.model_fields[step].annotation)
            at = inner or at
    return [field.alias or name for name, field in at.model_fields.items()]


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    for candidate in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None
