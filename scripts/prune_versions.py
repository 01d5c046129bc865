"""Deletes old versions of a deployment's functions: each release publishes new ones, and nobody else removes them.

    .venv/bin/python scripts/prune_versions.py --stack cvmaker-prod --dry-run
    .venv/bin/python scripts/prune_versions.py --stack cvmaker-prod --keep 3

Kept are the newest ones (what a roll-back by alias goes to) and whatever an alias points at, also while a gradual
deployment shifts traffic. Old versions use the account's code storage (75 GB), and each one with SnapStart costs money.
"""

import argparse
import sys
from typing import Any

from deployed_stack import Deployment, NotFoundError

DEFAULT_KEEP = 3


def prunable(functions: Any, name: str, keep: int) -> list[str]:
    """Versions of a function that neither an alias needs nor are among the newest, oldest first."""
    versions = sorted(
        int(item["Version"])
        for page in functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
        for item in page["Versions"]
        if item["Version"] != "$LATEST"
    )
    needed = set(versions[-keep:])
    for page in functions.get_paginator("list_aliases").paginate(FunctionName=name):
        for alias in page["Aliases"]:
            shifting = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
            needed |= {int(version) for version in (alias["FunctionVersion"], *shifting) if version != "$LATEST"}
    return [str(version) for version in versions if version not in needed]


def prune(functions: Any, names: list[str], keep: int, *, dry_run: bool) -> int:
    """Delete (or only name) what is prunable; how many versions that were."""
    count = 0
    for name in names:
        for version in prunable(functions, name, keep):
            print(f"{'would delete' if dry_run else 'deleted'}  {name}  {version}")
            if not dry_run:
                functions.delete_function(FunctionName=name, Qualifier=version)
            count += 1
    print(f"{count} versions{'' if dry_run else ' deleted'}")
    return count


def at_least_one(text: str) -> int:
    """The number of versions to keep; without any there is nothing to go back to."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("keep at least 1")
    return number


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stack", required=True)
    parser.add_argument("--keep", type=at_least_one, default=DEFAULT_KEEP, help=f"newest versions; {DEFAULT_KEEP}")
    parser.add_argument("--dry-run", action="store_true")
    chosen = parser.parse_args()
    try:
        deployment = Deployment.named(chosen.stack)
    except NotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    names = sorted(deployment.resources("AWS::Lambda::Function").values())
    prune(deployment.client("lambda"), names, chosen.keep, dry_run=chosen.dry_run)
    return 0


if __name__ == "__main__":
    sys.exit(main())
