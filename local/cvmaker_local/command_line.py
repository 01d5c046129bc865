"""`cvmaker`: the command line (contract: DESIGN, "command line").

`run`, `up` and `invoke` use the local stack, which is the deployed system on this machine. The other
commands call one stage's logic in this process: quick, and the same code.
"""

import contextlib
import json
import logging
import secrets
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from cvmaker_core.errors import CvMakerError, InputError
from cvmaker_core.schema.artefacts import Analysis, Certificate, EvidenceData, Layout, Parsed
from cvmaker_core.schema.jobs import POSTING_SUFFIXES, SOURCE_SUFFIXES, JobReference, JobRequest
from rich.console import Console
from rich.markup import escape
from rich.table import Table

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Tailors a CV to a job: beautiful, readable by every ATS, and true.",
)
out_console = Console(highlight=False)
error_console = Console(stderr=True, highlight=False)

CvFile = Annotated[Path, typer.Argument(help="A CV: PDF, DOCX, JSON Resume, Markdown or text.")]
JobFile = Annotated[Path | None, typer.Option("--job", help="The posting: text, PDF, DOCX or a screenshot.")]
JsonOutput = Annotated[bool, typer.Option("--json", help="Print JSON only.")]
LOCAL_OWNER = "local-person"


def main() -> None:
    """Entry point: errors we understand become one line with a next step, and exit status 1."""
    # moto logs every failed execution; the job's error.json says it better.
    logging.getLogger("moto").setLevel(logging.CRITICAL)
    try:
        app()
    except CvMakerError as error:
        _say_error(error)
        sys.exit(1)
    except KeyboardInterrupt:
        error_console.print("Stopped.")
        sys.exit(130)


def _say_error(error: CvMakerError, about: str = "") -> None:
    error_console.print(f"[red]Error[/red] {escape(about)}{error.message}", soft_wrap=True)
    if error.advice:
        error_console.print(f"      {error.advice}", soft_wrap=True)


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            "file_unreadable", f"{path} cannot be read ({error.strerror}).", "Check the path and try again."
        ) from None


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


# --- the whole pipeline ------------------------------------------------------------------------


@app.command()
def run(
    cv: CvFile,
    job: JobFile = None,
    template: Annotated[str, typer.Option(help="Name of a template.")] = "classic",
    out: Annotated[Path, typer.Option(help="Where the job's files go.")] = Path("out"),
    json_output: JsonOutput = False,
    use_ai: Annotated[bool, typer.Option("--ai/--no-ai", help="Let a language model propose, if a key is set.")] = True,
) -> None:
    """The whole pipeline on the local stack: one CV in, a tailored and certified CV out."""
    from cvmaker_local.pipeline_run import PipelineRun

    source, suffix = _read_file(cv), cv.suffix.lower().lstrip(".")
    if suffix not in SOURCE_SUFFIXES:
        raise InputError(
            "unsupported_format",
            f"Files of type {suffix.upper() or 'unknown'} cannot be read.",
            "Open the document and export it as PDF or DOCX.",
        )
    posting = _read_file(job) if job else None
    posting_suffix = job.suffix.lower().lstrip(".") if job else ""
    _check_before_start(template, out)
    request = JobRequest(file_name=cv.name, template=template, use_ai=use_ai)
    reference = JobReference(owner=LOCAL_OWNER, job_id=secrets.token_hex(16))
    watch = contextlib.nullcontext(lambda _status: None) if json_output else _progress()
    started = time.perf_counter()
    with watch as show:
        show("starting")
        with PipelineRun() as pipeline:
            pipeline.submit(
                reference,
                request,
                (source, suffix),
                (posting, posting_suffix if posting_suffix in POSTING_SUFFIXES else "txt")
                if posting is not None
                else None,
            )
            status = pipeline.wait(reference, on_status=show, has_posting=posting is not None)
            files = pipeline.download(reference, out)
    result = _summarise(reference, status, out, files)
    if json_output:
        _print_json(result)
    else:
        _show_result(result, out, time.perf_counter() - started)
    if status != "done":
        raise typer.Exit(1)


