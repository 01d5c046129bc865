"""What derived jobs start from, and whose words are whose."""

import copy
from typing import Any

from cvmaker_core.schema.artefacts import Envelope, Usage
from cvmaker_core.schema.jobs import JobRequest
from job_intake.adoption import adopt

RESUME: dict[str, Any] = {
    "basics": {"name": "Ada Jensen", "summary": "Builds tailored things."},
    "work": [{"name": "Nordvind", "position": "Engineer", "highlights": ["Moved 14 services.", "Wrote an API."]}],
}


def envelope(stage: str, data: dict[str, Any]) -> Envelope:
    return Envelope(job_id="old", stage=stage, usage=Usage(usd={"openai": 0.1}, estimated_ms=5), data=data)


def parsed() -> Envelope:
    span = [{"start": 0, "end": 10}]
    pointers = ["/basics/name", "/work/0/name", "/work/0/position", "/work/0/highlights/0"]
    return envelope(
        "parse",
        {
            "resume": copy.deepcopy(RESUME),
            "provenance": dict.fromkeys(pointers, span),
            "confidence": {},
            "dates": {},
            "text": "…",
            "layout": {"pages": 1},
            "unparsed": [],
        },
    )


def tailored() -> Envelope:
    claim = {"sources": [{"kind": "cv", "pointer": "/work/0/highlights/1"}], "engine": "model", "requirements": ["r1"]}
    resume = copy.deepcopy(RESUME)
    resume["work"][0]["highlights"] = ["Wrote a fast API.", "Moved 14 services."]
    return envelope(
        "tailor",
        {
            "resume": resume,
            "claims": {"/work/0/highlights/0": claim},
            "changes": [
                {
                    "pointer": "/work/0/highlights/0",
                    "before": "Wrote an API.",
                    "after": "Wrote a fast API.",
                    "reason": "r",
                },
                {"pointer": "/basics/summary", "before": "", "after": "Builds tailored things.", "reason": "r"},
            ],
            "may_drop": ["/work/0/highlights/1"],
        },
    )


def test_retailoring_starts_from_the_same_parse_and_pays_nothing_for_it() -> None:
    adopted = adopt(
        "new", JobRequest(kind="retailor", source_job="old"), {"parsed.json": parsed(), "tailored.json": tailored()}
    )
    assert set(adopted) == {"parsed.json"}
    assert adopted["parsed.json"].job_id == "new"
    assert adopted["parsed.json"].usage.usd == {}
    assert adopted["parsed.json"].usage.reused


def test_a_correction_marks_what_the_person_said() -> None:
    corrected = copy.deepcopy(RESUME)
    corrected["work"][0]["position"] = "Senior Engineer"
    corrected["work"].insert(0, {"name": "Newco", "position": "Lead"})
    data = adopt("new", JobRequest(kind="correct", source_job="old", resume=corrected), {"parsed.json": parsed()})[
        "parsed.json"
    ].data
    stated = data["resume"]["meta"]["cvmaker"]["stated_by_person"]
    assert set(stated) >= {"/work/0/name", "/work/0/position", "/work/1/position"}
    assert "/work/1/name" in data["provenance"], "an entry that moved keeps its source"
    assert "/work/1/position" not in data["provenance"]


def test_a_cv_typed_from_scratch_needs_no_upload() -> None:
    data = adopt("new", JobRequest(kind="correct", resume=RESUME), {})["parsed.json"].data
    assert data["provenance"] == {}
    assert "Ada Jensen" in data["text"]


def test_a_rejected_change_is_undone() -> None:
    request = JobRequest(
        kind="rerender", source_job="old", decisions={"/work/0/highlights/0": "reject", "/basics/summary": "reject"}
    )
    data = adopt("new", request, {"parsed.json": parsed(), "tailored.json": tailored()})["tailored.json"].data
    assert data["resume"]["work"][0]["highlights"][0] == "Wrote an API."
    assert "summary" not in data["resume"]["basics"]
    assert data["claims"]["/work/0/highlights/0"]["engine"] == "copy"
    assert data["changes"] == []


def test_an_edit_is_the_persons_and_the_rest_keeps_its_claims() -> None:
    edited = copy.deepcopy(tailored().data["resume"])
    edited["work"][0]["highlights"] = ["Moved 14 services.", "Wrote a fast API.", "Invented by me."]
    request = JobRequest(kind="rerender", source_job="old", resume=edited)
    data = adopt("new", request, {"parsed.json": parsed(), "tailored.json": tailored()})["tailored.json"].data
    assert data["claims"]["/work/0/highlights/1"]["engine"] == "model", "moved, not new"
    assert data["claims"]["/work/0/highlights/2"]["engine"] == "person"
    assert data["may_drop"] == []


def test_a_new_design_alone_changes_no_artefact() -> None:
    adopted = adopt(
        "new",
        JobRequest(kind="rerender", source_job="old", template="modern"),
        {"parsed.json": parsed(), "tailored.json": tailored()},
    )
    assert adopted["tailored.json"].data == tailored().data
