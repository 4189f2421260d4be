"""Something that the running program looks at again and again by itself, until its data are closed."""

from collections.abc import Callable
from threading import Event


def look_until_closed(
    closed: Event, seconds: Callable[[], float], look: Callable[[], object], tell: Callable[[Exception], object]
) -> None:
    """Look, after each pause of so many ``seconds``, until the data are ``closed``.

    ``tell`` is given the error that a look ended with: the next one may succeed, and without this thread there
    would be none.
    """
    while not closed.wait(seconds()):
        try:
            look()
        except Exception as error:
            if not closed.is_set():
                tell(error)
