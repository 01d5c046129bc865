"""Where the native libraries and fonts are: the Lambda layer, or the same built on this machine."""

from functools import cache
from pathlib import Path


@cache
def layer_root() -> Path | None:
    """The folder with `lib/` and `fonts/`, loaded for this process; None if the system's Pango serves."""
    try:
        import weasyprint_native
    except ImportError:
        return None
    root: Path | None = weasyprint_native.load()
    return root


def font_folder() -> Path | None:
    """The folder of static fonts with their coverage, or None."""
    root = layer_root()
    return root / "fonts" if root else None
