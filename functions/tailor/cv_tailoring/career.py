"""Facts of a career that are computed rather than copied: years of work, and where the person works now."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cvmaker_core.pointers import join_pointer
from cvmaker_core.schema.artefacts import ParsedDate, Pointer

from cv_tailoring.footing import Footing

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-\d{2})?)?$")


@dataclass(frozen=True)
class Job:
    """One entry of `work`; title or employer are empty where nothing reliable stands."""

    pointer: Pointer
    position: str
    employer: str
    running: bool


@dataclass(frozen=True)
class Career:
    """Jobs, latest first, and whole years of employment, never rounded up. 0 years: nothing is said of them."""

    jobs: tuple[Job, ...]
    years: int
    counted: tuple[Pointer, ...]

    @property
    def latest(self) -> Job | None:
        """The present or latest job; None when that one does not say reliably what and where."""
        job = next((job for job in self.jobs if job.running), self.jobs[0] if self.jobs else None)
        return job if job and job.position and job.employer else None


def read_career(resume: dict[str, Any], dates: Mapping[Pointer, ParsedDate], footing: Footing) -> Career:
    """The career as of a day, understated where in doubt.

    Overlapping jobs count once; a date less precise than a month counts at its least; a job whose end
    nobody knows counts its first month. Memberships, studies and volunteering among the jobs are no
    jobs, training counts no years, and where the person states a number of years we compute none.
    """
    jobs: list[tuple[int, Job]] = []
    spans: list[tuple[int, int]] = []
    counted: list[Pointer] = []
    today = footing.as_of.year * 12 + footing.as_of.month - 1
    for index, entry in enumerate(resume.get("work") or []):
        if not footing.is_work(entry):
            continue
        pointer = join_pointer("work", index)
        state = dates.get(pointer + "/endDate")
        end_unknown = bool(entry.get("endDateUnknown")) or (state is not None and state.state == "unknown")
        start = _month(entry.get("startDate"), latest=True)
        running = (
            not entry.get("endDate")
            and not end_unknown
            and (state is None or state.state == "running")
            and start is not None
            and start <= today
        )
        end = today if running else _month(entry.get("endDate"), latest=False)
        if end is None and end_unknown and start is not None and len(str(entry.get("startDate"))) > len("YYYY"):
            end = start + 1
        if start is not None and end is not None and start < end <= today and footing.is_employment(entry):
            spans.append((start, end))
            counted.append(pointer)
        job = Job(pointer, footing.named_at(pointer + "/position"), footing.named_at(pointer + "/name"), running)
        jobs.append((next((month for month in (end, start) if month is not None), -1), job))
    months, reached = 0, -1
    for start, end in sorted(spans):
        months += max(0, end - max(start, reached))
        reached = max(reached, end)
    jobs.sort(key=lambda item: -item[0])
    years = 0 if footing.states_years() else months // 12
    return Career(tuple(job for _, job in jobs), years, tuple(counted))


def _month(value: Any, *, latest: bool) -> int | None:
    """Months since year 0; a bare year is its last month (`latest`) or its first."""
    found = _DATE.match(str(value or ""))
    if not found:
        return None
    year, month = int(found[1]), found[2]
    return year * 12 + (int(month) - 1 if month else (11 if latest else 0))
