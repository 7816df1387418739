"""What no linter knows of infra/watch: that every metric which is shown or alarmed exists, with the dimension and the
statistic that fit it; that none is forgotten; that each alarm has a level, its topic and a runbook that knows it.

    watch_checks.py ROOT            says what is wrong, if anything
    watch_checks.py ROOT --table    prints the table of alarms for infra/watch/README.md
"""

import json
import pathlib
import re
import sys

from samtranslator.yaml_helper import yaml_parse

OURS = "Politicall/Instagram"
LEVELS = {"page": "PageTopicArn", "ticket": "TicketTopicArn"}
SERVICES = ("ingest", "worker", "caretaker", "connect", "desk")
MOST_SERIES = 120

# Which statistic can be asked of which kind.
STATISTICS = {"count": r"Sum", "level": r"Maximum|Minimum", "distribution": r"p\d+(\.\d+)?"}

# AWS's own, as its documentation names them (read 2026-11-29): by namespace each metric with its kinds, and the sets of
# dimensions that they come with.
COUNT, LEVEL = ("count",), ("level",)
AWS = {
    # HTTP APIs write 4xx and 5xx; REST APIs 4XXError and 5XXError.
    "AWS/ApiGateway": ({"Count": COUNT, "4xx": COUNT, "5xx": COUNT, "Latency": ("distribution",)}, [{"ApiId"}]),
    "AWS/DynamoDB": (
        {
            "ConsumedReadCapacityUnits": COUNT,
            "ConsumedWriteCapacityUnits": COUNT,
            "ReadThrottleEvents": COUNT,
            "WriteThrottleEvents": COUNT,
        },
        [{"TableName"}, {"TableName", "GlobalSecondaryIndexName"}],
    ),
    # The sum of durations is what is paid for.
    "AWS/Lambda": (
        {"Invocations": COUNT, "Errors": COUNT, "Throttles": COUNT, "Duration": ("distribution", "count")},
        [{"FunctionName"}],
    ),
    "AWS/Logs": ({"IncomingBytes": COUNT}, [{"LogGroupName"}]),
    "AWS/SQS": (
        {
            "ApproximateAgeOfOldestMessage": LEVEL,
            "ApproximateNumberOfMessagesVisible": LEVEL,
            "ApproximateNumberOfMessagesNotVisible": LEVEL,
            "NumberOfMessagesSent": COUNT,
            "NumberOfMessagesReceived": COUNT,
            "NumberOfMessagesDeleted": COUNT,
            "NumberOfEmptyReceives": COUNT,
        },
        [{"QueueName"}],
    ),
}
# Comes only by operation.
SYSTEM_ERRORS = ("AWS/DynamoDB", "SystemErrors")
OPERATIONS = {"GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"}

# Which parameters can stand for which dimension.
QUEUES = ("EventsQueueName", "DeadLetterQueueName", "QuarantineQueueName", "ScheduleDeadLetterQueueName", "CrmQueueName")
VALUES = {
    "ApiId": {"CallbackApiId", "ConnectApiId", "DeskApiId"},
    # As template.yaml names the table's index.
    "GlobalSecondaryIndexName": {"due"},
    "FunctionName": {f"{service.capitalize()}Name" for service in SERVICES},
    "LogGroupName": {f"/politicall/Name/{service}" for service in SERVICES},
    "Operation": OPERATIONS,
    # "off" stands for the CRM's queue where there is none.
    "QueueName": {*QUEUES, "off"},
    "TableName": {"TableName"},
}
PARAMETERS = {"Name", "TableName", "MonthlyBudgetUsd", *QUEUES, *LEVELS.values(), *VALUES["ApiId"], *VALUES["FunctionName"]}

# CloudWatch's limits; of functions, AWS advises against those in alarms that look along the whole series.
MOST_ENTRIES, MOST_DESCRIPTION, MOST_WIDGETS, COLUMNS = 10, 1024, 500, 24
FUNCTIONS_IN_ALARMS = {"FILL", "IF"}

# What a budget cannot say of itself.
BUDGET = ("MonthlyBudget", "ticket", "cost")
RUNBOOK = re.compile(r" Runbook: infra/runbooks/([a-z-]+)\.md$")

