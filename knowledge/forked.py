"""Do a part of some work in a copy of this process, so that a second core helps with it. Floor 0."""

import os
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar

T = TypeVar("T")


def beside(work: Callable[[], T]) -> Callable[[], T]:
    """Begin some work in a copy of this process; return what waits for its result, which must be picklable.

    Where no copy can be made, or other threads run (what they hold would stay locked in it), or the copy dies, the
    work is done here when its result is asked for.
    """
    if not hasattr(os, "fork") or threading.active_count() > 1 or os.cpu_count() == 1:
        return work
    from multiprocessing import get_context  # only here: it takes its time to load

    context = get_context("fork")
    try:
        receiver, sender = context.Pipe(duplex=False)
        copy = context.Process(target=lambda: _send(work, sender), daemon=True)
        copy.start()
    except OSError:  # no process, memory or file is left to us
        return work
    sender.close()

    def result() -> T:
        try:
            with receiver:
                given: T = receiver.recv()
                return given
        except (EOFError, OSError):  # it died, before or while it sent
            return work()
        finally:
            copy.join()

    return result


def _send(work: Callable[[], T], sender: "Connection[object, object]") -> None:
    """Do the work in the copy, which holds nothing of ours: not the lock of the desk, should we be killed meanwhile."""
    own = sender.fileno()
    os.closerange(3, own)
    os.closerange(own + 1, os.sysconf("SC_OPEN_MAX"))
    sender.send(work())
