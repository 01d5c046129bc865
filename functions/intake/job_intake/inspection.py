"""Is this object what its name says? A cheap look at size and first bytes, before anything heavy."""

from cvmaker_core.errors import InputError
from cvmaker_core.schema.jobs import SOURCE_SUFFIXES

HEAD_BYTES = 2048

_EXPORT_ADVICE = "Open the document and export it as PDF or DOCX, then upload that file."


def inspect_source(head: bytes, size: int, suffix: str, max_bytes: int) -> str:
    """The document's format, from its suffix and first bytes.

    Parameters
    ----------
    head
        The first `HEAD_BYTES` bytes.
    size, max_bytes
        Whole size and limit, in bytes.

    Raises
    ------
    InputError
        `empty_file`, `too_large`, `unsupported_format`, `not_a_pdf`, `not_a_docx`, `not_text`: with what to do.

    """
    if size == 0 or not head.strip(b"\x00 \r\n\t"):
        raise InputError("empty_file", "The file is empty.", "Check the file on your computer and upload it again.")
    if size > max_bytes:
        raise InputError(
            "too_large",
            f"The file has {size / 1_048_576:.0f} MB; at most {max_bytes / 1_048_576:.0f} MB are accepted.",
            "Export it again with smaller images.",
        )
    if suffix not in SOURCE_SUFFIXES:
        raise InputError("unsupported_format", f"Files of type {suffix.upper()} cannot be read.", _EXPORT_ADVICE)
    # ISO 32000-1, annex H.3.4.1: readers accept the header anywhere in the first 1,024 bytes.
    is_pdf = b"%PDF-" in head[:1024]
    if suffix == "pdf":
        if is_pdf:
            return "pdf"
        raise InputError("not_a_pdf", "The file is named PDF but is not one.", _EXPORT_ADVICE)
    if suffix == "docx":
        if head.startswith(b"PK\x03\x04"):
            return "docx"
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            raise InputError(
                "not_a_docx",
                "The file is an old or password-protected Word document named DOCX.",
                "Open it in Word, remove the password if there is one, and save it as DOCX.",
            )
        raise InputError("not_a_docx", "The file is named DOCX but is not a Word document.", _EXPORT_ADVICE)
    if (
        is_pdf
        or head.startswith(b"PK\x03\x04")
        or (b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")))
    ):
        raise InputError("not_text", "The file is named as text but holds something else.", _EXPORT_ADVICE)
    return suffix
