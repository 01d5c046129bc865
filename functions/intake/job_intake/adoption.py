"""Jobs made from other jobs: the artefacts they start from.

*correct* starts from a parse the person has corrected (or typed from scratch), *retailor* from the
same parse, *rerender* from a tailored CV the person has decided about or edited. What a person
typed is marked as theirs: it has source kind `person`, and no verifier judges it.
"""

import copy
from collections.abc import Mapping
from typing import Any

from cvmaker_core.changes import undo_change
from cvmaker_core.hashing import content_hash
from cvmaker_core.pointers import resolve_pointer, split_pointer, walk_strings
from cvmaker_core.schema.artefacts import Change, Claim, Envelope
from cvmaker_core.schema.jobs import JobRequest
from cvmaker_core.schema.resume import Resume

ADOPTED = {
    "correct": ("parsed.json",),
    "retailor": ("parsed.json",),
    "rerender": ("parsed.json", "analysis.json", "evidence.json", "tailored.json"),
}


def adopt(job_id: str, request: JobRequest, source: dict[str, Envelope]) -> dict[str, Envelope]:
    """The artefacts a derived job begins with, by file name.

    Parameters
    ----------
    source
        The artefacts of the job it is made from (empty for a CV typed from scratch).

    """
    adopted = {
        name: envelope.model_copy(
            update={"job_id": job_id, "usage": envelope.usage.model_copy(update={"reused": True})}
        )
        for name, envelope in source.items()
        if name in ADOPTED[request.kind]
    }
    for envelope in adopted.values():
        envelope.usage.usd, envelope.usage.requests, envelope.usage.estimated_ms = {}, {}, 0.0
        envelope.usage.tokens = type(envelope.usage.tokens)()
    if request.kind == "correct":
        adopted["parsed.json"] = _corrected(job_id, request, adopted.get("parsed.json"))
    elif request.kind == "rerender" and (request.resume is not None or request.decisions or request.cover_letter):
        adopted["tailored.json"] = _edited(job_id, request, adopted)
    return adopted


def _corrected(job_id: str, request: JobRequest, parsed: Envelope | None) -> Envelope:
    resume = _clean(request.resume or {})
    before = dict(walk_strings(parsed.data["resume"])) if parsed else {}
    provenance_before = parsed.data.get("provenance", {}) if parsed else {}
    confidence_before = parsed.data.get("confidence", {}) if parsed else {}
    place_of = {value: pointer for pointer, value in reversed(before.items())}
    provenance: dict[str, Any] = {}
    confidence: dict[str, float] = {}
    stated: list[str] = []
    for pointer, value in walk_strings(resume):
        if pointer.startswith("/meta"):
            continue
        origin = pointer if before.get(pointer) == value else place_of.get(value)
        if origin is not None and origin in provenance_before:
            provenance[pointer] = provenance_before[origin]
            confidence[pointer] = confidence_before.get(origin, 1.0)
        else:
            stated.append(pointer)
            confidence[pointer] = 1.0
    resume.setdefault("meta", {}).setdefault("cvmaker", {})["stated_by_person"] = stated
    data: dict[str, Any] = copy.deepcopy(parsed.data) if parsed else {"layout": {"pages": 0, "format": "person"}}
    if not parsed:
        data["text"] = "\n".join(value for pointer, value in walk_strings(resume) if not pointer.startswith("/meta"))
    dates = {pointer: item for pointer, item in data.get("dates", {}).items() if pointer in provenance}
    data.update(resume=resume, provenance=provenance, confidence=confidence, dates=dates)
    return Envelope(
        job_id=job_id,
        stage="intake",
        inputs={"resume": content_hash(resume), "parsed": content_hash(parsed.data) if parsed else ""},
        engine={"name": "person"},
        warnings=parsed.warnings if parsed else [],
        data=data,
    )


def _edited(job_id: str, request: JobRequest, adopted: dict[str, Envelope]) -> Envelope:
    tailored = adopted.get("tailored.json")
    data: dict[str, Any] = (
        copy.deepcopy(tailored.data)
        if tailored
        else {"resume": copy.deepcopy(adopted["parsed.json"].data["resume"]), "claims": {}, "changes": []}
    )
    _decide(data, request.decisions or {})
    if request.resume is not None:
        _edit(data, _clean(request.resume))
    if request.cover_letter is not None:
        data["cover_letter"] = _letter(request.cover_letter, data.get("cover_letter"))
    return Envelope(
        job_id=job_id,
        stage="intake",
        inputs={"edits": content_hash(data)},
        engine={"name": "person"},
        warnings=tailored.warnings if tailored else [],
        data=data,
    )


def _decide(data: dict[str, Any], decisions: Mapping[str, str]) -> None:
    """Undo every change the person rejected: words first, then orders from the inside out, as pointers name places."""
    changes = [Change.model_validate(change) for change in data.get("changes", [])]
    rejected = [change for change in changes if decisions.get(change.pointer) == "reject"]
    claims = {pointer: Claim.model_validate(claim) for pointer, claim in data.get("claims", {}).items()}
    undone = {
        change.pointer
        for change in sorted(rejected, key=lambda change: (_names_list(data["resume"], change), -_depth(change)))
        if undo_change(data["resume"], claims, change)
    }
    data["claims"] = {pointer: claim.model_dump(mode="json") for pointer, claim in claims.items()}
    data["changes"] = [change.model_dump(mode="json") for change in changes if change.pointer not in undone]


def _names_list(resume: dict[str, Any], change: Change) -> bool:
    try:
        return isinstance(resolve_pointer(resume, change.pointer), list)
    except (KeyError, ValueError):
        return False


def _depth(change: Change) -> int:
    return len(split_pointer(change.pointer))


def _edit(data: dict[str, Any], resume: dict[str, Any]) -> None:
    """Take the person's version; strings that were there before keep their claims, wherever they moved."""
    before = dict(walk_strings(data["resume"]))
    claims_before = data.get("claims", {})
    place_of = {value: pointer for pointer, value in reversed(before.items())}
    claims: dict[str, Any] = {}
    for pointer, value in walk_strings(resume):
        if pointer.startswith("/meta"):
            continue
        origin = pointer if before.get(pointer) == value else place_of.get(value)
        stated = {
            "sources": [{"kind": "cv" if origin else "person", "pointer": origin or pointer}],
            "engine": "copy" if origin else "person",
            "requirements": [],
        }
        claims[pointer] = claims_before.get(origin, stated)
    values = set(dict(walk_strings(resume)).values())
    data["changes"] = [change for change in data.get("changes", []) if change["after"] in values]
    # What might be left out was ranked for the old version; a person's edit decides for itself.
    data["may_drop"] = []
    data["resume"] = resume
    data["claims"] = claims


def _letter(edited: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    known = {
        sentence["text"]: sentence
        for paragraph in (before or {}).get("paragraphs", [])
        for sentence in paragraph["sentences"]
    }
    return {
        "paragraphs": [
            {
                "sentences": [
                    known.get(
                        sentence["text"],
                        {"text": sentence["text"], "sources": [{"kind": "person", "pointer": "/cover_letter"}]},
                    )
                    for sentence in paragraph["sentences"]
                ]
            }
            for paragraph in edited.get("paragraphs", [])
        ]
    }


def _clean(resume: dict[str, Any]) -> dict[str, Any]:
    return Resume.model_validate(resume).to_json()
