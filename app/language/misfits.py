"""Where a file's values do not fit the schema of its part, said as a form's author would say it."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from app.language.choices import CODE
from app.language.finding import Finding, Place, finding, mean, meant_of
from app.language.message import Mistake, msgid
from app.language.question import NAME, kinds, kinds_elsewhere
from app.language.reading import Source
from app.language.texts import LANGUAGE

LISTS_OF_QUESTIONS = ("questions", "columns")
CHOICES, SHAPES = "choices", ("name", "choices")
Loc = tuple[Any, ...]

EMPTY = msgid("The text is empty; write it behind the colon, or take the key out.")
COMMA = msgid(
    "A text with a comma stands in quotation marks where braces are; “%(piece)s”, behind the comma, was taken for a "
    "key."
)
BRACES = msgid('A text with braces stands in quotation marks: "%(piece)s".')
OF_OTHERS = msgid(
    '"%(key)s" is no key of type: %(type)s, but of %(types)s. Take it out, or take another type.'
)
TEXT = msgid("This must be a text; put it in quotes if it is a number.")
WHOLE = msgid("This must be a whole number.")
NUMBER = msgid("This must be a number.")
TRUTH = msgid("This must be true or false.")
LIST = msgid("This must be a list: lines that begin with a dash.")
KEYS = msgid("Here stand several keys, each with its value.")
CHOICE = msgid("Each choice is written with its code and what people read: {code: …, label: {en: …, ro: …}}.")
CURLED = re.compile("^[“”„«»‘’]|[“”„«»‘’]$")
CURLED_SAID = msgid('Only straight quotation marks (") count here; curled ones (“ ”) are taken for letters.')
WRONG = {
    "string_type": TEXT,
    "int_type": WHOLE, "int_parsing": WHOLE, "int_from_float": WHOLE,
    "decimal_type": NUMBER, "decimal_parsing": NUMBER, "finite_number": NUMBER,
    "bool_type": TRUTH, "bool_parsing": TRUTH,
    "list_type": LIST, "tuple_type": LIST, "sequence_str": LIST, "is_instance_of": LIST,
    "frozen_set_type": LIST, "set_type": LIST,
    "dict_type": msgid("Here stand several keys, each with its value, such as {en: …, ro: …}."),
    "model_type": KEYS, "model_attributes_type": KEYS,
    "string_too_short": msgid("This must not be empty."), "too_short": msgid("This must not be empty."),
    "greater_than_equal": msgid("This number is too small."),
    "less_than_equal": msgid("This number is too large."),
}
MISSPELT = {
    LANGUAGE: msgid(
        "A language is two small letters, such as ro or en (ro-MD for the words of one country)."
    ),
    CODE: msgid(
        "A code has letters, digits, dots, hyphens and underscores only, begins with a letter or a digit "
        "and is at most 48 characters long."
    ),
    NAME: msgid(
        "A name has small letters, digits and underscores only, begins with a letter and is at most 48 "
        "characters long."
    ),
}
"""What a word should look like, by the pattern it does not fit."""


def misfits(error: ValidationError, source: Source, model: type[BaseModel]) -> Iterator[Finding]:
    """A finding for every place of ``source`` that does not fit ``model``."""
    for wrong in of_its_own(error):
        yield _misfit(wrong, source, model)


def of_its_own(error: ValidationError) -> list[Any]:
    """What is wrong, without what only follows from it."""
    wrongs = error.errors(include_url=False)
    return [wrong for wrong in wrongs if not _follows(wrong, wrongs)]


def _follows(wrong: Any, wrongs: list[Any]) -> bool:
    """Whether a list is called empty only because of mistakes inside it, or a text because its key is none."""
    loc = wrong["loc"]
    inside = [other["loc"] for other in wrongs if other is not wrong]
    if wrong["type"] == "too_short":
        return any(other[:len(loc)] == loc for other in inside)
    return wrong["type"] == "string_type" and wrong["input"] is None and (*loc, "[key]") in inside


def _misfit(wrong: Any, source: Source, model: type[BaseModel]) -> Finding:
    path = path_in_file(wrong["loc"])
    kind = wrong["type"]
    if _is_behind_comma(wrong, source):
        return finding(source.place(path), "F008", COMMA, piece=path[-1])
    if kind == "extra_forbidden":
        owners = _kinds_with(path[-1])
        if owners and _is_question(wrong["loc"]):
            return finding(
                source.place(path), "F005", OF_OTHERS, key=path[-1], type=wrong["loc"][-2], types=", ".join(owners),
            )
        hint = meant_of(str(path[-1]), _keys_at(wrong["loc"], model))
        return finding(source.place(path), "F005", 'unknown key "%(key)s"%(hint)s', key=path[-1], hint=hint)
    if kind == "missing":
        return finding(source.place(path[:-1]), "F007", 'The key "%(key)s" is missing here.', key=path[-1])
    if kind.startswith("union_tag"):
        return _no_kind(wrong, source.place((*path, "type")))
    return _wrong_value(wrong, source.place(path))


def _is_behind_comma(wrong: Any, source: Source) -> bool:
    """Whether a key without a value is the rest of a text that was cut at its comma."""
    kind, path = wrong["type"], path_in_file(wrong["loc"])
    if kind == "extra_forbidden":
        return wrong["input"] is None and " " in str(path[-1])
    return kind == "string_pattern_mismatch" and wrong["loc"][-1:] == ("[key]",) and source.value(path) is None


def _is_question(loc: Loc) -> bool:
    """Whether the last step is a key of a question."""
    return _is_kind(loc, len(loc) - 2)


def _kinds_with(key: Any) -> list[str]:
    """The kinds of question that have this key."""
    return sorted(word for word, kind in kinds().items() if key in kind.model_fields)


def _no_kind(wrong: Any, place: Place) -> Finding:
    word = wrong["input"].get("type")
    if word is None:
        text = msgid('The question does not say its type; add "type: text", for example.')
        return finding(place, "F006", text)
    meant = kinds_elsewhere().get(str(word).lower())
    hint = mean(meant, kinds()) if meant else meant_of(str(word), kinds())
    return finding(place, "F006", 'unknown type "%(type)s"%(hint)s', type=word, hint=hint)


def _wrong_value(wrong: Any, place: Place) -> Finding:
    kind, more = wrong["type"], wrong.get("ctx", {})
    if isinstance(more.get("error"), Mistake):
        return Finding(place, "F011", more["error"].message)
    if kind == "string_type" and wrong["input"] is None:
        return finding(place, "F008", EMPTY)
    if kind == "string_type" and (piece := _in_braces(wrong["input"])):
        return finding(place, "F008", BRACES, piece=piece)
    if CURLED.search(str(wrong["input"])):
        return finding(place, "F008", CURLED_SAID)
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", more["expected"])
        hint = mean(str(wrong["input"]), words)
        text = msgid("This must be one of: %(words)s%(hint)s")
        return finding(place, "F008", text, words=", ".join(words), hint=hint)
    if kind == "string_pattern_mismatch":
        return finding(place, "F008", MISSPELT.get(more["pattern"], MISSPELT[NAME]))
    if kind == "model_type" and path_in_file(wrong["loc"])[-2:-1] == (CHOICES,):
        return finding(place, "F008", CHOICE)
    if kind in WRONG:
        return finding(place, "F008", WRONG[kind])
    return finding(place, "F008", "This value does not fit here.")


def _in_braces(value: Any) -> str:
    """What was meant as a text with a name in braces, and read as a key without a value."""
    if isinstance(value, dict) and value and all(inner is None for inner in value.values()):
        return "{" + ", ".join(map(str, value)) + "}"
    return ""


def path_in_file(loc: Loc) -> Loc:
    """The path through the file; on the way pydantic also names kinds of questions and of values."""
    return tuple(
        step for place, step in enumerate(loc)
        if step != "[key]" and not _is_kind(loc, place) and not _is_shape(loc, place)
    )


def _is_kind(loc: Loc, place: int) -> bool:
    """Whether this step names the kind of a question instead of a key."""
    return place >= 2 and loc[place - 2] in LISTS_OF_QUESTIONS and isinstance(loc[place - 1], int)


def _is_shape(loc: Loc, place: int) -> bool:
    """Whether this step says how the choices are given: by a name, or one by one."""
    return place >= 1 and loc[place - 1] == CHOICES and loc[place] in SHAPES


def _keys_at(loc: Loc, model: type[BaseModel]) -> list[str]:
    """The keys that may stand where an unknown one does."""
    at = model
    for place, step in enumerate(loc):
        if _is_kind(loc, place):
            at = kinds().get(step, at)
        elif step in at.model_fields:
            at = next(_models(at.model_fields[step].annotation), at)
    return [field.alias or name for name, field in at.model_fields.items()]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models an annotation speaks of, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models(part)
