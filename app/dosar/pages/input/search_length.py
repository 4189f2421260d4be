"""What somebody types into a search box: a few words, of a length that no search suffers from."""

from flask import Flask

MAX_SEARCH_LENGTH = 200


def shorten_search(typed: str) -> str:
    """What is searched for of it: neither spaces around it, nor more than the box takes."""
    return typed.strip()[:MAX_SEARCH_LENGTH]


def install_search_length(app: Flask) -> None:
    """Offer ``max_search_length`` to the templates: the box takes no more than is read of it."""
    app.jinja_env.globals["max_search_length"] = MAX_SEARCH_LENGTH
