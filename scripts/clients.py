"""Server clients of a deployment's API: each has its own key and usage plan, so one can be limited or revoked alone.

    .venv/bin/python scripts/clients.py --stack cvmaker-prod list
    .venv/bin/python scripts/clients.py --stack cvmaker-prod add acme --per-second 5 --per-day 2000
    .venv/bin/python scripts/clients.py --stack cvmaker-prod limit acme --per-day 500
    .venv/bin/python scripts/clients.py --stack cvmaker-prod revoke acme

`add` prints the key's value once: give it to the client on a safe way; it is a secret, and the owner of the client's
jobs is its key. `revoke` ends access at once and leaves jobs to their retention. What the stack itself made (the web
app's public key and its plan) is never touched: plan and key of a client are named `<stack>/client/<name>`.
Revoke all clients before `sam delete`: API Gateway keeps an API whose stage a plan still names.
"""

import argparse
import sys
from dataclasses import dataclass
from typing import Any

from deployed_stack import Deployment, NotFoundError

# Two CVs a second and a thousand a day: more than an office needs, less than a deployment's own limits.
DEFAULT_PER_SECOND, DEFAULT_BURST, DEFAULT_PER_DAY = 2.0, 10, 1000


@dataclass(frozen=True)
class Limits:
    """Requests a second (sustained), at once, and a day; None leaves what is there."""

    per_second: float | None = None
    burst: int | None = None
    per_day: int | None = None

    def patches(self) -> list[dict[str, str]]:
        """As API Gateway changes a plan."""
        places = {
            "/throttle/rateLimit": self.per_second,
            "/throttle/burstLimit": self.burst,
            "/quota/limit": self.per_day,
        }
        return [
            {"op": "replace", "path": path, "value": str(value)} for path, value in places.items() if value is not None
        ]


@dataclass
class Clients:
    """The clients of one API stage. `prefix` begins the names of their plans and keys."""

    gateway: Any
    api_id: str
    stage: str
    prefix: str

    @classmethod
    def of(cls, deployment: Deployment) -> "Clients":
        """The clients of a deployment."""
        host, _, stage = deployment.outputs["ApiUrl"].removeprefix("https://").partition("/")
        return cls(deployment.client("apigateway"), host.split(".")[0], stage, f"{deployment.name}/client/")

    def plans(self) -> dict[str, dict[str, Any]]:
        """Client's name → its usage plan."""
        return {
            plan["name"].removeprefix(self.prefix): plan
            for page in self.gateway.get_paginator("get_usage_plans").paginate()
            for plan in page["items"]
            if plan["name"].startswith(self.prefix)
        }

    def plan(self, name: str) -> dict[str, Any]:
        """A client's plan.

        Raises
        ------
        NotFoundError
            If there is no such client.

        """
        try:
            return self.plans()[name]
        except KeyError:
            raise NotFoundError(f"There is no client {name}. See them with: list") from None

    def keys(self, plan: dict[str, Any]) -> list[str]:
        """Ids of a plan's keys."""
        pages = self.gateway.get_paginator("get_usage_plan_keys").paginate(usagePlanId=plan["id"])
        return [key["id"] for page in pages for key in page["items"]]

    def add(self, name: str, limits: Limits) -> str:
        """A new client; its key's value.

        Raises
        ------
        NotFoundError
            If the name is taken.

        """
        if name in self.plans():
            raise NotFoundError(f"There is a client {name} already. Revoke it first, or choose another name.")
        plan = self.gateway.create_usage_plan(
            name=self.prefix + name,
            description="A server client (scripts/clients.py).",
            apiStages=[{"apiId": self.api_id, "stage": self.stage}],
            throttle={
                "rateLimit": limits.per_second or DEFAULT_PER_SECOND,
                "burstLimit": limits.burst or DEFAULT_BURST,
            },
            quota={"limit": limits.per_day or DEFAULT_PER_DAY, "period": "DAY"},
        )
        key = self.gateway.create_api_key(name=self.prefix + name, enabled=True)
        self.gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
        return str(self.gateway.get_api_key(apiKey=key["id"], includeValue=True)["value"])

    def limit(self, name: str, limits: Limits) -> None:
        """Change what a client may do; it holds within a minute."""
        self.gateway.update_usage_plan(usagePlanId=self.plan(name)["id"], patchOperations=limits.patches())

    def revoke(self, name: str) -> None:
        """Its key first, so that nothing is open if the rest fails; running it again finishes it."""
        plan = self.plan(name)
        for key in self.keys(plan):
            self.gateway.delete_api_key(apiKey=key)
        for stage in plan.get("apiStages", []):
            patch = {"op": "remove", "path": "/apiStages", "value": f"{stage['apiId']}:{stage['stage']}"}
            self.gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=[patch])
        self.gateway.delete_usage_plan(usagePlanId=plan["id"])


def main(arguments: list[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stack", required=True)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="all clients with their limits")
    for action, text in (("add", "a new client"), ("limit", "change its limits"), ("revoke", "end its access")):
        one = actions.add_parser(action, help=text)
        one.add_argument("name")
        if action != "revoke":
            one.add_argument("--per-second", type=float, help=f"requests; a new client: {DEFAULT_PER_SECOND:g}")
            one.add_argument("--burst", type=int, help=f"requests at once; a new client: {DEFAULT_BURST}")
            one.add_argument("--per-day", type=int, help=f"requests (UTC day); a new client: {DEFAULT_PER_DAY}")
    chosen = parser.parse_args(arguments)
    try:
        clients = Clients.of(Deployment.named(chosen.stack))
        if chosen.action == "list":
            for name, plan in sorted(clients.plans().items()):
                throttle, quota = plan.get("throttle", {}), plan.get("quota", {})
                print(
                    f"{name}  {throttle.get('rateLimit')} a second, {throttle.get('burstLimit')} at once, "
                    f"{quota.get('limit')} a day, {len(clients.keys(plan))} keys"
                )
        elif chosen.action == "revoke":
            clients.revoke(chosen.name)
        else:
            limits = Limits(chosen.per_second, chosen.burst, chosen.per_day)
            if chosen.action == "add":
                print(clients.add(chosen.name, limits))
            elif not limits.patches():
                parser.error("say what to change: --per-second, --burst or --per-day")
            else:
                clients.limit(chosen.name, limits)
    except NotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
