"""The Word styles of a CV: the template's character (fonts, accent, sizes, rules) in Word's own terms."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cv_rendering.design import Design
from cv_rendering.formats.docx_xml import add_field, child_of, insert_in_order, make_element

INK = "1a1a1a"
# At least 4.5:1 on white (WCAG 2 AA), as everywhere in our documents.
MUTED = "595959"
RULE_GREY = "a6a6a6"
PAPER = "ffffff"
# How much of the accent a pale fill holds: dark text on it keeps a contrast above 7:1 for any accent allowed.
PALE_SHARE = 0.1
TWIPS_PER_POINT = 20
EIGHTHS_OF_A_POINT = 8
TWIPS_PER_MILLIMETRE = 1440 / 25.4
PAPERS = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}
BULLET_INDENT_POINTS = 14
# Capitals need air between them; Word keeps the letters of the text as they are.
CAPITALS_SPACING = 0.6


@dataclass(frozen=True)
class Palette:
    """Colours as Word writes them: six hexadecimal digits."""

    accent_colour: str

    def __getitem__(self, name: str) -> str:
        accent = self.accent_colour.lstrip("#").lower()
        if name == "pale":
            channels = (int(accent[index : index + 2], 16) for index in (0, 2, 4))
            return "".join(f"{round(255 + (channel - 255) * PALE_SHARE):02x}" for channel in channels)
        return {"accent": accent, "ink": INK, "muted": MUTED, "grey": RULE_GREY, "paper": PAPER}[name]


@dataclass(frozen=True)
class Rule:
    """A line beside or around a paragraph; width and distance in points. `place`: none, below, above, around."""

    place: str
    colour: str
    points: float
    space: float


@dataclass(frozen=True)
class Look:
    """One row of `docx_looks.json`, completed by its defaults."""

    row: dict[str, Any]

    @property
    def contact_separator(self) -> str:
        return str(self.row["contacts"]["separator"])

    @property
    def dates_below(self) -> bool:
        return bool(self.row["dates"]["place"] == "below")


@cache
def _looks() -> dict[str, dict[str, Any]]:
    table: dict[str, Any] = json.loads(files("cv_rendering.formats").joinpath("docx_looks.json").read_text("utf-8"))
    return table


def look_of(template: str) -> Look:
    """How a template looks in Word; a template without a row looks like the default."""
    row = dict(_looks()["default"])
    for key, value in _looks().get(template, {}).items():
        row[key] = {**row[key], **value} if isinstance(value, dict) else value
    return Look(row)


@cache
def _script_fonts() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(files("cv_rendering.formats").joinpath("docx_fonts.json").read_text("utf-8"))
    return table


def _script_slot(language: str) -> str:
    """Which of Word's font slots the language's own script uses: `eastAsia`, `cs`, or none beyond Latin's."""
    return str(_script_fonts().get(language.split("-", 1)[0], {}).get("slot", ""))