faults = []


def check(holds, fault):
    if not holds:
        faults.append(fault)
    return holds


class Evaluation:
    """A template with its parameters put in, as far as ours need it."""

    def __init__(self, template, values):
        self.conditions = template.get("Conditions", {})
        self.values = {"AWS::Region": "region", "AWS::Partition": "aws", "AWS::AccountId": "account", **values}

    def condition(self, name):
        return self.of(self.conditions[name])

    def of(self, node):
        if isinstance(node, list):
            return [self.of(item) for item in node]
        if not isinstance(node, dict):
            return node
        if len(node) != 1:
            return {key: self.of(value) for key, value in node.items()}
        ((name, argument),) = node.items()
        match name:
            case "Ref":
                return self.values[argument]
            case "Condition":
                return self.condition(argument)
            case "Fn::Equals":
                return self.of(argument[0]) == self.of(argument[1])
            case "Fn::Not":
                return not self.of(argument[0])
            case "Fn::And":
                return all(self.of(argument))
            case "Fn::If":
                return self.of(argument[1] if self.condition(argument[0]) else argument[2])
            case "Fn::Sub":
                text, more = argument if isinstance(argument, list) else (argument, {})
                known = {**self.values, **self.of(more)}
                return re.sub(r"\$\{([\w:]+)\}", lambda found: known[found[1]], text)
        return {name: self.of(argument)}


class Catalogue:
    """The metrics that our functions write, and those that the template makes of a log."""

    def __init__(self, folder):
        read = lambda name: json.loads((folder / name).read_text())
        self.from_logs = read("from-logs.json")
        entries = read("metrics.json") + self.from_logs
        self.kinds = {(entry["service"], entry["name"]): entry["kind"] for entry in entries}
        self.not_shown = {(entry["service"], entry["name"]): entry.get("why") for entry in read("not-shown.json")}
        check(len(self.kinds) == len(entries), "a metric is listed twice")
        check(len(entries) <= MOST_SERIES, f"{len(entries)} series; {MOST_SERIES} at most")

    def check_metric(self, where, namespace, name, dimensions, statistic):
        where = f"{where}: {namespace} {name}"
        kinds = self.kinds_of(where, namespace, name, dimensions)
        fits = any(re.fullmatch(STATISTICS[kind], statistic or "") for kind in kinds)
        check(fits or not kinds, f"{where} is a {' or '.join(kinds)}, of which {statistic} says nothing")

    def kinds_of(self, where, namespace, name, dimensions):
        """The metric's kinds; none if there is no such metric."""
        if namespace == OURS:
            kind = self.kinds.get((dimensions.get("service", ""), name)) if set(dimensions) <= {"service"} else None
            check(kind, f"{where} is not in the catalogue with {dimensions or 'no dimension'}")
            return (kind,) if kind else ()
        if (namespace, name) == SYSTEM_ERRORS:
            kinds, sets = COUNT, [{"TableName", "Operation"}]
        else:
            metrics, sets = AWS.get(namespace, ({}, []))
            kinds = metrics.get(name, ())
        if check(kinds, f"{where} is not known here as one of AWS's"):
            if check(set(dimensions) in sets, f"{where} does not come with {dimensions}"):
                for dimension, value in dimensions.items():
                    check(value in VALUES[dimension], f"{where}: {value} is no {dimension} of ours")
        return kinds


def check_expressions(where, expressions, metrics):
    """That ids are well-formed and named once, and that expressions and metrics fit each other."""
    ids = [one for one, _ in expressions if one] + [one for one in metrics if one]
    check(len(ids) == len(set(ids)), f"{where}: an id is there twice")
    check(all(re.fullmatch(r"[a-z]\w*", one) for one in ids), f"{where}: an id does not begin with a small letter")
    used = {word for _, text in expressions for word in re.findall(r"\b[a-z]\w*", text)}
    check(used <= set(ids), f"{where}: no metric has the id {sorted(used - set(ids))}")
    return used


