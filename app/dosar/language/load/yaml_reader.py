"""Reading YAML 1.2 strictly: plain values, and the line every value stands on.

Refused, because no form needs them and each has hidden a mistake or an attack: a key given twice,
aliases, tags, more than 20 levels, more than 20,000 values, files over 1 MB. Texts stay texts:
``NO`` is Norway, ``012`` and ``22:30`` are not numbers (YAML 1.1 readers disagree).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent, Event, NodeEvent, ScalarEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import ReaderError

from dosar.language.load.finding import FilePlace, Finding, finding
from dosar.language.load.yaml_hints import find_blamed_sign, find_false_spaces
from dosar.language.text.message import msgid

MAX_FILE_BYTES = 1_000_000
MAX_FILE_VALUES = 20_000
MAX_YAML_DEPTH = 20

YAML_PROBLEMS = {
    r"cannot start any token": msgid(
        "A character stands here that no text begins with, perhaps a tab: indent with "
        "spaces, or put the text in quotes."
    ),
    r"mapping values are not allowed|could not find expected ':'": msgid(
        "Here or in the line above, a colon or the space behind it is missing, the line is indented too far, or a "
        "text that holds a colon is not in quotes."
    ),
    r"expected ',' or|node content": msgid(
        "A bracket is not closed, a comma is missing, or a text that holds a colon or # is not in quotes."
    ),
    r"expected <block end>|did not find expected": msgid(
        "The line is indented differently from those above it, or a space behind a dash is missing."
    ),
    r"end of stream|quoted scalar": msgid("A quotation mark is not closed."),
    r"document": msgid("Another document begins here; a file holds one."),
}
"""What is wrong, by the words of the YAML reader."""
OTHER_YAML_PROBLEM = msgid("This cannot be read; look at the quotation marks, brackets and indentation here.")

NO_ANCHORS = msgid(
    "Anchors and aliases (& and *) are not read. Write the value out; a text that begins with such a sign stands in "
    "quotation marks."
)
NO_TAGS = msgid("Tags (!) are not read. Remove it; a text that begins with ! stands in quotation marks.")
DIRECTED = msgid("Directives (lines that begin with %) are not read; remove the line.")
TOO_DEEP = msgid("Here stand more than 20 levels within one another; a form has fewer. Look for brackets not closed.")
TOO_MANY_VALUES = msgid(
    "Up to here the file has 20,000 keys and values, the most that are read. Split it: a list of choices into several "
    "of at most 2,000, or keep long registers as records, and ask for them with type: link."
)
NO_FILE = msgid("This is a folder or a pipe, and no file of text; take it away, or put the file itself here.")
UNPRINTABLE = msgid("A character that cannot be printed stands in this line; type the line anew.")


def _parse_whole(text: str) -> int:
    """A number with a zero before it is a text: a code, a postal code, a telephone number."""
    if re.fullmatch(r"[-+]?(0|[1-9]\d*)", text, re.ASCII) is None:
        raise ValueError(text)
    return int(text)


_PLAIN_VALUES: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:null": lambda text: None,
    "tag:yaml.org,2002:bool": lambda text: text.lower() == "true",
    "tag:yaml.org,2002:int": _parse_whole,
    "tag:yaml.org,2002:float": float,
}


@dataclass
class Source:
    """What one file (or, after mixins are put in, several) says, and where."""

    file: str
    contents: Any = None
    findings: list[Finding] = field(default_factory=list)
    places: dict[tuple[int, Any], FilePlace] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    """The other files that values were taken over from."""
    _held: list[Any] = field(default_factory=list)

    def place(self, path: tuple[Any, ...] = ()) -> FilePlace:
        """The line of the value that ``path`` leads to, or of the last step that exists."""
        value, place = self.contents, FilePlace(self.file, 1)
        for step in path:
            if not _leads_on(value, step):
                break
            place = self.places.get((id(value), step), place)
            value = value[step]
        return place

    def value(self, path: tuple[Any, ...]) -> Any:
        """The value that ``path`` leads to; ``None`` where nothing is."""
        value = self.contents
        for step in path:
            value = value[step] if _leads_on(value, step) else None
        return value

    def adopt(self, other: "Source") -> None:
        """Take over the places of another file whose values now stand in this one."""
        self.files.add(other.file)
        self.places.update(other.places)
        self._held.extend([other.contents, *other._held])


def _leads_on(value: Any, step: Any) -> bool:
    """Whether a step of a path leads from these values to one within them."""
    if isinstance(value, dict):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value)


def read_yaml(path: Path, shown_as: str | None = None) -> Source:
    """The file's values; what is wrong with it stands in ``findings``, never raised."""
    source = Source(shown_as or str(path))
    try:
        if path.exists() and not path.is_file():
            source.findings.append(_at(source, 1, "F001", NO_FILE))
            return source
        if path.stat().st_size > MAX_FILE_BYTES:
            source.findings.append(_at(source, 1, "F001", "The file is larger than 1 MB; split it."))
            return source
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        source.findings.append(_at(source, 1, "F001", "The file is not UTF-8 text; save it as UTF-8."))
        return source
    except OSError:
        source.findings.append(_at(source, 1, "F001", "The file cannot be opened; look at who may read it."))
        return source
    return read_text(text, source.file)


