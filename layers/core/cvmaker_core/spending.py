"""What this deployment has spent on providers today, or how many jobs the public began, and whether it may go on.

A ledger without a database: each paid run leaves one empty object `spend/{hour}/{millionths of a dollar}-{random}`
(each public job one `arrivals/{hour}/…` that counts as a dollar).
Nothing is ever changed, so no two writers can meet, and a sum is one listing. Hours that are over are summed once per
container. Objects name no owner, job or stage; a lifecycle rule removes them.

The limit is a brake, not an account: what runs at this moment is not in the sum yet, so a day may end a little above
it, by at most the budgets of the jobs under way.
"""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime

from cvmaker_core.errors import CvMakerError
from cvmaker_core.job_store import JobStore

PREFIX = "spend/"
ARRIVALS = "arrivals/"
# How long a sum may be old: one listing a minute and container.
REMEMBERED_SECONDS = 60.0
_closed_hours: dict[str, int] = {}
_last: dict[str, tuple[float, int]] = {}


class DailySpending:
    """The ledger of one UTC day.

    Parameters
    ----------
    store
        The documents bucket.
    limit_usd
        What may be spent in a day; 0 or less: no limit, and no ledger is kept.
    prefix
        Which ledger.

    """

    def __init__(
        self,
        store: JobStore,
        limit_usd: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        prefix: str = PREFIX,
    ) -> None:
        self.prefix = prefix
        self.store = store
        self.limit_usd = limit_usd
        self.now = now

    def record(self, usd: float) -> None:
        """Write down what one run spent. Best effort: work that is paid and done is never lost for its book-keeping."""
        millionths = round(usd * 1_000_000)
        if self.limit_usd <= 0 or millionths <= 0:
            return
        try:
            self.store.put(f"{self.prefix}{self.now():%Y-%m-%dT%H}/{millionths:012d}-{secrets.token_hex(8)}", b"")
        except CvMakerError:
            return

    def spent_usd(self) -> float:
        """The day's sum so far, up to a minute old."""
        now = self.now()
        today = f"{self.prefix}{now:%Y-%m-%d}"
        remembered = _last.get(today)
        if remembered and time.monotonic() - remembered[0] < REMEMBERED_SECONDS:
            return remembered[1] / 1_000_000
        total = 0
        for hour in range(now.hour + 1):
            name = f"{today}T{hour:02d}"
            # A run that began before the hour may still write into it for a moment.
            closed = hour < now.hour - 1
            if not closed or name not in _closed_hours:
                sums = sum(int(item.name[:12]) for item in self.store.list_prefix(f"{name}/"))
                if closed:
                    _closed_hours[name] = sums
                total += sums
            else:
                total += _closed_hours[name]
        for day in [day for day in _last if day.startswith(self.prefix)]:
            del _last[day]
        _last[today] = (time.monotonic(), total)
        return total / 1_000_000

    def is_exhausted(self) -> bool:
        """Whether the day's limit is reached; without an answer of the store, not."""
        if self.limit_usd <= 0:
            return False
        try:
            return self.spent_usd() >= self.limit_usd
        except CvMakerError:
            return False


def forget() -> None:
    """Forget the sums of this container (tests)."""
    _closed_hours.clear()
    _last.clear()
