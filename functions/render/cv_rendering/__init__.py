"""Render: one JSON Resume → PDF, HTML, DOCX, text and Markdown in a design. Imports no AWS.

The heavy engine (WeasyPrint) is imported by the first PDF, or by `warm_up`.
"""

from cv_rendering.rendering import (
    RenderResult,
    preview_pdf,
    render_all,
    render_file,
    version,
    warm_up,
    with_record,
)
from cv_rendering.template_catalogue import TemplateInfo, add_template, is_released, list_templates, load_template

__all__ = [
    "RenderResult",
    "TemplateInfo",
    "add_template",
    "is_released",
    "list_templates",
    "load_template",
    "preview_pdf",
    "render_all",
    "render_file",
    "version",
    "warm_up",
    "with_record",
]
