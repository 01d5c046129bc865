"""What kind of file the bytes are, told by their content, with advice for those we do not read."""

import json
import re
from typing import Literal

from cvmaker_core.errors import InputError

from cv_parsing import limits

Format = Literal["pdf", "docx", "json", "markdown", "text"]
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")


def _unsupported(what: str, advice: str) -> InputError:
    return InputError("unsupported_format", f"{what} cannot be read.", advice)


def detect_format(data: bytes, file_name: str | None) -> Format:
    """The format of a document.

    Raises
    ------
    InputError
        `empty_file`, `too_large`, `unsupported_format`, `encrypted` (protected Word files).
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise InputError("empty_file", "The file is empty.", "Upload the document again.")
    if len(data) > limits.MAX_BYTES:
        raise InputError(
            "too_large",
            f"The file is larger than {limits.MAX_BYTES // 1024 // 1024} MB.",
            "Save it with smaller pictures and upload that.",
        )
    suffix = (file_name or "").lower().rpartition(".")[2]
    head = data[:1024]
    if b"%PDF-" in head:
        return "pdf"
    if data[:4] == b"PK\x03\x04" or data[:4] == b"PK\x05\x06":
        return _zip_kind(data)
    if data.startswith(_OLE):
        if b"E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e" in data:
            raise InputError(
                "encrypted", "The Word document is protected by a password.", "Save it without a password."
            )
        raise _unsupported("The old Word format (.doc)", "Save it as .docx or PDF and upload that.")
    if data.startswith(b"{\\rtf"):
        raise _unsupported("Rich text (.rtf)", "Save it as .docx or PDF and upload that.")
    if data.startswith(_IMAGES) or data[8:12] == b"WEBP" or data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        raise _unsupported("A picture", "Save the scan as PDF and upload that.")
    if data.startswith((b"%!PS", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"MZ", b"\x7fELF")):
        raise _unsupported("This kind of file", "Upload a PDF or DOCX.")
    text = _decode_head(data)
    if text is None:
        raise _unsupported("This kind of file", "Upload a PDF or DOCX.")
    stripped = text.lstrip("\ufeff \t\r\n")
    if stripped[:1] == "{" and (suffix in ("json", "") or _is_json(data)):
        return "json"
    if suffix == "json":
        raise InputError("corrupt", "The file is not valid JSON.", "Export your JSON Resume again.")
    if re.match(r"(?is)<!doctype html|<html|<\?xml|<head|<body|<svg", stripped):
        if suffix == "pdf":
            raise InputError(
                "corrupt",
                "The file is named PDF but is a web page.",
                "Open the page, print it to PDF and upload that.",
            )
        raise _unsupported("A web page", "Open it in a browser, print it to PDF and upload that.")
    if suffix in ("pdf", "docx"):
        raise InputError(
            "corrupt", "The file is damaged: its content is not what its name says.", "Export it again and upload that."
        )
    if suffix in ("md", "markdown"):
        return "markdown"
    if suffix in ("doc", "odt", "rtf", "pages", "html", "htm", "tex", "xml"):
        raise _unsupported(f"A .{suffix} file", "Save it as PDF or DOCX and upload that.")
    if re.search(r"(?m)^#{1,3} \S", text):
        return "markdown"
    return "text"


def _decode_head(data: bytes) -> str | None:
    head = data[:4096]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return head[: len(head) // 2 * 2].decode("utf-16")
        except UnicodeDecodeError:
            return None
    if b"\x00" in head:
        return None
    control = sum(byte < 9 or 13 < byte < 27 for byte in head)
    if control > len(head) * 0.02:
        return None
    return head.decode("utf-8", "replace")


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _zip_kind(data: bytes) -> Format:
    import io
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist()[: limits.MAX_ZIP_ENTRIES])
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        raise InputError(
            "truncated", "The document is damaged or was cut off on its way.", "Upload it again, or export it anew."
        ) from None
    except Exception:  # noqa: BLE001 - the zip reader meets hostile bytes; whatever it trips over is the file's fault
        raise InputError("corrupt", "The document is damaged.", "Export it again and upload that.") from None
    if "word/document.xml" in names or any(name.startswith("word/") for name in names):
        return "docx"
    if "content.xml" in names and "mimetype" in names:
        raise _unsupported("OpenDocument (.odt)", "Save it as .docx or PDF and upload that.")
    if "Index/Document.iwa" in names or any(name.startswith("Index/") for name in names):
        raise _unsupported("Pages (.pages)", "Export it as PDF and upload that.")
    if any(name.startswith(("xl/", "ppt/")) for name in names):
        raise _unsupported("A spreadsheet or presentation", "Save it as PDF and upload that.")
    raise _unsupported("This archive", "Upload the CV itself as PDF or DOCX.")
