"""Servers that keep back-ups, on this computer: a real WebDAV one, a real bucket, and some that misbehave."""

import shutil
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_connection, create_server, socket
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

import trustme

USER, PASSWORD = "dosar", "parolă lungă"
FILES = "/remote.php/dav/files/dosar"
"""Where Nextcloud keeps a user's files."""
UPLOADS = "/remote.php/dav/uploads/dosar"
"""And where it takes their pieces."""


@contextmanager
def webdav(folder: Path, certificate: trustme.LeafCert | None = None, pieces: Path | None = None) -> Iterator[str]:
    """A WebDAV server on this folder, with a password, as Nextcloud lays its addresses out; with a folder for
    ``pieces`` it takes files in pieces as Nextcloud does."""
    from cheroot.ssl.builtin import BuiltinSSLAdapter
    from cheroot.wsgi import Server
    from wsgidav.wsgidav_app import WsgiDAVApp

    folders = {FILES: str(folder)}
    if pieces is not None:
        pieces.mkdir()
        folders[UPLOADS] = str(pieces)
    config = {
        "provider_mapping": folders,
        "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
        "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
        "logging": {"enable": False},
        "verbose": 0,
    }
    application = WsgiDAVApp(config)

    def serve(environ: dict[str, Any], start_response: Any) -> Any:
        path = environ["PATH_INFO"]
        if pieces is None or environ["REQUEST_METHOD"] != "MOVE" or not path.endswith("/.file"):
            return application(environ, start_response)
        target = unquote(urlsplit(environ["HTTP_DESTINATION"]).path).removeprefix(f"{FILES}/")
        is_whole = put_together(pieces / path.split("/")[-2], folder / target, int(environ["HTTP_OC_TOTAL_LENGTH"]))
        start_response("201 Created" if is_whole else "400 Bad Request", [("Content-Length", "0")])
        return [b""]

    server = Server(("127.0.0.1", 0), serve)
    if certificate is not None:
        with certificate.private_key_and_cert_chain_pem.tempfile() as file:
            server.ssl_adapter = BuiltinSSLAdapter(file, file)
    server.prepare()
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield f"http{'s' if certificate else ''}://localhost:{server.bind_addr[1]}{FILES}/"
    finally:
        server.stop()
        thread.join()


def put_together(pieces: Path, target: Path, size: int) -> bool:
    """Make one file of its pieces, in the order of their numbers, if they are as long as all of it."""
    numbered = sorted(pieces.iterdir(), key=lambda piece: int(piece.name))
    if sum(piece.stat().st_size for piece in numbered) != size:
        return False
    with target.open("wb") as written:
        written.writelines(piece.read_bytes() for piece in numbered)
    shutil.rmtree(pieces)
    return True


@contextmanager
def bucket(name: str, certificate: trustme.LeafCert | None = None) -> Iterator[str]:
    """A store with an empty bucket of this name: its endpoint."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        with create_connection((host, port)) as asked:
            asked.sendall(f"PUT /{name} HTTP/1.0\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n".encode())
            assert b"200" in asked.recv(100)
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def answering(
    status: int, certificate: trustme.LeafCert | None = None, content: bytes = b"", **headers: str
) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server that answers everything alike; its address, and the headers of what it was asked."""
    asked: list[dict[str, str]] = []

    class Answer(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append({name.lower(): value for name, value in self.headers.items()})
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PROPFIND = do_MKCOL = do_MOVE = answer

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def line_that_breaks(port: int, after: int, once: bool) -> Iterator[int]:
    """A way to this port on which a connection breaks after so many bytes: the first one, or each."""
    state = {"breaks": True}

    def lead(near: socket) -> None:
        far, carried = create_connection(("127.0.0.1", port)), 0
        Thread(target=carry, args=(far, near), daemon=True).start()
        with suppress(OSError):
            while content := near.recv(65_536):
                carried += len(content)
                if state["breaks"] and carried > after:
                    state["breaks"] = not once
                    break
                far.sendall(content)
        close(near), close(far)

    with listening(lead) as way:
        yield way


@contextmanager
def proxy(port: int) -> Iterator[tuple[str, list[str]]]:
    """A proxy that asks for a password and leads everybody to this port; its address, and all that it could read."""
    read: list[str] = []

    def lead(near: socket) -> None:
        asked = b""
        while not asked.endswith(b"\r\n\r\n"):
            asked += near.recv(1)
        read.append(asked.decode())
        near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        far = create_connection(("127.0.0.1", port))
        Thread(target=carry, args=(far, near), daemon=True).start()
        carry(near, far)

    with listening(lead) as way:
        yield f"http://birou:parola-biroului@127.0.0.1:{way}", read


@contextmanager
def listening(lead: Callable[[socket], None]) -> Iterator[int]:
    """A port on which each visitor is led somewhere, in a thread of her own."""
    door = create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                near, _ = door.accept()
            except OSError:
                return
            Thread(target=lead, args=(near,), daemon=True).start()

    Thread(target=accept, daemon=True).start()
    try:
        yield door.getsockname()[1]
    finally:
        close(door)


def carry(read: socket, write: socket) -> None:
    """Everything, until one of them has enough."""
    with suppress(OSError):
        while content := read.recv(65_536):
            write.sendall(content)
    close(read), close(write)


def close(opened: socket) -> None:
    """Wake who waits for it, too."""
    with suppress(OSError):
        opened.shutdown(2)
    opened.close()
