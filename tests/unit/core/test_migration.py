"""Artefacts outlive releases."""

import hashlib
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cvmaker_core import job_store
from cvmaker_core.errors import InternalError
from cvmaker_core.job_store import JobStore
from cvmaker_core.migration import DATA, STEPS, parts, upgrade
from cvmaker_core.schema.artefacts import (
    SCHEMA_VERSION,
    Analysis,
    ArtefactModel,
    Certificate,
    Envelope,
    EvidenceData,
    Parsed,
    Receipt,
    Tailored,
)
from cvmaker_core.schema.jobs import JobReference
from cvmaker_core.settings import settings
from cvmaker_core.stage import StageRun, stage_handler

JOB = JobReference(owner="b1234567", job_id="j1234567")
OLD: dict[str, Any] = {"schema_version": "1.4", "job_id": JOB.job_id, "stage": "analyze", "data": {"needs": ["x"]}}
MINIMAL: dict[type[ArtefactModel], dict[str, Any]] = {
    Parsed: {
        "resume": {"basics": {"name": "X"}, "meta": {"cvmaker": {"sections": []}}},
        "text": "X",
        "layout": {"pages": 1, "columns": 1, "format": "txt"},
    },
    Analysis: {"posting": {"title": "Nurse"}},
    EvidenceData: {"fit": {"value": 7, "version": "1"}},
    Tailored: {"resume": {"basics": {"name": "X"}}, "fit": 7},
    Certificate: {"verdict": "pass", "checks": [{"code": "c", "ok": True}]},
    Receipt: {"stages": {}, "tokens": {}, "requests": {}, "usd": {"total": 0.1}, "price_table": "2026-01-01"},
}
SHAPES = Path(__file__).resolve().parents[2] / "data" / "artefact_shapes.json"


def rename_needs(envelope: dict[str, Any]) -> dict[str, Any]:
    data = dict(envelope["data"])
    data["requirements"] = data.pop("needs")
    return {**envelope, "data": data}


def test_there_is_a_step_from_every_older_major() -> None:
    assert set(STEPS) == set(range(1, parts(SCHEMA_VERSION)[0]))


def test_older_minors_are_read_as_they_are() -> None:
    assert upgrade(dict(OLD), version="1.7") == OLD
    assert upgrade({"data": {}}) == {"data": {}}, "what names no version is of the first"


def test_while_a_release_shifts_the_older_code_reads_what_the_newer_wrote() -> None:
    newer = {
        "schema_version": "1.99",
        "job_id": JOB.job_id,
        "stage": "analyze",
        "added_later": 1,
        "warnings": [{"code": "thin", "message": "Short.", "added_later": 1}],
        "data": {"findings": [], "added_later": {"x": 1}, "posting": {"title": "Nurse", "added_later": 1}},
    }
    envelope = Envelope.model_validate(upgrade(newer))
    analysis = Analysis.model_validate(envelope.data)
    assert analysis.posting
    assert analysis.posting.title == "Nurse"
    assert envelope.warnings[0].code == "thin"


@pytest.mark.parametrize("stage", sorted(DATA))
def test_what_this_release_writes_passes_unchanged_through_a_newer_minor(stage: str) -> None:
    """Dropping what is unknown must not drop what is known."""
    for model in DATA[stage]:
        data = model.model_validate(MINIMAL[model]).model_dump(mode="json")
        envelope = Envelope(job_id=JOB.job_id, stage=stage, data=data, inputs={"parsed": "h"}).model_dump(mode="json")
        assert upgrade({**envelope, "schema_version": "1.99"}) == {**envelope, "schema_version": "1.99"}


def test_a_changed_shape_has_a_new_version() -> None:
    """Or code of the release before would refuse it while the new one is shifting in."""
    models = sorted({model for models in DATA.values() for model in models} | {Envelope}, key=lambda m: m.__name__)
    schemas = [model.model_json_schema() for model in models]
    for schema in schemas:
        schema["properties"].pop("schema_version", None)  # its default is the version itself
    shapes = json.dumps(schemas, sort_keys=True)
    digest = hashlib.sha256(re.sub(r'"description": "(?:[^"\\\\]|\\\\.)*",? ?', "", shapes).encode()).hexdigest()[:16]
    known = json.loads(SHAPES.read_text(encoding="utf-8"))
    assert known.get(SCHEMA_VERSION) == digest, (
        f"The artefacts' shape has changed: raise SCHEMA_VERSION (minor for new fields with defaults, major otherwise, "
        f"with a step in migration.py) and add its digest {digest} to {SHAPES.name}."
    )


def test_older_majors_are_brought_up_step_by_step() -> None:
    steps = {1: rename_needs, 2: lambda envelope: {**envelope, "stage": "analysis"}}
    new = upgrade(dict(OLD), steps=steps, version="3.1")
    assert (new["schema_version"], new["stage"], new["data"]) == ("3.0", "analysis", {"requirements": ["x"]})


@pytest.mark.parametrize(
    ("found", "code"),
    [("2.0", "artefact_from_a_newer_release"), ("nonsense", "artefact_unreadable")],
)
def test_what_we_cannot_know_is_refused(found: str, code: str) -> None:
    with pytest.raises(InternalError) as refused:
        upgrade({**OLD, "schema_version": found})
    assert refused.value.code == code


def test_a_missing_step_is_refused() -> None:
    with pytest.raises(InternalError, match="artefact_too_old"):
        upgrade(dict(OLD), steps={}, version="2.0")


def test_after_a_roll_back_a_stage_makes_a_newer_artefact_anew(store: JobStore) -> None:
    settings.cache_clear()
    inputs = {"parsed": "h"}
    store.put(JOB.key("analysis.json"), json.dumps({**OLD, "schema_version": "9.0", "inputs": inputs}).encode())
    with pytest.raises(InternalError):
        store.read_envelope(JOB, "analysis.json")

    def work(run: StageRun) -> None:
        assert run.reuse("analysis.json", inputs) is None
        run.write_artefact("analysis.json", {"fresh": True}, inputs=inputs)

    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 30_000)
    stage_handler("analyze")(work)({"owner": JOB.owner, "job_id": JOB.job_id}, context)
    assert store.read_envelope(JOB, "analysis.json").data == {"fresh": True}


def test_the_store_upgrades_what_it_reads(store: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        job_store, "upgrade", lambda envelope: upgrade(envelope, steps={1: rename_needs}, version="2.0")
    )
    store.put(JOB.key("analysis.json"), json.dumps(OLD).encode())
    assert store.read_envelope(JOB, "analysis.json").data == {"requirements": ["x"]}
