"""A stage that does what a test wrote down: one outcome a call, from `scripts/{job_id}.json` in the bucket.

Outcomes: ok, timeout, exit, or the name of one of our errors. Beyond the script, ok.
"""

import json
import os
import time
import uuid

from cvmaker_core import errors
from cvmaker_core.job_store import JobStore


def handler(event, context):
    job = event.get("event", event)
    stage = os.environ["SCRIPTED_STAGE"]
    if event.get("mode") == "readback":
        stage = "readback"
    store = JobStore(os.environ["DOCUMENTS_BUCKET"])
    store.put(f"calls/{job['job_id']}/{stage}/{time.time_ns()}-{uuid.uuid4().hex[:6]}", json.dumps(event).encode())
    number = len(list(store.list_prefix(f"calls/{job['job_id']}/{stage}/")))
    script = json.loads(store.read(f"scripts/{job['job_id']}.json"))
    outcomes = script.get(stage, [])
    outcome = outcomes[number - 1] if number <= len(outcomes) else "ok"
    if outcome == "timeout":
        time.sleep(60)
    if outcome == "exit":
        os._exit(9)
    if outcome != "ok":
        raise getattr(errors, outcome)("scripted", "As the script says.", "Nothing to do.")
    if stage == "intake":
        return {
            "claimed": True,
            "owner": job["owner"],
            "job_id": job["job_id"],
            "kind": "upload",
            "has_posting": True,
            "attempt": 1,
            **script.get("claim", {}),
        }
    return {"stage": stage}