def define_styles(
    word: Any, design: Design, look: Look, palette: Palette, language: str, *, right_to_left: bool
) -> None:
    """Give the document our styles, all derived from Normal."""
    styles = _Styles(word, design, palette, language, right_to_left)
    row, body = look.row, design.body_size
    align = row["align"]
    line = design.template.line_height
    styles.defaults()
    styles.paragraph("Normal", based_on=None, size=1.0, colour="ink", line=line, after=0.25 * body, priority=0)
    head = row["head"]
    band = Rule("around", "accent", 6.0, 0.0) if head["fill"] else None
    under = Rule(head["rule"], head["rule_colour"], head["rule_points"], 0.5 * body)
    name = row["name"]
    styles.paragraph(
        "Title",
        size=name["size"],
        bold=name["bold"],
        colour=name["colour"],
        face="heading",
        align=align,
        fill=head["fill"],
        rule=band,
        line=1.1,
        after=0 if band else 0.15 * body,
        keep_next=True,
        following="Subtitle",
    )
    headline = row["headline"]
    styles.paragraph(
        "Subtitle",
        size=headline["size"],
        bold=headline["bold"],
        italic=headline["italic"],
        colour=headline["colour"],
        align=align,
        fill=head["fill"],
        rule=band,
        after=0 if band else 0.35 * body,
        following="Contact Details",
    )
    styles.paragraph(
        "Contact Details",
        size=row["contacts"]["size"],
        colour=row["contacts"]["colour"],
        align=align,
        fill=head["fill"],
        rule=band or under,
        after=0.4 * body,
    )
    heading, entry, dates = row["heading"], row["entry"], row["dates"]
    styles.paragraph(
        "Heading 1",
        size=heading["size"],
        bold=heading["bold"],
        colour=heading["colour"],
        face="heading",
        case=heading["case"],
        rule=Rule(heading["rule"], heading["rule_colour"], heading["rule_points"], 1.0),
        fill=heading["fill"],
        line=1.15,
        before=heading["space_before"] * body,
        after=0.4 * body,
        keep_next=True,
        outline=0,
        following="Normal",
    )
    styles.paragraph(
        "Heading 2",
        size=1.05,
        bold=True,
        colour="ink",
        before=entry["space_before"] * body,
        keep_next=True,
        outline=1,
        date_tab=not look.dates_below,
        following="Heading 3",
    )
    styles.paragraph("Date Line", size=1.0, keep_next=True, following="Heading 3")
    styles.paragraph(
        "Heading 3",
        size=1.0,
        bold=entry["subtitle_bold"],
        italic=entry["subtitle_italic"],
        colour="ink",
        after=0.2 * body,
        keep_next=True,
        outline=2,
        following="List Bullet",
    )
    styles.paragraph("List Bullet", size=1.0, after=0.15 * body, bullet=entry["bullet"])
    styles.paragraph("Labelled Line", size=1.0, after=0.2 * body)
    styles.paragraph("Recipient", size=1.0, before=1.5 * body, after=0.8 * body)
    styles.paragraph("Letter Text", size=1.05, line=1.4, after=0.8 * body)
    styles.paragraph("Closing", size=1.05, before=0.8 * body, after=1.6 * body, keep_next=True, following="Signature")
    styles.paragraph("Signature", size=1.05, bold=True)
    styles.paragraph("Footer", size=0.85, colour="muted", align="centre")
    styles.character("Strong", bold=True, colour=entry["label_colour"])
    styles.character("Dates", bold=dates["bold"], colour=dates["colour"])
    styles.character("Place", bold=False, italic=False, colour="muted")
    styles.character("Hyperlink", bold=False, italic=False, colour="accent")
    styles.character("Contact Link", colour=row["contacts"]["colour"])
    styles.link_and_tidy()


