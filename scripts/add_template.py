"""Adds a CV template to a running deployment, without a release.

    .venv/bin/python scripts/add_template.py --stack cvmaker-prod my-templates/slate

The folder is one as docs/templates.md describes: `template.toml`, `style.css`, `template.html.j2`. It is tried first: a
sample CV is set with it on this machine and must read back. Files go up under the version's own prefix, the manifest
last, so that a job sees the old version or the new one. Names of released templates are refused.
"""

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import cv_rendering
from cvmaker_core.errors import CvMakerError
from deployed_stack import Deployment, NotFoundError

FILES = ("template.toml", "style.css", "template.html.j2", "letter.html.j2")
SAMPLE = Path(__file__).with_name("thumbnail_resume.json")


class TemplateRefused(Exception):
    """Why the folder cannot be added."""


def try_template(folder: Path) -> cv_rendering.TemplateInfo:
    """Set the sample CV with the template; what it says about itself.

    Raises
    ------
    TemplateRefused
        If the folder is no template, or its PDF lacks text of the sample.

    """
    import pypdfium2

    try:
        info = cv_rendering.add_template(folder.parent.resolve(), folder.name)
        resume = json.loads(SAMPLE.read_text(encoding="utf-8"))
        pdf = cv_rendering.preview_pdf(resume, template=folder.name)
    except (CvMakerError, ValueError, KeyError, TypeError, OSError) as error:
        raise TemplateRefused(f"{type(error).__name__}: {error}") from None
    except Exception as error:
        if type(error).__module__.startswith("jinja2"):
            raise TemplateRefused(f"the page cannot be made: {error}") from None
        raise
    text = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    wanted = [resume["basics"]["name"], *(entry["name"] for entry in resume.get("work", []))]
    missing = [value for value in wanted if _letters(value) not in _letters(text)]
    if missing:
        raise TemplateRefused(f"the PDF does not read back: {missing[0]!r} is not in its text")
    return info


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def upload(s3: Any, bucket: str, folder: Path, info: cv_rendering.TemplateInfo) -> str:
    """Put the template's files and then its manifest into the bucket; the version."""
    bodies = {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}
    hashes = {name: hashlib.sha256(body).hexdigest() for name, body in bodies.items()}
    version = hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()[:16]
    prefix = f"templates/{folder.name}/"
    for name, body in bodies.items():
        s3.put_object(Bucket=bucket, Key=f"{prefix}{version}/{name}", Body=body)
    shown = {name: value for name, value in info.describe().items() if isinstance(value, str | bool)}
    manifest = {**shown, "version": version, "files": hashes}
    s3.put_object(
        Bucket=bucket, Key=f"{prefix}template.json", Body=json.dumps(manifest).encode(), ContentType="application/json"
    )
    return version


def main() -> int:
    """Try, then upload."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stack", required=True)
    arguments = parser.parse_args()
    folder: Path = arguments.folder.resolve()
    try:
        info = try_template(folder)
        deployment = Deployment.named(arguments.stack)
        version = upload(deployment.client("s3"), deployment.bucket, folder, info)
    except (TemplateRefused, NotFoundError) as error:
        print(f"{folder.name} was not added: {error}", file=sys.stderr)
        return 1
    print(f"{folder.name} {version} is in use from the next job on")
    return 0


if __name__ == "__main__":
    sys.exit(main())
