"""A large file as a browser sends it: piece by piece, or whole with its form where there are no scripts."""

from pathlib import Path

from flask import request

from dosar.database.store_errors import StoreError
from dosar.long_work.uploads import Uploads


def keep_piece(uploads: Uploads) -> tuple[str, int]:
    """Add what was sent; the word of the file, and how much of it there is. Raises
    :class:`~dosar.database.store_errors.StoreError`."""
    word, at, sent = request.form.get("upload", ""), request.form.get("at", 0, type=int), request.files.get("piece")
    word = word or uploads.begin(request.form.get("name", ""))
    piece = sent.read() if sent is not None else b""
    return word, uploads.add(word, at, piece)


def sent_file(uploads: Uploads, word: str | None) -> Path | None:
    """The file that came in pieces under this word, or whole with the form; none where none came. Raises
    :class:`~dosar.database.store_errors.StoreError`."""
    if word:
        return uploads.whole(word)
    file = request.files.get("file")
    if file is None or not file.filename:
        return None
    word = uploads.begin(file.filename)
    try:
        uploads.add(word, 0, file.read())
    except StoreError:  # there is nothing to go on with
        uploads.clear()
        raise
    return uploads.whole(word)


def sent_name(told: str | None) -> str:
    """What the sender calls the file: ``told`` with the form where it came in pieces, else with the file itself."""
    file = request.files.get("file")
    return (file and file.filename) or told or ""
