"""Runs in openresume-parser's own environment: PDF paths as arguments, one JSON Resume a line."""

import json
import sys

from openresume import parse_resume_from_pdf

for path in sys.argv[1:]:
    answer = parse_resume_from_pdf(path)
    answer = answer if isinstance(answer, dict) else vars(answer)
    found = answer.get("resume") or {}
    education = found.get("education") or {}
    jobs = (found.get("experience") or {}).get("work_history") or []
    resume = {
        "basics": {"name": found.get("full_name"), "email": found.get("email"), "phone": found.get("phone")},
        "work": [
            {
                "name": job.get("company"),
                "position": job.get("title"),
                "startDate": job.get("start_date"),
                "endDate": None if job.get("current") else job.get("end_date"),
            }
            for job in jobs
        ],
        "education": [{"institution": education.get("institution"), "area": education.get("degree_course")}],
        "skills": [{"name": skill} for skill in found.get("skills") or []],
    }
    print(json.dumps(resume, default=str))
