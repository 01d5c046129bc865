"""What the structure of a PDF tells: fonts whose codes lead nowhere, tags, attachments."""

import io
from typing import Any

import pytest
from cv_certification.inspection import canonical_address, count_undefined_glyphs
from fontTools.cffLib import FDArrayIndex, FDSelect, FontDict, PrivateDict
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen


class Stream(dict[str, Any]):
    """A PDF stream as pypdf hands it out."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.data = data

    def get_data(self) -> bytes:
        return self.data


def cid_keyed_font(cids: list[int]) -> bytes:
    """An OpenType font keyed by CID: glyph n has the nth of these CIDs."""
    names = [".notdef", *(f"cid{cid:05d}" for cid in cids)]
    pen = T2CharStringPen(500, None)
    pen.moveTo((0, 0))
    for corner in ((400, 0), (400, 700), (0, 700)):
        pen.lineTo(corner)
    pen.closePath()
    outline = pen.getCharString()
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x4E00 + number: name for number, name in enumerate(names[1:])})
    builder.setupCFF("Test", {}, dict.fromkeys(names, outline), {})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (500, 0)))
    builder.setupHorizontalHeader()
    builder.setupPost()
    top = builder.font["CFF "].cff[0]
    top.ROS, top.CIDCount = ("Adobe", "Identity", 0), 65535
    top.FDArray, top.FDSelect = FDArrayIndex(), FDSelect(None, len(names), None)
    top.FDSelect.format, top.FDSelect.gidArray = 3, [0] * len(names)
    part = FontDict()
    part.FontName, part.Private = "Test-0", PrivateDict()
    top.FDArray.append(part)
    del top.Private
    for name in names:
        top.CharStrings[name].private = part.Private
        top.CharStrings[name].fdSelectIndex = 0
    output = io.BytesIO()
    builder.save(output)
    return output.getvalue()


@pytest.mark.parametrize(("cids", "undefined"), [([1, 2, 3], 0), ([1, 40, 41], 2)])
def test_glyph_numbers_written_as_cids_are_found(cids: list[int], undefined: int) -> None:
    mapping = b"3 beginbfchar\n<0001> <5C71>\n<0002> <7530>\n<0003> <82B1>\nendbfchar"
    font = {"/ToUnicode": Stream(mapping)}
    descriptor = {"/FontFile3": Stream(cid_keyed_font(cids))}
    assert count_undefined_glyphs(font, {"/Subtype": "/CIDFontType0"}, descriptor) == undefined
    assert count_undefined_glyphs(font, {"/Subtype": "/CIDFontType2"}, descriptor) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.Example.com/", "example.com"),
        ("mailto:jane@example.com", "JANE@example.com"),
        ("https://example.com/caf%C3%A9", "example.com/café"),
    ],
)
def test_addresses_are_compared_as_people_do(one: str, other: str) -> None:
    assert canonical_address(one) == canonical_address(other)
