"""Run the fault matrix and print it.

python -m benchmarks.faults [--cells N] [--only TEXT] [--minutes N]

Each row is an external call of a stage (observed, not listed by hand), each column a way it fails. A cell is a whole
job. `.` it survived and was done; `e` it ended in an explicit error.json and completed when started again; `X` not.
"""

import argparse
import sys
import time
from collections import Counter

from cvmaker_local.faults import KINDS
from cvmaker_local.pipeline_run import ROOT

sys.path.insert(0, str(ROOT / "tests"))
from fault_harness import Cell, Harness, Place, covering_first, covering_subset


def run(number: int | None, only: str, minutes: float) -> list[Cell]:
    """Play the cells one after the other, until the time is up."""
    deadline = time.monotonic() + minutes * 60
    cells: list[Cell] = []
    with Harness() as harness:
        places = [place for place in harness.places() if only in f"{place.stage} {place.label}"]
        chosen = covering_subset(places, number) if number else covering_first(places)
        print(f"{len(places)} calls observed, {len(chosen)} cells", flush=True)
        for count, (place, kind) in enumerate(chosen, 1):
            if time.monotonic() > deadline:
                print(f"the time is up after {count - 1} cells")
                break
            cells.append(harness.play(place, kind))
            if not cells[-1].survived:
                print(
                    f"  {place.stage} {place.label} {kind}: {cells[-1].outcome}: {'; '.join(cells[-1].problems)}",
                    flush=True,
                )
            if count % 50 == 0:
                print(f"  {count} of {len(chosen)}", flush=True)
    return cells


def show(cells: list[Cell]) -> None:
    """The matrix and its sums."""
    found = {(cell.place, cell.kind): cell for cell in cells}
    rows: list[Place] = list(dict.fromkeys(cell.place for cell in cells))
    width = max(len(f"{row.stage.removesuffix('Function')}: {row.label}") for row in rows) + 2
    print("\n" + " " * width + "  ".join(f"{kind[:12]:12}" for kind in KINDS))
    for row in rows:
        marks = [mark(found.get((row, kind))) for kind in KINDS]
        name = f"{row.stage.removesuffix('Function')}: {row.label}"
        print(f"{name:{width}}" + "  ".join(f"{text:12}" for text in marks))
    survived = sum(cell.survived for cell in cells)
    outcomes = Counter(cell.outcome for cell in cells)
    print(f"\ncells run {len(cells)}, survived {survived}")
    print("; ".join(f"{name}: {count}" for name, count in outcomes.most_common()))


def mark(cell: Cell | None) -> str:
    if cell is None:
        return "-"
    if not cell.survived:
        return "X"
    return "." if cell.outcome == "done" else "e"


def main() -> int:
    """All cells, or a subset that covers the pairs; the number that did not survive."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=None, help="so many cells that cover most pairs (default: all)")
    parser.add_argument("--only", default="", help="calls whose stage and name contain this")
    parser.add_argument("--minutes", type=float, default=120.0, help="stop after so long, and show what was played")
    options = parser.parse_args()
    began = time.monotonic()
    cells = run(options.cells, options.only, options.minutes)
    show(cells)
    print(f"{time.monotonic() - began:.0f} s")
    return sum(not cell.survived for cell in cells)


if __name__ == "__main__":
    sys.exit(main())
