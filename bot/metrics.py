"""What the process counts about itself, for Prometheus: fourteen names, no label that could hold a person.

Between floors 1 and 3: storage, service and channels count here; the pure floors do not. A `Metrics` belongs to one
running desk and has a registry of its own, so that tests and a second desk in the process do not share numbers.
"""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST

# A second series beside every counter, which nobody here reads.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library left this one untyped


class Metrics:
    """The counters and gauges; the attribute's name is the metric's, without the `desk_` in front."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.updates = self._counter("updates", "Updates taken in", "channel")
        self.dead_letters = self._counter("dead_letters", "Updates whose handling failed")
        self.answers = self._counter("answers", "Questions by what came of them", "outcome")
        self.sent = self._counter("sent", "Messages by what became of them", "channel", "result")
        self.telegram_429 = self._counter("telegram_429", "Times Telegram told us to slow down")
        self.reloads = self._counter("reloads", "Reloads of the content", "result")
        self.login_failures = self._counter("login_failures", "Refused console sign-ins")
        self.outbox_depth = self._gauge("outbox_depth", "Messages still to be sent")
        self.outbox_oldest_seconds = self._gauge(
            "outbox_oldest_seconds", "Age of the oldest of them"
        )
        self.cases_open = self._gauge("cases_open", "Open cases")
        self.cases_overdue = self._gauge("cases_overdue", "Open cases past their due time")
        self.last_poll_timestamp_seconds = self._gauge(
            "last_poll_timestamp_seconds", "When updates were last asked for"
        )
        self.inbox_lag_seconds = self._histogram(
            "inbox_lag_seconds", "From a message's time to its commit"
        )
        self.commit_seconds = self._histogram(
            "commit_seconds", "From handing work in to its commit"
        )

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"desk_{name}", about, labels, registry=self.registry)

    def _gauge(self, name: str, about: str) -> Gauge:
        return Gauge(f"desk_{name}", about, registry=self.registry)

    def _histogram(self, name: str, about: str) -> Histogram:
        return Histogram(f"desk_{name}", about, registry=self.registry)

    def render(self) -> bytes:
        """Return all of it in Prometheus' text format; its media type is `CONTENT_TYPE`."""
        return generate_latest(self.registry)
