"""The printed card: what people make of it when they type it."""

from random import Random

import pytest

from dosar.database.keys.recovery_card import ALPHABET, CARD_LETTERS, GROUPS, MistypedCard, RecoveryCard, read_card

CARD = RecoveryCard(bytes(range(200, 220)))
PRINTED = "-".join(CARD.groups)


def test_a_card_has_160_bits_in_groups_of_four() -> None:
    assert len(CARD.groups) == GROUPS == 9 and {len(group) for group in CARD.groups} == {4}
    assert len({RecoveryCard.new().secret for _ in range(50)}) == 50
    assert len(RecoveryCard.new().secret) == 20
    assert "secret" not in repr(CARD), "it is in no traceback and no log"


@pytest.mark.parametrize("how", [str.lower, lambda card: card.replace("-", " "), lambda card: card.replace("-", "")])
def test_it_is_read_however_it_is_typed(how: object) -> None:
    assert read_card(how(PRINTED)) == CARD  # type: ignore[operator]


def test_letters_that_look_alike_are_the_same() -> None:
    for seed in range(200):
        card = RecoveryCard(Random(seed).randbytes(20))
        looks = str.maketrans({"0": "O", "1": "Il"[seed % 2]})
        assert read_card("-".join(card.groups).translate(looks)) == card


def test_the_group_with_the_slip_is_named() -> None:
    random = Random(1)
    letters = PRINTED.replace("-", "")
    for at in range(CARD_LETTERS):
        other = random.choice([letter for letter in ALPHABET if letter != letters[at]])
        with pytest.raises(MistypedCard) as slip:
            read_card(letters[:at] + other + letters[at + 1 :])
        assert slip.value.group == at // 4 + 1


def test_two_letters_that_changed_places_are_noticed() -> None:
    first = next(at for at in range(CARD_LETTERS - 1) if PRINTED[at : at + 1] != PRINTED[at + 1 : at + 2] != "-")
    with pytest.raises(MistypedCard):
        read_card(PRINTED[:first] + PRINTED[first + 1] + PRINTED[first] + PRINTED[first + 2 :])


@pytest.mark.parametrize(
    ("typed", "group"),
    [
        (" ".join(CARD.groups[:2] + CARD.groups[3:]), None),
        (" ".join([*CARD.groups, CARD.groups[8]]), None),
        (PRINTED[:-1], 9),
        (PRINTED.replace("-", "")[1:], None),
        (PRINTED + "A", 9),
        (PRINTED.replace(CARD.groups[2], CARD.groups[2] * 2), 3),
    ],
)
def test_a_card_that_lacks_a_letter_or_a_group_is_still_known_as_one(typed: str, group: int | None) -> None:
    with pytest.raises(MistypedCard) as slip:
        read_card(typed)
    assert slip.value.group == group


@pytest.mark.parametrize(
    "typed",
    ["", "trei cai verzi pe pereți", "casa verde de la marginea satului 1998", "U" * 36, "ș" * 36, PRINTED[:20]],
)
def test_what_is_no_card_may_be_a_passphrase(typed: str) -> None:
    assert read_card(typed) is None


def test_a_group_is_typed_back() -> None:
    assert CARD.has_group(3, f" {CARD.groups[2].lower()} ")
    assert not CARD.has_group(3, CARD.groups[3]) and not CARD.has_group(3, "")
