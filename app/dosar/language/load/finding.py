"""What is wrong in a form file: a place, a number, a sentence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NamedTuple

from dosar.language.text.message import Message, Translate, message_from_json, message_to_json


class FilePlace(NamedTuple):
    """A line of a file; lines count from 1."""

    file: str
    line: int


@dataclass(frozen=True)
class Finding:
    """One mistake in the files of an organisation, with its place and its remedy."""

    place: FilePlace
    code: str
    message: Message

    def say(self, translate: Translate = lambda text: text) -> str:
        """``forms/x.yaml:12: F004: unknown choice list "judet"; did you mean "judete"?``"""
        return f"{self.place.file}:{self.place.line}: {self.code}: {self.message.say(translate)}"

    def __str__(self) -> str:
        return self.say()


def finding_to_json(found: Finding) -> dict[str, Any]:
    """The finding as plain values, to be kept."""
    return {"file": found.place.file, "line": found.place.line, "code": found.code, **message_to_json(found.message)}


def finding_from_json(values: Mapping[str, Any]) -> Finding:
    """The finding that these plain values tell."""
    return Finding(FilePlace(values["file"], values["line"]), values["code"], message_from_json(values))


def finding(place: FilePlace, code: str, text: str, /, **values: Any) -> Finding:
    return Finding(place, code, Message(text, values))


def suggest_word(word: str, known: Iterable[str]) -> Message:
    """The end of a sentence about an unknown word: the known one it resembles, if any."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return Message('; did you mean "%(close)s"?', {"close": close[0]}) if close else Message(".")


def suggest_or_list(word: str, known: Iterable[str]) -> Message:
    """The same where the known ones are few enough to be told all."""
    words = sorted(known)
    if get_close_matches(word, words, n=1, cutoff=0.6):
        return suggest_word(word, words)
    return Message("; there are: %(words)s.", {"words": ", ".join(words)})
