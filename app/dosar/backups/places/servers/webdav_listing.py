"""What a WebDAV server says lies in a folder (RFC 4918, ``multistatus``).

Document types are refused, so that nothing in the answer unfolds or is fetched.
"""

from urllib.parse import unquote, urlsplit
from xml.parsers.expat import ExpatError, ParserCreate

from dosar.backups.places.place import StoredFile

WANTED = (
    b'<?xml version="1.0" encoding="utf-8"?>'
    b'<propfind xmlns="DAV:"><prop><getcontentlength/><resourcetype/></prop></propfind>'
)
"""What is asked of each file."""
RESPONSE, HREF, LENGTH, FOLDER = "DAV: response", "DAV: href", "DAV: getcontentlength", "DAV: collection"


class StrangeListing(ValueError):
    """The answer is something else."""


def read_listing(answer: bytes) -> list[StoredFile]:
    """The files; folders are left out."""
    reader = _ListingReader()
    try:
        reader.parser.Parse(answer, True)
    except (ExpatError, ValueError, LookupError) as error:  # an address, a number, an alphabet that is none
        raise StrangeListing from error
    return reader.files


class _ListingReader:
    def __init__(self) -> None:
        self.files: list[StoredFile] = []
        self.parser = ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._begin
        self.parser.CharacterDataHandler = self._read
        self.parser.EndElementHandler = self._end
        self._texts: dict[str, str] = {}
        self._inside = ""

    def _refuse(self, *_: object) -> None:
        raise StrangeListing

    def _begin(self, name: str, _: object) -> None:
        if name == RESPONSE:
            self._texts = {}
        self._inside = name
        self._texts.setdefault(name, "")

    def _read(self, text: str) -> None:
        if self._inside in (HREF, LENGTH):
            self._texts[self._inside] += text

    def _end(self, name: str) -> None:
        self._inside = ""
        if name != RESPONSE or FOLDER in self._texts:
            return
        file_name = unquote(urlsplit(self._texts.get(HREF, "").strip()).path).rpartition("/")[2]
        length = self._texts.get(LENGTH, "").strip()
        if file_name and length.isdecimal():
            self.files.append(StoredFile(file_name, int(length)))
