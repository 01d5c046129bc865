"""A design: a template with every option settled and checked. What all writers share of the looks."""

import re
from dataclasses import dataclass
from typing import Literal

from cvmaker_core.errors import InputError
from cvmaker_core.schema.jobs import DesignOptions

from cv_rendering.locales import DATE_FORMATS, Locale, closest_locale, load_locale
from cv_rendering.template_catalogue import FontPair, TemplateInfo, font_pairs, load_template

# JSON Resume's section names, in the default order of a CV.
SECTION_KEYS = (
    "summary",
    "work",
    "projects",
    "education",
    "skills",
    "certificates",
    "languages",
    "publications",
    "awards",
    "volunteer",
    "interests",
    "references",
)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# WCAG 2 AA for body text. Accents colour headings and links, so the same bound holds.
MINIMUM_CONTRAST = 4.5
DENSITIES = {"compact": 0.86, "normal": 1.0, "airy": 1.12}


@dataclass(frozen=True)
class Design:
    """All that decides how a document looks; sizes in points and millimetres.

    `scale` is the page-fit factor on sizes and spacing (1.0 = as designed; 0.86 is the
    densest, at which body text is still readable).
    """

    template: TemplateInfo
    language: str
    locale: Locale
    paper: Literal["A4", "Letter"]
    accent: str
    fonts: FontPair
    scale: float
    date_format: str
    sections: tuple[str, ...] | None
    section_order: tuple[str, ...]
    photo: bool
    archival: bool

    @property
    def body_size(self) -> float:
        """Body text size in points."""
        return round(self.template.body_size * self.scale, 2)

    @property
    def margins(self) -> tuple[float, float, float, float]:
        """Page margins in millimetres: top, right, bottom, left (mirrored for a language read from the right)."""
        top, right, bottom, left = self.template.margins
        if self.locale.direction == "rtl":
            left, right = right, left
        return (top * self.scale, right * self.scale, bottom * self.scale, left * self.scale)


def resolve_design(template: str, options: DesignOptions | None = None, language: str | None = None) -> Design:
    """Check options against the template's choices and fill in its defaults.

    Raises
    ------
    InputError
        Naming the option and what it may be.

    """
    info = load_template(template)
    options = options or DesignOptions()
    locale = load_locale(options.locale) if options.locale else closest_locale(language)
    tag = options.locale or language
    tag = tag if tag and tag.split("-")[0].split("_")[0].lower() == locale.language else locale.language
    pairs = font_pairs()
    if options.fonts is not None and options.fonts not in pairs:
        raise InputError("unknown_fonts", "There is no font pair of that name.", "Choose one of: " + ", ".join(pairs))
    if options.date_format is not None and options.date_format not in DATE_FORMATS:
        raise InputError("unknown_date_format", "That date format is not known.", "One of: " + ", ".join(DATE_FORMATS))
    return Design(
        template=info,
        language=tag.replace("_", "-"),
        locale=locale,
        paper=options.paper or "A4",
        accent=_accent(options.accent) if options.accent is not None else info.accent,
        fonts=pairs[options.fonts or info.fonts],
        scale=DENSITIES[options.density or "normal"],
        date_format=options.date_format or locale.date_format,
        sections=None if options.sections is None else _sections(options.sections),
        section_order=info.section_order,
        photo=info.photo and options.photo is not False,
        archival=bool(options.archival),
    )


def _sections(chosen: list[str]) -> tuple[str, ...]:
    known = (*SECTION_KEYS, "custom")
    wanted = ["summary" if key == "basics" else key for key in chosen]
    if unknown := [key for key in wanted if key not in known and not re.fullmatch(r"custom/\d{1,3}", key)]:
        raise InputError(
            "unknown_section", f"{len(unknown)} of the chosen sections are not known.", "Known: " + ", ".join(known)
        )
    return tuple(dict.fromkeys(wanted))


def _accent(colour: str) -> str:
    if not _COLOUR.fullmatch(colour):
        raise InputError("bad_accent", "The accent colour must be written as #rrggbb.", "For example #1f4e79.")
    if contrast_with_white(colour) < MINIMUM_CONTRAST:
        raise InputError(
            "accent_too_pale",
            f"The accent colour's contrast with white paper is {contrast_with_white(colour):.1f}:1.",
            f"Choose a darker one: at least {MINIMUM_CONTRAST}:1.",
        )
    return colour.lower()


def contrast_with_white(colour: str) -> float:
    """WCAG 2 contrast ratio of a #rrggbb colour on white."""
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)