def check_alarm(name, alarm, catalogue):
    """Gives the alarm's level, meaning and runbook."""
    level = next((level for level in LEVELS if alarm.get("AlarmName") == f"Name-{level}-{name}"), None)
    check(level, f"{name}: its name is {alarm.get('AlarmName')}, not ${{Name}}-LEVEL-{name}")
    text = alarm["AlarmDescription"]
    check(text.startswith(f"{str(level).upper()}. "), f"{name}: the description does not begin with its level")
    check(len(text) <= MOST_DESCRIPTION, f"{name}: the description is too long")
    named = RUNBOOK.search(text)
    check(named, f"{name}: the description does not end with its runbook")
    check(alarm["AlarmActions"] == [LEVELS.get(level)], f"{name} tells {alarm['AlarmActions']}")
    silence = "breaching" if name == "CaretakerSilent" else "notBreaching"
    check(alarm.get("TreatMissingData") == silence, f"{name}: missing data has to be {silence}")

    if "Metrics" in alarm:
        period = check_alarm_expression(name, alarm, catalogue)
    else:
        period = alarm["Period"]
        dimensions = {one["Name"]: one["Value"] for one in alarm.get("Dimensions", [])}
        catalogue.check_metric(name, alarm["Namespace"], alarm["MetricName"], dimensions, alarm.get("Statistic"))
    check(period % 60 == 0 and period * alarm["EvaluationPeriods"] <= 86_400, f"{name} looks back for more than a day")
    meaning = RUNBOOK.sub("", text).partition(". ")[2]
    return level, meaning, named and named[1]


def check_alarm_expression(name, alarm, catalogue):
    entries = alarm["Metrics"]
    check(len(entries) <= MOST_ENTRIES, f"{name} has more than {MOST_ENTRIES} entries")
    check(sum(entry.get("ReturnData", True) for entry in entries) == 1, f"{name} watches more or less than one series")
    expressions = [(entry["Id"], entry["Expression"]) for entry in entries if "Expression" in entry]
    stats = {entry["Id"]: entry["MetricStat"] for entry in entries if "MetricStat" in entry}
    used = check_expressions(name, expressions, stats)
    watched = {entry["Id"] for entry in entries if entry.get("ReturnData", True)}
    check(set(stats) | {one for one, _ in expressions} == used | watched, f"{name} asks for something that it does not use")
    for stat in stats.values():
        metric = stat["Metric"]
        dimensions = {one["Name"]: one["Value"] for one in metric.get("Dimensions", [])}
        catalogue.check_metric(name, metric["Namespace"], metric["MetricName"], dimensions, stat["Stat"])
    functions = {word for _, text in expressions for word in re.findall(r"\b[A-Z_]+(?=\()", text)}
    check(functions <= FUNCTIONS_IN_ALARMS, f"{name}: {sorted(functions - FUNCTIONS_IN_ALARMS)} is not for alarms")
    # The newest point may be filled only because its data come late.
    some_of_many = alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]) < alarm["EvaluationPeriods"]
    check("FILL" not in functions or some_of_many, f"{name} fills gaps and hangs on the newest point")
    periods = {stat["Period"] for stat in stats.values()}
    check(len(periods) == 1, f"{name} mixes periods")
    return max(periods)


def check_budget(budget):
    subscribers = [one for notification in budget["NotificationsWithSubscribers"] for one in notification["Subscribers"]]
    name, level, _ = BUDGET
    check(budget["Budget"]["BudgetName"] == f"Name-{level}-{name}", "the budget is not named like the alarms")
    check(
        all(one == {"SubscriptionType": "SNS", "Address": LEVELS[level]} for one in subscribers) and subscribers,
        "the budget does not tell its topic",
    )


def written_out(metrics):
    """Metrics of a widget with "." and "..." replaced by what they stand for: each its fields and its options."""
    before = []
    for entry in metrics:
        *fields, options = entry if isinstance(entry[-1], dict) else [*entry, {}]
        if fields and fields[0] == "...":
            fields = before[: len(before) - len(fields) + 1] + fields[1:]
        fields = [before[place] if field == "." else field for place, field in enumerate(fields)]
        yield fields, options
        before = fields


