"""JSON Pointers (RFC 6901): how every value of a CV is named across the stages."""

from collections.abc import Iterator
from typing import Any, TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


def join_pointer(*parts: str | int) -> str:
    """`join_pointer("work", 0, "name")` → `/work/0/name`."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def split_pointer(pointer: str) -> list[str]:
    """The unescaped reference tokens of a pointer.

    Raises
    ------
    ValueError
        If the pointer is neither empty nor starts with a slash.

    """
    if not pointer:
        return []
    if not pointer.startswith("/"):
        raise ValueError("a JSON Pointer starts with '/'")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]


def resolve_pointer(document: Any, pointer: str) -> Any:
    """The value a pointer names.

    Raises
    ------
    KeyError
        If nothing is there.

    """
    value = document
    for part in split_pointer(pointer):
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            raise KeyError(pointer)
    return value


def set_pointer(document: Any, pointer: str, value: Any) -> None:
    """Replace the existing value a pointer names (the parent must exist)."""
    *parents, last = split_pointer(pointer)
    target = resolve_pointer(document, join_pointer(*parents))
    if isinstance(target, list):
        target[int(last)] = value
    else:
        target[last] = value


def walk_strings(document: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Every non-empty string of a document with its pointer, depth first."""
    if isinstance(document, str):
        if document:
            yield pointer, document
    elif isinstance(document, dict):
        for key, value in document.items():
            yield from walk_strings(value, pointer + join_pointer(key))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from walk_strings(value, pointer + join_pointer(index))
