"""The final CV as single values, in the order application forms ask for them."""

from collections.abc import Iterator
from typing import Any

from job_api.models import FormField

_PERSON = ("email", "phone", "url")
_PLACE = ("address", "postalCode", "city", "region", "countryCode")
_ENTRIES = {
    "work": ("position", "name", "location", "startDate", "endDate", "summary"),
    "education": ("studyType", "area", "institution", "startDate", "endDate", "score"),
    "certificates": ("name", "issuer", "date"),
    "languages": ("language", "fluency"),
}


def form_fields(resume: dict[str, Any]) -> list[FormField]:
    """Every value a form may ask for. Names are split at the last space, which forms do too and people can mend."""
    return list(_fields(resume))


def _fields(resume: dict[str, Any]) -> Iterator[FormField]:
    basics = _dictionary(resume.get("basics"))
    name = _text(basics.get("name"))
    if name:
        yield FormField(group="person", field="name", value=name)
        first, _, last = name.rpartition(" ")
        if first:
            yield FormField(group="person", field="firstName", value=first)
            yield FormField(group="person", field="lastName", value=last)
    yield from _values("person", basics, _PERSON)
    yield from _values("person", _dictionary(basics.get("location")), _PLACE)
    for profile in _entries(basics.get("profiles")):
        address = _text(profile.get("url"))
        network = _text(profile.get("network"))
        if address and network:
            yield FormField(group="person", field=network, value=address)
    yield from _values("person", basics, ("label", "summary"))
    for section, names in _ENTRIES.items():
        for index, entry in enumerate(_entries(resume.get(section))):
            group = f"{section}/{index}"
            yield from _values(group, entry, names)
            highlights = [_text(item) for item in entry.get("highlights") or []]
            if any(highlights):
                text = "\n".join(f"• {item}" for item in highlights if item)
                yield FormField(group=group, field="highlights", value=text)
    skills = [
        word
        for skill in _entries(resume.get("skills"))
        for word in (skill.get("keywords") or [skill.get("name")])
        if isinstance(word, str) and word
    ]
    if skills:
        yield FormField(group="skills", field="skills", value=", ".join(dict.fromkeys(skills)))


def _values(group: str, source: dict[str, Any], names: tuple[str, ...]) -> Iterator[FormField]:
    for name in names:
        value = _text(source.get(name))
        if value:
            yield FormField(group=group, field=name, value=value)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _dictionary(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _entries(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
