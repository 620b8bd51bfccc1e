"""Opens the page, and keeps it open."""

import contextlib
import io
import socket
import warnings
from collections.abc import Callable, Generator
from pathlib import Path

import viser

from autonomy.stopping import asked_to_stop
from autonomy.watching.director import Director
from autonomy.watching.gate import Gate
from autonomy.watching.hand import Hand
from autonomy.watching.session import Choice


def watch(
    choice: Choice,
    seed: int,
    folder: Path,
    address: tuple[str, int] = ("127.0.0.1", 8080),
    on_open: Callable[[str], None] = print,
) -> None:
    """Show a page until somebody asks to stop.

    Args:
        choice: What is watched first.
        seed: Of the first episode.
        folder: Where films and data sets are written.
        address: Host and port to listen at.
        on_open: Called with the page's address once it is there.

    Raises:
        InputError: What is chosen cannot be, or the port is in use.
    """
    hand = Hand()
    with (
        _server() as (server, inner),
        contextlib.closing(Gate(*address, inner, hand.hear)) as gate,
        contextlib.closing(Director(server, hand, choice, seed, folder)) as director,
        asked_to_stop() as stop,
    ):
        on_open(gate.url)
        director.run(lambda: stop.status is not None)


@contextlib.contextmanager
def _server() -> Generator[tuple[viser.ViserServer, int]]:
    """Start viser at a port that only this process is to use, without a word of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        server = viser.ViserServer("127.0.0.1", port, verbose=False)
    try:
        yield server, server.get_port()
    finally:
        with contextlib.redirect_stdout(io.StringIO()):
            server.stop()
