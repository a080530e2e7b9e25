"""What the process counts: few names, known labels, a registry of its own."""

from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import CONTENT_TYPE, Metrics


def test_what_was_counted_is_rendered() -> None:
    metrics = Metrics()
    metrics.updates.labels("telegram").inc()
    metrics.updates.labels("telegram").inc()
    metrics.outbox_depth.set(3)
    text = metrics.render().decode()
    assert 'desk_updates_total{channel="telegram"} 2.0' in text
    assert "desk_outbox_depth 3.0" in text
    assert CONTENT_TYPE.startswith("text/plain")


def test_there_are_at_most_fifteen_names_and_all_are_explained() -> None:
    families = list(text_string_to_metric_families(Metrics().render().decode()))
    assert 10 <= len(families) <= 15
    assert all(family.name.startswith("desk_") and family.documentation for family in families)


def test_two_desks_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.dead_letters.inc()
    assert b"desk_dead_letters_total 1.0" in one.render()
    assert b"desk_dead_letters_total 0.0" in other.render()
    assert not any(name.startswith("desk_") for name in REGISTRY._names_to_collectors)