def check_widget(widget, catalogue):
    """Gives the metrics of ours that are shown."""
    shown, properties = set(), widget["properties"]
    where = f"widget {properties['title']!r}"
    check(properties.get("region") == "region", f"{where} names no region")
    metrics = list(written_out(properties["metrics"]))
    check(len(metrics) <= 500, f"{where} has more than 500 metrics")
    expressions = [(options.get("id"), options["expression"]) for fields, options in metrics if not fields]
    used = check_expressions(where, expressions, [options.get("id") for fields, options in metrics if fields])
    for fields, options in metrics:
        if not fields:
            continue
        namespace, name, *rest = fields
        dimensions = dict(zip(rest[::2], rest[1::2], strict=True))
        catalogue.check_metric(where, namespace, name, dimensions, options.get("stat", properties.get("stat")))
        visible = options.get("visible", True) or options.get("id") in used
        check(visible, f"{where}: {name} is neither shown nor used")
        if namespace == OURS and visible:
            shown.add((dimensions.get("service", ""), name))
    return shown


def check_layout(widgets):
    check(len(widgets) <= MOST_WIDGETS, "too many widgets")
    taken = {}
    for number, widget in enumerate(widgets):
        x, y, width, height = (widget[side] for side in ("x", "y", "width", "height"))
        check(x >= 0 and width >= 1 and x + width <= COLUMNS, f"widget {number} is wider than the grid")
        for cell in ((column, row) for column in range(x, x + width) for row in range(y, y + height)):
            if not check(cell not in taken, f"widgets {taken.get(cell)} and {number} lie on each other"):
                break
            taken[cell] = number
    rows = max(row for _, row in taken) + 1
    check(len(taken) == rows * COLUMNS, "there is a hole between the widgets")


def check_dashboard(body, alarms, catalogue):
    """Gives the metrics of ours that are shown. `alarms` are names by level."""
    widgets = json.loads(body)["widgets"]
    check_layout(widgets)
    shown, listed = set(), []
    for widget in widgets:
        match widget["type"]:
            case "text":
                check("\nGood: " in widget["properties"]["markdown"], "a text does not say what good looks like")
            case "alarm":
                check(len(widget["properties"]["alarms"]) <= 100, "more than 100 alarms in a widget")
                listed.append({arn.rpartition(":alarm:")[2] for arn in widget["properties"]["alarms"]})
            case "metric":
                shown |= check_widget(widget, catalogue)
    wanted = [{f"Name-{level}-{name}" for name in alarms[level]} for level in LEVELS]
    check(listed == wanted, f"the first row lacks alarms, or has others: {listed} instead of {wanted}")
    return shown


def check_template(template, catalogue):
    """That the main template hands over what the two ask for, and makes what they count on."""
    resources = template["Resources"]
    indexes = {index["IndexName"] for index in resources["Table"]["Properties"]["GlobalSecondaryIndexes"]}
    check(indexes == VALUES["GlobalSecondaryIndexName"], f"template.yaml names the table's indexes {indexes}")
    for name, location in (("Alarms", "alarms"), ("Dashboard", "dashboard")):
        nested = resources.get(name, {}).get("Properties", {})
        check(nested.get("Location") == f"infra/watch/{location}.yaml", f"template.yaml has no {name}")
        check(set(nested.get("Parameters", {})) == PARAMETERS, f"template.yaml hands other parameters to {name}")
    made = [
        (one["MetricNamespace"], one["MetricName"])
        for resource in resources.values()
        if resource["Type"] == "AWS::Logs::MetricFilter"
        for one in resource["Properties"]["MetricTransformations"]
        if "Dimensions" not in one
    ]
    wanted = [(OURS, entry["name"]) for entry in catalogue.from_logs]
    check(sorted(made) == sorted(wanted), f"template.yaml makes {made} of logs, from-logs.json says {wanted}")
    groups = [one["Properties"]["LogGroupName"] for one in resources.values() if one["Type"] == "AWS::Logs::LogGroup"]
    for service in SERVICES:
        expected = {"Fn::Sub": f"/politicall/${{AWS::StackName}}/{service}"}
        check(expected in groups, f"template.yaml names the log group of {service} otherwise than the dashboard")


def table(rows):
    lines = ["| name | level | what it means | runbook |", "| --- | --- | --- | --- |"]
    for level, name, meaning, runbook in sorted(rows):
        lines.append(f"| `{name}` | {level} | {meaning} | [{runbook}](../runbooks/{runbook}.md) |")
    return "\n".join(lines) + "\n"


