"""Textract's `DetectDocumentText` answer → words in page points, ready for the layout."""

from typing import Any

from cv_parsing.model import Word


def words_from_textract(response: dict[str, Any], width: float, height: float) -> list[Word]:
    """WORD blocks with their boxes; an engine that answers lines only is read by lines.

    `width` and `height` are the page's, in points; Textract's boxes are shares of them.
    """
    blocks = [block for block in response.get("Blocks", []) if isinstance(block, dict)]
    by_id = {block.get("Id"): block for block in blocks}
    words: list[Word] = []
    seen: set[str] = set()
    for line in (block for block in blocks if block.get("BlockType") == "LINE"):
        children = [
            by_id[name]
            for relation in line.get("Relationships") or []
            if relation.get("Type") == "CHILD"
            for name in relation.get("Ids") or []
            if name in by_id
        ]
        box = _box(line, width, height)
        if box is None:
            continue
        first = len(words)
        if not children:
            words.extend(_spread(str(line.get("Text") or ""), box, float(line.get("Confidence") or 0)))
        for child in children:
            seen.add(str(child.get("Id")))
            placed = _box(child, width, height)
            if placed is not None:
                # Words of a line share its baseline: their own boxes end at descenders or do not.
                words.append(_word(str(child.get("Text") or ""), placed, box, float(child.get("Confidence") or 0)))
        if len(words) > first + 1 and words[first].text in _MISREAD_BULLETS:
            words[first].text = "•"
    for block in blocks:
        if block.get("BlockType") == "WORD" and str(block.get("Id")) not in seen:
            box = _box(block, width, height)
            if box is not None:
                words.append(_word(str(block.get("Text") or ""), box, box, float(block.get("Confidence") or 0)))
    words = [word for word in words if word.text]
    level_rows(words)
    return words


# No line of print begins with these and a space: they are what engines make of a list's mark.
_MISREAD_BULLETS = frozenset(".:,;'`")

Box = tuple[float, float, float, float]


def _box(block: dict[str, Any], width: float, height: float) -> Box | None:
    place = (block.get("Geometry") or {}).get("BoundingBox") or {}
    try:
        x0, y0 = float(place["Left"]) * width, float(place["Top"]) * height
        return x0, y0, x0 + float(place["Width"]) * width, y0 + float(place["Height"]) * height
    except (KeyError, TypeError, ValueError):
        return None


def _word(text: str, box: Box, line: Box, confidence: float) -> Word:
    tall = line[3] - line[1]
    size = max(round(tall * 0.78 * 2) / 2, 4.0)
    return Word(
        text=" ".join(text.split()),
        x0=box[0],
        y0=line[1],
        x1=box[2],
        y1=line[3],
        baseline=line[3] - 0.22 * tall,
        size=size,
        confidence=confidence / 100 if confidence > 1 else confidence,
    )


def _spread(text: str, box: Box, confidence: float) -> list[Word]:
    """Words of a line whose own boxes are unknown, spread by their length."""
    tokens = text.split()
    total = sum(len(token) for token in tokens) + max(len(tokens) - 1, 0)
    if not total:
        return []
    step = (box[2] - box[0]) / total
    words: list[Word] = []
    at = 0
    for token in tokens:
        x0 = box[0] + at * step
        words.append(_word(token, (x0, box[1], x0 + len(token) * step, box[3]), box, confidence))
        at += len(token) + 1
    return words


def level_rows(words: list[Word]) -> None:
    """Straighten a page scanned askew, then give the words of one row one baseline.

    The slope is that of the words that follow each other along a line.
    """
    slopes: list[float] = []
    start = 0
    for index in range(1, len(words) + 1):
        before = words[index - 1]
        if index < len(words):
            here = words[index]
            if here.x0 > before.x0 and abs(here.baseline - before.baseline) < 0.5 * max(before.size, 4):
                continue
        first = words[start]
        if before.x0 - first.x0 > 120:
            slopes.append((before.baseline - first.baseline) / (before.x0 - first.x0))
        start = index
    slope = sorted(slopes)[len(slopes) // 2] if len(slopes) >= 3 else 0.0
    if 0.0008 < abs(slope) < 0.06:
        for word in words:
            word.baseline -= slope * word.x0
    ordered = sorted(words, key=lambda word: word.baseline)
    groups: list[list[Word]] = []
    for word in ordered:
        if groups and abs(word.baseline - groups[-1][0].baseline) < 0.35 * min(word.size, groups[-1][0].size):
            groups[-1].append(word)
        else:
            groups.append([word])
    for group in groups:
        level = sum(word.baseline for word in group) / len(group)
        for word in group:
            word.baseline = level
