"""Runs in pyresparser's own environment: document paths as arguments, one timed JSON Resume a line."""

import json
import sys
import time

from pyresparser import ResumeParser

for path in sys.argv[1:]:
    started = time.perf_counter()
    try:
        found = ResumeParser(path).get_extracted_data()
    except Exception as error:  # noqa: BLE001 - a peer may trip over anything; that is part of its score
        print(json.dumps({"path": path, "error": type(error).__name__}), flush=True)
        continue
    took = (time.perf_counter() - started) * 1000
    resume = {
        "basics": {"name": found.get("name"), "email": found.get("email"), "phone": found.get("mobile_number")},
        "work": [{"name": name} for name in found.get("company_names") or []]
        or [{"position": title} for title in found.get("designation") or []],
        "education": [{"institution": name} for name in found.get("college_name") or []]
        or [{"area": degree} for degree in found.get("degree") or []],
        "skills": [{"name": skill} for skill in found.get("skills") or []],
    }
    print(json.dumps({"path": path, "ms": took, "resume": resume}, default=str), flush=True)
