//! Pausing, going on, tags.

use serde_json::{Value, json};

use crate::stage::{OFFICE, PERSON, Stage, message};

const PATH: &str = "/conversations/900000000000001";
const HOUR: i64 = 3_600_000;

#[tokio::test]
async fn automation_pauses_and_goes_on_at_a_persons_word() {
    let stage = Stage::new().await;
    stage.hears(&message(PERSON, "m1", "oi"), 2 * HOUR, None).await;
    let pause = format!("{PATH}/pause");
    let until = stage.now() + 5 * HOUR;
    let answer = stage.act("PUT", &pause, json!({"until": until})).await;
    assert_eq!((answer.status, answer.body()), (200, json!({"paused_until": until, "tags": []})));
    let sooner = stage.now() + HOUR;
    let answer = stage.act("PUT", &pause, json!({"until": sooner})).await;
    assert_eq!(answer.body()["paused_until"], sooner, "the latest word counts");
    assert_eq!(stage.get(PATH).await.body()["conversation"]["paused_until"], sooner);
    let answer = stage.act("PUT", &pause, json!({"until": stage.now() + 400 * 24 * HOUR})).await;
    let until = answer.body()["paused_until"].as_i64().unwrap();
    assert!((180 * 24 * HOUR..180 * 24 * HOUR + 60_000).contains(&(until - stage.now())), "no longer than it is kept");
    stage.act("PUT", &pause, json!({"until": sooner})).await;

    // An answer by hand pauses longer; going on lifts that, too.
    let echo = json!({"sender": {"id": OFFICE}, "recipient": {"id": PERSON},
        "message": {"mid": "e1", "text": "ola", "is_echo": true}});
    stage.hears(&echo, 1_000, None).await;
    assert_eq!(stage.get(PATH).await.body()["conversation"]["paused_until"], stage.now() - 1_000 + 12 * HOUR);
    let answer = stage.act("DELETE", &pause, Value::Null).await;
    assert_eq!((answer.status, &answer.body()["paused_until"]), (200, &Value::Null));
    assert_eq!(stage.get(PATH).await.body()["conversation"]["paused_until"], Value::Null);
}

#[tokio::test]
async fn tags_come_and_go_and_are_not_too_many() {
    let stage = Stage::new().await;
    stage.hears(&message(PERSON, "m1", "oi"), HOUR, None).await;
    let tag = |name: &str| format!("{PATH}/tags/{name}");
    for n in 0..6 {
        assert_eq!(stage.act("PUT", &tag(&format!("t{n}")), Value::Null).await.status, 200);
    }
    assert_eq!(stage.act("PUT", &tag("t6"), Value::Null).await.code(), "too_many_tags");
    assert_eq!(stage.act("PUT", &tag("t5"), Value::Null).await.status, 200, "it is there");
    assert_eq!(
        stage.act("DELETE", &tag("t0"), Value::Null).await.body()["tags"],
        json!(["t1", "t2", "t3", "t4", "t5"])
    );
    assert_eq!(stage.act("DELETE", &tag("t0"), Value::Null).await.status, 200, "it is gone");
    assert_eq!(stage.act("PUT", &tag("Obras"), Value::Null).await.code(), "malformed");
}