def _check_before_start(template: str, out: Path) -> None:
    """What would fail only at the end, and can be known now."""
    from cv_rendering import list_templates

    names = [info.name for info in list_templates()]
    if template not in names:
        raise InputError("unknown_template", f"There is no template {template}.", f"Choose one of: {', '.join(names)}.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / ".cvmaker").touch()
        (out / ".cvmaker").unlink()
    except OSError as error:
        raise InputError(
            "out_unwritable", f"{out} cannot be written ({error.strerror}).", "Choose another folder with --out."
        ) from None


STAGE_WORDS = {
    "starting": "Starting the stack",
    "queued": "Uploading",
    "parsing": "Reading the CV",
    "analyzing": "Understanding the posting",
    "embedding": "Finding the evidence",
    "tailoring": "Tailoring, from the source only",
    "rendering": "Setting the pages",
    "certifying": "Reading it back as a robot would",
}


@contextlib.contextmanager
def _progress() -> Iterator[Any]:
    """One line per stage with its time; on a terminal the current one is live."""
    current: list[tuple[str, float]] = []
    with error_console.status("") as live:

        def finish(mark: str = "[green]✓[/green]") -> None:
            if current:
                words, began = current.pop()
                error_console.print(f"  {mark} {words} [dim]{time.perf_counter() - began:.1f} s[/dim]")

        def show(status: str) -> None:
            # What was under way when the job failed is what failed: it gets no tick.
            finish("[red]✗[/red]" if status == "failed" else "[green]✓[/green]")
            if status in STAGE_WORDS:
                current.append((STAGE_WORDS[status], time.perf_counter()))
                live.update(STAGE_WORDS[status])

        try:
            yield show
        except BaseException:
            finish("[red]✗[/red]")
            raise
        finish()


def _summarise(reference: JobReference, status: str, out: Path, files: list[str]) -> dict[str, Any]:
    def data(name: str) -> dict[str, Any]:
        path = out / name
        return json.loads(path.read_text(encoding="utf-8")) if name in files else {}

    tailored, evidence = data("tailored.json").get("data", {}), data("evidence.json").get("data", {})
    warnings = []
    for name in ("parsed.json", "analysis.json", "evidence.json", "tailored.json", "certificate.json"):
        warnings += [{"stage": name.split(".")[0], **warning} for warning in data(name).get("warnings", [])]
    artefact = data("resume.json").get("meta", {}).get("cvmaker", {}).get("artefact", {})
    warnings += [{"stage": "render", **warning} for warning in artefact.get("warnings", [])]
    result: dict[str, Any] = {
        "job_id": reference.job_id,
        "status": status,
        "out": str(out),
        "files": files,
        "fit": (evidence.get("fit") or {}).get("value"),
        "visibility": tailored.get("visibility"),
        "certificate": data("certificate.json").get("data", {}).get("verdict"),
        "usd": data("receipt.json").get("data", {}).get("usd", {}).get("total"),
        "warnings": warnings,
    }
    if status != "done":
        result["error"] = data("error.json")
    return result


def _show_result(result: dict[str, Any], out: Path, seconds: float) -> None:
    if result["status"] != "done":
        error = result.get("error") or {}
        error_console.print(
            f"[red]Failed[/red] at {error.get('stage', '?')}: {error.get('message', 'no reason given')}"
        )
        if error.get("advice"):
            error_console.print(f"       {error['advice']}")
        return
    tailored_file = out / "tailored.json"
    tailored = json.loads(tailored_file.read_text(encoding="utf-8"))["data"] if tailored_file.exists() else {}
    out_console.print()
    for change in tailored.get("changes", [])[:8]:
        out_console.print(f"  [cyan]changed[/cyan] {change['reason']}", soft_wrap=True)
        if change["after"] and change["after"] != change["before"] and "\n" not in change["after"]:
            out_console.print(f"          [dim]{change['after'][:140]}[/dim]", soft_wrap=True)
    more = len(tailored.get("changes", [])) - 8
    if more > 0:
        out_console.print(f"          [dim]and {more} more, in tailored.json[/dim]")
    if tailored.get("rejected"):
        out_console.print(
            f"  [yellow]rejected[/yellow] {len(tailored['rejected'])} proposals that the CV does not support"
        )
    for warning in result["warnings"]:
        out_console.print(
            f"  [yellow]note[/yellow]    {warning['message']} {warning.get('advice', '')}", soft_wrap=True
        )
    table = Table(show_header=False, box=None, padding=(0, 2))
    if result["fit"] is not None:
        table.add_row("Fit", f"{result['fit']} of 100 [dim]what the facts of the CV support of the posting[/dim]")
    if result["visibility"]:
        table.add_row("Visibility", f"{result['visibility']['before']} → [bold]{result['visibility']['after']}[/bold]")
    table.add_row("Certificate", str(result["certificate"]))
    if result["usd"] is not None:
        table.add_row("Cost", f"${result['usd']:.4f} [dim]as it would be on AWS[/dim]")
    table.add_row("Time", f"{seconds:.1f} s")
    table.add_row(
        "Files", f"{out}/  [dim]{', '.join(n for n in result['files'] if n.startswith(('cv.', 'cover')))}[/dim]"
    )
    out_console.print()
    out_console.print(table)


@app.command()
def up(
    port: Annotated[int, typer.Option(help="Port of the web app; the API takes the next, S3 the one after.")] = 8000,
    data: Annotated[Path, typer.Option(help="Where everything accepted is kept.")] = Path(".cvmaker/data"),
    reload: Annotated[bool, typer.Option(help="Restart functions when their code changes.")] = False,
    accounts: Annotated[bool, typer.Option(help="With sign-in, as a deployment with a user pool has it.")] = False,
) -> None:
    """The local stack and the web app, until Ctrl-C."""
    from cvmaker_local.serving import serve

    serve(port=port, data_dir=data, reload=reload, accounts=accounts, console=error_console)


@app.command()
def invoke(
    function: Annotated[str, typer.Argument(help="A function of template.yaml, e.g. ParseFunction or parse.")],
    event: Annotated[Path, typer.Option(help="A JSON event, e.g. events/parse.json.")],
) -> None:
    """One function on one event, as `sam local invoke`, without Docker."""
    from cvmaker_local.pipeline_run import invoke_function

    try:
        payload = json.loads(_read_file(event))
    except ValueError:
        raise InputError("bad_event", f"{event} is not JSON.", "See the samples in events/.") from None
    result = invoke_function(function, payload)
    if result.log:
        error_console.print(result.log, markup=False, end="")
    _print_json(result.payload)
    if result.error is not None:
        raise typer.Exit(1)


# --- single stages -----------------------------------------------------------------------------


def _parse(path: Path) -> Parsed:
    from cv_parsing import parse_document

    from cvmaker_local.engines import local_ocr

    data = _read_file(path)
    return parse_document(data, file_name=path.name, ocr=local_ocr()).parsed


@app.command()
def parse(
    files: Annotated[list[Path], typer.Argument(help="CVs to read.")],
    out: Annotated[Path, typer.Option(help="Where <file name>.json go.")],
) -> None:
    """Read CVs into JSON Resume with the source of every value."""
    out.mkdir(parents=True, exist_ok=True)
    failed = 0
    for path in files:
        try:
            content: dict[str, Any] = _parse(path).model_dump(mode="json", exclude_none=True)
        except CvMakerError as error:
            content = {"error": {"stage": "parse", **error.describe()}}
            failed += 1
            _say_error(error, f"{path.name}: ")
        except Exception as error:  # noqa: BLE001 - one bad file must not stop the others
            content = {
                "error": {
                    "stage": "parse",
                    "code": "internal_error",
                    "message": f"A defect of ours ({type(error).__name__}).",
                    "advice": "Report the file's kind.",
                    "retryable": False,
                }
            }
            failed += 1
            error_console.print(f"[red]Error[/red] {path.name}: a defect of ours ({type(error).__name__})")
        (out / f"{path.name}.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    error_console.print(f"{len(files) - failed} of {len(files)} read into {out}/")
    if failed:
        raise typer.Exit(1)


def _posting_text(path: Path | None) -> str | None:
    if path is None:
        return None
    from posting_analysis import read_posting_document

    from cvmaker_local.engines import local_ocr

    suffix = path.suffix.lower().lstrip(".")
    return read_posting_document(_read_file(path), suffix if suffix in POSTING_SUFFIXES else "txt", local_ocr())


def _today() -> date:
    return datetime.now(UTC).date()


def _analyse(cv: Path, job: Path | None) -> tuple[Parsed, Analysis, EvidenceData]:
    from evidence_matching import match
    from posting_analysis import analyze as analyse

    from cvmaker_local.engines import local_embedder

    parsed = _parse(cv)
    analysis = analyse(parsed.resume, parsed, _posting_text(job), as_of=_today())
    evidence = match(parsed.resume, analysis, embed=local_embedder(), as_of=_today())
    return parsed, analysis, evidence


@app.command()
def analyze(cv: CvFile, job: JobFile = None, json_output: JsonOutput = False) -> None:
    """Requirements, evidence, gaps, fit, and what an ATS would stumble on."""
    _, analysis, evidence = _analyse(cv, job)
    if json_output:
        _print_json({"analysis": analysis.model_dump(mode="json"), "evidence": evidence.model_dump(mode="json")})
        return
    requirements = {item.id: item for item in analysis.requirements}
    if evidence.matches:
        table = Table("Requirement", "Kind", "", "State", "Why")
        for found in evidence.matches:
            item = requirements[found.requirement_id]
            table.add_row(item.text, item.kind, "must" if item.must else "nice", found.state, found.reason)
        out_console.print(table)
    if evidence.fit:
        out_console.print(f"Fit: {evidence.fit.value} of 100 (version {evidence.fit.version})")
    for finding in analysis.findings:
        colour = "red" if finding.severity == "error" else "yellow"
        out_console.print(f"[{colour}]{finding.severity}[/] {finding.message} {finding.advice}", soft_wrap=True)


@app.command()
def tailor(
    cv: CvFile,
    job: Annotated[Path, typer.Option("--job", help="The posting.")],
    json_output: JsonOutput = False,
    use_ai: Annotated[bool, typer.Option("--ai/--no-ai")] = True,
) -> None:
    """The tailored CV's data, with accepted and rejected proposals."""
    from cv_tailoring import tailor as tailor_resume

    from cvmaker_local.engines import model_proposer

    parsed, analysis, evidence = _analyse(cv, job)
    request = JobRequest(use_ai=use_ai)
    tailored, warnings = tailor_resume(
        parsed, analysis, evidence, request=request, propose=model_proposer(request, parsed.resume)
    )
    if json_output:
        _print_json(tailored.model_dump(mode="json"))
        return
    for change in tailored.changes:
        out_console.print(f"[cyan]{change.pointer}[/cyan] {change.reason}\n  - {change.before}\n  + {change.after}")
    for rejection in tailored.rejected:
        out_console.print(
            f"[yellow]rejected[/yellow] {rejection.text}: {'; '.join(r.detail for r in rejection.reasons)}"
        )
    for warning in warnings:
        error_console.print(f"[yellow]note[/yellow] {warning.message}")
    if tailored.visibility:
        out_console.print(f"Visibility {tailored.visibility.before} → {tailored.visibility.after}")


@app.command()
def verify(
    source: Annotated[Path, typer.Option(help="PARSED.json: bare data, its envelope, or a JSON Resume.")],
    proposals: Annotated[Path, typer.Option(help="One JSON object a line: id, source_ids, text, target.")],
    json_output: JsonOutput = False,
) -> None:
    """The truth check alone."""
    from claim_verification import verify_lines

    try:
        document = json.loads(_read_file(source))
    except ValueError:
        raise InputError("bad_source", f"{source} is not JSON.", "Give the output of `cvmaker parse`.") from None
    _read_file(proposals)
    verdicts = list(verify_lines(document, proposals))
    if json_output:
        for verdict in verdicts:
            sys.stdout.write(json.dumps(verdict.to_json(), ensure_ascii=False) + "\n")
        return
    for verdict in verdicts:
        colour = "green" if verdict.verdict == "accept" else "red"
        reasons = "; ".join(f"{reason.code}: {reason.detail}" for reason in verdict.reasons)
        out_console.print(f"[{colour}]{verdict.verdict}[/] {verdict.id} {reasons}", soft_wrap=True)


@app.command()
def render(
    resume: Annotated[Path, typer.Argument(help="A JSON Resume.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="FILE.pdf, .html, .docx, .txt or .md")],
    template: Annotated[str, typer.Option(help="Name of a template.")] = "classic",
) -> None:
    """Set a JSON Resume in any template and format."""
    from cv_rendering import render_file

    document = _resume_of(resume)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(render_file(document, template=template, format=out.suffix.lower().lstrip(".")))
    error_console.print(f"{out}")


def _resume_of(path: Path) -> dict[str, Any]:
    """A JSON Resume, be it bare, in an artefact's data, or in its envelope."""
    try:
        document = json.loads(_read_file(path))
    except ValueError:
        raise InputError("bad_resume", f"{path} is not JSON.", "Give a JSON Resume (jsonresume.org).") from None
    if isinstance(document, dict) and isinstance(document.get("data"), dict) and "stage" in document:
        document = document["data"]
    if isinstance(document, dict) and isinstance(document.get("resume"), dict):
        document = document["resume"]
    if not isinstance(document, dict):
        raise InputError("bad_resume", f"{path} is not a JSON Resume.", "See jsonresume.org for the format.")
    return document


@app.command()
def check(
    pdf: Annotated[Path, typer.Argument(help="Any PDF.")],
    resume: Annotated[Path | None, typer.Option(help="The JSON Resume it should say.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write the findings as one HTML page, with pictures.")] = None,
    json_output: JsonOutput = False,
) -> None:
    """What a robot reads in any PDF."""
    from cv_certification.certificate import certify
    from cv_parsing import parse_document

    data = _read_file(pdf)
    expected = _resume_of(resume) if resume else None
    try:
        readback: Parsed | None = parse_document(data, file_name=pdf.name, mode="readback").parsed
    except InputError as error:
        if error.code in {"empty_file", "encrypted", "corrupt", "unsupported_format"}:
            raise
        readback = Parsed(resume={}, layout=Layout(pages=0))
    certificate = certify(data, readback, expected)
    if report:
        _write_report(report, certificate, data)
    if json_output:
        _print_json(certificate.model_dump(mode="json"))
    else:
        colour = {"pass": "green", "warn": "yellow", "fail": "red"}[certificate.verdict]
        out_console.print(f"[{colour}]{certificate.verdict}[/]")
        wrong = {pointer: field for pointer, field in certificate.fields.items() if not field.ok}
        out_console.print(f"{len(certificate.fields) - len(wrong)} of {len(certificate.fields)} fields read as sent")
        for pointer, field in wrong.items():
            out_console.print(f"  [red]{pointer}[/red] sent {field.sent!r}, read {field.read!r}", soft_wrap=True)
        for name, extractor in certificate.extractors.items():
            out_console.print(f"  {name} {extractor.version}: agreement {extractor.agreement:.3f}")
        for item in certificate.checks:
            out_console.print(
                f"  [{'green' if item.ok else 'yellow'}]{'✓' if item.ok else '!'}[/] {item.code} {item.detail}"
            )
    if certificate.verdict == "fail":
        raise typer.Exit(1)


def _write_report(path: Path, certificate: Certificate, pdf: bytes) -> None:
    """What a robot sees beside what a person sees, as one HTML page."""
    from cv_certification.report import human_report

    page = human_report(certificate, pdf).to_html()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError(
            "out_unwritable", f"{path} cannot be written ({error.strerror}).", "Choose another place with --report."
        ) from None