class _Styles:
    def __init__(self, word: Any, design: Design, palette: Palette, language: str, right_to_left: bool) -> None:
        self.word = word
        self.design = design
        self.palette = palette
        self.language = language
        self.right_to_left = right_to_left
        self.defined: set[str] = set()
        self.following: dict[str, str] = {}
        self.slot: str = _script_slot(language)
        width = PAPERS[design.paper][0] - design.margins[1] - design.margins[3]
        self.text_width = round(width * TWIPS_PER_MILLIMETRE)

    def defaults(self) -> None:
        """What all styles inherit: fonts of every script, language, size, direction."""
        from docx.oxml.ns import qn

        defaults = self.word.styles.element.find(qn("w:docDefaults"))
        for child in list(defaults):
            defaults.remove(child)
        run = make_element("w:rPr")
        insert_in_order(run, self._fonts("body"))
        for tag in ("w:sz", "w:szCs"):
            insert_in_order(run, make_element(tag, val=_half_points(self.design.body_size)))
        insert_in_order(run, self._language())
        holder = make_element("w:rPrDefault")
        holder.append(run)
        defaults.append(holder)
        defaults.append(make_element("w:pPrDefault"))

    def _language(self) -> Any:
        return make_element(
            "w:lang",
            val="en-GB" if self.slot else self.language,
            eastAsia=self.language if self.slot == "eastAsia" else None,
            bidi=self.language if self.slot == "cs" else None,
        )

    def _families(self, face: str) -> list[str]:
        pair = self.design.fonts
        return [
            name.strip() for name in (pair.heading_fallback if face == "heading" else pair.body_fallback).split(",")
        ]

    def _natural_line_height(self, face: str) -> float:
        heights = _script_fonts()["line_heights"]
        return float(heights.get(self._families(face)[0], heights["default"]))

    def _fonts(self, face: str) -> Any:
        families = self._families(face)
        latin = families[0]
        serif = families[-1] == "serif"
        script = _script_fonts().get(self.language.split("-")[0], {})
        other = script.get("serif" if serif else "sans", latin)
        return make_element(
            "w:rFonts",
            ascii=latin,
            hAnsi=latin,
            eastAsia=other if self.slot == "eastAsia" else latin,
            cs=other if self.slot == "cs" else latin,
        )

    def _style(self, name: str, kind: Any) -> Any:
        from docx.oxml.ns import qn

        self.defined.add(name)
        try:
            style = self.word.styles[name]
        except KeyError:
            style = self.word.styles.add_style(name, kind)
        element = style.element
        for tag in ("w:pPr", "w:rPr"):
            for old in element.findall(qn(tag)):
                element.remove(old)
        for tag in ("w:semiHidden", "w:unhideWhenUsed"):
            for old in element.findall(qn(tag)):
                element.remove(old)
        insert_in_order(element, make_element("w:qFormat"))
        return style

    def paragraph(
        self,
        name: str,
        *,
        size: float,
        based_on: str | None = "Normal",
        bold: bool = False,
        italic: bool = False,
        colour: str | None = None,
        face: str = "body",
        case: str = "as-is",
        align: str = "start",
        rule: Rule | None = None,
        fill: str | None = None,
        line: float | None = None,
        before: float = 0.0,
        after: float = 0.0,
        keep_next: bool = False,
        outline: int | None = None,
        date_tab: bool = False,
        bullet: str | None = None,
        following: str | None = None,
        priority: int | None = None,
    ) -> None:
        """Define a paragraph style. `size` and `line` are factors of the size; `before` and `after` are points."""
        from docx.enum.style import WD_STYLE_TYPE

        style = self._style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = self.word.styles[based_on] if based_on else None
        if following:
            self.following[name] = following
        if priority is not None:
            style.priority = priority
        properties = child_of(style.element, "w:pPr")
        if keep_next:
            insert_in_order(properties, make_element("w:keepNext"))
            insert_in_order(properties, make_element("w:keepLines"))
        insert_in_order(properties, make_element("w:widowControl"))
        if bullet:
            self._bullet(properties, bullet)
        if rule is not None and rule.place != "none":
            self._rule(properties, rule)
        if fill is not None:
            insert_in_order(properties, make_element("w:shd", val="clear", color="auto", fill=self.palette[fill]))
        if date_tab:
            tabs = make_element("w:tabs")
            tabs.append(make_element("w:tab", val="right", pos=self.text_width))
            insert_in_order(properties, tabs)
        if self.right_to_left:
            insert_in_order(properties, make_element("w:bidi"))
        insert_in_order(
            properties,
            make_element(
                "w:spacing",
                before=round(before * TWIPS_PER_POINT),
                after=round(after * TWIPS_PER_POINT),
                line=round(line / self._natural_line_height(face) * 240) if line else None,
                lineRule="auto" if line else None,
            ),
        )
        insert_in_order(
            properties, make_element("w:jc", val={"start": "start", "centre": "center", "end": "end"}[align])
        )
        if outline is not None:
            insert_in_order(properties, make_element("w:outlineLvl", val=outline))
        self._run_properties(style.element, size=size, bold=bold, italic=italic, colour=colour, face=face, case=case)

    def character(
        self, name: str, *, bold: bool | None = None, italic: bool | None = None, colour: str | None = None
    ) -> None:
        """Define a character style; None leaves the paragraph's own."""
        from docx.enum.style import WD_STYLE_TYPE

        style = self._style(name, WD_STYLE_TYPE.CHARACTER)
        self._run_properties(style.element, bold=bold, italic=italic, colour=colour)

    def _run_properties(
        self,
        element: Any,
        *,
        size: float | None = None,
        bold: bool | None = None,
        italic: bool | None = None,
        colour: str | None = None,
        face: str | None = None,
        case: str = "as-is",
    ) -> None:
        if self.slot:
            # These scripts have neither italics nor capitals, and letter spacing breaks Arabic joins.
            italic, case = (None if italic is None else False), "as-is"
        properties = child_of(element, "w:rPr")
        if face is not None:
            insert_in_order(properties, self._fonts(face))
        for value, tags in ((bold, ("w:b", "w:bCs")), (italic, ("w:i", "w:iCs"))):
            if value is not None:
                for tag in tags:
                    insert_in_order(properties, make_element(tag, val=None if value else "0"))
        if case != "as-is":
            insert_in_order(properties, make_element("w:caps"))
            insert_in_order(properties, make_element("w:spacing", val=round(CAPITALS_SPACING * TWIPS_PER_POINT)))
        if colour is not None:
            insert_in_order(properties, make_element("w:color", val=self.palette[colour]))
        if size is not None:
            for tag in ("w:sz", "w:szCs"):
                insert_in_order(properties, make_element(tag, val=_half_points(size * self.design.body_size)))

    def _rule(self, properties: Any, rule: Rule) -> None:
        sides = {"below": ["bottom"], "above": ["top"], "around": ["top", "left", "bottom", "right"]}[rule.place]
        borders = make_element("w:pBdr")
        for side in sides:
            borders.append(
                make_element(
                    f"w:{side}",
                    val="single",
                    sz=round(rule.points * EIGHTHS_OF_A_POINT),
                    space=round(min(rule.space, 31)),
                    color=self.palette[rule.colour],
                )
            )
        insert_in_order(properties, borders)

    def _bullet(self, properties: Any, character: str) -> None:
        """A list of our own in the numbering part, whose bullet is a plain character of the text font."""
        numbering = self.word.part.numbering_part.element
        for child in list(numbering):
            numbering.remove(child)
        indent = round(BULLET_INDENT_POINTS * TWIPS_PER_POINT)
        abstract = make_element("w:abstractNum", abstractNumId=1)
        abstract.append(make_element("w:multiLevelType", val="hybridMultilevel"))
        level = make_element("w:lvl", ilvl=0)
        insert_in_order(level, make_element("w:start", val=1))
        insert_in_order(level, make_element("w:numFmt", val="bullet"))
        insert_in_order(level, make_element("w:pStyle", val="ListBullet"))
        insert_in_order(level, make_element("w:lvlText", val=character))
        insert_in_order(level, make_element("w:lvlJc", val="left"))
        level_properties = make_element("w:pPr")
        insert_in_order(level_properties, make_element("w:ind", left=indent, hanging=indent))
        insert_in_order(level, level_properties)
        look = make_element("w:rPr")
        insert_in_order(look, make_element("w:color", val=self.palette["accent"]))
        insert_in_order(level, look)
        abstract.append(level)
        numbering.append(abstract)
        number = make_element("w:num", numId=1)
        number.append(make_element("w:abstractNumId", val=1))
        numbering.append(number)
        reference = make_element("w:numPr")
        reference.append(make_element("w:numId", val=1))
        insert_in_order(properties, reference)
        insert_in_order(properties, make_element("w:ind", left=indent, hanging=indent))

    def link_and_tidy(self) -> None:
        """Say what follows what; the stock template's other styles would only clutter the recruiter's list."""
        for name, following in self.following.items():
            self.word.styles[name].next_paragraph_style = self.word.styles[following]
        keep = {*self.defined, "Default Paragraph Font", "Normal Table", "No List"}
        for style in list(self.word.styles):
            if style.name not in keep:
                style.delete()


