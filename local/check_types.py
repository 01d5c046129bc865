"""Strict typing, one room at a time: each function has an `app.py` of its own, as each has in its Lambda."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "layers" / "core"


def main() -> int:
    """Run mypy over the core layer, every function and the local stack; the number of rooms that failed."""
    rooms = [CORE / "cvmaker_core", *sorted(p for p in (ROOT / "functions").iterdir() if p.is_dir()), ROOT / "local"]
    failed = 0
    for room in rooms:
        home = room if room.parent.name == "functions" or room.name == "local" else room.parent
        search = [CORE, ROOT / "layers" / "weasyprint", home]
        if room.name == "local":
            search += [p for p in (ROOT / "functions").iterdir() if p.is_dir()]
        scripts = sorted(p for p in room.glob("*.py") if p.name != "setup.py") if room.name != "cvmaker_core" else []
        packages = [p for p in room.iterdir() if (p / "__init__.py").exists()] if scripts or home == room else [room]
        # `app.py` and the like are scripts of the same name everywhere: one call each.
        for targets in ([packages] if packages else []) + [[script] for script in scripts]:
            done = subprocess.run(
                [sys.executable, "-m", "mypy", "--no-error-summary", *map(str, targets)],
                cwd=ROOT,
                env={"MYPYPATH": ":".join(map(str, search)), "PATH": "/usr/bin:/bin"},
                check=False,
            )
            failed += done.returncode != 0
    print(f"types: {failed} room(s) with errors" if failed else "types: no errors")
    return failed


if __name__ == "__main__":
    sys.exit(main())
