"""Reaching the wished number of pages: first by density, then by leaving out what may be left out.

Bounded: every search halves its range, so a CV is laid out some ten times at most. Text never
becomes smaller than `SMALLEST_TEXT`, and what Tailor did not offer is never left out.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from cvmaker_core.schema.artefacts import StageWarning

from cv_rendering.design import DENSITIES, Design
from cv_rendering.document import build_document
from cv_rendering.formats.pdf import Layout, layout_document

LIMITS = {"one": 1, "two": 2}
# Print is read at arm's length: under 8.8 points (of faces with a good x-height) people complain.
SMALLEST_TEXT = 8.8
STEPS = 6
# A last page with less than this is a stray end that a slightly denser setting takes back.
STRAY_END = 0.18
STRAY_END_DENSITIES = (0.95, 0.9)
# A CV this many times too long will not get there by density; it is not worth the search.
HOPELESS = 3
# Never a job, a degree, a date, an employer or the person: only details, and whole lesser entries.
_DROPPABLE = re.compile(
    r"/basics/summary"
    r"|/(work|volunteer|education|projects)/\d+/(summary|description|url|(highlights|courses|keywords|roles)(/\d+)?)"
    r"|/(volunteer|projects|awards|certificates|publications|skills|languages|interests|references)(/\d+)?"
    r"|/(awards|certificates|publications|references)/\d+/(summary|url|reference)"
    r"|/(skills|interests)/\d+/(level|keywords(/\d+)?)"
    r"|/meta/cvmaker/sections/\d+(/items/\d+)?"
)


@dataclass
class Fitted:
    """The setting that was found."""

    resume: dict[str, Any]
    design: Design
    layout: Layout
    dropped: list[str]
    warnings: list[StageWarning]

    @property
    def pages(self) -> int:
        return self.layout.pages

    def pdf(self) -> bytes:
        return self.layout.write(self.resume)


def fit_pages(
    project: Callable[[Sequence[str]], dict[str, Any]],
    design: Design,
    target: Literal["one", "two", "natural"],
    may_drop: Sequence[str] = (),
) -> Fitted:
    """Find the loosest setting that fits, leaving out as little as possible.

    Parameters
    ----------
    project
        The visible resume without the values that the given pointers name.
    may_drop
        Pointers, least relevant first; those that Render never leaves out are ignored.

    """
    droppable = [pointer for pointer in dict.fromkeys(may_drop) if _DROPPABLE.fullmatch(pointer)]

    def attempt(scale: float, drops: int = 0) -> Fitted:
        resume = project(droppable[:drops])
        scaled = replace(design, scale=scale)
        layout = layout_document(build_document(resume, scaled), scaled)
        return Fitted(resume, scaled, layout, droppable[:drops], [])

    natural = attempt(design.scale)
    if target == "natural":
        return _without_stray_end(natural, attempt)
    limit = LIMITS[target]
    if natural.pages <= limit:
        return natural
    densest = max(DENSITIES["compact"], SMALLEST_TEXT / design.template.body_size)
    densest = min(densest, design.scale)
    if natural.pages <= limit * HOPELESS:
        tight = attempt(densest)
        if tight.pages <= limit:
            return _loosest(attempt, densest, design.scale, tight, limit)
    else:
        tight = natural
    if droppable:
        fitted = _fewest_drops(attempt, densest, len(droppable), min(tight.pages, natural.pages), limit)
        tight = fitted or tight
    if tight.pages > limit:
        tight.warnings.append(
            StageWarning(
                code="page_target_not_reached",
                message=f"The CV has {tight.pages} pages; {target} could not be reached without losing what matters.",
                advice="Shorten the text yourself, or choose the natural length.",
            )
        )
    return tight


def _without_stray_end(natural: Fitted, attempt: Callable[[float], Fitted]) -> Fitted:
    """Take a last page with only a few lines back onto the page before, if a little density does it."""
    if natural.pages < 2 or natural.layout.last_page_fill > STRAY_END:
        return natural
    for factor in STRAY_END_DENSITIES:
        scale = natural.design.scale * factor
        if scale * natural.design.template.body_size < SMALLEST_TEXT:
            break
        tighter = attempt(scale)
        if tighter.pages < natural.pages:
            return tighter
    return natural


def _loosest(attempt: Callable[[float], Fitted], densest: float, loosest: float, fits: Fitted, limit: int) -> Fitted:
    """Halve the range between a density that fits and one that does not."""
    low, high = 0, STEPS
    while high - low > 1:
        middle = (low + high) // 2
        tried = attempt(densest + (loosest - densest) * middle / STEPS)
        if tried.pages <= limit:
            low, fits = middle, tried
        else:
            high = middle
    return fits


def _fewest_drops(
    attempt: Callable[[float, int], Fitted], scale: float, available: int, pages: int, limit: int
) -> Fitted | None:
    """The fewest drops that reach the limit; if none does, the fewest that save a page, if any do."""
    all_dropped = attempt(scale, available)
    if all_dropped.pages >= pages or all_dropped.pages > limit * HOPELESS:
        return None
    goal = max(limit, all_dropped.pages)
    low, high, fits = 0, available, all_dropped
    while high - low > 1:
        middle = (low + high) // 2
        tried = attempt(scale, middle)
        if tried.pages <= goal:
            high, fits = middle, tried
        else:
            low = middle
    return fits
