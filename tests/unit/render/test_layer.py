"""The WeasyPrint layer: its lock, its libraries, its fonts, and what finds them."""

import importlib.util
import json
import re
import struct
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
LAYER = ROOT / "layers" / "weasyprint"
BUILT = ROOT / "build" / "weasyprint"

needs_the_layer = pytest.mark.skipif(
    not (BUILT / "stamp").is_file(), reason="the layer is not built (layers/weasyprint/build_layer.py --ensure)"
)


@pytest.fixture(scope="module")
def builder() -> Any:
    specification = importlib.util.spec_from_file_location("build_layer", LAYER / "build_layer.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_everything_downloaded_is_pinned_for_both_architectures(builder: Any) -> None:
    lock = json.loads((LAYER / "layer.lock.json").read_text(encoding="utf-8"))
    wanted = {package for packages in builder.PACKAGES.values() for package in packages}
    assert set(lock["debian"]["amd64"]) == set(lock["debian"]["arm64"]) == wanted
    entries = [entry for packages in lock["debian"].values() for entry in packages.values()] + list(
        lock["pypi"].values()
    )
    assert all(re.fullmatch(r"[0-9a-f]{64}", entry["sha256"]) and entry["version"] for entry in entries)
    assert "://" not in (LAYER / "layer.lock.json").read_text(encoding="utf-8")


def elf(name: bytes, needed: list[bytes], version: bytes) -> bytes:
    """A shared library with nothing but what the linker reads first."""
    strings = b"\0" + name + b"\0" + b"".join(item + b"\0" for item in needed) + version + b"\0"
    dynamic = struct.pack("<qQ", 14, strings.index(name))
    dynamic += b"".join(struct.pack("<qQ", 1, strings.index(item)) for item in needed)
    need = struct.pack("<HHIII", 1, 1, 0, 16, 0) + struct.pack("<IHHII", 0, 0, 2, strings.index(version), 0)
    start = 64
    parts = [strings, dynamic, need]
    offsets = [start, start + len(strings), start + len(strings) + len(dynamic)]
    at = start + sum(map(len, parts))
    sections = [
        struct.pack("<IIQQQQIIQQ", 0, kind, 0, 0, offset, len(part), 0, 1, 0, 0)
        for kind, offset, part in zip((3, 6, 0x6FFFFFFE), offsets, parts, strict=True)
    ]
    header = b"\x7fELF\x02\x01" + bytes(0x28 - 6) + struct.pack("<Q", at) + bytes(10) + struct.pack("<HH", 64, 3)
    return header.ljust(start, b"\0") + b"".join(parts) + b"".join(sections)


def test_a_librarys_name_needs_and_glibc_are_read(builder: Any) -> None:
    library = elf(b"libpango.so.0", [b"libglib.so.0", b"libc.so.6"], b"GLIBC_2.33")
    assert builder.read_elf(library) == ("libpango.so.0", ["libglib.so.0", "libc.so.6"], (2, 33))
    with pytest.raises(SystemExit):
        builder.read_elf(b"MZ" + bytes(200))


@needs_the_layer
def test_libraries_come_after_those_they_need(builder: Any) -> None:
    for order in BUILT.glob("lib/*/load-order.json"):
        names = json.loads(order.read_text(encoding="utf-8"))
        assert set(builder.ROOT_LIBRARIES) <= set(names)
        for position, name in enumerate(names):
            own, needed, glibc = builder.read_elf((order.parent / name).read_bytes())
            assert own == name
            assert glibc <= builder.MAXIMUM_GLIBC
            for dependency in needed:
                assert builder.GLIBC.fullmatch(dependency) or dependency in names[:position], (name, dependency)


@needs_the_layer
def test_the_layer_is_what_renders() -> None:
    import weasyprint_native
    from cv_rendering.formats.pdf import engine

    assert engine().root == weasyprint_native.load()
    assert engine().root is not None


@needs_the_layer
def test_cjk_glyphs_stand_under_their_own_numbers() -> None:
    """WeasyPrint writes glyph numbers as CIDs: where the two differ, strict readers show other characters."""
    from fontTools.ttLib import TTCollection

    path = BUILT / "fonts" / "collections" / "NotoSansCJK-Regular.ttc"
    fonts = TTCollection(path, lazy=True).fonts
    assert {font["name"].getDebugName(1) for font in fonts} >= {
        f"Noto Sans CJK {region}" for region in ("SC", "JP", "KR")
    }
    top = fonts[0]["CFF "].cff[0]
    numbers = [int(name[3:]) for name in top.charset if name.startswith("cid")]
    assert len(numbers) > 30_000
    assert numbers == list(range(1, len(numbers) + 1))


@needs_the_layer
def test_each_face_is_one_static_file_with_its_licence() -> None:
    from fontTools.ttLib import TTFont

    faces: dict[tuple[str, int, bool], str] = {}
    for path in sorted((BUILT / "fonts" / "faces").glob("*.ttf")):
        font = TTFont(path, lazy=True)
        assert "fvar" not in font, path.name
        key = (font["name"].getDebugName(1), font["OS/2"].usWeightClass, "Italic" in path.stem)
        assert key not in faces, f"{path.name} and {faces.get(key)} would share one name in a PDF"
        faces[key] = path.name
    assert len(faces) > 40
    assert len(list((BUILT / "fonts" / "licences").glob("*.txt"))) >= 8
