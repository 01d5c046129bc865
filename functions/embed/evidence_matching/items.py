"""A CV as a list of small things that can be evidence, each with its JSON Pointer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from cvmaker_core.pointers import join_pointer

ItemKind: TypeAlias = Literal[
    "bullet", "summary", "title", "skill", "education", "certificate", "language", "project", "award", "publication",
    "other",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class CvItem:
    """One value of the CV.

    `structured` values are the person's own names for things (titles, skills, degrees, certificates …):
    tailoring orders them but never rewords them, so the fit may rest on them.
    """

    pointer: str
    text: str
    kind: ItemKind
    structured: bool
    entry: str


_LONG_TEXT = {"summary", "description", "reference"}


def cv_items(resume: dict[str, Any]) -> list[CvItem]:
    """Every value of a CV that can be evidence, in the document's order. Contact details are none."""
    return [item for item in _walk(resume) if item.text.strip()]


def _strings(entry: dict[str, Any], names: tuple[str, ...]) -> str:
    return ", ".join(
        str(entry[name]).strip() for name in names if isinstance(entry.get(name), str) and entry[name].strip()
    )


def _entries(resume: dict[str, Any], section: str) -> Iterator[tuple[str, dict[str, Any]]]:
    value = resume.get(section)
    for index, entry in enumerate(value if isinstance(value, list) else []):
        if isinstance(entry, dict):
            yield join_pointer(section, index), entry


def _texts(entry: dict[str, Any], name: str) -> Iterator[tuple[int, str]]:
    value = entry.get(name)
    for index, text in enumerate(value if isinstance(value, list) else []):
        if isinstance(text, str):
            yield index, text


def _walk(resume: dict[str, Any]) -> Iterator[CvItem]:
    basics = resume.get("basics") if isinstance(resume.get("basics"), dict) else {}
    assert isinstance(basics, dict)
    for name in ("label", "summary"):
        if isinstance(basics.get(name), str):
            yield CvItem(f"/basics/{name}", basics[name], "title" if name == "label" else "summary", False, "/basics")
    for section, title, kind in (
        ("work", "position", "title"),
        ("volunteer", "position", "title"),
        ("projects", "name", "project"),
    ):
        for pointer, entry in _entries(resume, section):
            yield from _experience(pointer, entry, title, kind)  # type: ignore[arg-type]
    for pointer, entry in _entries(resume, "education"):
        degree = _strings(entry, ("studyType", "area", "institution"))
        yield CvItem(pointer, degree, "education", True, pointer)
        for index, course in _texts(entry, "courses"):
            yield CvItem(f"{pointer}/courses/{index}", course, "education", True, pointer)
    for pointer, entry in _entries(resume, "skills"):
        keywords = list(_texts(entry, "keywords"))
        if isinstance(entry.get("name"), str):
            # With keywords the name is a heading ("Databases"), still the person's own word for them.
            yield CvItem(f"{pointer}/name", entry["name"], "skill", True, pointer)
        for index, keyword in keywords:
            yield CvItem(f"{pointer}/keywords/{index}", keyword, "skill", True, pointer)
    for section, names, kind2 in (
        ("certificates", ("name", "issuer"), "certificate"),
        ("languages", ("language", "fluency"), "language"),
        ("awards", ("title", "awarder"), "award"),
        ("publications", ("name", "publisher"), "publication"),
        ("interests", ("name",), "other"),
    ):
        for pointer, entry in _entries(resume, section):
            yield CvItem(pointer, _strings(entry, names), kind2, True, pointer)  # type: ignore[arg-type]
            for name in _LONG_TEXT & entry.keys():
                if isinstance(entry[name], str):
                    yield CvItem(f"{pointer}/{name}", entry[name], "summary", False, pointer)
            if section == "interests":
                for index, keyword in _texts(entry, "keywords"):
                    yield CvItem(f"{pointer}/keywords/{index}", keyword, "other", True, pointer)
    meta = resume.get("meta") if isinstance(resume.get("meta"), dict) else {}
    extension = meta.get("cvmaker") if isinstance(meta, dict) else None
    for index, section_value in enumerate(
        (extension or {}).get("sections") or [] if isinstance(extension, dict) else []
    ):
        if isinstance(section_value, dict):
            pointer = f"/meta/cvmaker/sections/{index}"
            for number, text in _texts(section_value, "items"):
                yield CvItem(f"{pointer}/items/{number}", text, "other", False, pointer)


def _experience(pointer: str, entry: dict[str, Any], title: str, kind: ItemKind) -> Iterator[CvItem]:
    if isinstance(entry.get(title), str):
        yield CvItem(f"{pointer}/{title}", entry[title], kind, True, pointer)
    for name in ("summary", "description"):
        if isinstance(entry.get(name), str):
            yield CvItem(f"{pointer}/{name}", entry[name], "summary", False, pointer)
    for index, text in _texts(entry, "highlights"):
        yield CvItem(f"{pointer}/highlights/{index}", text, "bullet", False, pointer)
    for name in ("keywords", "roles"):
        for index, text in _texts(entry, name):
            yield CvItem(f"{pointer}/{name}/{index}", text, "skill" if name == "keywords" else "title", True, pointer)
