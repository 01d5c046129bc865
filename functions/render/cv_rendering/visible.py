"""From the resume that was handed in to the resume that is shown.

What is printed, what is attached to the PDF and what is written as `resume.json` are one
thing: this projection. It keeps what the templates print, in clean text, with dates as
precise as they are printed; whatever is hidden or dropped is not in it, so that nothing
unseen goes along to an employer.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from cvmaker_core.pointers import split_pointer
from cvmaker_core.schema.resume import prune

from cv_rendering.cleaning import clean_text
from cv_rendering.dates import shown_date
from cv_rendering.design import SECTION_KEYS, Design

_Clean: TypeAlias = Callable[[Any, Design], Any]


def _text(value: Any, _design: Design) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return clean_text(str(value)) or None


def _name(value: Any, design: Design) -> str | None:
    # Titles of PDF and DOCX hold 255 characters; no name is as long.
    return (_text(value, design) or "")[:200].strip() or None


def _lines(value: Any, _design: Design) -> str | None:
    return clean_text(value, lines=True) or None if isinstance(value, str) else None


def _texts(value: Any, design: Design) -> list[str]:
    if isinstance(value, str):
        value = [value]
    return [text for item in value if (text := _text(item, design))] if isinstance(value, list) else []


def _date(value: Any, design: Design) -> str | None:
    text = _text(value, design)
    return shown_date(text, design.date_format) if text else None


def _image(value: Any, _design: Design) -> str | None:
    return value if isinstance(value, str) else None


# What each part shows: field → how it is cleaned. A field not named here is not printed.
_ENTRY: dict[str, _Clean] = {
    "location": _text,
    "url": _text,
    "startDate": _date,
    "endDate": _date,
    "description": _lines,
    "summary": _lines,
    "highlights": _texts,
}
_FIELDS: dict[str, dict[str, _Clean]] = {
    "work": {"name": _text, "position": _text, **_ENTRY},
    "volunteer": {"organization": _text, "position": _text, **_ENTRY},
    "education": {
        "institution": _text,
        "studyType": _text,
        "area": _text,
        "score": _text,
        "courses": _texts,
        **_ENTRY,
    },
    "projects": {"name": _text, "entity": _text, "roles": _texts, "keywords": _texts, **_ENTRY},
    "awards": {"title": _text, "awarder": _text, "date": _date, **_ENTRY},
    "certificates": {"name": _text, "issuer": _text, "date": _date, **_ENTRY},
    "publications": {"name": _text, "publisher": _text, "releaseDate": _date, **_ENTRY},
    "references": {"name": _text, "reference": _lines},
    "skills": {"name": _text, "level": _text, "keywords": _texts},
    "interests": {"name": _text, "level": _text, "keywords": _texts},
    "languages": {"language": _text, "fluency": _text},
}
_BASICS: dict[str, _Clean] = {
    "name": _name,
    "label": _text,
    "image": _image,
    "email": _text,
    "phone": _text,
    "url": _text,
    "summary": _lines,
}
_LOCATION: dict[str, _Clean] = {
    "address": _text,
    "postalCode": _text,
    "city": _text,
    "region": _text,
    "countryCode": _text,
}
_PROFILE: dict[str, _Clean] = {"network": _text, "username": _text, "url": _text}


def visible_resume(resume: dict[str, Any], design: Design) -> dict[str, Any]:
    """The part of a JSON Resume that this design prints, as a valid JSON Resume."""
    shown = set(SECTION_KEYS) if design.sections is None else set(design.sections)
    basics_in = resume.get("basics") if isinstance(resume.get("basics"), dict) else {}
    assert isinstance(basics_in, dict)
    basics = _project(basics_in, _BASICS, design)
    if "summary" not in shown:
        basics.pop("summary", None)
    if not design.photo:
        basics.pop("image", None)
    location = basics_in.get("location")
    if isinstance(location, dict):
        basics["location"] = _project(location, _LOCATION, design)
    elif isinstance(location, str):
        basics["location"] = {"city": _text(location, design)}
    basics["profiles"] = [_profile(item, design) for item in _dicts(basics_in.get("profiles"))]
    result: dict[str, Any] = {"basics": basics}
    for key, fields in _FIELDS.items():
        if key in shown:
            result[key] = [_one_text(key, _project(item, fields, design)) for item in _dicts(resume.get(key))]
    result["meta"] = {"cvmaker": _meta(resume, design)}
    visible: dict[str, Any] = prune(result)
    ours = visible["meta"]["cvmaker"]
    present = {"summary"} & set(visible.get("basics", {})) | set(visible)
    ours["section_order"] = [key for key in ours["section_order"] if key in present or key.startswith("custom/")]
    return visible


def remove_pointers(resume: dict[str, Any], pointers: Iterable[str]) -> None:
    """Take the values that pointers name out of a resume, in place; each names the resume as it was before."""
    # Later list items first, so that earlier removals do not shift them.
    paths = sorted((split_pointer(pointer) for pointer in set(pointers)), key=_removal_order, reverse=True)
    for *parents, last in paths:
        target: Any = resume
        for part in parents:
            if isinstance(target, dict):
                target = target.get(part)
            elif isinstance(target, list) and part.isdigit() and int(part) < len(target):
                target = target[int(part)]
            else:
                target = None
        if isinstance(target, dict):
            target.pop(last, None)
        elif isinstance(target, list) and last.isdigit() and int(last) < len(target):
            del target[int(last)]


def _removal_order(path: list[str]) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in path)


def _project(source: dict[str, Any], fields: dict[str, _Clean], design: Design) -> dict[str, Any]:
    return {key: value for key, clean in fields.items() if (value := clean(source.get(key), design))}


def _one_text(key: str, item: dict[str, Any]) -> dict[str, Any]:
    """Description and summary are printed as one text, so they are one: `summary`, or a project's `description`.

    The description ("Regional restaurant group") becomes the text's first sentence: alone on a line it would be
    read as one more employer.
    """
    description, summary = item.pop("description", ""), item.pop("summary", "")
    if description and (summary or key != "projects") and description[-1].isalnum():
        description += "."
    whole = " ".join(filter(None, (description, summary)))
    if whole:
        item["description" if key == "projects" else "summary"] = whole
    return item


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _profile(profile: dict[str, Any], design: Design) -> dict[str, Any]:
    shown = _project(profile, _PROFILE, design)
    url, username = shown.get("url", ""), shown.get("username", "")
    # With an address, the address is what is printed; a name that it does not hold is not on the page.
    if url and username and username.lstrip("@").casefold() not in url.casefold():
        shown.pop("username")
    return shown


def _meta(resume: dict[str, Any], design: Design) -> dict[str, Any]:
    """Language, the person's own sections in their order, and the final order of all sections."""
    meta = resume.get("meta")
    extension = meta.get("cvmaker") if isinstance(meta, dict) else None
    extension = extension if isinstance(extension, dict) else {}
    custom = [
        {"name": _text(section.get("name"), design) or "", "items": _texts(section.get("items"), design)}
        for section in _dicts(extension.get("sections"))
    ]
    preferred = _texts(extension.get("section_order"), design)
    order: list[str] = []
    sections: list[dict[str, Any]] = []
    for key in _section_order(preferred, custom, design):
        if not key.startswith("custom/"):
            order.append(key)
        elif custom[int(key[7:])]["items"]:
            order.append(f"custom/{len(sections)}")
            sections.append(custom[int(key[7:])])
    return {"language": design.language, "section_order": order or ["summary"], "sections": sections}


