"""Runs in leverparser's own environment: document paths as arguments, one timed JSON Resume a line."""

import json
import sys
import time

from pyresume import ResumeParser

reader = ResumeParser()
for path in sys.argv[1:]:
    started = time.perf_counter()
    try:
        found = reader.parse(path)
    except Exception as error:  # noqa: BLE001 - a peer may trip over anything; that is part of its score
        print(json.dumps({"path": path, "error": type(error).__name__}), flush=True)
        continue
    took = (time.perf_counter() - started) * 1000
    contact = found.contact_info
    resume = {
        "basics": {"name": contact.name, "email": contact.email, "phone": contact.phone},
        "work": [
            {
                "name": job.company,
                "position": job.title,
                "startDate": str(job.start_date)[:7] if job.start_date else None,
                "endDate": None if job.current or not job.end_date else str(job.end_date)[:7],
            }
            for job in found.experience
        ],
        "education": [{"institution": item.institution, "area": item.degree} for item in found.education],
        "skills": [{"name": skill.name} for skill in found.skills],
    }
    print(json.dumps({"path": path, "ms": took, "resume": resume}, default=str), flush=True)
