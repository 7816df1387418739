//! What comes late, twice, out of order or never.

use super::*;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test]
async fn an_echo_comes_when_it_is_arranged_to_case_56() {
    let Scene { meta, clock } = scene().await;
    let callback = callback(&meta).await;
    meta.person_writes(ACCOUNT, KIM, "oi");
    meta.deliver_due().await;
    meta.decide_echoes(|message, number| match (message.text.as_deref(), number) {
        (Some("nunca"), _) => Echo::Drop,
        (_, 1) => Echo::After(seconds(90)),
        _ => Echo::Deliver,
    });
    for text in ["tarde", "nunca", "logo"] {
        assert_eq!(send(&meta, text).await.0, 200);
    }
    meta.deliver_due().await;
    let texts = |callback: &Callback| -> Vec<Value> {
        callback.bodies()[1..].iter().map(|b| b["entry"][0]["messaging"][0]["message"]["text"].clone()).collect()
    };
    assert_eq!(texts(&callback), ["logo"], "the first is late, the second lost");
    clock.advance(seconds(89));
    meta.deliver_due().await;
    assert_eq!(texts(&callback), ["logo"], "a second too early");
    clock.advance(seconds(1));
    meta.deliver_due().await;
    assert_eq!(texts(&callback), ["logo", "tarde"]);
    meta.set_echo(Echo::Deliver);
    send(&meta, "nunca").await;
    meta.deliver_due().await;
    assert_eq!(texts(&callback).len(), 3, "the last word on echoes counts");
}

#[tokio::test]
async fn deliveries_overtake_each_other_by_their_shifts_case_52() {
    let Scene { meta, clock } = scene().await;
    let callback = callback(&meta).await;
    meta.shift_deliveries(|delivery| seconds(30 - 10 * delivery.number.min(3)));
    let mids: Vec<String> = ["1", "2", "3"].map(|text| meta.person_writes(ACCOUNT, KIM, text)).into();
    assert_eq!(meta.deliver_due().await, 1);
    clock.advance(seconds(20));
    assert_eq!(meta.deliver_due().await, 2);
    assert_eq!(callback.mids(), [mids[2].as_str(), &mids[1], &mids[0]]);
}

#[tokio::test]
async fn a_delivery_comes_again_with_the_same_bytes_case_50() {
    let Scene { meta, .. } = scene().await;
    let callback = callback(&meta).await;
    meta.person_writes(ACCOUNT, KIM, "oi");
    meta.deliver_due().await;
    assert_eq!(meta.redeliver(1), Some(2));
    assert_eq!(meta.redeliver(9), None, "there is no such delivery");
    assert_eq!(meta.deliver_due().await, 1);
    let posts = callback.posts.lock().unwrap();
    assert_eq!(posts[0].1, posts[1].1);
}

#[tokio::test]
async fn a_request_is_accepted_late_though_its_caller_heard_nothing() {
    let Scene { meta, clock } = scene().await;
    meta.person_writes(ACCOUNT, KIM, "oi");
    let late = Script::new("SendMessage", [Fate::ApplyAfter(seconds(50)), Fate::ApplyAfter(seconds(20))]);
    let door = meta.door("worker", late).await.unwrap();
    for text in ["segunda", "primeira"] {
        let body = json!({"recipient": {"id": KIM}, "message": {"text": text}});
        let answer = ask_at(door.endpoint(), Method::POST, "/v24.0/me/messages", Some(body)).await;
        assert!(answer.is_err(), "the connection is closed at once");
    }
    let accepted_by = clock.now_ms();
    assert_eq!((meta.sent().len(), meta.apply_due()), (0, 0));
    assert_eq!(meta.calls().iter().map(|call| call.status).collect::<Vec<_>>(), [None, None]);

    clock.advance(seconds(49));
    assert_eq!(meta.apply_due(), 1);
    clock.advance(seconds(3600));
    let sent = meta.sent();
    assert_eq!(sent.iter().map(|m| m.text.as_deref().unwrap()).collect::<Vec<_>>(), ["primeira", "segunda"]);
    assert!(sent[1].at <= accepted_by + 50_000, "accepted in its own time, whenever somebody looks");
    assert_eq!(meta.calls().iter().map(|call| call.status).collect::<Vec<_>>(), [Some(200), Some(200)]);
}