def _section_order(preferred: list[str], custom: list[dict[str, Any]], design: Design) -> list[str]:
    """Section keys in the order to print: the chosen ones, or the resume's own order, or the template's.

    A chosen list (`design.sections`) is also the visibility: what it does not name is not shown.
    Otherwise sections that the order does not name follow in the default order, so nothing is lost.
    """
    own = [f"custom/{index}" for index in range(len(custom))]
    if design.sections is not None:
        named = {key for key in design.sections if key in own}
        rest = [key for key in own if key not in named]
        chosen = [key for wanted in design.sections for key in (rest if wanted == "custom" else [wanted])]
        return [key for key in chosen if key in SECTION_KEYS or key in own]
    by_name = {section["name"].casefold(): key for section, key in zip(custom, own, strict=True)}
    wanted_first = preferred or list(design.section_order)
    order: list[str] = []
    for wanted in [*wanted_first, *SECTION_KEYS, *own]:
        key = "summary" if wanted == "basics" else by_name.get(wanted.casefold(), wanted)
        if key not in order and (key in SECTION_KEYS or key in own):
            order.append(key)
    if not {"summary", "basics"} & set(wanted_first):
        # A summary introduces a CV wherever the order does not speak of it.
        order.remove("summary")
        order.insert(0, "summary")
    return order
