"""HTML pages from the templates: Jinja2, sandboxed, autoescaped, strict about names.

A template sees a `Document` and a `Design`, nothing else; text of a CV can only become text.
"""

import string
from functools import cache
from pathlib import Path
from typing import Any

from cv_rendering.design import Design
from cv_rendering.document import Contact, Document, Letter
from cv_rendering.template_catalogue import TEMPLATES, added_root

_PAPER = {"A4": "210mm 297mm", "Letter": "8.5in 11in"}
# Fonts for scripts that a pair does not draw; the first that has the character is used.
# Arabic is set in Naskh beside any face: Noto Sans Arabic joins lam-alef and others into one glyph, whose
# letters extractors then return in the wrong order.
_SCRIPTS_SERIF = ("Noto Naskh Arabic", "Noto Serif Hebrew")
_SCRIPTS_SANS = ("Noto Naskh Arabic", "Noto Sans Hebrew")
_SCRIPTS = (
    "Noto Sans Devanagari",
    "Noto Sans Bengali",
    "Noto Sans Gurmukhi",
    "Noto Sans Gujarati",
    "Noto Sans Tamil",
    "Noto Sans Telugu",
    "Noto Sans Kannada",
    "Noto Sans Malayalam",
    "Noto Sans Thai",
    "Noto Sans Georgian",
    "Noto Sans Armenian",
)
# The last line of a paragraph: shorter than this it is a stray word. What is held together must not leave a gap in
# the line before either, and a text of fewer letters than any line holds has no last line.
SHORT_END = 12
LONGEST_KEPT_END = 28
SHORTEST_TO_WRAP = 70
LAST_OF_CYRILLIC = "\u052f"
# Han characters look different by region: the document's language decides which comes first.
_CJK = {
    "ja": "Noto Sans CJK JP",
    "ko": "Noto Sans CJK KR",
    "zh-hant": "Noto Sans CJK TC",
    "zh-tw": "Noto Sans CJK TC",
    "zh-hk": "Noto Sans CJK HK",
    "zh": "Noto Sans CJK SC",
}


