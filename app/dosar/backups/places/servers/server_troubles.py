"""What servers answer that keep back-ups, in words: which remedy, and never what was sent to them."""

from collections.abc import Mapping

from dosar.backups.places.place import PlaceUnreachable
from dosar.language.text.message import msgid

WRONG_PASSWORD = msgid(
    "The server %(host)s does not accept the user or the password. Type both anew; where signing in asks for a second "
    "step, make an app password in the server's settings."
)
NOT_ALLOWED = msgid(
    "The server %(host)s does not let this account write there. Give it the right to write into the folder or bucket, "
    "or type user and password anew."
)
NOT_THERE = msgid(
    "There is no such folder or bucket on %(host)s. Copy the address from the server's settings, or make the folder "
    "there first."
)
NO_SUCH_SERVICE = msgid(
    "%(host)s answers, but keeps no files at this address. Copy the address for WebDAV or for the bucket from the "
    "server's settings."
)
TOO_LARGE = msgid(
    "The server %(host)s takes no file of this size. Let whoever looks after it raise the limit for uploads, or choose "
    "another place."
)
FULL = msgid("There is no room left on %(host)s for the back-up. Make room there, or choose another place.")
BUSY = msgid("The server %(host)s is busy, or the file is held by somebody else. Try again in an hour.")
LEADS_ELSEWHERE = msgid(
    "The server %(host)s sends this address on to another one. The password is not sent after it: write the address "
    "at which the folder or bucket really lies, with its region."
)
STRANGE_ANSWER = msgid(
    "The server %(host)s could not do what was asked (%(number)s). Try again later, or ask whoever looks after it."
)
STRANGE_TEXT = msgid(
    "%(host)s does not answer as a server for files does. Copy the address for WebDAV or for the bucket from the "
    "server's settings."
)
NOT_TRUSTED = msgid(
    "The certificate of %(host)s is not one that this computer trusts, so nothing was sent: somebody may stand in "
    "between. Check the name in the address; if the server is yours, let it show a certificate for this name."
)
NOT_REACHED = msgid("The server %(host)s does not answer. Check the connection to the internet and the address.")
BROKEN_OFF = msgid(
    "The connection to %(host)s broke off. What was there before is as it was; the next back-up begins anew. If it "
    "breaks off each time, the server takes no file of this size."
)
ANSWERS: Mapping[int, str] = {
    401: WRONG_PASSWORD,
    403: NOT_ALLOWED,
    404: NOT_THERE,
    405: NO_SUCH_SERVICE,
    409: NOT_THERE,
    413: TOO_LARGE,
    423: BUSY,
    429: BUSY,
    501: NO_SUCH_SERVICE,
    503: BUSY,
    507: FULL,
}


def refused(host: str, status: int) -> PlaceUnreachable:
    """What the number of an answer means."""
    if 300 <= status < 400:
        return PlaceUnreachable(LEADS_ELSEWHERE, host=host)
    return PlaceUnreachable(ANSWERS.get(status, STRANGE_ANSWER), host=host, number=status)
