"""Which code made an artefact: a hash of the package's own files, so that no version has to be remembered by hand."""

import hashlib
from functools import lru_cache
from pathlib import Path

_OWN = {".py", ".json", ".yaml", ".md", ".txt", ".tsv", ".j2", ".css", ".html"}


@lru_cache(maxsize=8)
def code_version(package_file: str) -> str:
    """Hash (12 hex digits) of all sources and data files beside `package_file` (pass `__file__`).

    A stage reuses an artefact only if this matches: changed rules or lexicons are other work.
    """
    digest = hashlib.sha256()
    folder = Path(package_file).parent
    for path in sorted(folder.rglob("*")):
        if path.suffix in _OWN and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