@cache
def _environment(added: Path | None) -> Any:
    """Templates of this release, and those below `added`, which see the same macros."""
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([TEMPLATES, *([added] if added else [])]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["contact_rows"] = contact_rows
    environment.filters["keep_end"] = keep_end
    return environment


def keep_end(text: str) -> Any:
    """The text with its last words held together, so that no paragraph ends in a line of one short word.

    Only in Latin, Greek and Cyrillic: other scripts break, join and turn around by rules of their own.
    """
    from markupsafe import Markup, escape

    end = ""
    rest = text
    # A line that begins in lower case is known for the sentence's rest, by people and by robots that rejoin lines.
    while (len(end) < SHORT_END or not end[0].islower()) and " " in rest:
        rest, _, word = rest.rpartition(" ")
        end = f"{word} {end}".rstrip()
    other_script = any(character > LAST_OF_CYRILLIC and character.isalpha() for character in text)
    if len(text) < SHORTEST_TO_WRAP or " " not in end or len(end) > LONGEST_KEPT_END or other_script:
        return text
    # The space is a box of its own: WeasyPrint 70 breaks a text box after its first word when nothing
    # but its last space does not fit.
    return Markup('{}<span> </span><span class="end">{}</span>').format(escape(rest), escape(end))


def contact_rows(document: Document | Letter, design: Design) -> list[list[Contact]]:
    """Contacts in as few rows as fit the text's width, evenly filled; an estimate by the mean letter's width."""
    _, right, _, left = design.margins
    portrait = 34 if isinstance(document, Document) and document.photo else 0
    width = (210 if design.paper == "A4" else 216) - left - right - portrait
    millimetres_per_letter = design.fonts.letter_width * design.body_size * 25.4 / 72
    room = max(30, int(width / millimetres_per_letter))
    contacts = list(document.contacts)
    lengths = [len(contact.shown) + 3 for contact in contacts]
    if not contacts:
        return []
    for count in range(-(-sum(lengths) // room), len(contacts) + 1):
        cuts = _even_cuts(lengths, count)
        if max(sum(lengths[start:end]) for start, end in cuts) <= room + 3:
            return [contacts[start:end] for start, end in cuts]
    return [[contact] for contact in contacts]


def _even_cuts(lengths: list[int], count: int) -> list[tuple[int, int]]:
    """Cut a list into `count` runs whose longest is as short as can be."""
    best: dict[tuple[int, int], tuple[int, list[tuple[int, int]]]] = {(0, 0): (0, [])}
    for used in range(1, count + 1):
        for end in range(used, len(lengths) + 1):
            best[used, end] = min(
                (max(best[used - 1, start][0], sum(lengths[start:end])), [*best[used - 1, start][1], (start, end)])
                for start in range(used - 1, end)
                if (used - 1, start) in best
            )
    return best[count, len(lengths)][1]


def html_for_print(document: Document, design: Design) -> str:
    """The page that WeasyPrint lays out; its style sheets are `template_css`."""
    return _render(f"{design.template.name}/template.html.j2", design, document=document, css="")


def html_for_letter(letter: Letter, design: Design) -> str:
    """The cover letter's page, in the template's dress."""
    own = f"{design.template.name}/letter.html.j2"
    name = own if _path(own).is_file() else "letter.html.j2"
    return _render(name, design, document=letter, css="")


def html_for_screen(document: Document, design: Design) -> str:
    """One self-contained HTML file: the same page, with the style sheets inside."""
    css = "\n".join([*template_css(design), _file("screen.css")])
    return _render(f"{design.template.name}/template.html.j2", design, document=document, css=css)


def template_css(design: Design) -> list[str]:
    """Style sheets with the design's values filled in: what all templates share, then the template's own."""
    values = _css_values(design)
    return [_filled("base.css", values), _filled(f"{design.template.name}/style.css", values)]


def _render(name: str, design: Design, **context: Any) -> str:
    environment = _environment(added_root(design.template.name))
    html: str = environment.get_template(name).render(design=design, **context)
    return html


def _path(name: str) -> Path:
    """Where a file of the templates lies: released ones first."""
    released = TEMPLATES / name
    added = added_root(name.split("/", 1)[0])
    return released if added is None or released.exists() else added / name


def _file(name: str) -> str:
    return _text(_path(name))


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _filled(name: str, values: dict[str, str]) -> str:
    return string.Template(_file(name)).substitute(values)


def _css_values(design: Design) -> dict[str, str]:
    """Every value is a validated option or a template's own: no text of a CV reaches a style sheet."""
    top, right, bottom, left = design.margins
    return {
        "paper": _PAPER[design.paper],
        "margins": f"{top:.2f}mm {right:.2f}mm {bottom:.2f}mm {left:.2f}mm",
        "margin_top": f"{top:.2f}mm",
        "margin_right": f"{right:.2f}mm",
        "margin_bottom": f"{bottom:.2f}mm",
        "margin_left": f"{left:.2f}mm",
        "size": f"{design.body_size:.2f}pt",
        "leading": f"{1 + (design.template.line_height - 1) * (0.5 + design.scale / 2):.3f}",
        "space": f"{design.body_size * design.template.line_height * design.scale:.2f}pt",
        "accent": design.accent,
        "start": "left" if design.locale.direction == "ltr" else "right",
        "end": "right" if design.locale.direction == "ltr" else "left",
        "heading_font": font_stack(design, heading=True),
        "body_font": font_stack(design, heading=False),
    }


def font_stack(design: Design, *, heading: bool) -> str:
    """CSS font-family: the pair's face, then faces for other scripts, then what a browser may have."""
    pair = design.fonts
    family, fallback = (pair.heading, pair.heading_fallback) if heading else (pair.body, pair.body_fallback)
    serif = "serif" in [part.strip() for part in fallback.split(",")]
    scripts = _SCRIPTS_SERIF if serif else _SCRIPTS_SANS
    latin = ("Source Serif 4", "Source Sans 3") if serif else ("Source Sans 3", "Source Serif 4")
    language = design.language.lower()
    first = next((face for tag, face in _CJK.items() if language.startswith(tag)), "")
    cjk = [first, *(face for face in _CJK.values() if face != first)]
    named = dict.fromkeys(filter(None, (family, *latin, *scripts, *_SCRIPTS, *cjk, "Noto Sans Symbols2")))
    generic = [part.strip() for part in fallback.split(",")]
    quoted = [f'"{face}"' for face in named]
    return ", ".join(
        [*quoted[:1], *(part if "serif" in part else f'"{part}"' for part in generic[:-1]), *quoted[1:], generic[-1]]
    )