def set_page(word: Any, design: Design, *, right_to_left: bool) -> None:
    """Paper and margins."""
    from docx.shared import Mm

    section = word.sections[0]
    width, height = PAPERS[design.paper]
    section.page_width, section.page_height = Mm(width), Mm(height)
    top, right, bottom, left = design.margins
    section.top_margin, section.right_margin = Mm(top), Mm(right)
    section.bottom_margin, section.left_margin = Mm(bottom), Mm(left)
    section.footer_distance = Mm(min(8.0, bottom / 2))
    if right_to_left:
        insert_in_order(section._sectPr, make_element("w:bidi"))  # noqa: SLF001 - python-docx has no call for it


def set_document_language(word: Any, language: str) -> None:
    """Settings: language of the theme fonts, and today's layout rules instead of Word 2007's."""
    from docx.oxml.ns import qn

    settings = word.settings.element
    slot = _script_slot(language)
    for old in settings.findall(qn("w:themeFontLang")):
        for name in list(old.attrib):
            del old.attrib[name]
        old.set(qn("w:val"), "en-GB" if slot else language)
        if slot:
            old.set(qn("w:bidi" if slot == "cs" else "w:eastAsia"), language)
    compatibility = settings.find(qn("w:compat"))
    if compatibility is None:
        return
    for old in list(compatibility):
        compatibility.remove(old)
    compatibility.append(
        make_element(
            "w:compatSetting", name="compatibilityMode", uri="http://schemas.microsoft.com/office/word", val=15
        )
    )


def add_page_number_footer(word: Any, name: str, *, right_to_left: bool) -> None:
    """Name and page number at the foot from the second page on."""
    del right_to_left  # the style carries the direction
    section = word.sections[0]
    section.different_first_page_header_footer = True
    paragraph = section.footer.paragraphs[0]
    paragraph.style = word.styles["Footer"]
    paragraph.add_run(f"{name}  ·  ")
    add_field(paragraph, "PAGE")
    paragraph.add_run(" / ")
    add_field(paragraph, "NUMPAGES")


def _half_points(points: float) -> int:
    return round(points * 2)
