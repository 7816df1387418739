//! DynamoDB as the SDK sees it, and what its calls cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use futures::FutureExt;
use futures::future::BoxFuture;
use sandbox::clock::Clock;
use sandbox::dynamo::{Door, Dynamo};
use sandbox::fault::{Call, Fate, Faults, NoFaults};
use serde_json::json;
use tokio::sync::Notify;

/// The `Properties` of a table as a template has them, with members that mean nothing here.
fn table() -> serde_json::Value {
    json!({
        "TableName": "events",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
            {"AttributeName": "due", "AttributeType": "S"}
        ],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "GlobalSecondaryIndexes": [{
            "IndexName": "due",
            "KeySchema": [{"AttributeName": "due", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"}
        }],
        "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": true},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true},
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        "SSESpecification": {"SSEEnabled": true}
    })
}

fn client(endpoint: &str, attempts: u32) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("sa-east-1"))
        .credentials_provider(Credentials::new("sandbox", "sandbox", None, None, "sandbox"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(
            RetryConfig::standard().with_max_attempts(attempts).with_initial_backoff(Duration::from_millis(1)),
        )
        .endpoint_url(endpoint)
        .build();
    Client::from_conf(config)
}

async fn started() -> (Dynamo, Door, Client) {
    let dynamo = Dynamo::memory(Clock::default()).await.unwrap();
    dynamo.create_table(&table()).unwrap();
    let door = dynamo.door("worker", NoFaults).await.unwrap();
    let client = client(&door.endpoint(), 1);
    (dynamo, door, client)
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

/// An item whose bytes, by AWS's rules, are `bytes`: names and values count alike.
fn item_of(bytes: usize) -> Vec<(&'static str, AttributeValue)> {
    let frame = "pk".len() + "a".len() + "sk".len() + "b".len() + "text".len();
    vec![("pk", text("a")), ("sk", text("b")), ("text", text(&"x".repeat(bytes - frame)))]
}

async fn put(client: &Client, item: Vec<(&str, AttributeValue)>, condition: Option<&str>) -> bool {
    let mut put = client.put_item().table_name("events").set_condition_expression(condition.map(str::to_owned));
    for (name, value) in item {
        put = put.item(name, value);
    }
    put.send().await.is_ok()
}

#[tokio::test]
async fn a_write_is_billed_by_the_larger_of_the_item_before_and_after() {
    let (_dynamo, door, client) = started().await;
    let cases = [
        (1024, 1.0, "exactly 1 KB is one unit"),
        (1025, 2.0, "a started KB counts"),
        (300, 2.0, "the item before was larger"),
        (300, 1.0, "now both are small"),
        (5000, 5.0, "the item after is larger"),
    ];
    for (bytes, units, reason) in cases {
        let before = door.bill();
        assert!(put(&client, item_of(bytes), None).await);
        assert_eq!(door.bill().since(&before).total().write_units, units, "{reason}");
    }
    let before = door.bill();
    client.delete_item().table_name("events").key("pk", text("a")).key("sk", text("b")).send().await.unwrap();
    assert_eq!(door.bill().since(&before).total().write_units, 5.0, "a delete costs what it deletes");
}

#[tokio::test]
async fn a_failed_condition_is_billed_like_the_write_it_refused() {
    let (_dynamo, door, client) = started().await;
    assert!(put(&client, item_of(1500), None).await);
    let absent = Some("attribute_not_exists(pk)");
    for (bytes, units, reason) in [(300, 2.0, "the stored item is larger"), (3500, 4.0, "the attempted item is larger")]
    {
        let before = door.bill();
        assert!(!put(&client, item_of(bytes), absent).await);
        assert_eq!(door.bill().since(&before).total().write_units, units, "{reason}");
    }
    let before = door.bill();
    let update = client.update_item().table_name("events").key("pk", text("nobody")).key("sk", text("b"));
    let update = update.update_expression("SET n = :n").expression_attribute_values(":n", text("1"));
    assert!(update.condition_expression("attribute_exists(pk)").send().await.is_err());
    assert_eq!(door.bill().since(&before).total().write_units, 1.0, "one unit even where nothing is");
}

#[tokio::test]
async fn an_index_costs_a_unit_for_what_it_stores() {
    let (_dynamo, door, client) = started().await;
    let mut item = item_of(500);
    item.push(("due", text("2026-11-22")));
    put(&client, item, None).await;
    assert_eq!(door.bill().total().write_units, 2.0, "table and index");
    put(&client, item_of(500), None).await;
    assert_eq!(door.bill().total().write_units, 4.0, "table, and the entry that left the index");
    put(&client, item_of(600), None).await;
    assert_eq!(door.bill().total().write_units, 5.0, "the index has nothing to do");
}

#[tokio::test]
async fn a_transaction_is_billed_twice_even_when_cancelled() {
    let (_dynamo, door, client) = started().await;
    let transact = |condition: Option<&str>, token: &str| {
        let put = |sk: &str, condition: Option<&str>| {
            let put = Put::builder().table_name("events").item("pk", text("a")).item("sk", text(sk));
            let put = put.set_condition_expression(condition.map(str::to_owned)).build().unwrap();
            TransactWriteItem::builder().put(put).build()
        };
        let call = client.transact_write_items().client_request_token(token);
        call.transact_items(put("1", None)).transact_items(put("2", condition)).send()
    };
    transact(None, "first").await.unwrap();
    assert_eq!(door.bill().total().write_units, 4.0);
    assert!(transact(Some("attribute_not_exists(pk)"), "second").await.is_err());
    assert_eq!(door.bill().total().write_units, 8.0);
    let before = door.bill();
    transact(None, "first").await.unwrap();
    let replay = door.bill().since(&before).total();
    assert_eq!((replay.write_units, replay.read_units), (0.0, 4.0), "repeated with its token it is a read");
}

#[tokio::test]
async fn a_read_is_one_call_and_half_a_unit_unless_consistent() {
    let (_dynamo, door, client) = started().await;
    put(&client, item_of(300), None).await;
    for (consistent, units) in [(true, 1.0), (false, 0.5)] {
        let before = door.bill();
        let get = client.get_item().table_name("events").key("pk", text("a")).key("sk", text("b"));
        let answer = get.consistent_read(consistent).send().await.unwrap();
        assert!(answer.item().is_some());
        assert!(answer.consumed_capacity().is_none(), "the caller did not ask for it");
        let bill = door.bill().since(&before);
        assert_eq!((bill.calls_of("GetItem"), bill.total().read_units), (1, units));
    }
}

#[tokio::test]
async fn nobody_can_look_for_a_key_that_begins_with_nothing() {
    let (_dynamo, _door, client) = started().await;
    let query = |condition: &str, prefix: Option<&str>| {
        let query = client.query().table_name("events").key_condition_expression(condition);
        let query = query.expression_attribute_values(":pk", text("a"));
        match prefix {
            Some(prefix) => query.expression_attribute_values(":prefix", text(prefix)).send(),
            None => query.send(),
        }
    };
    let begins = "pk = :pk AND begins_with(sk, :prefix)";
    let cases =
        [("nothing", begins, Some(""), false), ("a text", begins, Some("M#"), true), ("all", "pk = :pk", None, true)];
    for (case, condition, prefix, expected) in cases {
        assert_eq!(query(condition, prefix).await.is_ok(), expected, "{case}");
    }
}

#[tokio::test]
async fn each_fault_has_or_lacks_the_effect_it_stands_for() {
    let dynamo = Dynamo::memory(Clock::default()).await.unwrap();
    dynamo.create_table(&table()).unwrap();
    let (_direct, plain) = (dynamo.endpoint(), client(dynamo.endpoint(), 1));
    let cases = [
        (Fate::Serve, true, true),
        (Fate::THROTTLED, false, false),
        (Fate::BROKEN, false, false),
        (Fate::HangUp, false, false),
        (Fate::LoseAnswer, false, true),
    ];
    for (number, (fate, answered, stored)) in cases.into_iter().enumerate() {
        let told = fate.clone();
        let door = dynamo.door("worker", move |_: &Call| told.clone()).await.unwrap();
        let key = format!("case-{number}");
        let item = vec![("pk", text(&key)), ("sk", text("b"))];
        assert_eq!(put(&client(&door.endpoint(), 1), item, None).await, answered, "{fate:?}");
        let get = plain.get_item().table_name("events").key("pk", text(&key)).key("sk", text("b"));
        assert_eq!(get.send().await.unwrap().item().is_some(), stored, "{fate:?}");
        assert_eq!(door.bill().calls_of("PutItem"), 1, "{fate:?}");
    }
}

/// Tells when a call had its effect, and keeps the answer back for ever.
struct Kept(Arc<Notify>);

impl Faults for Kept {
    fn judge<'a>(&'a self, _call: &'a Call) -> BoxFuture<'a, Fate> {
        std::future::ready(Fate::Serve).boxed()
    }

    fn took_effect<'a>(&'a self, _call: &'a Call) -> BoxFuture<'a, ()> {
        self.0.notify_one();
        std::future::pending().boxed()
    }
}

#[tokio::test]
async fn a_caller_can_be_ended_between_effect_and_answer() {
    let dynamo = Dynamo::memory(Clock::default()).await.unwrap();
    dynamo.create_table(&table()).unwrap();
    let effect = Arc::new(Notify::new());
    let door = dynamo.door("worker", Kept(Arc::clone(&effect))).await.unwrap();
    let victim = client(&door.endpoint(), 1);
    let caller = tokio::spawn(async move { put(&victim, item_of(100), None).await });
    effect.notified().await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    let witness = client(dynamo.endpoint(), 1);
    assert!(!put(&witness, item_of(100), Some("attribute_not_exists(pk)")).await, "the item is there");
}

#[tokio::test]
async fn the_sdk_retries_what_is_throttled() {
    let dynamo = Dynamo::memory(Clock::default()).await.unwrap();
    dynamo.create_table(&table()).unwrap();
    let seen = AtomicU32::new(0);
    let twice = move |_: &Call| if seen.fetch_add(1, Ordering::Relaxed) < 2 { Fate::THROTTLED } else { Fate::Serve };
    let door = dynamo.door("worker", twice).await.unwrap();
    assert!(put(&client(&door.endpoint(), 3), item_of(100), None).await);
    let bill = door.bill();
    assert_eq!((bill.calls_of("PutItem"), bill.total().write_units), (3, 1.0));

    let door = dynamo.door("worker", |_: &Call| Fate::THROTTLED).await.unwrap();
    let item = client(&door.endpoint(), 1).get_item().table_name("events").key("pk", text("a")).key("sk", text("b"));
    let Err(SdkError::ServiceError(error)) = item.send().await else { panic!("throttled") };
    assert!(error.err().is_provisioned_throughput_exceeded_exception());
}

#[tokio::test]
async fn reads_that_do_not_ask_for_the_latest_show_what_was() {
    let clock = Clock::default();
    let dynamo = Dynamo::memory(clock.clone()).await.unwrap();
    dynamo.create_table(&table()).unwrap();
    dynamo.lags(Duration::from_secs(1));
    let door = dynamo.door("worker", NoFaults).await.unwrap();
    let client = client(&door.endpoint(), 1);
    // Of two reads one is late.
    let twice = async |consistent: bool| {
        let mut seen = Vec::new();
        for _ in 0..2 {
            let get = client.get_item().table_name("events").key("pk", text("a")).key("sk", text("b"));
            let item = get.consistent_read(consistent).send().await.unwrap().item;
            seen.push(item.map_or(0, |item| item["text"].as_s().unwrap().len()));
        }
        seen.sort_unstable();
        seen
    };
    put(&client, item_of(1_000), None).await;
    assert_eq!(twice(false).await.first(), Some(&0), "not there yet");
    assert!(twice(true).await.iter().all(|length| *length > 0), "asked for the latest");
    clock.advance(Duration::from_secs(2));
    assert!(twice(false).await.iter().all(|length| *length > 0), "long ago");
    put(&client, item_of(2_000), None).await;
    let seen = twice(false).await;
    assert!(0 < seen[0] && seen[0] < seen[1], "{seen:?}");
    let get = client.get_item().table_name("events").key("pk", text("x")).key("sk", text("b"));
    assert!(get.send().await.unwrap().item.is_none(), "never written");
}

#[tokio::test]
async fn items_expire_by_the_sandbox_clock() {
    let clock = Clock::default();
    let dynamo = Dynamo::memory(clock.clone()).await.unwrap();
    dynamo.create_table(&table()).unwrap();
    let client = client(dynamo.endpoint(), 1);
    let expiry = (clock.now_ms() / 1000 + 3600).to_string();
    put(&client, vec![("pk", text("a")), ("sk", text("b")), ("ttl", AttributeValue::N(expiry))], None).await;
    assert_eq!(dynamo.sweep().unwrap(), 0);
    clock.advance(Duration::from_secs(3602));
    assert_eq!(dynamo.sweep().unwrap(), 1);
}

#[tokio::test]
async fn a_file_keeps_its_items_from_one_start_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dynamo.db");
    for start in ["first", "second"] {
        let dynamo = Dynamo::file(&path).await.unwrap();
        dynamo.create_table(&table()).unwrap();
        let client = client(dynamo.endpoint(), 1);
        let stored = put(&client, item_of(100), Some("attribute_not_exists(pk)")).await;
        assert_eq!(stored, start == "first");
        dynamo.stop().await;
    }
}
