"""Facts of a career that are computed rather than copied: years of work, and where the person works now."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cvmaker_core.pointers import join_pointer
from cvmaker_core.schema.artefacts import ParsedDate, Pointer

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-\d{2})?)?$")


@dataclass(frozen=True)
class Job:
    """One entry of `work` that says what and where."""

    pointer: Pointer
    position: str
    employer: str
    running: bool


@dataclass(frozen=True)
class Career:
    """Jobs, latest first, and whole years of paid work, never rounded up."""

    jobs: tuple[Job, ...]
    years: int
    counted: tuple[Pointer, ...]

    @property
    def latest(self) -> Job | None:
        return next((job for job in self.jobs if job.running), self.jobs[0] if self.jobs else None)


def read_career(resume: dict[str, Any], dates: Mapping[Pointer, ParsedDate], as_of: date) -> Career:
    """The career as of a day. Overlapping jobs count once; a date less precise than a month counts at its least."""
    jobs: list[tuple[int, Job]] = []
    spans: list[tuple[int, int]] = []
    counted: list[Pointer] = []
    today = as_of.year * 12 + as_of.month - 1
    for index, entry in enumerate(resume.get("work") or []):
        pointer = join_pointer("work", index)
        state = dates.get(pointer + "/endDate")
        running = (
            not entry.get("endDate") and (state is None or state.state == "running") and bool(entry.get("startDate"))
        )
        start = _month(entry.get("startDate"), latest=True)
        end = today if running else _month(entry.get("endDate"), latest=False)
        if start is not None and end is not None and start < end <= today:
            spans.append((start, end))
            counted.append(pointer)
        if entry.get("position") and entry.get("name"):
            job = Job(pointer, str(entry["position"]).strip(), str(entry["name"]).strip(), running)
            jobs.append((end if end is not None else -1, job))
    months, reached = 0, -1
    for start, end in sorted(spans):
        months += max(0, end - max(start, reached))
        reached = max(reached, end)
    jobs.sort(key=lambda item: -item[0])
    return Career(tuple(job for _, job in jobs), months // 12, tuple(counted))


def _month(value: Any, *, latest: bool) -> int | None:
    """Months since year 0; a bare year is its last month (`latest`) or its first."""
    found = _DATE.match(str(value or ""))
    if not found:
        return None
    year, month = int(found[1]), found[2]
    return year * 12 + (int(month) - 1 if month else (11 if latest else 0))
