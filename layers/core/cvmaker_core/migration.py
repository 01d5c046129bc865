"""Artefacts of other releases, read by this one.

`schema_version` is `major.minor`. A new minor only adds fields that have defaults: older artefacts are read as they
are, and of newer ones (while a release shifts, or after it was rolled back) the fields that we do not know are dropped.
A new major changes shapes: `STEPS[n]` turns a whole envelope of major *n* into one of major *n + 1*. All of it in
memory; the bucket keeps what it has until a stage writes the artefact anew.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from cvmaker_core.errors import InternalError
from cvmaker_core.schema import artefacts
from cvmaker_core.schema.artefacts import SCHEMA_VERSION, ArtefactModel, Envelope

Step: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]

# None yet: every artefact ever written is of major 1.
STEPS: Final[Mapping[int, Step]] = {}
# What `data` is, by the stage that writes the envelope. Certify writes two; Render's has no data.
DATA: Final[Mapping[str, tuple[type[ArtefactModel], ...]]] = {
    "parse": (artefacts.Parsed,),
    "readback": (artefacts.Parsed,),
    "analyze": (artefacts.Analysis,),
    "embed": (artefacts.EvidenceData,),
    "tailor": (artefacts.Tailored,),
    "certify": (artefacts.Certificate, artefacts.Receipt),
}


def parts(version: Any) -> tuple[int, int]:
    """Major and minor of a schema version; artefacts that lack one are of the first."""
    major, _, minor = ("1.0" if version is None else str(version)).partition(".")
    if not major.isdecimal() or not minor.isdecimal():
        raise InternalError("artefact_unreadable", "An artefact names no schema version that we know.")
    return int(major), int(minor)


def upgrade(
    envelope: dict[str, Any], *, steps: Mapping[int, Step] = STEPS, version: str = SCHEMA_VERSION
) -> dict[str, Any]:
    """An envelope in the shape of this release.

    Raises
    ------
    InternalError
        If a newer release wrote it (after a roll-back), or a step is missing. A stage that could reuse the artefact
        then makes it anew.

    """
    (found, minor), (wanted, known) = parts(envelope.get("schema_version")), parts(version)
    if found == wanted and minor > known:
        return without_unknown_fields(envelope)
    if found > wanted:
        raise InternalError(
            "artefact_from_a_newer_release",
            "This job was last worked on by a newer release.",
            "Start the job again; what is missing is made anew.",
        )
    while found < wanted:
        step = steps.get(found)
        if step is None:
            raise InternalError("artefact_too_old", "This job is of a release too old to be read.", "Upload it again.")
        envelope = step(envelope)
        found += 1
        envelope["schema_version"] = f"{found}.0"
    return envelope


def without_unknown_fields(envelope: dict[str, Any]) -> dict[str, Any]:
    """A newer minor's envelope as this release would have written it."""
    data = envelope.get("data") or {}
    for model in DATA.get(str(envelope.get("stage")), ()):
        if model.model_fields.keys() & data.keys():
            data = model.model_validate(data, extra="ignore").model_dump(mode="json")
            break
    return Envelope.model_validate({**envelope, "data": data}, extra="ignore").model_dump(mode="json")
