"""Do a part of some work in a copy of this process, so that a second core helps with it. Floor 0."""

import os
import threading
from collections.abc import Callable
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
    receiver, sender = context.Pipe(duplex=False)
    copy = context.Process(target=lambda: sender.send(work()), daemon=True)
    copy.start()
    sender.close()

    def result() -> T:
        try:
            with receiver:
                given: T = receiver.recv()
                return given
        except EOFError:
            return work()
        finally:
            copy.join()

    return result
