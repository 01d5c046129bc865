"""What receipts estimate and what Lambda's own REPORT lines say belong together."""

import importlib.util
import re
import sys
from types import ModuleType

from cvmaker_core.schema.jobs import JobReference
from pipeline_support import ROOT, SAMPLES, Pipeline


def script(name: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module  # dataclasses look their module up
    specification.loader.exec_module(module)
    return module


def kebab(logical_id: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", logical_id.removesuffix("Function")).lower()


def test_receipts_and_report_lines_agree(pipeline: Pipeline, posting: str) -> None:
    def run() -> JobReference:
        job = pipeline.submit(SAMPLES / "ada-jensen.pdf", posting=posting)
        assert pipeline.finish(job) == "done"
        pipeline.stack.wait_for_executions()
        return job

    run()  # cold: start-up is billed, and no receipt can know it
    job = run()
    lines = pipeline.stack.logs(job.job_id)
    reports = [(kebab(line.split(" ", 1)[0]), line) for line in lines if "REPORT RequestId" in line]
    found = script("reconcile_costs").reconcile(reports, [pipeline.json(job, "receipt.json")["data"]])
    assert found["parse"].invocations == found["parse"].runs == 2, "Parse, and reading back"
    for name in ("parse", "analyze", "embed", "tailor", "render", "certify"):
        line = found[name]
        assert 0 < line.estimated_ms <= line.billed_ms, name
        assert line.estimated_usd <= line.billed_usd, name
    assert sum(line.estimated_ms for line in found.values()) > 0.6 * sum(line.billed_ms for line in found.values())
    text = script("reconcile_costs").table(found)
    assert "receipts explain" in text
    assert job.job_id not in text
