"""A model that is honest: it proposes rewritings that people wrote beforehand, and nothing else."""

import json
from pathlib import Path
from typing import Any

from doubles.openai_wire import Asked, Reply

REWRITES = Path(__file__).parents[2] / "benchmarks" / "tailoring" / "honest_rewrites.json"


def _key(text: str) -> str:
    return " ".join(text.split())


class HonestModel:
    """Answers with the rewriting of every text it has one for; counts what it proposed."""

    def __init__(self, path: Path = REWRITES) -> None:
        data = json.loads(path.read_text(encoding="utf-8"))
        self.bullets = {_key(item["source"]): item["rewrite"] for item in data["bullets"]}
        self.summaries = {_key(item["source"]): item["rewrite"] for item in data["summaries"]}
        self.proposed: list[str] = []

    def __call__(self, asked: Asked) -> Reply:
        material = asked.data
        if asked.schema_name == "Alternatives":
            return Reply(json.dumps(self._alternatives(material)))
        bullets = [
            self._proposal(text["id"], self.bullets[_key(text["text"])])
            for entry in material["entries"]
            for text in entry["texts"]
            if _key(text["text"]) in self.bullets
        ]
        summary = material["summary"]
        rewritten = self.summaries.get(_key(summary["text"]))
        return Reply(
            json.dumps(
                {
                    "bullets": bullets,
                    "summary": self._proposal(summary["id"], rewritten) if rewritten else None,
                    "headline": None,
                    "cover_letter": [],
                }
            )
        )

    def _alternatives(self, material: dict[str, Any]) -> dict[str, Any]:
        text = material["text"]
        rewritten = self.bullets.get(_key(text["text"])) or self.summaries.get(_key(text["text"]))
        if not rewritten:
            return {"alternatives": []}
        self.proposed.append(rewritten)
        return {"alternatives": [{"kind": "closer", "source_ids": [text["id"]], "text": rewritten}]}

    def _proposal(self, pointer: str, text: str) -> dict[str, Any]:
        self.proposed.append(text)
        return {"source_ids": [pointer], "text": text, "requirement_ids": [], "reason": "Clearer."}
