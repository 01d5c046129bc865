"""The daily spend limit: a ledger of objects that nobody changes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from cvmaker_core import spending
from cvmaker_core.job_store import JobStore
from cvmaker_core.spending import PREFIX, DailySpending

NOON = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    spending.forget()
    yield
    spending.forget()


def at(store: JobStore, moment: datetime, limit: float = 1.0) -> DailySpending:
    return DailySpending(store, limit, lambda: moment)


def test_what_many_spend_at_once_is_summed_without_loss(store: JobStore) -> None:
    with ThreadPoolExecutor(8) as executor:
        list(executor.map(lambda _: at(store, NOON).record(0.01), range(40)))
    assert at(store, NOON).spent_usd() == pytest.approx(0.40)


def test_the_day_begins_anew(store: JobStore) -> None:
    at(store, NOON).record(1.5)
    assert at(store, NOON).is_exhausted()
    spending.forget()
    assert not at(store, NOON.replace(day=5)).is_exhausted()
    spending.forget()
    assert at(store, NOON.replace(hour=23)).is_exhausted(), "earlier hours of the day count"


def test_a_sum_is_remembered_for_a_while_and_hours_that_are_over_for_good(store: JobStore) -> None:
    at(store, NOON.replace(hour=3)).record(0.5)
    assert at(store, NOON).spent_usd() == 0.5
    at(store, NOON).record(0.25)
    assert at(store, NOON).spent_usd() == 0.5, "one listing a minute"
    spending._last.clear()
    for item in list(store.list_prefix(PREFIX)):
        store.delete(item.key)
    assert at(store, NOON).spent_usd() == 0.5, "an hour that is over is not listed again"


def test_without_a_limit_nothing_is_written_or_read(store: JobStore) -> None:
    free = DailySpending(store, 0)
    free.record(5.0)
    assert not free.is_exhausted()
    assert not list(store.list_prefix(PREFIX))


def test_the_ledger_names_nobody(store: JobStore) -> None:
    at(store, NOON).record(0.123456)
    (item,) = store.list_prefix(PREFIX)
    assert item.key.startswith("spend/2026-05-04T12/000000123456-")
    assert item.size == 0


def test_a_store_that_does_not_answer_stops_nobody(store: JobStore) -> None:
    broken = DailySpending(JobStore("no-such-bucket"), 1.0)
    broken.record(0.5)
    assert not broken.is_exhausted()
