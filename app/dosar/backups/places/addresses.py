"""Addresses of places for back-ups, and which of them are refused."""

from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from dosar.language.text.message import Mistake, msgid
from dosar.network.hosts import is_this_computer

FOLDER_KIND, WEBDAV_KIND, OBJECT_STORE_KIND = "folder", "webdav", "s3"
PLACE_KINDS = {
    FOLDER_KIND: msgid("USB stick, disk or network share"),
    WEBDAV_KIND: msgid("Nextcloud or another WebDAV server"),
    OBJECT_STORE_KIND: msgid("Object store (S3)"),
}
"""Kind of place → what it is called."""
KIND_OF_SCHEME = {"http": WEBDAV_KIND, "https": WEBDAV_KIND, "s3": OBJECT_STORE_KIND}
"""Everything else is a folder: ``E:\\`` looks like a scheme too."""
FOLDER_NAME = "Dosar"
"""The folder that is made at each place, so that back-ups do not lie among other files."""
KNOWN_ENDPOINT = "https://s3.{region}.amazonaws.com"
"""Where a bucket lies of which only the region is said."""
NO_REGION = "us-east-1"
"""What stores without regions want to be told."""


def object_store_address(bucket: str, endpoint: str = "", region: str = "") -> str:
    """The address of a bucket, of what a page asks one by one."""
    options = [f"{name}={quote(value, safe=':/')}" for name, value in (("endpoint", endpoint), ("region", region))]
    said = [option for option in options if not option.endswith("=")]
    return f"s3://{bucket}" + (f"?{'&'.join(said)}" if said else "")


def bucket_as_said(address: str) -> tuple[str, str, str]:
    """Bucket, endpoint and region of such an address, as they were said; what was left out is empty."""
    parts = split_address(address)
    options = dict(parse_qsl(parts.query))
    return parts.netloc, options.get("endpoint", ""), options.get("region", "")


def bucket_of(address: str) -> tuple[str, str, str]:
    """Bucket, endpoint and region of such an address."""
    bucket, endpoint, region = bucket_as_said(address)
    return bucket, endpoint or (KNOWN_ENDPOINT.format(region=region) if region else ""), region or NO_REGION


def check_address(kind: str, address: str, folder: str) -> None:
    """Raises ``Mistake`` for an address that cannot be used, or over which others would read the password."""
    _CHECKS[kind](address)
    if ".." in folder.replace("\\", "/").split("/"):
        raise Mistake("The folder %(folder)s leads out of the place. Write a name without dots.", folder=folder)


def split_address(address: str) -> SplitResult:
    """Its parts. Raises ``Mistake`` where it has none."""
    try:
        parts = urlsplit(address)
        _ = parts.port, parts.hostname
    except ValueError:
        raise Mistake("This is no address of a server. It begins with https:// and its name.") from None
    return parts


def _check_folder(address: str) -> None:
    if not Path(address).is_absolute():
        raise Mistake(
            "Write the whole way to the folder for back-ups, from the beginning: /media/ana/STICK or E:\\. For a "
            "server: https://… or s3://…"
        )


def _check_webdav(address: str) -> None:
    parts = split_address(address)
    _check_server(parts)
    if parts.query or parts.fragment:
        raise Mistake(
            "The address of a folder on a server has no ? and no # in it. Copy it from its settings (WebDAV)."
        )


def _check_object_store(address: str) -> None:
    bucket, endpoint, _ = bucket_of(address)
    if "@" in bucket:
        raise _password_in_address()
    if not bucket:
        raise Mistake("The address names no bucket: s3://bucket?endpoint=https://…")
    if not endpoint:
        raise Mistake("Say where the bucket %(bucket)s lies: its endpoint (https://…), or its region.", bucket=bucket)
    _check_server(split_address(endpoint))


def _check_server(parts: SplitResult) -> None:
    if parts.username is not None or parts.password is not None:
        raise _password_in_address()
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Mistake("The address of a server begins with https:// and its name.")
    if parts.scheme == "http" and not is_this_computer(parts.hostname):
        raise Mistake(
            "With http:// anybody on the way to %(host)s reads the password. Write https://.", host=parts.hostname
        )


def _password_in_address() -> Mistake:
    return Mistake("Write user and password into their own boxes, not into the address: addresses are shown.")


_CHECKS = {FOLDER_KIND: _check_folder, WEBDAV_KIND: _check_webdav, OBJECT_STORE_KIND: _check_object_store}
