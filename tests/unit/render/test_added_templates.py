"""A deployer adds a template to a running deployment."""

import importlib.util
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import cv_rendering
import pytest
from cv_rendering import template_catalogue
from cvmaker_core.errors import InputError, InternalError
from cvmaker_core.job_store import JobStore
from cvmaker_core.schema.artefacts import Envelope
from cvmaker_core.schema.jobs import JobReference
from cvmaker_core.settings import settings

ROOT = Path(__file__).parents[3]
JOB = JobReference(owner="b1234567", job_id="j1234567")
EVENT = {"owner": JOB.owner, "job_id": JOB.job_id}
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 100_000)


def load(path: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location(path.stem, path)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    return load(ROOT / "scripts" / "add_template.py")


@pytest.fixture(autouse=True)
def _nothing_added() -> Any:
    settings.cache_clear()
    template_catalogue._added.clear()
    sys.modules.pop("added_templates", None)
    yield
    template_catalogue._added.clear()


@pytest.fixture
def slate(tmp_path: Path) -> Path:
    folder = tmp_path / "slate"
    shutil.copytree(template_catalogue.TEMPLATES / "classic", folder)
    sheet = folder / "template.toml"
    sheet.write_text(sheet.read_text().replace('title = "Classic"', 'title = "Slate"').replace("#1f3a5f", "#2f2f2f"))
    return folder


@pytest.fixture
def render(store: JobStore, resume: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    store.put(JOB.key("request.json"), json.dumps({"template": "slate"}).encode())
    tailored = Envelope(job_id=JOB.job_id, stage="tailor", data={"resume": resume})
    store.put(JOB.key("tailored.json"), tailored.model_dump_json().encode())

    def call() -> dict[str, Any]:
        module = load(ROOT / "functions" / "render" / "app.py")
        answer: dict[str, Any] = module.handler(EVENT, CONTEXT)
        return answer

    return call


def test_it_is_used_from_the_next_job_on_and_again_when_it_changes(
    store: JobStore, render: Callable[[], dict[str, Any]], script: ModuleType, slate: Path
) -> None:
    with pytest.raises(InputError) as unknown:
        render()
    assert unknown.value.code == "unknown_template"

    first = script.upload(store.s3, store.bucket, slate, script.try_template(slate))
    assert render()["reused"] is None
    record = store.read_json(JOB, "resume.json")["meta"]["cvmaker"]["artefact"]
    assert (record["engine"]["template"], record["inputs"]["template"]) == ("slate", first)
    assert "#2f2f2f" in store.read(JOB.key("cv.html")).decode()
    assert render()["reused"] == "own", "the same version is not set twice"

    sheet = slate / "template.toml"
    sheet.write_text(sheet.read_text().replace("#2f2f2f", "#7a1f1f"))
    second = script.upload(store.s3, store.bucket, slate, script.try_template(slate))
    assert second != first
    assert render()["reused"] is None
    assert "#7a1f1f" in store.read(JOB.key("cv.html")).decode()


def test_the_api_lists_it(store: JobStore, script: ModuleType, slate: Path) -> None:
    from job_api.templates import added_templates

    script.upload(store.s3, store.bucket, slate, script.try_template(slate))
    (found,) = added_templates(store, "templates/")
    assert (found.name, found.title, found.accent) == ("slate", "Slate", "#2f2f2f")


@pytest.mark.parametrize("damage", ["changed file", "missing file", "no manifest"])
def test_a_damaged_template_sets_nobodys_cv(
    damage: str, store: JobStore, render: Callable[[], dict[str, Any]], script: ModuleType, slate: Path
) -> None:
    version = script.upload(store.s3, store.bucket, slate, script.try_template(slate))
    template_catalogue._added.clear()
    if damage == "changed file":
        store.put(f"templates/slate/{version}/style.css", b"body { color: red }")
    elif damage == "missing file":
        store.delete(f"templates/slate/{version}/style.css")
    else:
        store.put("templates/slate/template.json", b'{"title": "Slate"}')
    with pytest.raises(InternalError) as broken:
        render()
    assert broken.value.code == "template_broken"
    assert not [name for name in store.files(JOB) if name.startswith("cv.")]


def test_names_of_released_templates_and_paths_are_refused(store: JobStore, script: ModuleType, slate: Path) -> None:
    with pytest.raises(ValueError, match="of this release"):
        cv_rendering.add_template(template_catalogue.TEMPLATES, "classic")
    use = load(ROOT / "functions" / "render" / "added_templates.py").use_added_template
    assert use(store, "classic") == ""
    assert use(store, "../slate") == ""
    manifest = {"version": "0" * 16, "files": {"../../app.py": "0", "style.css": "0", "template.toml": "0"}}
    store.put("templates/evil/template.json", json.dumps(manifest).encode())
    with pytest.raises(InternalError, match="template_broken"):
        use(store, "evil")


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("template.html.j2", "<p>{{ document.nothing }}</p>", "cannot be made"),
        ("template.html.j2", "<html><body>Hello</body></html>", "does not read back"),
        ("template.toml", "title = 1", "Error"),
    ],
)
def test_a_template_that_does_not_work_is_not_uploaded(
    file: str, text: str, reason: str, script: ModuleType, slate: Path
) -> None:
    (slate / file).write_text(text)
    with pytest.raises(script.TemplateRefused, match=reason):
        script.try_template(slate)
