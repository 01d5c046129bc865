"""DOCX as people make them."""

import io
import zipfile

import docx
import pytest
from cv_parsing import parse_document
from cvmaker_core.errors import InputError
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls

from .making import docx_bytes


def plain_cv() -> "docx.document.Document":
    document = docx.Document()
    document.add_heading("Tomasz Wielgorski", 0)
    document.add_paragraph("tomasz@wielgorski.example | +48 22 555 01 99")
    document.add_heading("Experience", 1)
    paragraph = document.add_paragraph()
    paragraph.add_run("Warehouse Manager").bold = True
    paragraph.add_run("\tApril 2017 – Present")
    document.add_paragraph("Bursztyn Logistics Ltd")
    document.add_paragraph("Moved 40 000 pallets a year.", style="List Bullet")
    document.add_paragraph("Hired and trained twelve people.", style="List Bullet")
    document.add_heading("Skills", 1)
    document.add_paragraph("Excel, SAP, Forklift licence")
    return document


def test_paragraphs_lists_and_tabs() -> None:
    parsed = parse_document(docx_bytes(plain_cv())).parsed
    (job,) = parsed.resume["work"]
    assert job["name"] == "Bursztyn Logistics Ltd"
    assert job["position"] == "Warehouse Manager"
    assert job["startDate"] == "2017-04"
    assert job["highlights"] == ["Moved 40 000 pallets a year.", "Hired and trained twelve people."]
    assert parsed.provenance["/work/0/highlights/0"][0].block == "body/5"


def test_tracked_deletions_are_gone_and_insertions_stay() -> None:
    document = plain_cv()
    paragraph = document.add_paragraph()
    paragraph._p.append(
        parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="a"><w:r><w:delText>Secret plan</w:delText></w:r></w:del>')
    )
    paragraph._p.append(parse_xml(f'<w:ins {nsdecls("w")} w:id="2" w:author="a"><w:r><w:t>Welding</w:t></w:r></w:ins>'))
    text = parse_document(docx_bytes(document)).parsed.text
    assert "Secret" not in text
    assert "Welding" in text


def test_hidden_runs_are_reported() -> None:
    document = plain_cv()
    run = document.add_paragraph().add_run("Oxford Cambridge")
    run.font.hidden = True
    parsed = parse_document(docx_bytes(document)).parsed
    assert "Oxford" not in parsed.text
    assert parsed.layout.hidden_text[0].characters == len("Oxford Cambridge")


def test_headers_and_text_boxes_are_read() -> None:
    document = plain_cv()
    document.sections[0].header.paragraphs[0].text = "Warsaw, Poland"
    box = parse_xml(
        f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape><v:textbox><w:txbxContent>'
        "<w:p><w:r><w:t>github.com/wielgorski</w:t></w:r></w:p>"
        "</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )
    document.paragraphs[1]._p.append(box)
    parsed = parse_document(docx_bytes(document)).parsed
    assert "Warsaw" in parsed.text
    assert any(p.get("network") == "GitHub" for p in parsed.resume["basics"]["profiles"])
    blocks = {span.block for spans in parsed.provenance.values() for span in spans}
    assert any(block and block.startswith("textbox/") for block in blocks)


def test_a_layout_table_with_two_columns() -> None:
    document = docx.Document()
    document.add_heading("Lena Abendroth", 0)
    document.add_paragraph("lena@abendroth.example")
    table = document.add_table(rows=1, cols=2)
    left, right = table.rows[0].cells
    for text, style in (("Skills", "Heading 1"), ("Excel", None), ("SAP", None), ("Languages", "Heading 1"),
                        ("German (native)", None)):  # fmt: skip
        left.add_paragraph(text, style=style)
    for text, style in (("Experience", "Heading 1"), ("Office Manager", None), ("Kranich AG, May 2015 - June 2020", None),  # noqa: E501
                        ("Ran the office.", "List Bullet"), ("Moved the office.", "List Bullet")):  # fmt: skip
        right.add_paragraph(text, style=style)
    resume = parse_document(docx_bytes(document)).parsed.resume
    assert [k for s in resume["skills"] for k in s["keywords"]] == ["Excel", "SAP"]
    assert resume["work"][0]["highlights"] == ["Ran the office.", "Moved the office."]


def test_content_controls_are_read() -> None:
    document = plain_cv()
    control = OxmlElement("w:sdt")
    content = OxmlElement("w:sdtContent")
    control.append(content)
    body = document.element.body
    paragraph = document.add_paragraph("Rowing")._p
    heading = document.add_paragraph("Interests", style="Heading 1")._p
    for element in (heading, paragraph):
        body.remove(element)
        content.append(element)
    body.insert(len(body) - 1, control)
    assert parse_document(docx_bytes(document)).parsed.resume["interests"][0]["name"] == "Rowing"


def rewritten(data: bytes, name: str, body: bytes) -> bytes:
    """The package with one part replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            if item.filename != name:
                target.writestr(item, source.read(item.filename))
        target.writestr(name, body)
    return out.getvalue()


def test_entities_are_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    with pytest.raises(InputError) as caught:
        parse_document(rewritten(docx_bytes(plain_cv()), "word/document.xml", bomb))
    assert caught.value.code == "corrupt"


def test_a_zip_bomb_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        parse_document(rewritten(docx_bytes(plain_cv()), "word/media/big.bin", b"\0" * 100_000_000))
    assert caught.value.code == "zip_bomb"


def test_targets_outside_the_package_are_never_opened() -> None:
    data = docx_bytes(plain_cv())
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        relationships = source.read("word/_rels/document.xml.rels")
    evil = relationships.replace(
        b"</Relationships>",
        b'<Relationship Id="rIdX" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/header"'
        b' Target="../../../../etc/passwd" TargetMode="External"/></Relationships>',
    )
    document = parse_document(rewritten(data, "word/_rels/document.xml.rels", evil)).parsed
    assert "root:" not in document.text


def test_a_link_that_a_converter_put_inside_a_run_is_read() -> None:
    """pdf2docx writes `w:r/w:hyperlink/w:r`, which the schema forbids and Word shows."""
    document = docx.Document()
    document.add_heading("Tomasz Wielgorski", 0)
    document.add_paragraph().add_run()._r.append(
        parse_xml(f"<w:hyperlink {nsdecls('w')}><w:r><w:t>tomasz@wielgorski.example</w:t></w:r></w:hyperlink>")
    )
    document.add_heading("Experience", 1)
    document.add_paragraph("Warehouse Manager, Bursztyn Logistics Ltd, April 2017 – Present")
    assert parse_document(docx_bytes(document)).parsed.resume["basics"]["email"] == "tomasz@wielgorski.example"
