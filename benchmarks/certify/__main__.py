"""`python -m benchmarks certify`: own readback, foreign parsers, validators. Each says what it skipped and why."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Run the three parts; the number of those that failed."""
    folder = os.environ.get("CVMAKER_FOREIGN_ENVIRONMENTS")
    environments = ["--environments", folder] if folder else []
    failed = 0
    for part, arguments in (("readback", []), ("foreign", environments), ("validators", environments)):
        print(f"\n--- {part}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.certify.{part}", *arguments]
        failed += subprocess.run(command, cwd=ROOT, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
