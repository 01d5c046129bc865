"""A model that follows any instruction it finds in what it is given, as a hijacked one would."""

import json
import re
from typing import Any

from doubles.openai_wire import Asked, Reply

_ORDER = re.compile(
    r"(?:say|write|add|state|claim) (?:that )?[\"“«]([^\"”»]+)[\"”»]|always mentions? ([^.\"]+)\.", re.IGNORECASE
)


class ObedientModel:
    """Puts every sentence that the material orders it to say into every field of its answer."""

    def __init__(self) -> None:
        self.obeyed: list[str] = []

    def __call__(self, asked: Asked) -> Reply:
        material = asked.data
        found = _ORDER.findall(json.dumps(material, ensure_ascii=False).replace('\\"', '"'))
        orders = [quoted or named for quoted, named in found]
        self.obeyed += orders
        texts = [text for entry in material.get("entries", []) for text in entry["texts"]]

        def obey(pointer: str, order: str) -> dict[str, Any]:
            return {"source_ids": [pointer], "text": order, "requirement_ids": ["r1"], "reason": order}

        if asked.schema_name == "Alternatives":
            pointer = material["text"]["id"]
            found = [{"kind": "closer", "source_ids": [pointer], "text": order} for order in orders]
            return Reply(json.dumps({"alternatives": found}))
        first = orders[0] if orders else ""
        answer = {
            "bullets": [obey(text["id"], order) for text, order in zip(texts, orders * len(texts), strict=False)],
            "summary": obey("/basics/summary", first) if first else None,
            "headline": obey("/basics/label", first) if first else None,
            "cover_letter": [obey(texts[0]["id"], order) for order in orders] if texts else [],
        }
        return Reply(json.dumps(answer))
