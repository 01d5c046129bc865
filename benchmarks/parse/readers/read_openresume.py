"""Runs in openresume-parser's own environment: document paths as arguments, one timed JSON Resume a line."""

import json
import sys
import time

from openresume import parse_resume_from_pdf

for path in sys.argv[1:]:
    started = time.perf_counter()
    try:
        answer = parse_resume_from_pdf(path)
    except Exception as error:  # noqa: BLE001 - a peer may trip over anything; that is part of its score
        print(json.dumps({"path": path, "error": type(error).__name__}), flush=True)
        continue
    took = (time.perf_counter() - started) * 1000
    answer = answer if isinstance(answer, dict) else vars(answer)
    found = answer.get("resume") or {}
    education = found.get("education") or {}
    resume = {
        "basics": {"name": found.get("full_name"), "email": found.get("email"), "phone": found.get("phone")},
        "work": [
            {
                "name": job.get("company"),
                "position": job.get("title"),
                "startDate": job.get("start_date"),
                "endDate": None if job.get("current") else job.get("end_date"),
            }
            for job in (found.get("experience") or {}).get("work_history") or []
        ],
        "education": [{"institution": education.get("institution"), "area": education.get("degree_course")}],
        "skills": [{"name": skill} for skill in found.get("skills") or []],
    }
    print(json.dumps({"path": path, "ms": took, "resume": resume}, default=str), flush=True)
