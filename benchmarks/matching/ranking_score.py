"""Evidence ranking: for each requirement, where the right bullet of nine stands. Mean reciprocal rank and top 3.

`ranking_cases.json` holds eight CVs of nine bullets and 47 requirements, nearly all paraphrases.
`second_cases.json` holds four more professions, written after the weights were chosen: MRR .72, top 3 .83 then. The
concept lexicon was widened to some hundred professions' words after that, so it is no longer unseen.
`third_cases.json` (two professions) was written after the widening; it was looked at when the share of an item's usual
nearness was chosen (MRR .73 before). `fourth_cases.json` (three professions) was written after that choice and led to
no change.
Ties count as misses.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence_matching.matching import rank, usual_nearness

HERE = Path(__file__).parent


@dataclass
class RankingScore:
    ranks: list[int] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    @property
    def mean_reciprocal_rank(self) -> float:
        return sum(1 / rank for rank in self.ranks) / len(self.ranks)

    def top(self, count: int) -> float:
        return sum(rank <= count for rank in self.ranks) / len(self.ranks)


def score_ranking(file_name: str, embed: Callable[[Sequence[str]], Any] | None) -> RankingScore:
    """Rank all cases of a file, with vectors or (`embed` None) by words alone."""
    score = RankingScore()
    for case in json.loads((HERE / file_name).read_text(encoding="utf-8")):
        bullets = case["bullets"]
        vectors = embed(bullets) if embed else None
        rows = [(vectors @ embed([r["text"]])[0]).tolist() for r in case["requirements"]] if embed else []
        usual = usual_nearness(rows) if rows else None
        for number, requirement in enumerate(case["requirements"]):
            scores = rank(requirement["text"], bullets, rows[number] if rows else None, usual=usual)
            gold = scores[requirement["gold"]]
            place = 1 + sum(s >= gold for i, s in enumerate(scores) if i != requirement["gold"])
            score.ranks.append(place)
            if place > 1:
                score.misses.append(f"{place} {requirement['text']}")
    return score