#[tokio::test]
async fn a_late_request_is_judged_by_the_rules_of_its_own_time() {
    let Scene { meta, clock } = scene().await;
    meta.person_writes(ACCOUNT, KIM, "oi");
    let late = Script::new("SendMessage", [Fate::ApplyAfter(Duration::from_hours(25))]);
    let door = meta.door("worker", late).await.unwrap();
    let body = json!({"recipient": {"id": KIM}, "message": {"text": "oi"}});
    assert!(ask_at(door.endpoint(), Method::POST, "/v24.0/me/messages", Some(body)).await.is_err());
    clock.advance(Duration::from_hours(25));
    assert_eq!(meta.policies_refused(), [Policy::Window]);
    assert_eq!((meta.sent().len(), meta.calls()[0].status), (0, Some(403)));
}

#[tokio::test]
async fn a_silent_callers_request_is_accepted_late_too() {
    let Scene { meta, clock } = scene().await;
    meta.person_writes(ACCOUNT, KIM, "oi");
    let door = meta.door("worker", Script::new("SendMessage", [Fate::HangAndApplyAfter(seconds(5))])).await.unwrap();
    let base = door.endpoint().to_owned();
    let body = json!({"recipient": {"id": KIM}, "message": {"text": "oi"}});
    let asking = tokio::spawn(async move { ask_at(&base, Method::POST, "/v24.0/me/messages", Some(body)).await });
    while meta.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    clock.advance(seconds(5));
    assert_eq!(meta.sent().len(), 1);
    assert!(!asking.is_finished(), "no answer, and no end of the connection either");
    asking.abort();
}

#[tokio::test]
async fn reads_lag_behind_what_was_accepted() {
    let Scene { meta, clock } = scene().await;
    meta.person_writes(ACCOUNT, KIM, "oi");
    let comment = meta.person_comments(ACCOUNT, POST, KIM, "preço?");
    clock.advance(seconds(60));
    meta.set_read_lag(seconds(60));
    let mid = send(&meta, "olá").await.1["message_id"].as_str().unwrap().to_owned();
    let reply = format!("/v24.0/{comment}/replies?message=Oi");
    assert_eq!(ask(&meta, Method::POST, &reply, None).await.0, 200);

    let conversations = "/v24.0/me/conversations?platform=instagram";
    let thread = ask(&meta, Method::GET, conversations, None).await.1["data"][0]["id"].as_str().unwrap().to_owned();
    for (after_s, messages, status, replies) in [(0, 1, 400, 0), (50, 1, 400, 0), (60, 2, 200, 1)] {
        // Two seconds' worth of quota for the next two reads, too.
        clock.advance(seconds(after_s));
        let (_, read) = ask(&meta, Method::GET, &format!("/v24.0/{thread}?fields=messages"), None).await;
        assert_eq!(read["messages"]["data"].as_array().map(Vec::len), Some(messages), "after {after_s} s");
        clock.advance(seconds(1));
        assert_eq!(ask(&meta, Method::GET, &format!("/v24.0/{mid}?fields=message"), None).await.0, status);
        let (_, below) = ask(&meta, Method::GET, &format!("/v24.0/{comment}/replies"), None).await;
        assert_eq!(below["data"].as_array().map(Vec::len), Some(replies), "after {after_s} s");
    }
}

#[tokio::test]
async fn a_late_echo_goes_out_by_itself_when_the_clock_is_moved() {
    let Scene { meta, clock } = scene().await;
    let callback = callback(&meta).await;
    meta.person_writes(ACCOUNT, KIM, "oi");
    meta.set_echo(Echo::After(seconds(600)));
    send(&meta, "olá").await;
    meta.deliver_in_background();
    let arrived = |wanted: usize| {
        let callback = &callback;
        async move {
            while callback.posts.lock().unwrap().len() < wanted {
                tokio::task::yield_now().await;
            }
        }
    };
    tokio::time::timeout(seconds(10), arrived(1)).await.unwrap();
    clock.advance(seconds(600));
    tokio::time::timeout(seconds(10), arrived(2)).await.unwrap();
}
