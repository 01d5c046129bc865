"""Bounds that keep one document from costing more than a CV may.

A CV is a few pages; books, drawings and bombs are not. The figures leave the largest real
CVs (academic, some 30 pages) room and keep the stage inside a 1 GB, 60 s Lambda.
"""

MAX_BYTES = 15 * 1024 * 1024
MAX_PAGES = 40
MAX_OCR_PAGES = 10
MAX_CHARACTERS = 400_000
MAX_CHARACTERS_A_PAGE = 40_000
MAX_OBJECTS_A_PAGE = 60_000
MAX_ZIP_ENTRIES = 2_000
MAX_XML_BYTES = 12 * 1024 * 1024
MAX_ZIP_BYTES = 80 * 1024 * 1024
MAX_XML_DEPTH = 120
MAX_JSON_DEPTH = 40
MAX_SECONDS = 20.0
MAX_PNG_BYTES = 5 * 1024 * 1024
MAX_IMAGE_BYTES = 8 * 1024 * 1024
MAX_IMAGE_PIXELS = 40_000_000
MAX_LINES = 6_000
