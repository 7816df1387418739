//! What an account is subscribed to at the end of a login.

use instagram::FIELDS;
use sandbox::meta::Reply;

use crate::browser::{As, Browser};
use crate::stage::{MetaFate, OFFICE, Stage};

fn fields(stage: &Stage) -> Vec<String> {
    stage.meta.world(|world| world.account(OFFICE).unwrap().subscribed_fields.clone())
}

#[tokio::test]
async fn three_fields_come_by_setting() {
    let stage = Stage::with(&[("EXTRA_FIELDS", "standby,messaging_handover,messaging_optins")]).await;
    Browser::new(&stage).log_in(&stage.signed_ticket(), As::Account(OFFICE)).await;
    let fields = fields(&stage);
    assert_eq!(fields.len(), FIELDS.len() + 3);
    assert!(
        ["standby", "messaging_handover", "messaging_optins"].iter().all(|extra| fields.iter().any(|f| f == extra))
    );
}

#[tokio::test]
async fn names_that_meta_refuses_are_dropped_and_told() {
    let stage = Stage::new().await;
    // As an older list of Meta's has it: two of the names are not there (fact sheet 6.3).
    stage.meta.refuse_fields(&["message_edit", "messaging_seen"]);
    let answer = Browser::new(&stage).log_in(&stage.signed_ticket(), As::Account(OFFICE)).await;
    assert_eq!((answer.status, answer.title()), (200, "Instagram conectado"));
    assert!(answer.body.contains("<li>message_edit</li><li>messaging_seen</li>"), "{}", answer.body);
    let expected: Vec<_> = FIELDS.into_iter().filter(|f| !["message_edit", "messaging_seen"].contains(f)).collect();
    assert_eq!(fields(&stage), expected);
    let calls = stage.meta.calls().iter().filter(|call| call.operation == "Subscription").count();
    assert_eq!(calls, 1 + FIELDS.len());
}

#[tokio::test]
async fn an_account_that_cannot_be_subscribed_is_connected_all_the_same_and_due() {
    let refuse = |code, subcode| MetaFate::Refuse(Reply::refusal(code, subcode));
    let cases = [
        ("Meta is down", vec![MetaFate::Refuse(Reply::raw(503.try_into().unwrap(), ""))]),
        ("no tester's role: every name is refused", vec![refuse(100, None); 1 + FIELDS.len()]),
        ("a permission is missing", vec![refuse(10, None)]),
    ];
    for (case, fates) in cases {
        let stage = Stage::new().await;
        stage.graph.script("Subscription", fates);
        let answer = Browser::new(&stage).log_in(&stage.signed_ticket(), As::Account(OFFICE)).await;
        assert_eq!((answer.status, answer.title()), (200, "Instagram conectado"), "{case}");
        assert!(answer.body.contains("ainda não confirmou"), "{case}: {}", answer.body);
        let account = stage.account(OFFICE).await.unwrap();
        assert!(account.due_at.is_some() && account.login.checked_at.is_none(), "{case}: the caretaker sees to it");
    }
}
