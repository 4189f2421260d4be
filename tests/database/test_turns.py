"""Those who wait to write are served in the order they came."""

import threading

from dosar.database.writing.write_queue import WriteQueue
from tests.waiting import is_soon


def test_first_come_first_served() -> None:
    turns, served = WriteQueue(), []

    def write(number: int) -> None:
        assert turns.take(5)
        served.append(number)
        turns.leave()

    assert turns.take(0)
    people = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for number, person in enumerate(people):
        person.start()
        assert is_soon(lambda waiting=number + 1: len(turns._queue) == waiting), "she stands in the queue"
    turns.leave()
    for person in people:
        person.join()
    assert served == [0, 1, 2, 3, 4, 5]


def test_who_gives_up_holds_up_nobody() -> None:
    turns, got = WriteQueue(), []
    assert turns.take(0)
    impatient = threading.Thread(target=lambda: got.append(turns.take(0.01)))
    impatient.start()
    impatient.join()
    turns.leave()
    assert got == [False]
    assert turns.take(0)
    assert turns.mine()