def read_text(text: str, file: str) -> Source:
    """Like :func:`read_yaml`, for a text in hand."""
    source = Source(file)
    source.findings += [Finding(FilePlace(file, line), "F001", message) for line, message in find_false_spaces(text)]
    if source.findings:
        return source
    from dosar.language.load.quick_yaml import compose_quickly  # a start whose forms are unchanged reads none

    try:
        node = compose_quickly(text, MAX_YAML_DEPTH, MAX_FILE_VALUES) or compose_warily(text)
    except _Trick as trick:
        source.findings.append(_at(source, trick.line, "F002", trick.message))
        return source
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        source.findings.append(
            _unreadable_finding(source, text.splitlines(), mark.line if mark else 0, error.problem or "")
        )
        return source
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        source.findings.append(_at(source, line, "F001", UNPRINTABLE))
        return source
    except (YAMLError, ValueError):
        source.findings.append(_at(source, 1, "F001", OTHER_YAML_PROBLEM))
        return source
    if node is not None:
        source.contents = _value_of_node(node, source)
    return source


def compose_warily(text: str) -> Node | None:
    """The nodes of the text, or what is wrong with it, slowly. Raises :class:`_Trick` and what ruamel.yaml raises."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Parser = _WaryParser
    node: Node | None = yaml.compose(text)
    return node


def _unreadable_finding(source: Source, lines: list[str], stopped_at: int, problem: str) -> Finding:
    """The sign to blame, on the line the reader stopped at or the one above; else what its own words mean."""
    for line in (stopped_at, stopped_at - 1):
        message = find_blamed_sign(lines[line]) if 0 <= line < len(lines) else None
        if message is not None:
            return Finding(FilePlace(source.file, line + 1), "F001", message)
    return _at(source, stopped_at + 1, "F001", _explain_problem(problem))


def _explain_problem(problem: str) -> str:
    return next(
        (explanation for pattern, explanation in YAML_PROBLEMS.items() if re.search(pattern, problem)),
        OTHER_YAML_PROBLEM,
    )


class _Trick(Exception):
    """Something stands in the text that is not read: on which line, and what to do about it."""

    def __init__(self, line: int, message: str) -> None:
        self.line, self.message = line, message


class _WaryParser(Parser):
    """Looks at every event before anything is made of it. Raises :class:`_Trick`."""

    def __init__(self, loader: Any) -> None:
        super().__init__(loader)
        self.depth = self.values = 0

    def get_event(self) -> Any:
        event = super().get_event()
        trick = _sign_in(event) or self._measured(event)
        if trick:
            raise _Trick(event.start_mark.line + 1, trick)
        return event

    def _measured(self, event: Event) -> str | None:
        """What is too much, up to here."""
        opens = isinstance(event, CollectionStartEvent)
        self.depth += opens - isinstance(event, CollectionEndEvent)
        self.values += opens or isinstance(event, ScalarEvent)
        if self.depth > MAX_YAML_DEPTH:
            return TOO_DEEP
        return TOO_MANY_VALUES if self.values > MAX_FILE_VALUES else None


def _sign_in(event: Any) -> str | None:
    """Why the event is refused, if a sign in it is not read."""
    if isinstance(event, NodeEvent):
        if event.anchor:  # an alias names one, too
            return NO_ANCHORS
        return NO_TAGS if _is_tagged(event) else None
    return DIRECTED if getattr(event, "version", None) or getattr(event, "tags", None) else None


def _is_tagged(event: Event) -> bool:
    tag = getattr(event, "tag", None)
    return tag is not None and str(tag) not in ("None", "!", "")


def _value_of_node(node: Node, source: Source) -> Any:
    if isinstance(node, MappingNode):
        return _mapping_of_node(node, source)
    if isinstance(node, SequenceNode):
        items: list[Any] = []
        for position, item in enumerate(node.value):
            source.places[id(items), position] = _place_of_node(item, source)
            items.append(_value_of_node(item, source))
        return items
    assert isinstance(node, ScalarNode)
    try:
        return _PLAIN_VALUES.get(str(node.tag), str)(node.value)
    except ValueError:
        return node.value


def _mapping_of_node(node: MappingNode, source: Source) -> dict[Any, Any]:
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = _value_of_node(key_node, source)
        if not isinstance(key, (str, int, bool)) and key is not None:
            source.findings.append(finding(_place_of_node(key_node, source), "F002", "A key must be a word."))
            continue
        if key in mapping:
            source.findings.append(
                finding(
                    _place_of_node(key_node, source), "F003", 'The key "%(key)s" stands here twice; keep one.', key=key
                )
            )
            continue
        source.places[id(mapping), key] = _place_of_node(key_node, source)
        mapping[key] = _value_of_node(value_node, source)
    return mapping


def _place_of_node(node: Node, source: Source) -> FilePlace:
    return FilePlace(source.file, node.start_mark.line + 1)


def _at(source: Source, line: int, code: str, text: str, **values: Any) -> Finding:
    return finding(FilePlace(source.file, line), code, text, **values)
