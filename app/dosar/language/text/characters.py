"""Characters as they come along with copied text: some nobody sees, others look like what is meant.

What nobody sees is taken away before anything is read. Joiners stay where they are part of what is seen:
inside an emoji, and in the words of scripts that need them.
"""

import re
import unicodedata

INVISIBLE_CHARACTERS = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffc]"
)
"""Soft hyphen, marks of direction and annotation, spaces and joiners of no width, places of pictures not copied."""
NON_JOINER, JOINER = "\u200c", "\u200d"
EMOJI_PARTS = {"\ufe0f", "\u20e3", *map(chr, range(0x1F3FB, 0x1F400))}
"""What may stand between a picture and the joiner: the choice of its look, of its skin."""
EMOJI_PICTURES = re.compile("[\U0001f000-\U0001faff]")
JOINING_SCRIPTS = re.compile("[\u0600-\u109f\u1780-\u1aff\u1cd0-\u1cff\ua800-\uabff\ufb50-\ufefc\U00011000-\U00011fff]")
"""Letters of the scripts from Arabic to Myanmar, and their like: a joiner changes how they are written."""
HYPHENS = "‐‑‒–—―−﹣－"
"""What looks like a hyphen or a minus."""
APOSTROPHES = "’‘‚‛`´ʹʻʼʽˈʾʿ′‵＇՚׳"
QUOTES = "“”„‟«»‹›″‶〃ʺ˝＂״"
_LOOK_ALIKES = str.maketrans(
    {
        **dict.fromkeys(HYPHENS, "-"),
        **dict.fromkeys(APOSTROPHES, "'"),
        **dict.fromkeys(QUOTES, '"'),
    }
)
LINE_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def strip_invisible(text: str) -> str:
    """The text without the characters nobody sees."""
    if text.isascii() or not INVISIBLE_CHARACTERS.search(text):
        return text
    return INVISIBLE_CHARACTERS.sub(_keep_joiner, text)


def unify_punctuation(text: str) -> str:
    """The visible text with one hyphen, one apostrophe and one quotation mark, for comparing."""
    return strip_invisible(text).translate(_LOOK_ALIKES)


def unify_line_breaks(text: str) -> str:
    """The text with one kind of line break, however the program it was copied from breaks lines and pages."""
    return LINE_BREAKS.sub("\n", text)


def _keep_joiner(found: re.Match[str]) -> str:
    """The joiner where it is needed, else nothing."""
    before = found.string[max(found.start() - 1, 0) : found.start()]
    after = found.string[found.end() : found.end() + 1]
    joins = found[0] in (NON_JOINER, JOINER) and JOINING_SCRIPTS.match(before)
    return found[0] if joins or (found[0] == JOINER and _joins_pictures(before, after)) else ""


def _joins_pictures(before: str, after: str) -> bool:
    return (before in EMOJI_PARTS or _is_picture(before)) and _is_picture(after)


def _is_picture(letter: str) -> bool:
    return bool(letter) and (unicodedata.category(letter) == "So" or EMOJI_PICTURES.match(letter) is not None)
