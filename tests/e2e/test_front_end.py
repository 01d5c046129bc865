"""The front end's own checks: types, unit tests, agreement of its types with the API's contract."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FRONTEND = ROOT / "frontend"


@pytest.fixture(autouse=True)
def node() -> None:
    if not shutil.which("npx"):
        pytest.skip("Node is not installed")
    if not (FRONTEND / "node_modules").is_dir():
        pytest.skip("the front end's packages are not installed (npm ci in frontend/)")


def run(*command: str) -> str:
    result = subprocess.run(command, cwd=FRONTEND, capture_output=True, text=True, timeout=180, check=False)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-2000:]
    return result.stdout


def test_types() -> None:
    run("npx", "tsc", "--noEmit")


def test_units() -> None:
    assert "passed" in run("npx", "vitest", "run")


def test_the_types_of_the_api_are_those_of_its_contract(tmp_path: Path) -> None:
    """Run `npm run types` in frontend/ if this fails."""
    made = tmp_path / "schema.d.ts"
    run("npx", "openapi-typescript", "../docs/openapi.json", "-o", str(made))
    assert made.read_text(encoding="utf-8") == (FRONTEND / "src/api/schema.d.ts").read_text(encoding="utf-8")
