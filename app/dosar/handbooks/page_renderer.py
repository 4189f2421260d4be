"""How a chapter becomes HTML where Dosar's pages want it otherwise than Markdown does."""

from collections.abc import MutableMapping, Sequence
from html import escape
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from dosar.handbooks.addresses import picture_file, picture_size

Env = MutableMapping[str, Any]


class PageRenderer(RendererHTML):
    """Tables that scroll by themselves, warnings that are seen, pictures that do not push the text about."""

    def table_open(self, tokens: Sequence[Token], place: int, options: OptionsDict, env: Env) -> str:
        return '<div class="table-frame" tabindex="0"><table class="table">\n'

    def table_close(self, tokens: Sequence[Token], place: int, options: OptionsDict, env: Env) -> str:
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], place: int, options: OptionsDict, env: Env) -> str:
        return "<th>" if tokens[place + 1].content else "<td>"

    def th_close(self, tokens: Sequence[Token], place: int, options: OptionsDict, env: Env) -> str:
        return "</th>\n" if tokens[place - 1].content else "</td>\n"

    def td_open(self, tokens: Sequence[Token], place: int, options: OptionsDict, env: Env) -> str:
        return '<td class="handbook-way">' if _is_only_a_link(tokens[place + 1]) else "<td>"

    def blockquote_open(self, tokens: Sequence[Token], place: int, options: OptionsDict, env: Env) -> str:
        return '<div class="handbook-note">\n'

    def blockquote_close(self, tokens: Sequence[Token], place: int, options: OptionsDict, env: Env) -> str:
        return "</div>\n"

    def image(self, tokens: Sequence[Token], place: int, options: OptionsDict, env: Env) -> str:
        """The picture, or what is to be seen in words where it was not taken yet."""
        address, seen = str(tokens[place].attrs["src"]), escape(tokens[place].content)
        file = picture_file(address)
        if file is None:
            return f'<span class="handbook-picture">{seen}</span>'
        width, height = picture_size(file)
        return (
            f'<img class="handbook-picture" src="{escape(address)}" alt="{seen}" width="{width}" height="{height}"'
            ' loading="lazy">'
        )


def _is_only_a_link(cell: Token) -> bool:
    """Such a link is touched by itself, so it is as high as a button."""
    parts = cell.children or []
    kinds = [part.type for part in parts]
    return kinds[:1] == ["link_open"] and kinds[-1:] == ["link_close"] and kinds.count("link_open") == 1
