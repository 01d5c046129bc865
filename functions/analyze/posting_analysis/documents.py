def read_posting_document(data: bytes, suffix: str, ocr: object = None) -> str:
    return data.decode("utf-8", "replace")
