"""`cvmaker verify`: many proposals from a JSON Lines file."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from cvmaker_core.errors import InputError
from cvmaker_core.schema.artefacts import Parsed

from claim_verification.models import Proposal, Verdict
from claim_verification.verifier import ClaimVerifier


def read_proposals(path: Path) -> Iterator[Proposal]:
    """Proposals of a file, one JSON object a line: `{"id", "source_ids", "text", "target"?}`.

    Raises
    ------
    InputError
        `proposals_invalid`, naming the line, when a line is no such object.
    """
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            yield proposal_of(record)
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(
                "proposals_invalid",
                f"Line {number} of the proposals is not a proposal.",
                'Each line is a JSON object with "id", "source_ids" (a list of JSON Pointers) and "text".',
            ) from error


def proposal_of(record: Mapping[str, Any]) -> Proposal:
    """A proposal from its JSON form.

    Raises
    ------
    KeyError, TypeError
        If a member is missing or of another type.
    """
    sources, text, target = record.get("source_ids") or [], record["text"], record.get("target")
    if isinstance(sources, str):
        sources = [sources]
    if not isinstance(text, str) or not isinstance(sources, list) or not all(isinstance(item, str) for item in sources):
        raise TypeError("source_ids is a list of strings, text a string")
    return Proposal(str(record["id"]), sources, text, target if isinstance(target, str) else None)


def verify_lines(source: Parsed | Mapping[str, Any], path: Path, as_of: date | None = None) -> Iterator[Verdict]:
    """The verdict on every proposal of a JSON Lines file, in its order."""
    verifier = ClaimVerifier(source, as_of)
    for proposal in read_proposals(path):
        yield verifier.verify(proposal)
