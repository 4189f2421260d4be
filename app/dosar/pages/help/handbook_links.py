"""Where a message needs more than a sentence: the link to its place in the handbooks."""

from collections.abc import Callable

from flask import Flask
from markupsafe import Markup

from dosar.language.text.message import msgid
from dosar.language.text.translations import translated_word

LINK = Markup(
    '<p class="handbook-more"><a href="{}" target="_blank" rel="noopener">{}'
    '<span class="visually-hidden"> {}</span></a></p>'
)
"""In a tab of its own: what was typed stands on the page that is left."""
OPENS_BESIDE = msgid("(opens in another tab)")


def install_handbook_links(app: Flask, wording: Callable[[], str]) -> None:
    """Offer ``handbook_link(told)`` to the templates; nothing where no sentence in it is known."""

    def handbook_link(told: str) -> Markup:
        from dosar.handbooks.error_places import place_for  # reads the books: only once something is to be told

        read = wording()
        place = place_for(Markup(told).striptags(), read)  # noqa: S704  # nosec B704 - only to be looked through
        if place is None:
            return Markup()
        return LINK.format(place.address, place.link_words(read), translated_word(OPENS_BESIDE, read))

    app.jinja_env.globals["handbook_link"] = handbook_link
