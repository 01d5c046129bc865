"""Text of Indic and Southeast Asian scripts as it was written, in the PDF's text layer.

These scripts reorder and stack letters: a PDF that maps each glyph to letters reads
"पɝरियोजना" for "परियोजना". PDF's answer is `ActualText`: each line of such text carries its
own spelling. Right-to-left scripts must not get it: extractors reverse their lines, and would
reverse the spelling too.
"""

import re
from typing import Any

_REORDERING = re.compile("[\u0900-\u109f\u1780-\u17ff\u1a20-\u1aaf\ua980-\ua9df\uaa00-\uaa5f]")


def mark_spelling() -> None:
    """Teach WeasyPrint (70.0, pinned) to do so; call once, after importing it."""
    from weasyprint.draw import text

    draw_first_line = text.draw_first_line

    def draw_marked_line(stream: Any, textbox: Any, *arguments: Any) -> Any:
        spelling: str = textbox.text
        if not _REORDERING.search(spelling):
            return draw_first_line(stream, textbox, *arguments)
        encoded = ("\ufeff" + spelling).encode("utf-16-be").hex().encode()
        stream.stream.append(b"/Span <</ActualText <" + encoded + b">>> BDC")
        try:
            return draw_first_line(stream, textbox, *arguments)
        finally:
            stream.stream.append(b"EMC")

    text.draw_first_line = draw_marked_line
