"""What the commands say of the form files where they do something else with them."""

from collections import Counter
from collections.abc import Iterable, Iterator

from dosar.cli.console.locale import command_translator, translate_message
from dosar.language.load.finding import Finding
from dosar.language.text.message import Message

UNTRANSLATED = "F010"


def start_lines(findings: Iterable[Finding], language: str) -> Iterator[str]:
    """A line for each finding; the texts that are not translated yet, thousands in a new language, are only counted."""
    untranslated: Counter[Message | str] = Counter()
    for found in findings:
        if found.code == UNTRANSLATED:
            untranslated[found.message.values["language"]] += 1
        else:
            yield found.say(command_translator(language))
    for lacking, count in untranslated.items():
        sentence = Message(
            'Texts of the forms that one language lacks, %(language)s: %(count)s. "dosar check" names them.',
            {"language": lacking, "count": count},
        )
        yield translate_message(sentence, language)