def check_alarms(template, catalogue, everything, nothing):
    """Gives the table's rows, and the alarms' names by level: all of them, and those that stand with everything off."""
    on, off = Evaluation(template, everything), Evaluation(template, nothing)
    rows, names, names_off, token_days = [], {level: set() for level in LEVELS}, {level: set() for level in LEVELS}, set()
    for name, resource in template["Resources"].items():
        stands_off = "Condition" not in resource or off.condition(resource["Condition"])
        if resource["Type"] == "AWS::Budgets::Budget":
            check(name == BUDGET[0] and not stands_off, "a budget without anybody to tell cannot be made")
            check_budget(on.of(resource["Properties"]))
            meaning = "The AWS account's month has cost 80 or 100 percent of the budget, or will cost all of it."
            rows.append((BUDGET[1], name, meaning, BUDGET[2]))
            continue
        alarm = on.of(resource["Properties"])
        level, meaning, runbook = check_alarm(name, alarm, catalogue)
        check(off.of(resource["Properties"]["AlarmActions"]) == [], f"{name} tells somebody who is not there")
        if alarm.get("MetricName") == "TokenDaysLeft":
            token_days.add(alarm["Threshold"])
        if level and runbook:
            rows.append((level, name, meaning, runbook))
            names[level].add(name)
            if stands_off:
                names_off[level].add(name)
    check(token_days == {2, 7}, "a token's end is not alarmed 7 and 2 days before")
    return rows, names, names_off


def check_runbooks(rows, root):
    for _, name, _, runbook in rows:
        path = f"infra/runbooks/{runbook}.md"
        if check((root / path).is_file(), f"{name}: there is no {path}"):
            check(re.search(rf"\b{name}\b", (root / path).read_text()), f"{path} does not mention {name}")


def check_all_shown(shown, catalogue):
    for metric in sorted(catalogue.kinds):
        known = metric in shown or metric in catalogue.not_shown
        check(known, f"{metric} is neither on the dashboard nor in not-shown.json")
    for metric, why in catalogue.not_shown.items():
        check(metric in catalogue.kinds, f"not-shown.json: there is no {metric}")
        check(metric not in shown, f"not-shown.json: {metric} is shown")
        check(why, f"not-shown.json: {metric} has no reason")


def main(root, prints_table):
    folder = root / "infra" / "watch"
    deployed, alarms, dashboard = (
        yaml_parse(path.read_text()) for path in (root / "template.yaml", folder / "alarms.yaml", folder / "dashboard.yaml")
    )
    for name, template in (("alarms", alarms), ("dashboard", dashboard)):
        check(set(template["Parameters"]) == PARAMETERS, f"{name}.yaml has other parameters than agreed")
        types = {parameter["Type"] for parameter in template["Parameters"].values()}
        check(types == {"String"}, f"{name}.yaml: a parameter is no String")

    # Every parameter stands for itself; and once more with everything off that can be.
    everything = {parameter: parameter for parameter in PARAMETERS}
    nothing = {**everything, "CrmQueueName": "", "PageTopicArn": "", "TicketTopicArn": "", "MonthlyBudgetUsd": "0"}
    catalogue = Catalogue(folder)
    rows, names, names_off = check_alarms(alarms, catalogue, everything, nothing)
    if prints_table:
        print(table(rows), end="")
        return
    body = dashboard["Resources"]["Dashboard"]["Properties"]["DashboardBody"]
    shown = check_dashboard(Evaluation(dashboard, everything).of(body), names, catalogue)
    check_dashboard(Evaluation(dashboard, nothing).of(body), names_off, catalogue)
    check_all_shown(shown, catalogue)
    check_runbooks(rows, root)
    check_template(deployed, catalogue)
    check(table(rows) in (folder / "README.md").read_text(), "the table in infra/watch/README.md is not what --table prints")
    if faults:
        sys.exit("".join(f"\n    not so: {fault}" for fault in dict.fromkeys(faults)))
    print(f"    {len(rows)} alarms; {len(catalogue.kinds)} series of ours, {len(shown)} of them shown")


main(pathlib.Path(sys.argv[1]), "--table" in sys.argv)
