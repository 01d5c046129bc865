"""Build the WeasyPrint layer: native libraries from Debian packages, and fonts. No Docker, no root.

    build_layer.py --output DIR [--architecture x86_64 --architecture arm64]   what `sam build` runs
    build_layer.py --ensure          for this machine, into build/weasyprint; instant when up to date
    build_layer.py --update-lock     newest packages into layers.lock.json (see docs/templates.md)

Everything downloaded is pinned in `layer.lock.json` by version and SHA-256. The libraries need
no newer glibc than 2.34, that of Lambda's runtimes from Amazon Linux 2023 on.
"""

import argparse
import contextlib
import hashlib
import inspect
import io
import json
import lzma
import os
import platform
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
LOCK = HERE / "layer.lock.json"
FONTS = HERE / "fonts.toml"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cvmaker" / "weasyprint"

DEBIAN_ARCHITECTURES = {"x86_64": "amd64", "arm64": "arm64"}
# What WeasyPrint opens; the rest follows from what these need.
ROOT_LIBRARIES = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
    "libfontconfig.so.1",
    "libpangoft2-1.0.so.0",
)
# Bookworm's libraries need at most glibc 2.34, except libexpat (arc4random_buf, 2.36): bullseye's is taken.
PACKAGES = {
    "bookworm": [
        *("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz0b", "libharfbuzz-subset0", "libfontconfig1"),
        *("libglib2.0-0", "libfreetype6", "libfribidi0", "libthai0", "libdatrie1", "libgraphite2-3", "libffi8"),
        *("libpcre2-8-0", "libmount1", "libblkid1", "libselinux1", "libpng16-16", "libbrotli1", "zlib1g"),
    ],
    "bullseye": ["libexpat1"],
}
FONT_SUITE = "bookworm"
MAXIMUM_GLIBC = (2, 34)
GLIBC = re.compile(r"(libc|libm|libpthread|libdl|librt|libresolv|libgcc_s|ld-linux[\w-]*)\.so[.\d]*")

