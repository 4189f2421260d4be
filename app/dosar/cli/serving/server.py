"""The server that listens. What it refuses by itself, too large or garbled, is answered by the application's
error pages, in the reader's language and with their headers, instead of its own English lines."""

import socket
import sys
import time
from io import BytesIO
from logging import ERROR, getLogger
from typing import Any

import waitress
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import WSGITask

from dosar.access.web.failures import REFUSED_KEY
from dosar.cli.answer_guard import AnswerGuard
from dosar.cli.serving.slow_clients import LIMIT_OPTIONS, RequestClock, close_slow_connections
from dosar.cli.serving.stopping import Stop, serve_until

SERVER_THREADS = 8
MAX_BYTES_IN_MEMORY = 64 * 2**20
"""More than any post or page: waitress writes nothing of either to a temporary file."""
MAX_RECEIVED_BYTES = 27 * 2**20
PUBLIC_PATH = "/sign-in"
KEPT_HEADERS = ("HOST", "COOKIE", "ACCEPT_LANGUAGE")
"""What of a refused request says who reads the answer."""


class RefusalTask(WSGITask):  # type: ignore[misc]
    """Has the application say why a request goes no further."""

    def execute(self) -> None:
        self.set_close_on_finish()
        super().execute()

    def get_environment(self) -> dict[str, Any]:
        server, headers = self.channel.server, self.request.headers
        return {
            REFUSED_KEY: self.request.error.code,
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": PUBLIC_PATH,
            "QUERY_STRING": "",
            "REMOTE_ADDR": self.channel.addr[0],
            "SERVER_NAME": server.server_name,
            "SERVER_PORT": str(server.effective_port),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": f"127.0.0.1:{server.effective_port}",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": server.adj.url_scheme,
            "wsgi.input": BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **{f"HTTP_{name}": headers[name] for name in KEPT_HEADERS if name in headers},
        }


class RefusingParser(HTTPRequestParser):  # type: ignore[misc]
    """Reads the head of a request, whatever stands there: a length of thousands of digits, half an address."""

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as error:
            raise ParsingError("the head of the request cannot be read") from error


class RefusingChannel(HTTPChannel):  # type: ignore[misc]
    """A connection whose refusals are worded by the application, and whose requests have a time limit."""

    error_task_class = RefusalTask
    parser_class = RefusingParser

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.clock = RequestClock(time.time())

    def received(self, data: bytes) -> bool:
        taken: bool = super().received(data)
        self.clock.note(time.time(), len(data), self.request)
        return taken


HTTPS_PROXY_OPTIONS: dict[str, Any] = {
    "url_scheme": "https",
    "trusted_proxy": "127.0.0.1",
    "trusted_proxy_headers": {"x-forwarded-for"},
    "clear_untrusted_proxy_headers": True,
}
"""A web server on this machine takes the requests: cookies are for HTTPS only, and it says who asks."""


def serve_requests(app: Any, listening: socket.socket, stop: Stop, behind_https: bool = False) -> None:
    """Answer the requests that come to this socket, until the program is to stop; those are finished."""
    getLogger("waitress.queue").setLevel(ERROR)  # that a page waits its turn is nothing to tell the worker
    serve_until(create_request_server(app, listening, behind_https), stop)


def create_request_server(app: Any, listening: socket.socket, behind_https: bool = False) -> Any:
    """The server for this socket, with its limits; it answers once it is run."""
    server = waitress.create_server(
        AnswerGuard(app),
        sockets=[listening],
        threads=SERVER_THREADS,
        ident=None,
        inbuf_overflow=MAX_BYTES_IN_MEMORY,
        outbuf_overflow=MAX_BYTES_IN_MEMORY,
        max_request_body_size=MAX_RECEIVED_BYTES,
        **LIMIT_OPTIONS,
        **(HTTPS_PROXY_OPTIONS if behind_https else {"clear_untrusted_proxy_headers": False}),
    )
    server.channel_class = RefusingChannel
    idle_limit = server.maintenance

    def close_slow(moment: float) -> None:
        idle_limit(moment)
        close_slow_connections(list(server.active_channels.values()), moment)

    server.maintenance = close_slow
    return server
