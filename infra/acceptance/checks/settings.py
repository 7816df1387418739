"""Parameters, and what is passed on to the templates under `infra/watch`."""

import re

from samtranslator.yaml_helper import yaml_parse

from .rust import ROOT

WATCHED = {
    "Name", "CallbackApiId", "ConnectApiId", "DeskApiId", "DeskName", "EventsQueueName", "DeadLetterQueueName", "QuarantineQueueName",
    "ScheduleDeadLetterQueueName", "CrmQueueName", "TableName", "IngestName", "WorkerName", "CaretakerName", "ConnectName",
    "PageTopicArn", "TicketTopicArn", "MonthlyBudgetUsd",
}  # fmt: skip


def is_bounded(parameter):
    """Whether a slip of the keyboard is refused before anything is changed."""
    return "AllowedValues" in parameter or "AllowedPattern" in parameter or "MinValue" in parameter


def is_allowed(parameter):
    default = parameter["Default"]
    if "AllowedValues" in parameter:
        return default in parameter["AllowedValues"]
    if "AllowedPattern" in parameter:
        return re.fullmatch(parameter["AllowedPattern"], default) is not None
    return parameter["MinValue"] <= default <= parameter.get("MaxValue", default)


def check(template):
    checks = {
        # They are plain CloudFormation and are deployed with this one: an alarm here would be looked for there.
        "no alarm and no dashboard stands in the main template": not template.of_type("AWS::CloudWatch::Alarm")
        and not template.of_type("AWS::CloudWatch::Dashboard"),
        # Metrics are lines without a level, which Lambda takes for INFO.
        "Lambda drops no line that the functions write": template.document["Globals"]["Function"]["LoggingConfig"][
            "ApplicationLogLevel"
        ]
        == "DEBUG"
        and "trace" not in template.parameters["LogLevel"]["AllowedValues"],
    }
    for name, parameter in template.parameters.items():
        checks[f"{name} says what it is"] = parameter.get("Description", "") != ""
        checks[f"{name} is bounded"] = is_bounded(parameter)
        checks[f"{name} has a default that is allowed"] = is_bounded(parameter) and is_allowed(parameter)
        checks[f"{name} is matched as a whole"] = re.fullmatch(r"\^.*\$", parameter.get("AllowedPattern", "^$")) is not None
    watching = template.of_type("AWS::Serverless::Application")
    checks["alarms and dashboard are deployed with it"] = {it["Location"] for it in watching.values()} == {
        "infra/watch/alarms.yaml",
        "infra/watch/dashboard.yaml",
    }
    for name, application in watching.items():
        asked = yaml_parse((ROOT / application["Location"]).read_text())["Parameters"]
        checks[f"{name} is told all that it asks for"] = set(application["Parameters"]) == set(asked) == WATCHED
    for name, output in template.outputs.items():
        checks[f"the output {name} says what it is"] = output.get("Description", "") != ""
    return checks
