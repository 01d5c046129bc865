"""A rejected change is undone: words, new fields and orders, with the claims that go with them."""

from typing import Any

from cvmaker_core.changes import undo_change
from cvmaker_core.schema.artefacts import Change, Claim, Source


def claim(pointer: str, engine: Any = "copy") -> Claim:
    return Claim(sources=[Source(kind="cv", pointer=pointer)], engine=engine)


def change(pointer: str, before: str, after: str) -> Change:
    return Change(pointer=pointer, before=before, after=after, reason="")


def test_words_return() -> None:
    resume: dict[str, Any] = {"basics": {"label": "Engineer | Go"}}
    claims = {"/basics/label": claim("/basics/label", "baseline")}
    assert undo_change(resume, claims, change("/basics/label", "Engineer", "Engineer | Go"))
    assert resume["basics"]["label"] == "Engineer"
    assert claims["/basics/label"].engine == "copy"


def test_what_was_added_goes() -> None:
    resume: dict[str, Any] = {"basics": {"summary": "New"}}
    claims = {"/basics/summary": claim("/work/0", "baseline")}
    assert undo_change(resume, claims, change("/basics/summary", "", "New"))
    assert resume == {"basics": {}}
    assert claims == {}


def test_an_order_returns_with_its_claims_and_twins() -> None:
    resume: dict[str, Any] = {
        "skills": [{"name": "Cloud", "keywords": ["K8s"]}, {"name": "Office"}, {"name": "Office"}]
    }
    claims = {"/skills/0/name": claim("/skills/2/name"), "/skills/0/keywords/0": claim("/skills/2/keywords/0")}
    assert undo_change(resume, claims, change("/skills", "Office\nOffice\nCloud", "Cloud\nOffice\nOffice"))
    assert [group["name"] for group in resume["skills"]] == ["Office", "Office", "Cloud"]
    assert set(claims) == {"/skills/2/name", "/skills/2/keywords/0"}


def test_an_item_reworded_meanwhile_takes_the_place_that_is_left() -> None:
    resume: dict[str, Any] = {"work": [{"highlights": ["C, better", "A", "B"]}]}
    assert undo_change(resume, {}, change("/work/0/highlights", "A\nB\nC", "C\nA\nB"))
    assert resume["work"][0]["highlights"] == ["A", "B", "C, better"]


def test_a_place_that_is_gone_is_left_alone() -> None:
    resume: dict[str, Any] = {"work": [{"highlights": ["A"]}]}
    assert not undo_change(resume, {}, change("/work/3/highlights", "A", "B"))
    assert resume == {"work": [{"highlights": ["A"]}]}
