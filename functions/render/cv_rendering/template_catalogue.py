"""The templates: every folder of `templates/` with a `template.toml`, and the font pairs they may use."""

import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from cvmaker_core.errors import InputError

TEMPLATES = Path(__file__).parent / "templates"
DEFAULT_TEMPLATE = "classic"


@dataclass(frozen=True)
class FontPair:
    """Families for headings and body, each with what to use where our fonts are not installed (HTML, DOCX)."""

    name: str
    heading: str
    body: str
    heading_fallback: str
    body_fallback: str
    description: str
    letter_width: float


@dataclass(frozen=True)
class TemplateInfo:
    """What a template says about itself, and its defaults. Sizes in points, margins in millimetres."""

    name: str
    title: str
    description: str
    audience: Literal["ats", "humans"]
    accent: str
    fonts: str
    body_size: float
    line_height: float
    margins: tuple[float, float, float, float]
    photo: bool
    section_order: tuple[str, ...]
    order: int

    def describe(self) -> dict[str, Any]:
        """As `GET /templates` shows it."""
        return asdict(self)


@cache
def font_pairs() -> dict[str, FontPair]:
    """Font pairs by name, from `templates/fonts.toml`."""
    data = tomllib.loads((TEMPLATES / "fonts.toml").read_text(encoding="utf-8"))
    return {name: FontPair(name=name, **pair) for name, pair in data.items()}


@cache
def list_templates() -> tuple[TemplateInfo, ...]:
    """All templates, the default first."""
    infos = [_read(path.parent) for path in TEMPLATES.glob("*/template.toml")]
    return tuple(sorted(infos, key=lambda info: (info.order, info.name)))


# What a deployer added: name → folder that holds the template's folder.
_added: dict[str, Path] = {}


def is_released(name: str) -> bool:
    """Whether the template came with this release; then nobody can replace it."""
    return any(info.name == name for info in list_templates())


def add_template(root: Path, name: str) -> TemplateInfo:
    """Make `root/name` (with `template.toml`, `style.css`, `template.html.j2`) a template of this process.

    Raises
    ------
    ValueError
        If a released template has that name, or the folder is no template (OSError, KeyError or TypeError then).

    """
    if is_released(name):
        raise ValueError(f"{name} is a template of this release")
    info = _read(root / name)
    for file in ("style.css", "template.html.j2"):
        (root / name / file).read_text(encoding="utf-8")
    _added[name] = root
    return info


def added_root(name: str) -> Path | None:
    """Where an added template lies; None for those of this release."""
    return _added.get(name)


def load_template(name: str) -> TemplateInfo:
    """The template of that name.

    Raises
    ------
    InputError
        If there is none; the advice lists them.

    """
    for info in list_templates():
        if info.name == name:
            return info
    if name in _added:
        return _read(_added[name] / name)
    names = ", ".join(info.name for info in list_templates())
    raise InputError("unknown_template", "There is no template of that name.", f"Choose one of: {names}.")


def _read(folder: Path) -> TemplateInfo:
    data = tomllib.loads((folder / "template.toml").read_text(encoding="utf-8"))
    top, right, bottom, left = data.pop("margins")
    data["section_order"] = tuple(data.get("section_order", ()))
    return TemplateInfo(name=folder.name, margins=(top, right, bottom, left), **data)
