"""Where a file's values do not fit the schema of its part, said as a form's author would say it."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from dosar.language.choices import CODE_PATTERN
from dosar.language.load.finding import FilePlace, Finding, finding, suggest_or_list, suggest_word
from dosar.language.load.yaml_reader import Source
from dosar.language.question import foreign_kinds, question_kinds
from dosar.language.question_options import NAME_PATTERN
from dosar.language.text.message import Mistake, msgid
from dosar.language.text.texts import COUNTRY_PATTERN, LANGUAGE_PATTERN

QUESTION_LISTS = ("questions", "columns")
CHOICES_KEY, CHOICE_SHAPES = "choices", ("name", "choices")
ErrorPath = tuple[Any, ...]

EMPTY_TEXT = msgid("The text is empty; write it behind the colon, or take the key out.")
UNQUOTED_COMMA = msgid(
    "A text with a comma stands in quotation marks where braces are; “%(piece)s”, behind the comma, was taken for a "
    "key."
)
UNQUOTED_BRACES = msgid('A text with braces stands in quotation marks: "%(piece)s".')
KEY_OF_OTHER_KINDS = msgid(
    '"%(key)s" is no key of type: %(type)s, but of %(types)s. Take it out, or take another type.'
)
MUST_BE_TEXT = msgid("This must be a text; put it in quotes if it is a number.")
MUST_BE_WHOLE = msgid("This must be a whole number.")
MUST_BE_NUMBER = msgid("This must be a number.")
MUST_BE_TRUTH = msgid("This must be true or false.")
MUST_BE_LIST = msgid("This must be a list: lines that begin with a dash.")
MUST_BE_KEYS = msgid("Here stand several keys, each with its value.")
MUST_BE_CHOICE = msgid("Each choice is written with its code and what people read: {code: …, label: {en: …, ro: …}}.")
CURLED_AT_AN_END = re.compile("^[“”„«»‘’]|[“”„«»‘’]$")
ONLY_STRAIGHT_QUOTES = msgid('Only straight quotation marks (") count here; curled ones (“ ”) are taken for letters.')
MESSAGES_BY_ERROR = {
    "string_type": MUST_BE_TEXT,
    "int_type": MUST_BE_WHOLE,
    "int_parsing": MUST_BE_WHOLE,
    "int_from_float": MUST_BE_WHOLE,
    "decimal_type": MUST_BE_NUMBER,
    "decimal_parsing": MUST_BE_NUMBER,
    "finite_number": MUST_BE_NUMBER,
    "bool_type": MUST_BE_TRUTH,
    "bool_parsing": MUST_BE_TRUTH,
    "list_type": MUST_BE_LIST,
    "tuple_type": MUST_BE_LIST,
    "sequence_str": MUST_BE_LIST,
    "is_instance_of": MUST_BE_LIST,
    "frozen_set_type": MUST_BE_LIST,
    "set_type": MUST_BE_LIST,
    "dict_type": msgid("Here stand several keys, each with its value, such as {en: …, ro: …}."),
    "model_type": MUST_BE_KEYS,
    "model_attributes_type": MUST_BE_KEYS,
    "string_too_short": msgid("This must not be empty."),
    "too_short": msgid("This must not be empty."),
    "greater_than_equal": msgid("This number is too small."),
    "less_than_equal": msgid("This number is too large."),
}
MESSAGES_BY_PATTERN = {
    LANGUAGE_PATTERN: msgid("A language is two small letters, such as ro or en (ro-MD for the words of one country)."),
    COUNTRY_PATTERN: msgid("A country is two capital letters, such as RO or MD."),
    CODE_PATTERN: msgid(
        "A code has letters, digits, dots, hyphens and underscores only, begins with a letter or a digit "
        "and is at most 48 characters long."
    ),
    NAME_PATTERN: msgid(
        "A name has small letters, digits and underscores only, begins with a letter and is at most 48 characters long."
    ),
}
"""What a word should look like, by the pattern it does not fit."""


def schema_findings(error: ValidationError, source: Source, model: type[BaseModel]) -> Iterator[Finding]:
    """A finding for every place of ``source`` that does not fit ``model``."""
    for wrong in root_errors(error):
        yield _schema_finding(wrong, source, model)


def root_errors(error: ValidationError) -> list[Any]:
    """What is wrong, without what only follows from it."""
    wrongs = error.errors(include_url=False)
    return [wrong for wrong in wrongs if not _is_consequence(wrong, wrongs)]


def _is_consequence(wrong: Any, wrongs: list[Any]) -> bool:
    """Whether a list is called empty only because of mistakes inside it, or a text because its key is none."""
    loc = wrong["loc"]
    inside = [other["loc"] for other in wrongs if other is not wrong]
    if wrong["type"] == "too_short":
        return any(other[: len(loc)] == loc for other in inside)
    return wrong["type"] == "string_type" and wrong["input"] is None and (*loc, "[key]") in inside


def _schema_finding(wrong: Any, source: Source, model: type[BaseModel]) -> Finding:
    path = path_in_file(wrong["loc"])
    kind = wrong["type"]
    if _is_behind_comma(wrong, source):
        return finding(source.place(path), "F008", UNQUOTED_COMMA, piece=path[-1])
    if kind == "extra_forbidden":
        owners = _kinds_with_key(path[-1])
        if owners and _is_question_key(wrong["loc"]):
            return finding(
                source.place(path),
                "F005",
                KEY_OF_OTHER_KINDS,
                key=path[-1],
                type=wrong["loc"][-2],
                types=", ".join(owners),
            )
        hint = suggest_or_list(str(path[-1]), _allowed_keys(wrong["loc"], model))
        return finding(source.place(path), "F005", 'unknown key "%(key)s"%(hint)s', key=path[-1], hint=hint)
    if kind == "missing":
        return finding(source.place(path[:-1]), "F007", 'The key "%(key)s" is missing here.', key=path[-1])
    if kind.startswith("union_tag"):
        return _unknown_kind(wrong, source.place((*path, "type")))
    return _wrong_value(wrong, source.place(path))


def _is_behind_comma(wrong: Any, source: Source) -> bool:
    """Whether a key without a value is the rest of a text that was cut at its comma."""
    kind, path = wrong["type"], path_in_file(wrong["loc"])
    if kind == "extra_forbidden":
        return wrong["input"] is None and " " in str(path[-1])
    return kind == "string_pattern_mismatch" and wrong["loc"][-1:] == ("[key]",) and source.value(path) is None


def _is_question_key(loc: ErrorPath) -> bool:
    """Whether the last step is a key of a question."""
    return _is_kind(loc, len(loc) - 2)


def _kinds_with_key(key: Any) -> list[str]:
    """The kinds of question that have this key."""
    return sorted(word for word, kind in question_kinds().items() if key in kind.model_fields)


def _unknown_kind(wrong: Any, place: FilePlace) -> Finding:
    word = wrong["input"].get("type")
    if word is None:
        text = msgid('The question does not say its type; add "type: text", for example.')
        return finding(place, "F006", text)
    meant = foreign_kinds().get(str(word).lower())
    hint = suggest_word(meant, question_kinds()) if meant else suggest_or_list(str(word), question_kinds())
    return finding(place, "F006", 'unknown type "%(type)s"%(hint)s', type=word, hint=hint)


def _wrong_value(wrong: Any, place: FilePlace) -> Finding:
    kind, more = wrong["type"], wrong.get("ctx", {})
    if isinstance(more.get("error"), Mistake):
        return Finding(place, "F011", more["error"].message)
    if kind == "string_type" and wrong["input"] is None:
        return finding(place, "F008", EMPTY_TEXT)
    if kind == "string_type" and (piece := _braced_text(wrong["input"])):
        return finding(place, "F008", UNQUOTED_BRACES, piece=piece)
    if CURLED_AT_AN_END.search(str(wrong["input"])):
        return finding(place, "F008", ONLY_STRAIGHT_QUOTES)
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", more["expected"])
        hint = suggest_word(str(wrong["input"]), words)
        text = msgid("This must be one of: %(words)s%(hint)s")
        return finding(place, "F008", text, words=", ".join(words), hint=hint)
    if kind == "string_pattern_mismatch":
        return finding(place, "F008", MESSAGES_BY_PATTERN.get(more["pattern"], MESSAGES_BY_PATTERN[NAME_PATTERN]))
    if kind == "model_type" and path_in_file(wrong["loc"])[-2:-1] == (CHOICES_KEY,):
        return finding(place, "F008", MUST_BE_CHOICE)
    if kind in MESSAGES_BY_ERROR:
        return finding(place, "F008", MESSAGES_BY_ERROR[kind])
    return finding(place, "F008", "This value does not fit here.")


def _braced_text(value: Any) -> str:
    """What was meant as a text with a name in braces, and read as a key without a value."""
    if isinstance(value, dict) and value and all(inner is None for inner in value.values()):
        return "{" + ", ".join(map(str, value)) + "}"
    return ""


def path_in_file(loc: ErrorPath) -> ErrorPath:
    """The path through the file; on the way pydantic also names kinds of questions and of values."""
    return tuple(
        step
        for position, step in enumerate(loc)
        if step != "[key]" and not _is_kind(loc, position) and not _is_shape(loc, position)
    )


def _is_kind(loc: ErrorPath, position: int) -> bool:
    """Whether this step names the kind of a question instead of a key."""
    return position >= 2 and loc[position - 2] in QUESTION_LISTS and isinstance(loc[position - 1], int)


def _is_shape(loc: ErrorPath, position: int) -> bool:
    """Whether this step says how the choices are given: by a name, or one by one."""
    return position >= 1 and loc[position - 1] == CHOICES_KEY and loc[position] in CHOICE_SHAPES


def _allowed_keys(loc: ErrorPath, model: type[BaseModel]) -> list[str]:
    """The keys that may stand where an unknown one does."""
    current = model
    for position, step in enumerate(loc):
        if _is_kind(loc, position):
            current = question_kinds().get(step, current)
        elif step in current.model_fields:
            current = next(_models_in(current.model_fields[step].annotation), current)
    return [field.alias or name for name, field in current.model_fields.items()]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models an annotation speaks of, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models_in(part)
