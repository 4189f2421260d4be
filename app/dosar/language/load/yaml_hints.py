"""The sign on a line that keeps a file from being read as YAML, and what to write instead.

The words of a YAML reader ("mapping values are not allowed here") say nothing to somebody who writes forms. What she
stumbles over is nearly always one sign: a comma, a dash, a tab, a space that is none.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from dosar.language.text.message import Message, msgid

BLANK_SIGNS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
INVISIBLE_SIGNS = "\u00ad\u200b-\u200f\u2060\ufeff"
NO_REAL_SPACE = msgid(
    "A sign that only looks like a space (U+%(code)s) stands in this line; delete it and type a space, or nothing."
)
ODD_SIGNS = BLANK_SIGNS + INVISIBLE_SIGNS
FALSE_SPACE = re.compile(
    # at the beginning and the end of a line, beside the marks of YAML, and inside a key
    rf"(?m)^ *([{ODD_SIGNS}])|([{ODD_SIGNS}])\r?$|(?<=[:,\-{{\[])([{ODD_SIGNS}])"
    rf"|([{ODD_SIGNS}]) *(?=[:}}\],](?:\s|$))|^[ \-{{]*\w*([{ODD_SIGNS}]+)\w* *:(?:\s|$)"
)


class YamlSign(NamedTuple):
    """What is wrong on a line, by what it looks like."""

    look: re.Pattern[str]
    """With the piece of the line in its first group."""
    remedy: str


YAML_SIGNS = (
    YamlSign(re.compile(r"(\t)"), msgid("A tab stands in this line; delete it, and indent with spaces.")),
    YamlSign(
        re.compile(r":\s+(-\s[^,}\]]+)"),
        msgid('A text that begins with a dash stands in quotation marks: "%(piece)s".'),
    ),
    YamlSign(
        re.compile(r"[:,\[{-]\s+([!@`%&*][^,}\]]*)|[\[{]([!@`%&*][^,}\]:]*)"),
        msgid('A text that begins with such a sign stands in quotation marks: "%(piece)s".'),
    ),
    YamlSign(
        re.compile(r"[{\[][^\"']*?([^\s,{\[:]+ #[^}\]]*)"),
        msgid(
            "What follows a # behind a space is left out as a remark; a text with # stands in quotation marks: "
            '"%(piece)s".'
        ),
    ),
)


def find_false_spaces(text: str) -> Iterator[tuple[int, Message]]:
    """Every line on which a sign stands where a space is meant, and what to do; a line is told once.

    Such signs inside a text (``10\u00a0000 lei``) are letters like others.
    """
    seen: set[int] = set()
    for found in FALSE_SPACE.finditer(text):
        sign = next(group for group in found.groups() if group)
        line = text.count("\n", 0, found.end()) + 1
        if line not in seen and not (line == 1 and found.start() == 0 and sign == "\ufeff"):
            seen.add(line)
            yield line, Message(NO_REAL_SPACE, {"code": f"{ord(sign[0]):04X}"})


def find_blamed_sign(line: str) -> Message | None:
    """The sign that is to blame for a line that cannot be read; ``None`` where no sign is."""
    for sign in YAML_SIGNS:
        found = sign.look.search(line)
        if found is not None:
            piece = next(group for group in found.groups() if group)
            return Message(sign.remedy, {"piece": piece.strip()})
    return None
