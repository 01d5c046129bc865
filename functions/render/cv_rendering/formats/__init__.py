"""One module for each file format; all print the same `Document` from top to bottom.

`pdf.write_pdf(document, design, resume)`, `html.write_html(document, design)`,
`docx.write_docx(document, design)`, `text.write_text(document)` and
`markdown.write_markdown(document)` return bytes (text formats in UTF-8), and so do
`pdf.write_letter_pdf(letter, design)`, `docx.write_letter_docx(letter, design)` and
`text.write_letter_text(letter)`. The same input gives the same bytes.
"""