# Latin with Vietnamese, modifiers, combining marks, Greek, Cyrillic, punctuation, currency, arrows, symbols.
CODE_POINTS = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x250),
    *range(0x2B0, 0x530),
    *range(0x1E00, 0x2070),
    *range(0x2070, 0x2270),
    *range(0x25A0, 0x2700),
    0xFB01,
    0xFB02,
)
LAYOUT_FEATURES = (
    *("kern", "liga", "clig", "calt", "ccmp", "locl", "mark", "mkmk"),
    *("tnum", "lnum", "onum", "pnum", "smcp", "c2sc", "case"),
)
WEIGHT_NAMES = {300: "Light", 400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold"}
# Dates are written "2019 - 2021" for the robots; this feature of ours draws that hyphen as an en dash.
DATE_DASH_FEATURE = "CVDD"
VERTICAL_AND_LAYOUT_TABLES = (b"GSUB", b"GPOS", b"GDEF", b"BASE", b"vhea", b"vmtx", b"VORG", b"DSIG")
FIXED_TIME = 3_600_000_000  # seconds since 1904, as fonts count: builds are reproducible


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, help="where the layer is laid out")
    parser.add_argument("--architecture", action="append", choices=sorted(DEBIAN_ARCHITECTURES))
    parser.add_argument("--ensure", action="store_true", help="build for this machine if absent or outdated")
    parser.add_argument("--update-lock", action="store_true", help="pin the newest packages")
    arguments = parser.parse_args()
    lock: dict[str, Any] = json.loads(LOCK.read_text(encoding="utf-8")) if LOCK.is_file() else {}
    if arguments.update_lock:
        lock = update_lock()
        LOCK.write_text(json.dumps(lock, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if arguments.ensure:
        ensure(lock)
    elif arguments.output:
        build(arguments.output, arguments.architecture or sorted(DEBIAN_ARCHITECTURES), lock)
    elif not arguments.update_lock:
        parser.error("say --output DIR, --ensure or --update-lock")


def ensure(lock: dict[str, Any]) -> None:
    """Build into build/weasyprint for this machine, unless that is already there."""
    root = HERE.parent.parent / "build" / "weasyprint"
    here = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "")
    architectures = [here] if sys.platform == "linux" and here else []
    if is_current(root, architectures):
        return
    if not shutil.which("apt-get"):
        sys.exit("The libraries and fonts come from Debian packages, and there is no apt-get here.")
    try:
        with one_at_a_time(root):
            if not is_current(root, architectures):
                build(root, architectures, lock)
    except subprocess.CalledProcessError as error:
        sys.exit(f"The layer could not be built: {Path(error.cmd[0]).name} ended with {error.returncode}.")


def is_current(root: Path, architectures: list[str]) -> bool:
    """Whether the layer there was built from what is here now."""
    return (root / "stamp").is_file() and (root / "stamp").read_text(encoding="utf-8") == stamp(architectures)


@contextlib.contextmanager
def one_at_a_time(root: Path) -> Iterator[None]:
    """Two set-ups at once must not lay out the same folder."""
    import fcntl

    root.parent.mkdir(parents=True, exist_ok=True)
    with (root.parent / "weasyprint.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def stamp(architectures: list[str]) -> str:
    """What a built layer was made from."""
    sources = [path.read_bytes() for path in (Path(__file__), LOCK, FONTS, HERE / "fonts.conf") if path.is_file()]
    return hashlib.sha256(b"\0".join([*sources, " ".join(architectures).encode()])).hexdigest()


def build(output: Path, architectures: list[str], lock: dict[str, Any]) -> None:
    """Lay out the layer: lib/<architecture>/, fonts/, fonts.conf, python/weasyprint_native.py."""
    output.mkdir(parents=True, exist_ok=True)
    (output / "stamp").unlink(missing_ok=True)
    for architecture in architectures:
        copy_libraries(output / "lib" / architecture, architecture, lock)
    fonts = built_fonts(lock)
    shutil.rmtree(output / "fonts", ignore_errors=True)
    shutil.copytree(fonts, output / "fonts")
    shutil.copy(HERE / "fonts.conf", output)
    (output / "python").mkdir(exist_ok=True)
    shutil.copy(HERE / "weasyprint_native.py", output / "python")
    (output / "stamp").write_text(stamp(architectures), encoding="utf-8")


# --- packages ------------------------------------------------------------------------------------


def debian_mirror() -> str:
    """A Debian mirror: the one apt uses here, or DEBIAN_MIRROR."""
    if mirror := os.environ.get("DEBIAN_MIRROR"):
        return mirror.rstrip("/")
    sources = Path("/etc/apt")
    files = [sources / "sources.list", *sorted((sources / "sources.list.d").glob("*"))]
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files if path.is_file())
    match = re.search(r"^[^#\n]*?(https?://\S+/debian)/?\s*(?:$|\s)", text, re.MULTILINE)
    if not match:
        sys.exit("apt here knows no Debian mirror; set DEBIAN_MIRROR to one and try again.")
    return match[1]


def apt_environment(folder: Path, suite: str, architecture: str) -> dict[str, str]:
    """An apt of its own, for any suite and architecture, that touches nothing of the system's."""
    for part in ("lists/partial", "cache/archives/partial", "preferences.d", "apt.conf.d"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "sources.list").write_text(f"deb {debian_mirror()} {suite} main\n", encoding="utf-8")
    (folder / "status").touch()
    (folder / "apt.conf").write_text(
        f'APT::Architecture "{architecture}"; APT::Architectures "{architecture}";\n'
        f'Dir::Etc::sourcelist "{folder}/sources.list"; Dir::Etc::sourceparts "-";\n'
        f'Dir::Etc::preferencesparts "{folder}/preferences.d";\n'
        f'Dir::State::lists "{folder}/lists"; Dir::Cache "{folder}/cache"; Dir::State::status "{folder}/status";\n'
        f'APT::Sandbox::User ""; Acquire::Languages "none";\n',
        encoding="utf-8",
    )
    return {**os.environ, "APT_CONFIG": str(folder / "apt.conf")}


def download_debian(suite: str, architecture: str, requests: list[str], folder: Path) -> list[Path]:
    """Download packages (name or name=version) with apt; returns the files."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = apt_environment(Path(scratch), suite, architecture)
        subprocess.run(["apt-get", "-qq", "update"], check=True, env=environment)  # noqa: S607
        target = Path(scratch) / "debs"
        target.mkdir()
        subprocess.run(["apt-get", "-qq", "download", *requests], check=True, cwd=target, env=environment)  # noqa: S603, S607
        folder.mkdir(parents=True, exist_ok=True)
        return [Path(shutil.move(file, folder / file.name)) for file in sorted(target.glob("*.deb"))]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def debian_packages(architecture: str, lock: dict[str, Any]) -> dict[str, Path]:
    """The locked packages of one architecture ("all" for fonts), from the cache or downloaded and checked."""
    folder = CACHE / "debian" / architecture
    locked: dict[str, dict[str, str]] = lock["debian"][architecture]
    paths = {name: folder / entry["file"] for name, entry in locked.items()}
    absent = [name for name, path in paths.items() if not path.is_file() or sha256(path) != locked[name]["sha256"]]
    for suite in sorted({locked[name]["suite"] for name in absent}):
        requests = [f"{name}={locked[name]['version']}" for name in absent if locked[name]["suite"] == suite]
        download_debian(suite, "amd64" if architecture == "all" else architecture, requests, folder)
    for name, path in paths.items():
        if not path.is_file() or sha256(path) != locked[name]["sha256"]:
            sys.exit(f"{name} does not have the locked SHA-256; refresh the lock with --update-lock.")
    return paths


def update_lock() -> dict[str, Any]:
    """The newest version of every package, with its hash."""
    families = tomllib.loads(FONTS.read_text(encoding="utf-8"))
    wanted = [(suite, architecture, names) for suite, names in PACKAGES.items() for architecture in ("amd64", "arm64")]
    wanted.append(
        (FONT_SUITE, "all", sorted({part["package"] for key in ("files", "collection") for part in families[key]}))
    )
    debian: dict[str, dict[str, Any]] = {"amd64": {}, "arm64": {}, "all": {}}
    for suite, architecture, names in wanted:
        folder = CACHE / "debian" / architecture
        for path in download_debian(suite, "amd64" if architecture == "all" else architecture, names, folder):
            name, version, _ = path.name.split("_")
            entry = {"file": path.name, "version": version.replace("%3a", ":"), "sha256": sha256(path), "suite": suite}
            debian[architecture][name] = entry
    pypi = {}
    with tempfile.TemporaryDirectory() as scratch:
        packages = sorted({family["package"] for family in families["family"]})
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", scratch, *packages]
        subprocess.run(command, check=True)  # noqa: S603
        for path in sorted(Path(scratch).glob("*.whl")):
            name, version, *_ = path.name.split("-")
            pypi[name.replace("_", "-")] = {"version": version, "sha256": sha256(path)}
    return {"debian": debian, "pypi": pypi}


def members(deb: Path) -> Iterator[tuple[str, bytes]]:
    """The regular files of a Debian package, without dpkg: an `ar` archive around a compressed tar."""
    archive = deb.read_bytes()
    if archive[:8] != b"!<arch>\n":
        sys.exit(f"{deb.name} is not a Debian package.")
    position = 8
    while position < len(archive):
        name = archive[position : position + 16].decode().strip().rstrip("/")
        size = int(archive[position + 48 : position + 58])
        position += 60
        if name.startswith("data.tar"):
            data = archive[position : position + size]
            plain = io.BytesIO(lzma.decompress(data) if name.endswith(".xz") else data)
            with tarfile.open(fileobj=plain, mode="r:*") as tar:
                for member in tar:
                    if member.isfile() and (file := tar.extractfile(member)):
                        yield member.name.removeprefix("./"), file.read()
        position += size + size % 2


# --- native libraries ----------------------------------------------------------------------------


def copy_libraries(output: Path, architecture: str, lock: dict[str, Any]) -> None:
    """The libraries WeasyPrint needs, under their linker names, and the order to load them in."""
    by_name: dict[str, bytes] = {}
    for deb in debian_packages(DEBIAN_ARCHITECTURES[architecture], lock).values():
        for path, content in members(deb):
            if re.search(r"/lib/[^/]+/[^/]+\.so[.\d]*$", "/" + path):
                by_name[read_elf(content)[0]] = content
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order or GLIBC.fullmatch(name):
            return
        if name not in by_name:
            sys.exit(f"No package of the lock holds {name}.")
        _, needed, glibc = read_elf(by_name[name])
        if glibc > MAXIMUM_GLIBC:
            sys.exit(f"{name} needs glibc {glibc}, newer than Lambda's {MAXIMUM_GLIBC}.")
        for dependency in needed:
            visit(dependency)
        order.append(name)

    for name in ROOT_LIBRARIES:
        visit(name)
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    for name in order:
        (output / name).write_bytes(by_name[name])
        (output / name).chmod(0o755)
    (output / "load-order.json").write_text(json.dumps(order, indent=1) + "\n", encoding="utf-8")


def read_elf(content: bytes) -> tuple[str, list[str], tuple[int, int]]:
    """Linker name, needed libraries and newest glibc version of a 64-bit little-endian shared library."""
    if content[:6] != b"\x7fELF\x02\x01":
        sys.exit("Not a 64-bit little-endian ELF library.")
    (sections_at,) = struct.unpack_from("<Q", content, 0x28)
    entry_size, entries = struct.unpack_from("<HH", content, 0x3A)
    headers = [struct.unpack_from("<IIQQQQIIQQ", content, sections_at + i * entry_size) for i in range(entries)]

    def text(table: int, offset: int) -> str:
        start = headers[table][4] + offset
        return content[start : content.index(b"\0", start)].decode()

    name, needed, glibc = "", [], (2, 0)
    for _, kind, _, _, offset, size, link, count, _, _ in headers:
        if kind == 6:  # SHT_DYNAMIC
            for position in range(offset, offset + size, 16):
                tag, value = struct.unpack_from("<qQ", content, position)
                if tag == 1:
                    needed.append(text(link, value))
                elif tag == 14:
                    name = text(link, value)
        elif kind == 0x6FFFFFFE:  # SHT_GNU_verneed
            position = offset
            for _ in range(count):
                _, versions, _, first, following = struct.unpack_from("<HHIII", content, position)
                version_at = position + first
                for _ in range(versions):
                    _, _, _, version, next_version = struct.unpack_from("<IHHII", content, version_at)
                    if match := re.fullmatch(r"GLIBC_(\d+)\.(\d+)[.\d]*", text(link, version)):
                        glibc = max(glibc, (int(match[1]), int(match[2])))
                    version_at += next_version
                position += following
    return name, needed, glibc


# --- fonts ---------------------------------------------------------------------------------------


def built_fonts(lock: dict[str, Any]) -> Path:
    """The fonts folder, from the cache if it was built from the same sources."""
    makers = (make_fonts, make_face, add_date_dash, cut_collection, coverage)
    sources = [inspect.getsource(maker).encode() for maker in makers]
    sources += [
        FONTS.read_bytes(),
        json.dumps([CODE_POINTS, LAYOUT_FEATURES, lock["pypi"], lock["debian"]["all"]]).encode(),
    ]
    target = CACHE / "fonts" / hashlib.sha256(b"\0".join(sources)).hexdigest()[:16]
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent))
    make_fonts(scratch, lock)
    scratch.chmod(0o755)
    try:
        scratch.rename(target)
    except OSError:  # another build of the same fonts was faster
        shutil.rmtree(scratch)
    return target


def make_fonts(output: Path, lock: dict[str, Any]) -> None:
    """Static faces in faces/, CJK collections in collections/, coverage.json, licences/."""
    description = tomllib.loads(FONTS.read_text(encoding="utf-8"))
    for folder in ("faces", "collections", "licences"):
        (output / folder).mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        install_wheels(Path(scratch), lock)
        for family in description["family"]:
            package = Path(scratch) / family["package"].replace("-", "_")
            shutil.copy(package / "LICENSE", output / "licences" / f"{family['package']}.txt")
            for style in ("upright", "italic"):
                for weight in family["weights" if style == "upright" else "italic_weights"]:
                    make_face(
                        package / "files" / family[style], output / "faces", family, weight, italic=style == "italic"
                    )
    debs = debian_packages("all", lock)
    for kind, folder in (("files", "faces"), ("collection", "collections")):
        for part in description[kind]:
            names = set(part["names"])
            for path, content in members(debs[part["package"]]):
                if path.startswith(part["folder"]) and (name := path.rsplit("/", 1)[1]) in names:
                    (output / folder / name).write_bytes(cut_collection(content) if kind == "collection" else content)
                    names.discard(name)
                elif path == part["licence"]:
                    (output / "licences" / f"{part['package']}.txt").write_bytes(content)
            if names:
                sys.exit(f"{part['package']} lacks {', '.join(sorted(names))}.")
    for folder in ("faces", "collections"):
        (output / folder / "coverage.json").write_text(json.dumps(coverage(output / folder)), encoding="utf-8")


def install_wheels(folder: Path, lock: dict[str, Any]) -> None:
    """Unpack the font packages into a folder, hash-checked."""
    requirements = folder / "requirements.txt"
    lines = [f"{name}=={entry['version']} --hash=sha256:{entry['sha256']}" for name, entry in lock["pypi"].items()]
    requirements.write_text("\n".join(lines) + "\n", encoding="utf-8")
    has_uv = subprocess.run([sys.executable, "-m", "uv", "--version"], capture_output=True, check=False).returncode == 0
    installer = [sys.executable, "-m", *(["uv"] if has_uv else []), "pip", "install", "-q", "--no-deps"]
    command = [*installer, "--require-hashes", "--target", str(folder), "-r", str(requirements)]
    subprocess.run(command, check=True)  # noqa: S603


def make_face(source: Path, output: Path, family: dict[str, Any], weight: int, italic: bool) -> None:
    """One static TTF of a variable font."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options(layout_features=list(LAYOUT_FEATURES), hinting=False, notdef_outline=True, name_IDs=["*"])
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=CODE_POINTS)
    subsetter.subset(font)  # before instancing: several times faster
    font = instantiateVariableFont(font, {"wght": weight, **family["axes"]}, inplace=True)
    add_date_dash(font)
    style = f"{WEIGHT_NAMES[weight]}{' Italic' if italic else ''}"
    post_script = f"{family['name']}-{style}".replace(" ", "")
    names = font["name"]
    names.names = [record for record in names.names if record.nameID not in (16, 17, 21, 22, 25)]
    for identifier, value in ((1, family["name"]), (2, style), (4, f"{family['name']} {style}"), (6, post_script)):
        names.setName(value, identifier, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    font["head"].created = font["head"].modified = FIXED_TIME
    font.save(output / f"{post_script}.ttf")


def cut_collection(content: bytes) -> bytes:
    """A CJK collection without what a CV never needs: monospaced faces, vertical text, ideographs beyond the
    20,992 unified ones that every standard of China, Japan and Korea draws on. The faces keep sharing outlines.
    """
    import uharfbuzz  # type: ignore[import-untyped]
    from fontTools.ttLib import TTCollection, TTFont

    original = TTCollection(io.BytesIO(content), lazy=True).fonts
    chosen = [index for index, font in enumerate(original) if "Mono" not in font["name"].getDebugName(4)]
    points = {point for index in chosen for point in original[index].getBestCmap()}
    points = {point for point in points if point < 0x20000 and not 0x3400 <= point <= 0x4DBF}
    glyphs = {
        original[index].getGlyphID(name)
        for index in chosen
        for point, name in original[index].getBestCmap().items()
        if point in points
    }
    cut = TTCollection()
    blob = uharfbuzz.Blob(content)
    for index in chosen:
        wanted = uharfbuzz.SubsetInput()
        wanted.unicode_set.update(points)
        wanted.glyph_set.update(glyphs)  # the same glyphs in each face: one table of outlines serves all
        wanted.drop_table_tag_set.update(int.from_bytes(tag, "big") for tag in VERTICAL_AND_LAYOUT_TABLES)
        # WeasyPrint writes glyph numbers where a PDF expects the CIDs of such a font: they must stay the same.
        wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.RETAIN_GIDS
        face = uharfbuzz.subset(uharfbuzz.Face(blob, index), wanted)
        cut.fonts.append(TTFont(io.BytesIO(face.blob.data), recalcTimestamp=False))
    buffer = io.BytesIO()
    cut.save(buffer, shareTables=True)
    return buffer.getvalue()


def add_date_dash(font: Any) -> None:
    """Give the font the feature that draws a hyphen as an en dash while its text stays a hyphen.

    The glyph is a copy with a name of its own: a PDF maps each glyph to one text, and a real
    en dash elsewhere must still read as an en dash.
    """
    from copy import deepcopy

    from fontTools.otlLib.builder import buildLookup, buildSingleSubstSubtable
    from fontTools.ttLib.tables import otTables

    characters = font.getBestCmap()
    dash = characters[0x2013]
    # A face may have turned the hyphen into a variant for digits or capitals by then (Inter does).
    hyphens = [name for name in font.getGlyphOrder() if name == characters[0x2D] or name.startswith("hyphen.")]
    glyph = "datedash"
    outlines = font["glyf"]
    order = [*font.getGlyphOrder(), glyph]
    font.setGlyphOrder(order)
    outlines.glyphOrder = order
    outlines.glyphs[glyph] = deepcopy(outlines[dash])
    font["hmtx"].metrics[glyph] = font["hmtx"].metrics[dash]
    table = font["GSUB"].table
    table.LookupList.Lookup.append(buildLookup([buildSingleSubstSubtable(dict.fromkeys(hyphens, glyph))]))
    table.LookupList.LookupCount = len(table.LookupList.Lookup)
    record = otTables.FeatureRecord()
    record.FeatureTag, record.Feature = DATE_DASH_FEATURE, otTables.Feature()
    record.Feature.FeatureParams = None
    record.Feature.LookupListIndex = [table.LookupList.LookupCount - 1]
    record.Feature.LookupCount = 1
    table.FeatureList.FeatureRecord.append(record)
    table.FeatureList.FeatureCount = len(table.FeatureList.FeatureRecord)
    for script in table.ScriptList.ScriptRecord:
        for system in (script.Script.DefaultLangSys, *(entry.LangSys for entry in script.Script.LangSysRecord)):
            if system is not None:
                system.FeatureIndex.append(table.FeatureList.FeatureCount - 1)
                system.FeatureCount = len(system.FeatureIndex)


def coverage(folder: Path) -> list[list[int]]:
    """The code points any font of the folder draws, as half-open ranges."""
    from fontTools.ttLib import TTCollection, TTFont

    points: set[int] = set()
    for path in sorted(folder.iterdir()):
        if path.suffix == ".ttc":
            for font in TTCollection(path, lazy=True).fonts:
                points.update(font.getBestCmap())
        elif path.suffix in (".ttf", ".otf"):
            points.update(TTFont(path, lazy=True).getBestCmap())
    ranges: list[list[int]] = []
    for point in sorted(points):
        if ranges and ranges[-1][1] == point:
            ranges[-1][1] += 1
        else:
            ranges.append([point, point + 1])
    return ranges


if __name__ == "__main__":
    main()
