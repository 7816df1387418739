//! Reading conversations: what reconciling goes by (fact sheet 4.11).

use serde_json::{Value, json};

use super::limits::Limit;
use super::reply::{Outcome, Refusal};
use super::request::{Request, select};
use super::state::State;
use super::time::iso;
use super::world::{Message, Thread, World};

/// How many of a thread's newest messages still tell more than their id.
const DETAILED: usize = 20;
/// How many items a list shows.
const PAGE: usize = 25;

/// `GET /{account}/conversations?platform=instagram[&user_id=…]`, the latest first.
pub(super) fn list(state: &mut State, account: &str, request: &Request, now: i64) -> Outcome {
    take(state, account, now)?;
    if request.param("platform") != Some("instagram") {
        return Err(Refusal::parameter("The parameter platform must be instagram"));
    }
    let wanted = request.param("user_id");
    let own = state.world.threads.iter().filter(|thread| thread.account == account);
    let found = own.filter(|thread| wanted.is_none_or(|person| thread.person == person));
    let until = now - state.arrangements.read_lag_ms;
    let mut threads: Vec<(i64, &Thread)> =
        found.filter_map(|thread| Some((messages(&state.world, thread, until).next()?.at, thread))).collect();
    threads.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let data: Vec<Value> =
        threads.iter().take(PAGE).map(|(at, thread)| json!({"id": thread.id, "updated_time": iso(*at)})).collect();
    Ok(json!({ "data": data }))
}

/// `GET /{conversation}?fields=messages` or `messages{…}`, the newest first.
pub(super) fn read(state: &mut State, account: &str, id: &str, request: &Request, now: i64) -> Outcome {
    take(state, account, now)?;
    let until = now - state.arrangements.read_lag_ms;
    let world = &state.world;
    let thread = world.threads.iter().find(|thread| thread.id == id && thread.account == account);
    let thread = thread.ok_or_else(|| Refusal::missing(&request.method))?;
    let mut answer = json!({ "id": thread.id });
    for (field, inner) in request.fields() {
        if field == "messages" {
            let fields = super::request::split_fields(inner.as_deref().unwrap_or("id,created_time"));
            let shown = messages(world, thread, until).take(PAGE).enumerate().map(|(age, message)| {
                let object = if age < DETAILED {
                    object(world, message)
                } else {
                    json!({"id": message.mid, "created_time": iso(message.at)})
                };
                select(&object, &fields, &[])
            });
            answer["messages"] = json!({ "data": shown.collect::<Vec<Value>>() });
        }
        if field == "updated_time" {
            answer["updated_time"] = messages(world, thread, until).next().map(|message| iso(message.at)).into();
        }
    }
    Ok(answer)
}

/// `GET /{message}?fields=…`; beyond the twenty newest of its thread as if deleted.
pub(super) fn message(state: &mut State, account: &str, mid: &str, request: &Request, now: i64) -> Outcome {
    take(state, account, now)?;
    let until = now - state.arrangements.read_lag_ms;
    let world = &state.world;
    let found = world.messages.iter().find(|message| message.account == account && message.mid == mid);
    let thread = found.and_then(|message| world.thread(account, &message.person));
    let message =
        thread.and_then(|thread| messages(world, thread, until).take(DETAILED).find(|message| message.mid == mid));
    let message = message.ok_or_else(|| Refusal::missing(&request.method))?;
    Ok(select(&object(world, message), &request.fields(), &["created_time"]))
}

/// A thread's messages of up to `until` that were not unsent, the newest first.
fn messages<'a>(world: &'a World, thread: &'a Thread, until: i64) -> impl Iterator<Item = &'a Message> {
    let mut found: Vec<&Message> = world
        .messages
        .iter()
        .filter(|message| message.account == thread.account && message.person == thread.person)
        .filter(|message| !message.deleted && message.at <= until)
        .collect();
    found.sort_by_key(|message| message.at);
    found.into_iter().rev()
}

fn object(world: &World, message: &Message) -> Value {
    let account_name = world.account(&message.account).map(|account| account.username.as_str());
    let account = json!({"id": message.account, "username": account_name});
    let person_name = world.person(&message.account, &message.person).map(|person| person.username.as_str());
    let person = json!({"id": message.person, "username": person_name});
    let (from, to) = if message.outgoing { (account, person) } else { (person, account) };
    json!({
        "id": message.mid,
        "created_time": iso(message.at),
        "from": from,
        "to": {"data": [to]},
        "message": message.text.as_deref().unwrap_or_default(),
    })
}

fn take(state: &mut State, account: &str, now: i64) -> Result<(), Refusal> {
    if state.limits.take(account, Limit::Conversations, now) {
        return Ok(());
    }
    Err(Refusal::new(613, None, "Calls to this api have exceeded the rate limit."))
}
