"""What somebody asked of the program, as it is typed once more: only what the defaults do not say."""

from collections.abc import Iterator
from pathlib import Path

from dosar.cli.places import local_forms
from dosar.cli.starting.options import DEFAULT_PORT, DEFAULT_SEAL_HOURS, StartOptions
from dosar.updates.pip.command_lines import CommandLines


def command_lines(options: StartOptions) -> CommandLines:
    """The lines of an update, which find the same data from whatever folder they are typed."""
    demo = ("--demo",) if options.demo else ()
    data = _named("--data", options.places.data)
    where = data or (_named("--data", options.places.data_folder(True)) if options.demo else ())
    rest = (*_other_places(options),)
    return CommandLines(
        data_options=(*where, *rest),
        stop_options=(*demo, *data),
        start_options=(*demo, *data, *rest, *_of_pages(options)),
    )


def _other_places(options: StartOptions) -> Iterator[str]:
    places = options.places
    yield from _named("--forms", places.forms or local_forms())
    yield from _named("--key-file", places.key_file)
    yield from _named("--database-url-file", places.database_file)
    if places.passphrase:
        yield "--passphrase"


def _of_pages(options: StartOptions) -> Iterator[str]:
    if options.port != DEFAULT_PORT:
        yield from ("--port", str(options.port))
    if options.address:
        yield from ("--address", f"https://{options.address}")
    if options.no_browser:
        yield "--no-browser"
    if options.seal_after != DEFAULT_SEAL_HOURS:
        yield from ("--seal-after", f"{options.seal_after:g}")


def _named(option: str, path: Path | None) -> tuple[str, ...]:
    return () if path is None else (option, str(path.absolute()))
