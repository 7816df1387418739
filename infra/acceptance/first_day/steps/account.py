"""The account: connected in the morning, and again after Meta took its token no more."""

import pathlib

import delivery

from ..say import holds, same

USERNAME = "vereadora.aurora.lima"
RULES = pathlib.Path(__file__).parents[1] / "rules.json"
# What every account is subscribed to, by the README of `connect`.
FIELDS = 8


def connect(day):
    same("accounts of the customer in the morning", day.desk.get()["accounts"], [])
    day.log_in(username=USERNAME)
    connected = day.told("account.connected", customer=day.customer)
    same("the name that the CRM is told", connected["username"], USERNAME)
    listed = day.desk.get()["accounts"]
    same("the accounts at the desk", [it["account"] for it in listed], [connected["account"]])
    day.account = connected["account"]
    found = day.desk.get()
    same("how it stands", [found[name] for name in ("username", "connection", "mode")], [USERNAME, "connected", "observe"])

    # Asked of Meta, with the account's own token. Other findings of the doctor are not this script's.
    report = day.world.run("doctor", day.account, code=None)
    holds("subscribed to every field", f"ok         it is subscribed to {FIELDS} fields" in report, subscription(report))

    day.world.run("rules", "set", day.account, RULES)
    day.world.run("accounts", "mode", day.account, "answer")
    found = day.desk.get()
    same("what is done for it then", (found["mode"], found["answers"]), ("answer", True))
    return f"{day.account} is told, listed and subscribed to {FIELDS} fields"


def subscription(report):
    return [line.strip() for line in report.splitlines() if "subscribed" in line] or "no word about it"


def dead_token(day):
    person, another = delivery.new_person(), delivery.new_person()
    day.instagram.end_token()
    _, mid = day.write(person, "Bom dia, qual o horário do gabinete?")
    broken = day.told("account.broken")
    trouble = broken["trouble"]
    holds("advice in both languages", trouble["advice"]["pt"] and trouble["advice"]["en"], "none")
    found = day.desk.get()
    holds("the desk says since when", found["broken_since"], found["broken_since"])
    same("the desk's word for the trouble", found["trouble"]["code"], trouble["code"])
    day.told_of(mid, "answered")
    waiting = day.desk.entry(person, mid)["replies"]
    same("how the answer stands", [reply["state"] for reply in waiting], ["planned"])
    day.got(person)

    day.log_in(account=day.account)
    repaired = day.told("account.repaired")
    same("what became too old meanwhile", repaired["unanswered"], [])
    day.answered(person, mid)
    _, new_mid = day.write(another, "Boa tarde, que horas vocês abrem?")
    day.told_of(new_mid, "answered")
    day.answered(another, new_mid)
    found = day.desk.get()
    same("how it stands after the login", (found["broken_since"], found["trouble"], found["mode"]), (None, None, "answer"))
    return f"broken ({trouble['code']}), repaired, the answer that waited went out once"
