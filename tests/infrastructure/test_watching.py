"""What watches the deployed system: metrics that somebody sends, alarms with a threshold that means something."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cvmaker_core.observability import STAGE_METRICS
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
USD_PER_ALARM_METRIC = 0.10
USD_PER_CUSTOM_METRIC = 0.30
SOURCES = "\n".join(
    path.read_text(encoding="utf-8") for folder in ("functions", "layers") for path in (ROOT / folder).rglob("*.py")
)


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    specification = importlib.util.spec_from_file_location(
        "generate_dashboard", ROOT / "scripts" / "generate_dashboard.py"
    )
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def widgets(template: dict[str, Any]) -> list[dict[str, Any]]:
    body = template["Resources"]["OperationsDashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    return json.loads(body)["widgets"]  # type: ignore[no-any-return]


def alarms(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"].endswith("::Alarm")}


def watched(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics an alarm reads."""
    properties = alarm["Properties"]
    if "MetricName" in properties:
        return [properties]
    return [item["MetricStat"]["Metric"] for item in properties["Metrics"] if "MetricStat" in item]


def sent_by_code(metric: str) -> bool:
    return f'"{metric}"' in SOURCES


def test_the_dashboard_is_the_generated_one(generator: ModuleType) -> None:
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    assert generator.render(text) == text, "run scripts/generate_dashboard.py"


def test_the_dashboard_names_only_what_exists(template: dict[str, Any], widgets: list[dict[str, Any]]) -> None:
    known = {*template["Resources"], *template["Parameters"], "AWS::Region"}
    names = re.findall(r"\$\{([\w:]+)", json.dumps(widgets))
    assert set(names) <= known
    assert len([item for item in widgets if item["type"] == "metric"]) >= 30


