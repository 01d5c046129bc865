"""`make bench`: every figure the issues ask for. Each section is a script of its own and prints medians.

python -m benchmarks              all sections
python -m benchmarks pipeline     one of them
"""

import importlib.util
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def sections() -> list[str]:
    """Folders and files of benchmarks that can be run as modules, in the pipeline's order."""
    order = ["pipeline", "parse", "matching", "truth", "tailoring", "render", "certify"]
    order += ["cold_starts", "cost", "load", "faults"]
    return [name for name in order if importlib.util.find_spec(f"benchmarks.{name}")]


def main() -> int:
    """Run the sections asked for; the number of those that failed."""
    chosen = sys.argv[1:] or sections()
    failed = 0
    for name in chosen:
        print(f"\n{'=' * 100}\n{name}\n{'=' * 100}", flush=True)
        began = time.perf_counter()
        failed += (
            subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=HERE.parent, check=False).returncode != 0
        )
        print(f"[{name}: {time.perf_counter() - began:.0f} s]", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
