"""What a function may import: a folder of links to just the distributions that it declares.

**Why.** In the cloud a function has its own ``requirements.txt``, its layers' and the runtime's packages, and nothing
else. In one shared virtual environment everything is importable, so a missing requirement would show only after
deployment. The links give each function process the same view as its Lambda.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import logging
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

logger = logging.getLogger(__name__)

# Present in every AWS Lambda Python runtime: the SDK and the runtime client.
RUNTIME_DISTRIBUTIONS = ("awslambdaric", "boto3", "urllib3")


class MissingDistributionError(Exception):
    """A declared package is not installed in this environment."""

    def __init__(self, name: str, wanted_by: str) -> None:
        super().__init__(f"{wanted_by} requires the package '{name}', which is not installed. Run `make setup`.")


def read_requirements(path: Path) -> Iterator[Requirement]:
    """The requirements of a ``requirements.txt``; options, hashes and comments are skipped."""
    if not path.is_file():
        return
    text = re.sub(r"\\\n", " ", path.read_text(encoding="utf-8"))
    for raw in text.splitlines():
        line = re.sub(r"(^|\s)#.*$", "", raw).split(" --hash", 1)[0].strip()
        if not line or line.startswith("-"):
            continue
        try:
            yield Requirement(line)
        except InvalidRequirement:
            logger.warning("%s: not a requirement: %s", path, line)


@functools.cache
def installed_distributions() -> dict[str, metadata.Distribution]:
    """Canonical name → distribution of the running environment."""
    found: dict[str, metadata.Distribution] = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"] if distribution.metadata else None
        if name:
            found.setdefault(canonicalize_name(name), distribution)
    return found


def close_over(requirements: Iterable[Requirement], wanted_by: str) -> dict[str, metadata.Distribution]:
    """All distributions that the requirements need, transitively, with markers and extras of this interpreter.

    Raises
    ------
    MissingDistributionError
        When a requirement is not installed.
    """
    closure: dict[str, metadata.Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(requirement, wanted_by) for requirement in requirements]
    while waiting:
        requirement, dependant = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        distribution = installed_distributions().get(name)
        if distribution is None:
            raise MissingDistributionError(requirement.name, dependant)
        if dependant == wanted_by and not requirement.specifier.contains(distribution.version, prereleases=True):
            logger.warning("%s wants %s, %s is installed", wanted_by, requirement, distribution.version)
        closure[name] = distribution
        for text in distribution.requires or ():
            child = Requirement(text)
            if child.marker and not any(child.marker.evaluate({"extra": extra}) for extra in (*requirement.extras, "")):
                continue
            child.marker = None
            waiting.append((child, requirement.name))
    return closure


@functools.cache
def top_level_entries(record: Path) -> tuple[str, ...]:
    """Names that a wheel put directly into site-packages, from its RECORD; namespace packages one level deeper."""
    site_packages = record.parent.parent
    with record.open(newline="", encoding="utf-8") as lines:
        files = [row[0] for row in csv.reader(lines) if row]
    entries: set[str] = set()
    for file in files:
        parts = file.split("/")
        if parts[0] in ("..", "__pycache__", "") or file.endswith(".pth"):
            continue
        # A folder without __init__.py may belong to several distributions: link its children instead.
        is_namespace = (
            len(parts) > 1
            and "." not in parts[0]
            and (site_packages / parts[0]).is_dir()
            and not (site_packages / parts[0] / "__init__.py").exists()
        )
        entries.add("/".join(parts[:2]) if is_namespace else parts[0])
    return tuple(sorted(entries))


def link_distributions(requirement_files: Iterable[Path], cache: Path, wanted_by: str) -> Path:
    """A folder for ``PYTHONPATH`` that holds the declared distributions and those of the Lambda runtime.

    Parameters
    ----------
    requirement_files
        The function's ``requirements.txt`` and those of its layers; absent files count as empty.
    cache
        Where folders of links are kept; equal sets share one.
    """
    declared = [requirement for file in requirement_files for requirement in read_requirements(file)]
    runtime = [Requirement(name) for name in RUNTIME_DISTRIBUTIONS]
    closure = close_over([*declared, *runtime], wanted_by)
    links: dict[str, Path] = {}
    for distribution in closure.values():
        record = Path(str(distribution.locate_file(""))) / "RECORD"
        information = getattr(distribution, "_path", None)
        record = Path(information) / "RECORD" if information else record
        if not record.is_file():
            logger.warning("%s has no RECORD; it cannot be offered to %s", distribution.name, wanted_by)
            continue
        for entry in top_level_entries(record):
            links[entry] = record.parent.parent / entry
    name = hashlib.sha256("\n".join(f"{key}={links[key]}" for key in sorted(links)).encode()).hexdigest()[:16]
    target = cache / name
    if target.is_dir():
        return target
    building = cache / f".{name}.{uuid.uuid4().hex}"
    shutil.rmtree(building, ignore_errors=True)
    for entry, source in links.items():
        link = building / entry
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(source)
    building.mkdir(parents=True, exist_ok=True)
    try:
        building.rename(target)
    except OSError:  # another process was faster
        shutil.rmtree(building, ignore_errors=True)
    return target
