"""A bill of materials (CycloneDX 1.6) for each function and layer, and a report of licences.

    .venv/bin/python scripts/write_sbom.py --out out/sbom

Versions and hashes are those of the locks, which `sam build` installs; licences come from the packages themselves. A
package whose licence is not on the list fails: it may not be shipped before somebody has looked at it.
"""

import argparse
import json
import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
# SPDX identifiers that CONTRIBUTING.md allows (and what ships with them: PSF, ISC, HPND, OFL for fonts).
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "HPND", "ISC", "LGPL-2.1-or-later", "MIT",
    "LGPL-3.0-or-later", "MIT-0", "MIT-CMU", "MPL-1.1", "MPL-2.0", "OFL-1.1", "PSF-2.0", "Unlicense", "Zlib",
}  # fmt: skip
# Where a package's own metadata gives no SPDX expression: what its classifiers and free texts mean.
MEANING = {
    "apache software license": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache-2": "Apache-2.0",
    "mit license": "MIT",
    "the mit license (mit)": "MIT",
    "bsd license": "BSD-3-Clause",
    "bsd": "BSD-3-Clause",
    "3-clause bsd license": "BSD-3-Clause",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "isc license (iscl)": "ISC",
    "python software foundation license": "PSF-2.0",
    "historical permission notice and disclaimer (hpnd)": "HPND",
}
# Packages that offer a choice, or whose metadata is mistaken: what we take, and why.
CHOSEN = {
    "pypdfium2": "BSD-3-Clause AND Apache-2.0",  # its own and PDFium's; its metadata adds a remark in words
    "pyphen": "MPL-1.1",  # of GPL-2.0-or-later, LGPL-2.1-or-later and MPL-1.1
}


def licence_of(name: str) -> str:
    """The licence of an installed package as SPDX, or `unknown`."""
    if name in CHOSEN:
        return CHOSEN[name]
    try:
        fields: Any = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return "unknown"
    expression = fields.get("License-Expression")
    if expression:
        return str(expression)
    classifiers = [
        line.rsplit(" :: ", 1)[-1].lower() for line in fields.get_all("Classifier") or [] if "License ::" in line
    ]
    first_line = str(fields.get("License") or "").partition("\n")[0].strip().lower()
    for text in (*classifiers, first_line):
        if text in MEANING:
            return MEANING[text]
        exact = next((identifier for identifier in ALLOWED if identifier.lower() == text), None)
        if exact:
            return exact
    return "unknown"


def is_allowed(licence: str) -> bool:
    """Whether an SPDX expression can be met with allowed licences; read as an AND of ORs, its usual form."""
    plain = re.sub(r"[()]|\bWITH\s+\S+", "", licence)
    return all(any(choice.strip() in ALLOWED for choice in part.split(" OR ")) for part in plain.split(" AND "))


def read_lock(path: Path) -> list[dict[str, Any]]:
    """Packages of a `requirements.txt` with hashes, as CycloneDX components."""
    text = re.sub(r"\\\n", " ", path.read_text(encoding="utf-8"))
    components = []
    for raw in text.splitlines():
        line = raw.split("#", 1)[0].strip()
        if not line:
            continue
        requirement = Requirement(line.split(" --hash", 1)[0])
        if requirement.marker and not requirement.marker.evaluate(
            {"sys_platform": "linux", "platform_python_implementation": "CPython", "python_version": "3.13"}
        ):
            continue  # not on Lambda
        name = canonicalize_name(requirement.name)
        version = next(iter(requirement.specifier)).version
        components.append(
            {
                "type": "library",
                "name": name,
                "version": version,
                "purl": f"pkg:pypi/{name}@{version}",
                "bom-ref": f"pkg:pypi/{name}@{version}",
                "licenses": [{"expression": licence_of(name)}],
                "properties": [
                    {"name": "cvmaker:sha256", "value": value} for value in re.findall(r"--hash=sha256:(\w+)", raw)
                ],
            }
        )
    return components


def native_components(lock: dict[str, Any]) -> list[dict[str, Any]]:
    """What the WeasyPrint layer takes from Debian and of fonts. Each package's own copyright file lies in the layer."""
    components = []
    for architecture, packages in lock["debian"].items():
        for name, entry in packages.items():
            version = quote(entry["version"], safe="")
            purl = f"pkg:deb/debian/{name}@{version}?arch={architecture}"
            components.append(
                {
                    "type": "library",
                    "name": name,
                    "version": entry["version"],
                    "purl": purl,
                    "bom-ref": purl,
                    "hashes": [{"alg": "SHA-256", "content": entry["sha256"]}],
                }
            )
    for name, entry in lock["pypi"].items():
        purl = f"pkg:pypi/{name}@{entry['version']}"
        components.append(
            {
                "type": "library",
                "name": name,
                "version": entry["version"],
                "purl": purl,
                "bom-ref": purl,
                "hashes": [{"alg": "SHA-256", "content": entry["sha256"]}],
                "licenses": [{"expression": "OFL-1.1"}],
            }
        )
    return components


def bill_of(name: str, components: list[dict[str, Any]]) -> dict[str, Any]:
    """A CycloneDX document."""
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": f"cvmaker-{name}", "bom-ref": f"cvmaker-{name}"}},
        "components": sorted(components, key=lambda component: str(component["bom-ref"])),
    }


def bills() -> dict[str, dict[str, Any]]:
    """Every function and layer by name."""
    locks = [*sorted((ROOT / "functions").glob("*/requirements.txt")), ROOT / "layers" / "core" / "requirements.txt"]
    found = {path.parent.name: bill_of(path.parent.name, read_lock(path)) for path in locks}
    native = json.loads((ROOT / "layers" / "weasyprint" / "layer.lock.json").read_text(encoding="utf-8"))
    return {**found, "weasyprint": bill_of("weasyprint", native_components(native))}


def licences(documents: dict[str, dict[str, Any]]) -> dict[str, tuple[str, set[str]]]:
    """Python packages: licence, and which functions ship them."""
    found: dict[str, tuple[str, set[str]]] = {}
    for where, document in documents.items():
        for component in document["components"]:
            if "licenses" in component:
                key = f"{component['name']} {component['version']}"
                found.setdefault(key, (component["licenses"][0]["expression"], set()))[1].add(where)
    return found


def main() -> int:
    """Write all documents; the number of packages whose licence is not allowed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "sbom")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    documents = bills()
    for name, document in documents.items():
        (out / f"{name}.cdx.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    report = licences(documents)
    lines = [f"{key}\t{licence}\t{', '.join(sorted(where))}" for key, (licence, where) in sorted(report.items())]
    (out / "licences.tsv").write_text("package\tlicence\tshipped in\n" + "\n".join(lines) + "\n", encoding="utf-8")
    refused = [f"{key}: {licence}" for key, (licence, _) in sorted(report.items()) if not is_allowed(licence)]
    for line in refused:
        print(f"licence not allowed: {line}", file=sys.stderr)
    print(f"{len(documents)} bills of materials, {len(report)} packages with a licence, in {out}")
    return len(refused)


if __name__ == "__main__":
    sys.exit(min(main(), 99))
