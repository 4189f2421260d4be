"""Most YAML files, taken apart by libyaml: twenty times as fast as by ruamel.yaml, which saves 2 s of a first start.

libyaml knows YAML 1.1. What a text without quotes means, a number or a word, is therefore still decided by the tables
of YAML 1.2; and whatever it refuses, or the two might take apart differently, is left to ruamel.yaml, which reads it
once more and says what is wrong.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

READ_OTHERWISE = re.compile(
    r"[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"  # tabs, other ends of lines
    r"|^(%|---|\.\.\.)"  # directives and documents
    r"|^\s*(-\s+)*\?"  # keys of many lines
    r"|[|>][-+0-9]*#"  # a remark that begins too early
    r"|[\"']:\S",  # a value that follows its key in quotes without a space
    re.MULTILINE,
)
"""What YAML 1.1 and 1.2, or the two readers, do not take apart alike."""
_TABLES = YAML(typ="safe", pure=True).resolver


def compose_quickly(text: str, max_depth: int, max_values: int) -> Node | None:
    """The nodes of the text; None where it is for the other reader to judge, or has too much in it."""
    parser = getattr(yaml, "CBaseLoader", None)
    if parser is None or READ_OTHERWISE.search(text):
        return None
    try:
        return _Composer(yaml.parse(text, Loader=parser), max_depth, max_values).document()
    except (yaml.YAMLError, _LeftToTheOther):
        return None


class _LeftToTheOther(Exception):
    """Something stands in the text that this reader does not judge."""


class _Composer:
    """Makes nodes of the events of one document."""

    def __init__(self, events: Iterator[Any], max_depth: int, max_values: int) -> None:
        self._events = events
        self._depth_left, self._values_left = max_depth, max_values

    def document(self) -> Node | None:
        """Its one node, if it has one."""
        next(self._events)  # the stream begins
        if not isinstance(next(self._events), yaml.DocumentStartEvent):
            return None
        node = self._node(next(self._events))
        next(self._events)  # the document ends
        if isinstance(node, ScalarNode) or not isinstance(next(self._events), yaml.StreamEndEvent):
            raise _LeftToTheOther
        return node

    def _node(self, event: Any) -> Node:
        self._values_left -= 1
        if self._values_left < 0 or event.anchor is not None or event.tag is not None:
            raise _LeftToTheOther
        if isinstance(event, yaml.ScalarEvent):
            return ScalarNode(_tag_of(event.value, event.implicit[0]), event.value, event.start_mark)
        self._depth_left -= 1
        if self._depth_left < 0:
            raise _LeftToTheOther
        made = self._sequence(event) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(event)
        self._depth_left += 1
        return made

    def _sequence(self, event: Any) -> Node:
        return SequenceNode("", [_told(item) for item in self._until(yaml.SequenceEndEvent)], event.start_mark)

    def _mapping(self, event: Any) -> Node:
        inner = self._until(yaml.MappingEndEvent)
        return MappingNode("", [(_told(key), next(inner)) for key in inner], event.start_mark)

    def _until(self, end: type[Any]) -> Iterator[Node]:
        while not isinstance(event := next(self._events), end):
            yield self._node(event)


def _told(node: Node) -> Node:
    """An item or a key, whose line is told in messages: the two readers differ where nothing stands there."""
    if node.value == "":
        raise _LeftToTheOther
    return node


@lru_cache(20_000)
def _tag_of(value: str, is_plain: bool) -> Any:
    """What a text means by YAML 1.2, a number or a word; one in quotes is a text."""
    return _TABLES.resolve(ScalarNode, value, (is_plain, not is_plain))
