"""Opens the page, and keeps it open."""

import contextlib
import io
import socket
import time
from collections.abc import Callable, Generator
from pathlib import Path

import viser

from autonomy.stopping import Stop, asked_to_stop
from autonomy.watching.director import Director
from autonomy.watching.gate import Gate, listen
from autonomy.watching.hand import Hand
from autonomy.watching.run import WatchedRun, watched_run
from autonomy.watching.session import Choice

_LOOK = 1.0  # [s] between two looks at a run


def watch(
    choice: Choice,
    seed: int,
    folder: Path,
    address: tuple[str, int] = ("127.0.0.1", 8080),
    tell: Callable[[str], None] = print,
) -> None:
    """Show a page until somebody asks to stop.

    Args:
        choice: What is watched first.
        seed: Of the first episode.
        folder: Where films and data sets are written.
        address: Host and port to listen at.
        tell: Called with what is to be known before there is a page, and with its address.

    Raises:
        InputError: What is chosen cannot be, or the port is in use; or a run has no checkpoint yet,
            and none will come.
    """
    hand, run = Hand(), watched_run(choice.policy)
    with asked_to_stop() as stop:
        if run is not None:
            _wait_for(run, stop, tell)
        if stop.status is not None:
            return
        with (
            opened_page(address, hand) as (server, url),
            contextlib.closing(Director(server, hand, choice, seed, folder)) as director,
        ):
            tell(f"the page is at {url} until Ctrl-C")
            director.run(lambda: stop.status is not None)


def _wait_for(run: WatchedRun, stop: Stop, tell: Callable[[str], None]) -> None:
    """Wait until a run has a policy, or somebody asks to stop.

    Raises:
        InputError: It will never have one.
    """
    if not run.look():
        tell(f"waiting for the first checkpoint of {run.folder}")
    while not run.look() and run.newest is None and stop.status is None:
        run.check()
        time.sleep(_LOOK)


@contextlib.contextmanager
def opened_page(address: tuple[str, int], hand: Hand) -> Generator[tuple[viser.ViserServer, str]]:
    """Serve an empty page at a host and a port; yield what fills it, and its address.

    Raises:
        InputError: The port is in use, or the address is none of this machine's.
    """
    listening = listen(*address)
    with (
        _server() as server,
        contextlib.closing(Gate(listening, server.get_port(), hand.hear)) as gate,
    ):
        yield server, gate.url


@contextlib.contextmanager
def _server() -> Generator[viser.ViserServer]:
    """Start viser at a port that only the gate is to use, without a word of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with contextlib.redirect_stdout(io.StringIO()):
        server = viser.ViserServer("127.0.0.1", port, verbose=False)
    try:
        yield server
    finally:
        with contextlib.redirect_stdout(io.StringIO()):
            server.stop()
