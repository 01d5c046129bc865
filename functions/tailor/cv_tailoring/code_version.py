"""The version of this stage's code: a changed rule, word or prompt makes other artefacts."""

import hashlib
from functools import lru_cache
from pathlib import Path

_FOLDERS = (Path(__file__).parent, Path(__file__).parent.parent / "claim_verification")
_SUFFIXES = {".py", ".json", ".md", ".txt", ".tsv"}


@lru_cache(maxsize=1)
def code_version() -> str:
    """A hash over the stage's sources and data files, read once per container (a few milliseconds)."""
    digest = hashlib.sha256()
    for folder in _FOLDERS:
        for path in sorted(folder.rglob("*")):
            if path.suffix in _SUFFIXES and "__pycache__" not in path.parts:
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
