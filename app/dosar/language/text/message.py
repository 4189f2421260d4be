"""A sentence for a person, kept in English until the reader's language is known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Translate = Callable[[str], str]


@dataclass(frozen=True)
class Message:
    """A translatable sentence and the values it mentions.

    ``text`` is the English msgid, with ``%(name)s`` where a value stands. A value may itself be a
    message, or a tuple of texts and messages that are said one after the other. The core never
    translates: pages and the command line call :meth:`say` with the reader's gettext.
    """

    text: str
    values: dict[str, Any] = field(default_factory=dict, hash=False)

    def say(self, translate: Translate = lambda text: text) -> str:
        """The sentence in the language of ``translate``."""
        spoken = translate(self.text)
        if not self.values:
            return spoken
        return spoken % {name: _translate_value(value, translate) for name, value in self.values.items()}

    def __str__(self) -> str:
        return self.say()


def _translate_value(value: Any, translate: Translate) -> Any:
    if isinstance(value, Message):
        return value.say(translate)
    return "; ".join(str(_translate_value(item, translate)) for item in value) if isinstance(value, tuple) else value


def message_to_json(message: Message) -> dict[str, Any]:
    """The sentence as plain values, to be kept and told later in whatever language is read then."""
    return {"text": message.text, "values": {name: _value_to_json(value) for name, value in message.values.items()}}


def message_from_json(kept: Mapping[str, Any]) -> Message:
    """The sentence that these plain values tell."""
    return Message(kept["text"], {name: _value_from_json(value) for name, value in kept["values"].items()})


def _value_to_json(value: Any) -> Any:
    if isinstance(value, Message):
        return message_to_json(value)
    if isinstance(value, tuple):
        return [_value_to_json(item) for item in value]
    return value if isinstance(value, int) else str(value)


def _value_from_json(value: Any) -> Any:
    if isinstance(value, dict):
        return message_from_json(value)
    return tuple(map(_value_from_json, value)) if isinstance(value, list) else value


def msgid(text: str) -> str:
    """Marks a sentence for the translators where it is not said at once."""
    return text


class Mistake(ValueError):
    """What somebody typed cannot be understood; says what to do instead."""

    def __init__(self, text: str, **values: Any) -> None:
        self.message = Message(text, values)
        super().__init__(str(self.message))
