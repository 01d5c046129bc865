"""The WordprocessingML that python-docx has no calls for, put where the schema wants it.

Word refuses or silently repairs documents whose elements stand in another order than
ECMA-376 (part 1, section 17) lists, so every insertion goes by those lists.
"""

from typing import Any

_ORDERS = {
    "w:pPr": """pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd
        tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi
        adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection
        textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange""",
    "w:rPr": """rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof
        snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText
        vertAlign rtl cs em lang eastAsianLayout specVanish oMath""",
    "w:sectPr": """headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders
        lnNumType pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid
        printerSettings""",
    "w:style": """name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat
        locked personal personalCompose personalReply rsid pPr rPr tblPr trPr tcPr tblStylePr""",
    "w:lvl": """start numFmt lvlRestart pStyle isLgl suff lvlText lvlPicBulletId legacy lvlJc pPr rPr""",
}
_RANKS = {parent: {f"w:{name}": rank for rank, name in enumerate(order.split())} for parent, order in _ORDERS.items()}


def make_element(tag: str, **attributes: str | int | None) -> Any:
    """`make_element("w:ind", left=360)` → `<w:ind w:left="360"/>`; attributes that are None are left out."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(tag)
    for name, value in attributes.items():
        if value is not None:
            element.set(qn(f"w:{name}"), str(value))
    return element


def tag_of(element: Any) -> str:
    """`w:pPr` for an element's full tag."""
    return "w:" + str(element.tag).rsplit("}", 1)[-1]


def insert_in_order(parent: Any, child: Any) -> Any:
    """Put a child where the schema wants it, in place of an earlier one of its kind. Returns the child."""
    ranks = _RANKS[tag_of(parent)]
    rank = ranks[tag_of(child)]
    for existing in list(parent):
        if existing.tag == child.tag:
            parent.remove(existing)
    for index, existing in enumerate(parent):
        if ranks.get(tag_of(existing), -1) > rank:
            parent.insert(index, child)
            return child
    parent.append(child)
    return child


def child_of(parent: Any, tag: str) -> Any:
    """The child of that kind, made where it is missing."""
    for existing in parent:
        if tag_of(existing) == tag:
            return existing
    return insert_in_order(parent, make_element(tag))


def add_hyperlink(paragraph: Any, text: str, url: str, style_id: str) -> None:
    """Text that leads to an address, in a character style."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml.ns import qn

    link = make_element("w:hyperlink", history=1)
    link.set(qn("r:id"), paragraph.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = make_element("w:r")
    properties = make_element("w:rPr")
    properties.append(make_element("w:rStyle", val=style_id))
    run.append(properties)
    content = make_element("w:t")
    content.text = text
    run.append(content)
    link.append(run)
    paragraph._p.append(link)  # noqa: SLF001 - python-docx reads hyperlinks but cannot add them


def add_field(paragraph: Any, instruction: str) -> None:
    """A field that Word computes, such as PAGE."""
    field = make_element("w:fldSimple", instr=instruction)
    run = make_element("w:r")
    content = make_element("w:t")
    content.text = "1"
    run.append(content)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no call for fields
