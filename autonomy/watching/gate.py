"""The one port of a live page: the page itself, its messages, and what a person's hands do.

Viser serves on a port of its own that nobody else reaches. The gate passes its messages on, adds a
script to its page that tells of keys, pointer and gamepad, and, at an address that others reach,
asks for a token first.
"""

import asyncio
import errno
import http
import logging
import secrets
import socket
import threading
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import viser
from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from autonomy.errors import InputError

LOCAL = ("127.0.0.1", "localhost", "::1")
"""Addresses that only this machine reaches."""

_HANDS = "/hands"
_COOKIE = "autonomy_token"
_LAST_PORT = 65_535
_LARGEST = 50 << 20  # bytes of a message, as viser has it
_ASKING = """<!doctype html><html lang="en"><meta charset="utf-8"><title>autonomy</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<body style="font: 16px sans-serif; margin: 4em auto; max-width: 24em; padding: 0 1em">
<p>This page asks for the token that was printed where it was started.</p>
<form><input name="token" aria-label="token" autofocus autocomplete="off">
<button>Show it</button></form></body></html>
"""


class Gate:
    """Serves in a thread until it is closed.

    Attributes:
        url: Where the page is, with the token where one is asked for.
    """

    def __init__(
        self, listening: socket.socket, inner_port: int, on_hands: Callable[[str], None]
    ) -> None:
        """Serve at a socket that listens.

        Args:
            listening: See `listen`; it is closed with the gate.
            inner_port: Viser's own, at 127.0.0.1.
            on_hands: Called, in the gate's thread, with what browsers say of a person's hands.
        """
        self._socket = listening
        host, port = listening.getsockname()[:2]
        self._inner, self._on_hands = f"ws://127.0.0.1:{inner_port}", on_hands
        self._token = "" if host in LOCAL else secrets.token_urlsafe(16)
        self._page = _page()
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{port}/"
        self.url += f"?token={self._token}" if self._token else ""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Close the port."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopped.set)
            self._thread.join(timeout=5.0)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server: Server
        async with serve(
            self._handle,
            sock=self._socket,
            process_request=self._answer,
            select_subprotocol=lambda _, offered: offered[0] if offered else None,
            compression=None,
            max_size=_LARGEST,
            logger=_silent_logger(),
        ) as server:
            await self._stopped.wait()
            server.close()

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer what is no message: with the page, or by asking for the token."""
        address = urlsplit(request.path)
        given = parse_qs(address.query).get("token", [""])[0]
        if self._token and not _is_known(self._token, given or _cookie(request.headers)):
            return _response(http.HTTPStatus.UNAUTHORIZED, _ASKING.encode())
        if request.headers.get("Upgrade", "").lower() == "websocket":
            is_own = _is_same_origin(request.headers)
            return None if is_own else _response(http.HTTPStatus.FORBIDDEN, b"another origin\n")
        if address.path != "/":
            return _response(http.HTTPStatus.NOT_FOUND, b"not found\n")
        return _response(http.HTTPStatus.OK, self._page, self._token if given else "")

    async def _handle(self, outer: ServerConnection) -> None:
        request = outer.request
        assert request is not None
        try:
            if urlsplit(request.path).path == _HANDS:
                async for message in outer:
                    self._on_hands(str(message))
                self._on_hands("")  # whoever leaves lets go
            else:
                await self._pass_on(outer)
        except ConnectionClosed:
            pass

    async def _pass_on(self, outer: ServerConnection) -> None:
        """Pass messages on between a browser and viser, at the pace of the slower one."""
        offered = [outer.subprotocol] if outer.subprotocol else None
        async with connect(
            self._inner, subprotocols=offered, compression=None, max_size=_LARGEST
        ) as inner:
            both = [
                asyncio.create_task(_pump(outer, inner)),
                asyncio.create_task(_pump(inner, outer)),
            ]
            _, others = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for own in others:
                own.cancel()
            await asyncio.gather(*both, return_exceptions=True)


async def _pump(source: Connection, target: Connection) -> None:
    async for message in source:
        await target.send(message)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address; port 0 takes one that is free.

    Raises:
        InputError: The address is none of this machine's, or the port is in use; then the next
            free one is named.
    """
    if not 0 <= port <= _LAST_PORT:
        raise InputError(f"a port must be from 0 to {_LAST_PORT}, got {port}")
    try:
        return socket.create_server((host, port), family=_family(host))
    except OSError as error:
        raise InputError(_refusal(host, port, error)) from None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _refusal(host: str, port: int, error: OSError) -> str:
    if error.errno != errno.EADDRINUSE:
        return f"{host}:{port} cannot be listened at: {error.strerror or error}"
    return f"port {port} is in use, {first_free(host, port + 1)} is free: --port chooses one"


def first_free(host: str, port: int) -> int:
    """Return the first port from a number on that nobody listens at; 0 if there is none."""
    for own in range(port, _LAST_PORT + 1):
        try:
            with socket.create_server((host, own), family=_family(host)):
                return own
        except OSError:
            continue
    return 0


def _page() -> bytes:
    """Return viser's page with our script in its head."""
    page = Path(viser.__file__).parent / "client/build/index.html"
    script = files("autonomy.watching").joinpath("hands.js").read_text(encoding="utf-8")
    text = page.read_text(encoding="utf-8").replace("<title>Viser<", "<title>autonomy<", 1)
    return text.replace("</head>", f"<script>\n{script}</script></head>", 1).encode()


def _response(status: http.HTTPStatus, body: bytes, token: str = "") -> Response:
    headers = Headers(
        {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        }
    )
    if token:
        headers["Set-Cookie"] = f"{_COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/"
    return Response(status.value, status.phrase, headers, body)


def _cookie(headers: Headers) -> str:
    pairs = (own.strip().partition("=") for own in headers.get("Cookie", "").split(";"))
    return next((value for name, _, value in pairs if name == _COOKIE), "")


def _is_known(token: str, given: str) -> bool:
    return secrets.compare_digest(token.encode(), given.encode())


def _is_same_origin(headers: Headers) -> bool:
    """Whether it is our page that speaks, and no other site's in the same browser."""
    origin = headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == headers.get("Host")


def _silent_logger() -> logging.Logger:
    """Return a logger for what browsers that go away do to connections: nobody's concern."""
    logger = logging.getLogger("autonomy.watching.gate")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
