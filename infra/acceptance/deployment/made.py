"""What the stack made, asked of the services themselves."""

import json
import urllib.request

from plain import read

from .say import expect


def check(client, stack, aws_url, topics):
    callback, connect = (stack.physical(api) for api in ("HttpApi", "ConnectApi"))
    gateway, logs = client("apigatewayv2"), client("logs")
    stages = {api: gateway.get_stages(ApiId=api)["Items"][0] for api in (callback, connect)}
    limits = [throttling(aws_url, api) for api in (callback, connect)]
    expect("requests a second and at once: callback, connect", limits, [(500, 1000), (20, 40)])
    expect("the login's pages have no access log", stages[connect].get("AccessLogSettings"), None)

    groups = {group["logGroupName"]: group for group in logs.describe_log_groups()["logGroups"]}
    access = stages[callback]["AccessLogSettings"]["DestinationArn"]
    name = access.split(":log-group:")[1].removesuffix(":*")
    expect("the access log's group", name, "/aws/vendedlogs/politicall/acceptance/callback")
    expect("days it is kept", groups[name]["retentionInDays"], 30)
    filters = logs.describe_metric_filters(logGroupName=name)["metricFilters"]
    counted = [(it["metricTransformations"][0]["metricNamespace"], it["metricTransformations"][0]["metricName"]) for it in filters]
    expect("metric of the access log", counted, [("Politicall/Instagram", "GatewayRefused")])

    table = client("dynamodb").describe_table(TableName=stack.outputs["TableName"])["Table"]
    # Its key is not looked at, nor is what is reserved of Lambda: ministack's CloudFormation leaves both out. The checks of the
    # template read them there.
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
    """Alarms and dashboard: all that the two templates name, each alarm with somebody to tell."""
    cloudwatch = client("cloudwatch")
    for nested, path in (("Alarms", "infra/watch/alarms.yaml"), ("Dashboard", "infra/watch/dashboard.yaml")):
        wanted = {name for name, it in read(path)["Resources"].items() if "Condition" not in it or holds(it["Condition"])}
        made = stack.resources(stack.physical(nested))
        names = {name for of_type in made.values() for name in of_type}
        expect(f"missing of {path}", sorted(wanted - names), [])
    alarms = made_alarms(stack)
    found = cloudwatch.describe_alarms(AlarmNames=list(alarms.values()), AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    told = {alarm["AlarmName"]: alarm["AlarmActions"] for kind in ("MetricAlarms", "CompositeAlarms") for alarm in found.get(kind, [])}
    expect("alarms that are there", len(told), len(alarms))
    strangers = sorted(name for name, actions in told.items() if not set(actions) <= set(topics))
    expect("alarms that tell anybody else", strangers, [])
    print(f"    alarms by whom they tell: {counts(told, topics)}")
    boards = cloudwatch.list_dashboards()["DashboardEntries"]
    body = cloudwatch.get_dashboard(DashboardName=boards[0]["DashboardName"])["DashboardBody"]
    expect("the dashboard is JSON with widgets", len(json.loads(body)["widgets"]) > 0, True)


def holds(condition):
    """With topics, a budget and the CRM's feed, all of the templates' conditions hold but those of their absence."""
    return not condition.startswith(("No", "Lacks"))


def made_alarms(stack):
    made = stack.resources(stack.physical("Alarms"))
    return made.get("AWS::CloudWatch::Alarm", {}) | made.get("AWS::CloudWatch::CompositeAlarm", {})


def counts(told, topics):
    by = {topic.split(":")[-1]: sum(topic in actions for actions in told.values()) for topic in topics}
    return by | {"nobody": sum(not actions for actions in told.values())}
