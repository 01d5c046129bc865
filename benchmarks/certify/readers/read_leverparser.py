"""Runs in leverparser's own environment: PDF paths as arguments, one JSON Resume a line."""

import json
import sys

from pyresume import ResumeParser

reader = ResumeParser()
for path in sys.argv[1:]:
    found = reader.parse(path)
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
    print(json.dumps(resume, default=str))
