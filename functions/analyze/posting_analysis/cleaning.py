"""From whatever was pasted or uploaded to plain text that people would see.

Spans of requirements point into the text this returns. It is the input itself wherever possible:
only mark-up, text that no browser shows, and invisible characters are taken out.
"""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from cvmaker_core.schema.artefacts import StageWarning

from posting_analysis.vocabulary import vocabulary

# The longest real postings (public administration) run to 12,000 characters; 60,000 leaves room for a page around it.
MAX_POSTING_CHARACTERS = 60_000
# Fewer words than this name a job but ask for nothing.
MIN_POSTING_WORDS = 8

_HTML = re.compile(r"</?(?:p|div|br|ul|ol|li|h[1-6]|table|tr|td|section|article|html|body)\b[^>]*>", re.IGNORECASE)
# A few tags in Markdown or plain text: taken out one by one, the lines stay.
_INLINE_TAG = re.compile(r"</?(?:a|b|i|u|em|strong|span|font|small|sup|sub)(?:\s[^>]{0,200})?>", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"(?<!!)\[([^\]\n]{1,120})\]\([^)\s]{1,500}\)")
_RUN_OF_SIGNS = re.compile(r"([^\w\n])\1{8,}|(?:[ \t\u00a0]){9,}|\n{4,}")
# A line break inside a sentence, as PDFs, e-mails and OCR have them: a long line without an end, and the next one goes
# on in lower case. A space takes its place, so that no offset moves.
_HARD_WRAP = re.compile(r"(?<=[^\n]{45}[\w,)’'])\n(?=[a-zß-öø-ÿ][\w’']*[ ,.])")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]|[\U000e0000-\U000e007f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_HIDING_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*[01](?:\.\d+)?(?:px|pt|em|rem|%|;|$)"
    r"|opacity\s*:\s*0(?:\.0+)?(?:;|$)|(?<!-)color\s*:\s*(?:#fff(?:fff)?|white|transparent)",
    re.IGNORECASE,
)
_VOID = {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"}
_BLOCKS = {
    "p", "div", "br", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "tr", "section", "article",
    "header", "footer", "hr", "dl", "dt", "dd", "blockquote", "main", "aside", "form", "td", "th",
}  # fmt: skip
_UNSEEN = {"script", "style", "template", "noscript", "head", "title", "svg", "iframe", "nav", "button", "select"}


@dataclass
class PreparedPosting:
    """A posting's visible text, and what the person should know about it."""

    text: str
    warnings: list[StageWarning] = field(default_factory=list)


class _VisibleText(HTMLParser):
    """Collects what a browser would show; headings and list items keep a plain-text mark."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden_characters = 0
        self._stack: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "li":
            self.parts.append("• ")
        elif re.fullmatch(r"h[1-6]", tag):
            self.parts.append("#" * int(tag[1]) + " ")
        if tag in _VOID:
            return
        hidden = (
            tag in _UNSEEN
            or "hidden" in attributes
            or attributes.get("aria-hidden") == "true"
            or bool(_HIDING_STYLE.search(attributes.get("style", "")))
        )
        self._stack.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        if any(open_tag == tag for open_tag, _ in self._stack):
            while self._stack.pop()[0] != tag:
                pass
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if any(hidden for _, hidden in self._stack):
            if not any(tag in {"script", "style", "head", "title", "svg", "template"} for tag, _ in self._stack):
                self.hidden_characters += len(data.strip())
            return
        self.parts.append(re.sub(r"\s+", " ", data))


def _html_to_text(markup: str) -> tuple[str, int]:
    markup = re.sub(r"<!--.*?-->", "", markup, flags=re.DOTALL)
    parser = _VisibleText()
    parser.feed(markup)
    parser.close()
    text = "".join(parser.parts)
    return re.sub(r"\n\s*\n+", "\n\n", re.sub(r"[ \t]*\n[ \t]*", "\n", text)).strip(), parser.hidden_characters


def _without_emphasis(line: str) -> str:
    """Markdown's bold within a line is for the eye only; a line that is bold as a whole is a heading."""
    if "**" not in line or re.fullmatch(r"\s*\*\*[^*]+\*\*:?\s*", line):
        return line
    return line.replace("**", "")


def prepare_posting(raw: str) -> PreparedPosting:
    """The visible text of a posting with warnings about what is unusual in it.

    Codes: `posting_truncated`, `posting_hidden_text`, `posting_instructions`, `posting_too_short`.
    """
    warnings: list[StageWarning] = []
    # HTML costs several characters for each visible one: cut generously before parsing, exactly afterwards.
    truncated = len(raw) > 8 * MAX_POSTING_CHARACTERS
    text = raw[: 8 * MAX_POSTING_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    hidden = 0
    if len(_HTML.findall(text[:20_000])) >= 3:
        text, hidden = _html_to_text(text)
    else:
        text = _MARKDOWN_LINK.sub(r"\1", _INLINE_TAG.sub("", text))
    if re.search(r"&(?:amp|nbsp|lt|gt|middot|bull|#\d+);", text):
        text = html.unescape(text)
    visible = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    hidden += sum(len(found) for found in re.findall(r"[\U000e0000-\U000e007f]{4,}", text))
    # Rows of dashes and pages of spaces carry nothing, and patterns are slow on them.
    visible = _RUN_OF_SIGNS.sub(lambda run: run[0][:8], visible)
    visible = "\n".join(_without_emphasis(line) for line in visible.split("\n"))
    text = _HARD_WRAP.sub(" ", visible.strip("\n"))
    if len(text) > MAX_POSTING_CHARACTERS:
        truncated = True
        cut = text.rfind("\n", MAX_POSTING_CHARACTERS // 2, MAX_POSTING_CHARACTERS)
        text = text[: cut if cut > 0 else MAX_POSTING_CHARACTERS]
    if truncated:
        warnings.append(
            StageWarning(
                code="posting_truncated",
                message=f"The posting is very long; only its first {len(text):,} characters were read.",
                advice="Paste only the job description itself.",
            )
        )
    if hidden:
        warnings.append(
            StageWarning(
                code="posting_hidden_text",
                message=f"The posting holds {hidden} characters that no reader would see. They were ignored.",
                advice="Check where this posting comes from.",
            )
        )
    if vocabulary().injection.search(text):
        warnings.append(
            StageWarning(
                code="posting_instructions",
                message="The posting contains text addressed to software instead of to people. It was ignored.",
                advice="Check where this posting comes from.",
            )
        )
    if len(re.findall(r"\w+", text)) < MIN_POSTING_WORDS:
        warnings.append(
            StageWarning(
                code="posting_too_short",
                message="The posting is too short to say what the job asks for.",
                advice="Paste the whole job description, with its requirements.",
            )
        )
    return PreparedPosting(text, warnings)
