"""`cvmaker up`: the stack and the web app, until Ctrl-C."""

from pathlib import Path

from cvmaker_core.errors import InputError
from rich.console import Console

from cvmaker_local.pipeline_run import ROOT, TEMPLATE
from cvmaker_local.stack import LocalStack, PortInUseError, StackInUseError


def serve(*, port: int, data_dir: Path, reload: bool, console: Console, accounts: bool = False) -> None:
    """Serve the web app on `port` and the API on the next; everything accepted is kept under `data_dir`.

    With `accounts` people can sign in, by a user pool of this machine.

    Raises
    ------
    InputError
        If a port or the data folder is taken.
    """
    web_root = ROOT / "frontend" / "dist"
    stack = LocalStack(
        TEMPLATE,
        data_dir,
        api_port=port + 1,
        parameters={"CreateUserPool": "on"} if accounts else None,
        web_port=port,
        web_root=web_root,
        watch_code=reload,
    )
    try:
        stack.start()
    except PortInUseError:
        raise InputError(
            "port_in_use", f"Port {port} or {port + 1} is taken.", f"Try: cvmaker up --port {port + 100}"
        ) from None
    except StackInUseError:
        raise InputError(
            "stack_in_use", f"Another stack runs on {data_dir}.", "Stop it, or choose another folder with --data."
        ) from None
    try:
        console.print(f"Web app   {stack.web_url}" if web_root.exists() else "Web app   not built: run `make frontend`")
        console.print(f"API       {stack.api_url}   key {stack.api_key}")
        console.print(f"S3        {stack.endpoint_url}   bucket {stack.bucket}")
        console.print(f"Data      {data_dir}   logs in {data_dir}/logs")
        if stack.resumed:
            console.print(f"Resumed   {len(stack.resumed)} job(s) that were under way")
        console.print("[dim]Ctrl-C stops it.[/dim]")
        stack.wait_for_signal()
        console.print("Stopping.")
    finally:
        stack.stop()
