"""Loads WeasyPrint's native libraries and fonts from the layer, instead of the system's.

Call `load()` before the first `import weasyprint`. In Lambda the layer is /opt; on a laptop
it is what `build_layer.py --ensure` built, so that no Pango need be installed and every
machine draws with the same libraries and fonts. Where neither is, the system's Pango serves.
"""

import ctypes
import ctypes.util
import json
import os
import platform
import sys
from functools import cache
from pathlib import Path

_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def architecture() -> str:
    """x86_64 or arm64, in Lambda's words."""
    machine = platform.machine().lower()
    return _ARCHITECTURES.get(machine, machine)


def find_root() -> Path | None:
    """The built layer: its `lib/<architecture>/`, `fonts/` and `fonts.conf`."""
    here = Path(__file__).resolve().parent
    candidates = [
        os.environ.get("CVMAKER_WEASYPRINT_LAYER"),
        here.parent,  # inside the layer: <root>/python/weasyprint_native.py
        "/opt",
        here.parent.parent / "build" / "weasyprint",  # the source tree: layers/weasyprint/
    ]
    for candidate in candidates:
        if candidate and (Path(candidate) / "fonts.conf").is_file() and (Path(candidate) / "fonts").is_dir():
            return Path(candidate)
    return None


@cache
def load() -> Path | None:
    """Load the libraries once; returns the layer's root, or None if the system's serve.

    The libraries are opened by path, each after those it needs, so that the dynamic linker
    finds every dependency already there by its name: no LD_LIBRARY_PATH, no rpath.
    """
    root = find_root()
    if root is None:
        return None
    os.environ["FONTCONFIG_FILE"] = str(root / "fonts.conf")
    libraries = root / "lib" / architecture()
    order = libraries / "load-order.json"
    if sys.platform != "linux" or not order.is_file():
        return root  # the layer's fonts with the system's Pango (macOS)
    for name in json.loads(order.read_text(encoding="utf-8")):
        ctypes.CDLL(str(libraries / name), mode=ctypes.RTLD_GLOBAL)
    # cffi tries several spellings of each name and, for each wrong one, asks find_library,
    # which runs ldconfig and a compiler: 54 processes. The right spellings are loaded already.
    ctypes.util.find_library = lambda name: None  # noqa: ARG005
    return root
