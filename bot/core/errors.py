"""Everything that is raised on purpose, in one small tree; each error carries data and what the caller acts on.

Floor 1. Texts are English, for logs and operators; what parents and staff read comes from the catalogue.

    BotError
    ├─ ConfigError(where, problem)      start-up; exit 2, one line a problem
    ├─ AlreadyRunning(holder)           start-up; another process has this database
    ├─ BadBackup(problem)               a backup that cannot be trusted, or must not be put back now
    ├─ CaseError
    │  ├─ UnknownCase(reference)        also for "not yours": the two look the same
    │  ├─ NotAllowed(status, action)    the console says why; the dialogue never offers it
    │  └─ Stale(reference, version)     somebody else was faster
    ├─ DatabaseBusy(waited_s)
    └─ NotReady(what)                   still starting; nothing was taken, try again later
"""


class BotError(Exception):
    """The root: catching it catches everything raised on purpose, and no bug."""


class ConfigError(BotError):
    """The program cannot start as it is configured: where, and what is wrong there; `lines` is for stderr."""

    def __init__(self, where: str, problem: str, *more: tuple[str, str]) -> None:
        self.problems = ((where, problem), *more)
        self.lines = tuple(f"{place}: {said}" for place, said in self.problems)
        super().__init__("\n".join(self.lines))


class AlreadyRunning(BotError):
    """Another process holds the lock of this database; `holder` is a line about it, `path` the lock file."""

    def __init__(self, path: str, holder: str) -> None:
        self.path = path
        self.holder = holder
        super().__init__(f"already running: {holder} (lock {path})")


class BadBackup(BotError):
    """A backup is damaged, cut or newer, or may not be put back at the moment."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)


class CaseError(BotError):
    """An action on a case that is not carried out; nothing has happened."""


class UnknownCase(CaseError):
    """No such case, or none that this person may know of."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(f"unknown case {reference}")


class NotAllowed(CaseError):
    """The action does not fit the case's status or the person's role."""

    def __init__(self, status: str, action: str) -> None:
        self.status = status
        self.action = action
        super().__init__(f"{action} is not allowed when {status}")


class Stale(CaseError):
    """The case was changed by somebody else since it was shown; `version` is the one it has now."""

    def __init__(self, reference: str, version: int) -> None:
        self.reference = reference
        self.version = version
        super().__init__(f"case {reference} is at version {version} by now")


class DatabaseBusy(BotError):
    """The database did not let us write for `waited_s` seconds; nothing was confirmed, try again later."""

    def __init__(self, waited_s: float) -> None:
        self.waited_s = waited_s
        super().__init__(f"database busy for {waited_s:.1f} s")


class NotReady(BotError):
    """A part that is still starting was asked to work; nothing was taken."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)
