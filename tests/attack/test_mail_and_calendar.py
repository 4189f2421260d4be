"""What leaves by mail and in a calendar, of an organisation in which every answer is a word of its own: codes of cases,
and nothing that the reader could not see in Dosar."""

from datetime import timedelta

import pytest

from dosar.access.services import AccessServices
from dosar.calendars.feed_address import make_feed
from dosar.language.form import CASE_FORM
from dosar.mail.delivery import digest_words
from dosar.mail.digest_choice import WEEKLY, DigestChoice
from dosar.overview.reminders import find_reminders
from dosar.records.scope.row_scope import NOBODY_SCOPE, acting_as
from tests.attack.canaries import Canary
from tests.attack.organisation import Planted


@pytest.fixture(scope="module")
def sent(organisation: Planted) -> dict[str, str]:
    """Role → whatever leaves for whoever holds it."""
    services: AccessServices = organisation.app.extensions["dosar_access"]
    stranger, told = organisation.app.test_client(), {}
    for role in organisation.policy.roles:
        words = digest_words(
            services,
            organisation.repository,
            DigestChoice(organisation.users[role], "a@b.ro", WEEKLY, confirmed=services.clock()),
        )
        organisation.repository.session.remove()
        with services.store.writing() as session:
            word = make_feed(session, organisation.users[role], services.clock())
        answer = stranger.get(f"/calendar/{word}.ics")
        assert answer.status_code == 200, role
        unfolded = answer.text.replace("\r\n ", "")
        told[role] = f"{words.subject}\n{words.text}\n{words.html}\n{unfolded}" if words else unfolded
    return told


def test_nobody_is_sent_what_she_could_not_see(organisation: Planted, sent: dict[str, str]) -> None:
    for role, text in sent.items():
        hidden = organisation.aviary.found(text) & organisation.aviary.hidden_from(role)
        assert not hidden, (role, [organisation.aviary.kept[number] for number in sorted(hidden)][:5])


def test_of_all_that_was_typed_only_codes_of_cases_leave(organisation: Planted, sent: dict[str, str]) -> None:
    code = organisation.forms[CASE_FORM].code_question
    assert code is not None
    left = set()
    for text in sent.values():
        words = {word: bird for word, bird in organisation.aviary.words() if word in text.lower()}
        others = {word: bird for word, bird in words.items() if not _is_code(bird, code.name)}
        assert not others, list(others.items())[:5]
        left |= words.keys()
    assert left, "codes do"


def test_whoever_is_nobody_is_reminded_of_nothing(organisation: Planted) -> None:
    with acting_as(NOBODY_SCOPE):
        assert find_reminders(organisation.repository, organisation.today + timedelta(days=400), "ro") == []


def _is_code(bird: object, code: str) -> bool:
    return isinstance(bird, Canary) and (bird.form, bird.question) == (CASE_FORM, code)
