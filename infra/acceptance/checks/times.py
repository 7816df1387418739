"""Who waits for whom, and who gives up first: template and code have these numbers together."""

from .rust import number, numbers, seconds

INGEST, WORKER, CARETAKER, CONNECT, DESK = (
    f"functions/{name}/src/" for name in ("ingest", "worker", "caretaker", "connect", "desk")
)
META_WAITS = ("crates/instagram/src/limits.rs", "WEBHOOK_ANSWER")
GRAPH_CALL = ("crates/graph/src/client.rs", "DEADLINE")
LEASE = ("crates/outbox/src/lib.rs", "LEASE_MS")


def check(template):
    ingest, worker, caretaker, connect, desk = (
        template.properties[name]["Timeout"] for name in ("Ingest", "Worker", "Caretaker", "Connect", "Desk")
    )
    visibility = template.properties["EventsQueue"]["VisibilityTimeout"]
    receives = template.properties["EventsQueue"]["RedrivePolicy"]["maxReceiveCount"]
    every = template.properties["CaretakerSchedule"]["ScheduleExpression"]
    graph, lease = seconds(*GRAPH_CALL), seconds(*LEASE)
    at_gateway = {
        name: {route["TimeoutInMillis"] / 1000 for route in template.routes(name).values()}
        for name in ("Ingest", "Connect", "Desk")
    }
    connect_budget, desk_budget = (seconds(room + "lib.rs", "BUDGET") for room in (CONNECT, DESK))
    leave = seconds(WORKER + "record.rs", "LEAVE")
    return {
        "ingest outlives its budget": ingest > seconds(INGEST + "lib.rs", "BUDGET") + seconds(INGEST + "lib.rs", "MARGIN"),
        "ingest ends before Meta gives up": ingest <= seconds(*META_WAITS),
        "the gateway waits longer than ingest may take": min(at_gateway["Ingest"]) > ingest,
        "a login's three calls of Meta fit into connect's budget": 3 * graph < connect_budget,
        "connect outlives its budget": connect > connect_budget + seconds(CONNECT + "lib.rs", "MARGIN"),
        "the gateway waits longer than connect may take, and no longer than it can": connect < min(at_gateway["Connect"])
        and max(at_gateway["Connect"]) < 30,
        "a Graph call fits into the desk's budget": graph < desk_budget,
        "the desk outlives its budget": desk > desk_budget + seconds(DESK + "lib.rs", "MARGIN"),
        "the gateway waits longer than the desk may take, and no longer than it can": desk < min(at_gateway["Desk"])
        and max(at_gateway["Desk"]) < 30,
        "the worker has the time that its code reckons with": worker == seconds(WORKER + "batch.rs", "TIME_OUT"),
        "a worker begins nothing that a Graph call would not fit into": graph < leave < worker,
        "a worker ends before its lease": worker < lease,
        "a lease ends before its event is seen again": lease < visibility,
        "visibility is six times the worker's time or more": visibility >= 6 * worker,
        "a returned event waits no longer than a lost one": max(numbers(WORKER + "batch.rs", "WAITS_SECONDS")) <= visibility,
        "an event is received as often as on the local stack": receives
        == number("crates/cli/src/stack/parts.rs", "MAX_RECEIVES"),
        "the caretaker has the time that its code reckons with": caretaker == seconds(CARETAKER + "lib.rs", "TIME_OUT"),
        "what the caretaker begins last ends in time": seconds(CARETAKER + "lib.rs", "WORKING_TIME") + graph < caretaker,
        "the caretaker gives up by itself": seconds(CARETAKER + "lib.rs", "CUT_OFF") < caretaker,
        "the caretaker comes as often as on the local stack": every == "rate(1 minute)"
        and seconds("crates/cli/src/stack/tending.rs", "PERIOD") == 60,
    }
