//! What Meta's rules and limits refuse, and how.

use super::super::limits::Limit;
use super::*;

type Codes = (Option<u64>, Option<u64>);

async fn private_reply(meta: &Meta, comment: &str, text: &str) -> (u16, Value) {
    let body = json!({"recipient": {"comment_id": comment}, "message": {"text": text}});
    ask(meta, Method::POST, "/v24.0/me/messages", Some(body)).await
}

#[tokio::test]
async fn what_a_rule_forbids_is_refused_by_its_code_and_counted() {
    const UNUSABLE: Codes = (Some(100), Some(2_534_025));
    let Scene { meta, clock } = scene().await;
    let old = meta.person_comments(ACCOUNT, POST, KIM, "velho");
    clock.advance(Duration::from_hours(7 * 24));
    let [deleted, live, hidden, answered] =
        ["a", "b", "c", "d"].map(|text| meta.person_comments(ACCOUNT, POST, KIM, text));
    meta.world(|world| {
        world.comment_mut(&deleted).unwrap().deleted = true;
        world.comment_mut(&hidden).unwrap().hidden = true;
        world.comment_mut(&live).unwrap().live = true;
        world.media_mut(POST).unwrap().ended = true;
    });
    assert_eq!(private_reply(&meta, &answered, "Aqui.").await.0, 200);

    let profile = format!("/v24.0/{KIM}");
    let public = |comment: &str| format!("/v24.0/{comment}/replies?message=Oi");
    let long = "a".repeat(1001);
    let refused: [(&str, Policy, Codes, (u16, Value)); 11] = [
        ("never wrote", Policy::Window, (Some(10), Some(2_534_022)), send(&meta, "oi").await),
        ("no consent", Policy::Consent, (Some(230), None), ask(&meta, Method::GET, &profile, None).await),
        ("8 days old", Policy::UsableComment, UNUSABLE, private_reply(&meta, &old, "a").await),
        ("case 67: deleted", Policy::UsableComment, UNUSABLE, private_reply(&meta, &deleted, "a").await),
        ("after the broadcast", Policy::UsableComment, UNUSABLE, private_reply(&meta, &live, "a").await),
        ("a second one", Policy::OnePrivateReply, (Some(10_900), None), private_reply(&meta, &answered, "a").await),
        ("case 66: a second one, the other way", Policy::OnePrivateReply, UNUSABLE, {
            meta.set_repeated_reply(RepeatedReply::Unnamed);
            private_reply(&meta, &answered, "a").await
        }),
        (
            "to a live comment",
            Policy::Moderation,
            (Some(100), None),
            ask(&meta, Method::POST, &public(&live), None).await,
        ),
        (
            "to a hidden comment",
            Policy::Moderation,
            (Some(100), None),
            ask(&meta, Method::POST, &public(&hidden), None).await,
        ),
        ("case 69: 1001 bytes", Policy::Length, (Some(100), None), private_reply(&meta, &hidden, &long).await),
        ("blocked", Policy::Availability, (Some(551), Some(1_545_041)), {
            meta.world(|world| world.person_mut(ACCOUNT, KIM).unwrap().unavailable = true);
            private_reply(&meta, &hidden, "a").await
        }),
    ];
    for (reason, _, expected, answer) in &refused {
        assert_eq!(codes(answer), *expected, "{reason}");
    }
    assert_eq!(meta.policies_refused(), refused.map(|(_, policy, _, _)| policy));
    assert_eq!(meta.policy_refusals(), 11);
    assert_eq!(meta.sent().len(), 1);
}

#[tokio::test]
async fn the_window_is_open_for_a_day_and_what_is_allowed_is_not_counted() {
    let Scene { meta, clock } = scene().await;
    meta.person_writes(ACCOUNT, KIM, "oi");
    clock.advance(Duration::from_hours(23));
    assert_eq!(send(&meta, "olá").await.0, 200);
    assert_eq!(meta.policy_refusals(), 0);
    clock.advance(Duration::from_hours(1));
    assert_eq!(codes(&send(&meta, "olá").await), (Some(10), Some(2_534_022)), "case 64");
    meta.person_writes(ACCOUNT, KIM, "oi?");
    assert_eq!(send(&meta, "olá").await.0, 200, "and opens again");
    assert_eq!(meta.policy_refusals(), 1);
}

#[tokio::test]
async fn limits_are_told_by_613_and_by_minutes_to_wait_case_62() {
    let Scene { meta, clock } = scene().await;
    meta.person_writes(ACCOUNT, KIM, "oi");
    let comment = meta.person_comments(ACCOUNT, POST, KIM, "preço?");
    let use_up = |limit, uses| {
        let now = clock.now_ms();
        for _ in 0..uses {
            // A little ahead, so that a slow machine does not outlast a window of one second.
            meta.shared.state().limits.take(ACCOUNT, limit, now + 60_000);
        }
    };
    let direct = json!({"recipient": {"id": KIM}, "message": {"text": "a"}});
    let private = json!({"recipient": {"comment_id": comment}, "message": {"text": "a"}});
    let cases =
        [("a hundred a second", Limit::Texts, 100, direct), ("750 an hour", Limit::PrivateReplies, 750, private)];
    for (reason, limit, uses, body) in cases {
        use_up(limit, uses - 1);
        assert_eq!(ask(&meta, Method::POST, "/v24.0/me/messages", Some(body.clone())).await.0, 200, "{reason}");
        use_up(limit, 1);
        let body = match limit {
            Limit::PrivateReplies => {
                let next = meta.person_comments(ACCOUNT, POST, KIM, "e hoje?");
                json!({"recipient": {"comment_id": next}, "message": {"text": "a"}})
            }
            _ => body,
        };
        let usage = refused(&meta, &body).await;
        assert_eq!(usage["call_count"], 100, "{reason}");
        assert!((1..=61).contains(&usage["estimated_time_to_regain_access"].as_u64().unwrap()), "{reason}: {usage}");
        clock.advance(Duration::from_hours(2));
        assert_eq!(ask(&meta, Method::POST, "/v24.0/me/messages", Some(body)).await.0, 200, "{reason}, later");
    }
    assert_eq!(meta.policy_refusals(), 0, "a limit is no rule");
}

/// Sends what is throttled, and gives back what the header says of the account.
async fn refused(meta: &Meta, body: &Value) -> Value {
    let request = http::Request::post(format!("{}/v24.0/me/messages", meta.endpoint()))
        .header("authorization", "Bearer IGAA1")
        .body(Bytes::from(body.to_string()))
        .unwrap();
    let response = wire::Client::new().send(request).await.unwrap();
    let answer: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(answer["error"]["code"], 613);
    let usage: Value = serde_json::from_slice(response.headers()["x-business-use-case-usage"].as_bytes()).unwrap();
    usage[ACCOUNT][0].clone()
}

#[tokio::test]
async fn declared_usage_throttles_the_account_or_the_whole_app_case_102() {
    let Scene { meta, .. } = scene().await;
    for (whose, code) in [("111", 4), (ACCOUNT, 80_002)] {
        meta.set_usage(whose, 99, 0);
        assert_eq!(ask(&meta, Method::GET, "/v24.0/me", None).await.0, 200, "{code} not yet");
        meta.set_usage(whose, 100, 7);
        assert_eq!(codes(&ask(&meta, Method::GET, "/v24.0/me", None).await), (Some(code), None));
        meta.set_usage(whose, 0, 0);
    }
}
