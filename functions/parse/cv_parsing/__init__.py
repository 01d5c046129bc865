"""CV → JSON Resume with the source of every field: layout first, then meaning. Knows no AWS."""

from cv_parsing.parsing import Ocr, ParseResult, parse_document

__all__ = ["Ocr", "ParseResult", "parse_document"]
