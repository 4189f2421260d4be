"""What went wrong, said on the console: the sentence, and where the handbooks say more."""

from typing import Any

from dosar.cli.console.locale import computer_language, translate_message
from dosar.language.text.message import Message


def translate_trouble(trouble: Message | Any, language: str = "") -> str:
    """The sentence in the person's language, and below it book and chapter where there are some."""
    from dosar.handbooks.error_places import place_for  # reads the books: only once something is wrong

    spoken = language or computer_language()
    told = translate_message(trouble, spoken)
    place = place_for(told, spoken)
    return f"{told}\n{place.console_words(spoken)}" if place else told
