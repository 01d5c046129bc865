"""Templates that a deployer put into the bucket: used without a release, checked by hash, kept by this process.

`templates/{name}/template.json` names the files of one version and their SHA-256; the files lie beside it under the
version's own prefix and never change (`scripts/add_template.py` writes them first and the manifest last). A template is
the deployer's own code, as the functions are: whoever may write under `templates/` may decide what CVs look like. It
still runs in Jinja's sandbox, and no page may load anything from anywhere.
"""

import hashlib
import re
import tempfile
from pathlib import Path

import cv_rendering
from cvmaker_core.errors import InternalError
from cvmaker_core.job_store import JobStore, ObjectMissing
from pydantic import BaseModel, ConfigDict, Field, ValidationError

PREFIX = "templates/"
MANIFEST = "template.json"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
MAXIMUM_FILE_BYTES = 500_000

_ready: dict[str, str] = {}  # name → version that this process has


class Manifest(BaseModel):
    """What of `template.json` matters here. `version` is a hash over all files; `files` are their own."""

    model_config = ConfigDict(extra="ignore")

    version: str = Field(pattern=r"^[0-9a-f]{16}$")
    files: dict[str, str] = Field(min_length=3, max_length=10)


def use_added_template(store: JobStore, name: str) -> str:
    """Make the deployer's template of that name ready; its version, or "" when there is none of his.

    Raises
    ------
    InternalError
        If it is broken or a file's hash is another: a half-copied template must not set anybody's CV.

    """
    if cv_rendering.is_released(name) or not NAME.fullmatch(name):
        return ""
    key = f"{PREFIX}{name}/{MANIFEST}"
    if store.find(key) is None:
        return ""
    try:
        manifest = Manifest.model_validate_json(store.read(key))
        if _ready.get(name) != manifest.version:
            cv_rendering.add_template(_fetch(store, name, manifest), name)
            _ready[name] = manifest.version
    except (ObjectMissing, ValidationError, ValueError, KeyError, TypeError, OSError):
        raise InternalError(
            "template_broken",
            "The chosen template, which this deployment added, is incomplete.",
            "Choose another template; the operator has to add this one again.",
        ) from None
    return manifest.version


def _fetch(store: JobStore, name: str, manifest: Manifest) -> Path:
    """The version's files, checked, in a folder of their own."""
    root = Path(tempfile.gettempdir()) / "cvmaker-templates" / manifest.version
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, expected in manifest.files.items():
        if not re.fullmatch(r"[a-z-]+(?:\.html)?\.(?:toml|css|j2)", file):
            raise ValueError("a template has no such files")
        body = store.read_head(f"{PREFIX}{name}/{manifest.version}/{file}", MAXIMUM_FILE_BYTES)
        if hashlib.sha256(body).hexdigest() != expected:
            raise ValueError("the file is another than the manifest says")
        (folder / file).write_bytes(body)
    return root
