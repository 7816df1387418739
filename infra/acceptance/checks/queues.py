"""Queues and what reads them."""

from .rust import found

DAYS = 86_400
# Both linters let a wrong word pass here, and AWS would then serve 300 calls a second in all.
HIGH_THROUGHPUT = {"FifoQueue": True, "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
LOCAL = "crates/cli/src/stack/parts.rs"


def check(template):
    queues = template.of_type("AWS::SQS::Queue")
    events, quarantine, crm = (queues[name] for name in ("EventsQueue", "QuarantineQueue", "CrmQueue"))
    mapping = template.properties["Worker"]["Events"]["Queue"]["Properties"]
    schedule, caretaker = template.properties["CaretakerSchedule"], template.properties["Caretaker"]
    checks = {
        "the local stack's events are invisible as long": events["VisibilityTimeout"]
        == int(found(LOCAL, r'"VisibilityTimeout", "(\d+)"', "visibility timeout")),
        "the local CRM may be away as long": crm["MessageRetentionPeriod"]
        == int(found(LOCAL, r'crm\.push\(\("MessageRetentionPeriod", "(\d+)"\)\)', "retention of the CRM's queue")),
        "quarantine is kept as long as the privacy text says": quarantine["MessageRetentionPeriod"]
        == DAYS * int(found("functions/connect/src/privacy.rs", r"waits for a person: (\d+) days", "word on quarantine")),
        "a parameter switches the CRM's queue off": template.resources["CrmQueue"].get("Condition") == "HasCrmFeed"
        and "HasCrmFeed" in str(caretaker["Environment"]["Variables"]["CRM_QUEUE_URL"]),
        "given-up events go to a queue of their own, from nowhere else": events["RedrivePolicy"]["deadLetterTargetArn"]
        == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
        and queues["DeadLetterQueue"]["RedriveAllowPolicy"]["redrivePermission"] == "byQueue"
        and str(events["QueueName"]["Fn::Sub"]).split("}")[-1]
        == queues["DeadLetterQueue"]["RedriveAllowPolicy"]["sourceQueueArns"][0]["Fn::Sub"].split("}")[-1],
        "one failed record does not return its batch": mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"],
        "a batch is as large as a FIFO queue gives": mapping["BatchSize"] == 10,
        # A filter deletes what it does not match.
        "no filter on the events queue": "FilterCriteria" not in mapping,
        # The next minute is the repetition; two of each would only run side by side.
        "no run of the caretaker is repeated": schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 0
        and caretaker["EventInvokeConfig"]["MaximumRetryAttempts"] == 0,
        "a schedule that cannot reach its function says so": schedule["Target"]["DeadLetterConfig"]
        == {"Arn": {"Fn::GetAtt": ["ScheduleDeadLetterQueue", "Arn"]}},
    }
    for name, queue in queues.items():
        # The longest that SQS keeps a message: a long week-end, and a person who is away.
        checks[f"{name} keeps its messages for 14 days"] = queue["MessageRetentionPeriod"] == 14 * DAYS
        checks[f"{name} is encrypted"] = queue["SqsManagedSseEnabled"] is True
        if queue.get("FifoQueue"):
            checks[f"{name} has high throughput"] = HIGH_THROUGHPUT.items() <= queue.items()
            checks[f"{name} has a FIFO queue's name"] = queue["QueueName"]["Fn::Sub"].endswith(".fifo")
    return checks
