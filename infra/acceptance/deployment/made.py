"""What the stack made, asked of the services themselves."""

import json
import urllib.request

from plain import read

from .say import expect
from .stack import is_lacking


def check(client, stack, aws_url, topics):
    callback, connect, desk = (stack.physical(api) for api in ("HttpApi", "ConnectApi", "DeskApi"))
    gateway, logs = client("apigatewayv2"), client("logs")
    stages = {api: gateway.get_stages(ApiId=api)["Items"][0] for api in (callback, connect, desk)}
    limits = [throttling(aws_url, api) for api in (callback, connect, desk)]
    expect("requests a second and at once: callback, connect, desk", limits, [(500, 1000), (20, 40), (50, 100)])
    expect("the login's pages have no access log", stages[connect].get("AccessLogSettings"), None)

    groups = {group["logGroupName"]: group for group in logs.describe_log_groups()["logGroups"]}
    access = stages[callback]["AccessLogSettings"]["DestinationArn"]
    name = access.split(":log-group:")[1].removesuffix(":*")
    expect("the access log's group", name, "/aws/vendedlogs/politicall/acceptance/callback")
    expect("days it is kept", groups[name]["retentionInDays"], 30)
    filters = logs.describe_metric_filters(logGroupName=name)["metricFilters"]
    counted = [counts["metricNamespace"] + " " + counts["metricName"] for it in filters for counts in it["metricTransformations"]]
    expect("metrics of the access log", counted, ["Politicall/Instagram GatewayRefused"])

    table = client("dynamodb").describe_table(TableName=stack.outputs["TableName"])["Table"]
    # Its key is not looked at, nor is what is reserved of Lambda: ministack's CloudFormation leaves both out, and the checks
    # of the template read them there.
    expect("the table is protected from deletion", table["DeletionProtectionEnabled"], True)
    watched(client, stack, topics)


def throttling(aws_url, api):
    """Read from the bytes: ministack writes these names as the template does, which the client does not know."""
    request = urllib.request.Request(f"{aws_url}/v2/apis/{api}/stages")
    request.add_header("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/sa-east-1/apigateway/aws4_request")
    with urllib.request.urlopen(request, timeout=30) as answer:
        settings = json.load(answer)["items"][0]["defaultRouteSettings"]
    by_name = {name.lower(): value for name, value in settings.items()}
    return int(by_name["throttlingratelimit"]), int(by_name["throttlingburstlimit"])


def watched(client, stack, topics):
    """Alarms and dashboard: all that the two templates name, and each alarm tells somebody."""
    cloudwatch = client("cloudwatch")
    for nested, path in (("Alarms", "infra/watch/alarms.yaml"), ("Dashboard", "infra/watch/dashboard.yaml")):
        named = read(path)["Resources"]
        lacking = {name for name, resource in named.items() if is_lacking(resource)}
        made = stack.resources(stack.physical(nested))
        expect(f"{path}, missing", sorted(set(named) - lacking - set(made)), [])
        print(f"    {path}, left out because ministack does not make it: {', '.join(sorted(lacking)) or 'nothing'}")
    alarms = stack.resources(stack.physical("Alarms"), "AWS::CloudWatch::Alarm")
    found = cloudwatch.describe_alarms(AlarmNames=list(alarms.values()))["MetricAlarms"]
    told = {alarm["AlarmName"]: alarm["AlarmActions"] for alarm in found}
    expect("alarms", len(told), len(alarms))
    by_topic = {topic: sum(actions == [topic] for actions in told.values()) for topic in topics}
    expect("alarms that tell one of the two topics", sum(by_topic.values()), len(alarms))
    expect("each topic is told something", min(by_topic.values()) > 0, True)
    board = stack.physical("Dashboard", stack.physical("Dashboard"))
    body = cloudwatch.get_dashboard(DashboardName=board)["DashboardBody"]
    expect("the dashboard has widgets", len(json.loads(body)["widgets"]) > 0, True)