def test_the_dashboard_shows_every_stage_the_machine_the_queue_money_and_the_api(widgets: list[dict[str, Any]]) -> None:
    shown = {(metric[0], metric[1]) for item in widgets for metric in item["properties"].get("metrics", []) if metric}
    assert {
        ("AWS/Lambda", "Invocations"),
        ("AWS/Lambda", "Errors"),
        ("AWS/Lambda", "Throttles"),
        ("AWS/States", "ExecutionsTimedOut"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        ("AWS/ApiGateway", "5XXError"),
        ("AWS/CloudFront", "CacheHitRate"),
        ("CvMaker/${StageName}", "Usd"),
    } <= shown
    assert set(STAGE_METRICS) <= {name for space, name in shown if space.startswith("CvMaker")}
    for stage in ("Parse", "Analyze", "Embed", "Tailor", "Render", "Certify"):
        assert any(item["properties"].get("title") == f"{stage}: duration (ms)" for item in widgets)


def test_widgets_do_not_overlap(widgets: list[dict[str, Any]]) -> None:
    taken: set[tuple[int, int]] = set()
    for item in widgets:
        cells = {
            (x, y)
            for x in range(item["x"], item["x"] + item["width"])
            for y in range(item["y"], item["y"] + item["height"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_our_own_metrics_are_sent_by_somebody(template: dict[str, Any], widgets: list[dict[str, Any]]) -> None:
    names = {m[1] for item in widgets for m in item["properties"].get("metrics", []) if m[0].startswith("CvMaker")}
    for alarm in alarms(template).values():
        for metric in watched(alarm):
            if not isinstance(metric["Namespace"], str):
                assert metric["Namespace"] == {"Fn::Sub": "CvMaker/${StageName}"}
                names.add(metric["MetricName"])
    assert {name for name in names if not sent_by_code(name)} == set()


def test_an_alarm_on_time_fires_before_the_time_out(template: dict[str, Any]) -> None:
    default = template["Globals"]["Function"]["Timeout"]
    slow = {name: item["Properties"] for name, item in alarms(template).items() if name.endswith("SlowAlarm")}
    assert {"ParseSlowAlarm", "TailorSlowAlarm", "RenderSlowAlarm", "ApiSlowAlarm"} <= slow.keys()
    for name, properties in slow.items():
        function = properties["Dimensions"][0]["Value"]["Ref"]
        assert name == f"{function.removesuffix('Function')}SlowAlarm"
        timeout = template["Resources"][function]["Properties"].get("Timeout", default)
        assert properties["ExtendedStatistic"] == "p99"
        assert properties["Threshold"] == timeout * 800
        assert f"of {timeout} s" in properties["AlarmDescription"]


def test_every_alarm_tells_somebody_and_has_its_line_in_the_runbook(template: dict[str, Any]) -> None:
    for name, alarm in alarms(template).items():
        properties = alarm["Properties"]
        assert properties["TreatMissingData"] == "notBreaching", f"{name}: a quiet night is no alarm"
        assert properties["AlarmActions"]["Fn::If"][0] == "HasTopic"
        assert f"`{name.removesuffix('Alarm')}`" in OPERATIONS, f"docs/operations.md says nothing about {name}"


def test_the_stated_prices_are_the_counted_ones(template: dict[str, Any], widgets: list[dict[str, Any]]) -> None:
    metrics = sum(len(watched(alarm)) for alarm in alarms(template).values())
    stated = f"{metrics * USD_PER_ALARM_METRIC:.2f} USD"
    assert stated in template["Parameters"]["Alarms"]["Description"]
    assert stated in OPERATIONS
    sent = {
        (metric[1], metric[5])
        for item in widgets
        for metric in item["properties"].get("metrics", [])
        if metric[0].startswith("CvMaker") and metric[1] in STAGE_METRICS
    }
    stated = f"{len(sent) * USD_PER_CUSTOM_METRIC:.2f} USD"
    assert stated in template["Parameters"]["StageMetrics"]["Description"]
    assert stated in OPERATIONS


def test_what_costs_money_can_be_switched_off_and_says_its_price(template: dict[str, Any]) -> None:
    priced = {"Alarms", "Dashboard", "StageMetrics", "TracingMode", "TransferAcceleration", "ApiCacheGigabytes"}
    priced |= {"FirewallRequestsPerFiveMinutes", "ApiSnapStart", "ApiProvisionedConcurrency", "MonthlyBudgetUsd"}
    for name in priced:
        assert re.search(r"USD|[Ff]ree", template["Parameters"][name]["Description"]), name
        assert f"`{name}`" in OPERATIONS, f"docs/operations.md does not say when {name} pays"
    off = {"TransferAcceleration": "off", "ApiCacheGigabytes": "0", "FirewallRequestsPerFiveMinutes": 0}
    off |= {"ApiSnapStart": "None", "ApiProvisionedConcurrency": 0, "MonthlyBudgetUsd": 0, "GradualDeployment": "false"}
    assert {name: template["Parameters"][name]["Default"] for name in off} == off


def test_saved_queries_read_log_groups_of_this_stack(template: dict[str, Any]) -> None:
    resources = template["Resources"]
    queries = [item["Properties"] for item in resources.values() if item["Type"] == "AWS::Logs::QueryDefinition"]
    assert len(queries) >= 8
    for query in queries:
        assert {resources[group["Ref"]]["Type"] for group in query["LogGroupNames"]} == {"AWS::Logs::LogGroup"}
        # Fields that our lines have, beside Insights' own (with @) and what the query itself names.
        own = set(re.findall(r"\bas (\w+)", query["QueryString"]))
        for field in re.findall(r"(?:filter|by|display) ([\w, .@]+?)(?: =| in |\n|$)", query["QueryString"]):
            for name in (part.strip() for part in field.split(",")):
                known = name.startswith("@") or name in own or re.search(rf"\b{name.split('.')[0]}\b", SOURCES)
                assert known, f"{query['Name']}: {name}"
    assert any("execution =" in query["QueryString"] for query in queries), "from an execution to its job"


def test_only_one_way_of_keeping_the_api_warm(template: dict[str, Any]) -> None:
    assert template["Rules"]["WarmInOneWay"]["Assertions"][0]["Assert"]
    assert template["Resources"]["ApiFunction"]["Properties"]["SnapStart"] == {"ApplyOn": {"Ref": "ApiSnapStart"}}


def test_the_api_caches_nothing_of_a_person(template: dict[str, Any]) -> None:
    settings = template["Resources"]["Api"]["Properties"]["MethodSettings"]
    cached = {item["ResourcePath"] for item in settings if item["CachingEnabled"] is not False}
    assert cached == {"/~1templates", "/~1openapi.json"}
    assert [item["ResourcePath"] for item in settings if item["CachingEnabled"] is False] == ["/*"]
