//! What calls besides texts change in a Meta with a world.

use graph::{Refusal, SendError};
use instagram::outgoing::{Content, MessengerProfile, Outgoing, ProfileFeature, ReactionWord, SenderAction};
use instagram::{MessageId, PersonId, Words};
use serde_json::json;

use crate::support::*;

#[tokio::test]
async fn a_comment_is_hidden_shown_again_and_deleted() {
    let scene = scene().await;
    let comment = scene.kim_comments();
    let hidden = || scene.meta.world(|world| world.comment_mut(comment.as_str()).unwrap().hidden);
    for hide in [true, true, false] {
        scene.graph.hide_comment(&token(), &comment, hide).await.result.unwrap();
        assert_eq!(hidden(), hide);
    }
    scene.graph.delete_comment(&token(), &comment).await.result.unwrap();
    assert!(scene.meta.world(|world| world.comment_mut(comment.as_str()).unwrap().deleted));
    for again in [
        scene.graph.delete_comment(&token(), &comment).await.result,
        scene.graph.hide_comment(&token(), &comment, true).await.result,
    ] {
        assert!(again.as_ref().is_err_and(SendError::is_missing), "{again:?}");
    }
}

#[tokio::test]
async fn a_live_comment_cannot_be_hidden() {
    let scene = scene().await;
    let live = scene.meta.person_comments_live(ACCOUNT, POST, KIM, "quero");
    let live = instagram::CommentId::parse(live).unwrap();
    assert_eq!(word(&scene.graph.hide_comment(&token(), &live, true).await.result), "invalid_parameter");
}

#[tokio::test]
async fn a_person_has_a_profile_once_they_wrote() {
    let scene = scene().await;
    let kim = PersonId::parse(KIM).unwrap();
    scene.kim_comments();
    let error = scene.graph.profile(&token(), &kim).await.result.unwrap_err();
    assert!(matches!(error, SendError::Refused { reason: Refusal::NoConsent, .. }), "a comment is no consent: {error}");
    assert!(!error.is_missing());

    scene.kim_writes();
    scene.meta.world(|world| world.person_mut(ACCOUNT, KIM).unwrap().is_user_follow_business = true);
    let profile = scene.graph.profile(&token(), &kim).await.result.unwrap();
    assert_eq!((profile.name, profile.username), (Some(Words::from("Kim")), Some(Words::from("kim"))));
    assert_eq!((profile.follows_account, profile.followed_by_account), (Some(true), Some(false)));

    let nobody = PersonId::parse("900000000000999").unwrap();
    let error = scene.graph.profile(&token(), &nobody).await.result.unwrap_err();
    assert!(error.is_missing(), "{error}");
}

#[tokio::test]
async fn every_content_is_in_the_world_as_it_was_said() {
    let media = json!({"type": "image", "payload": {"url": "https://files.example.com/a.png"}});
    let button = json!({"type": "postback", "title": "Human please", "payload": "HUMAN"});
    let contents = [
        json!({"text": "What do you need?", "quick_replies": [{"content_type": "text", "title": "t", "payload": "P"}]}),
        json!({"attachment": media}),
        json!({"attachments": [media, media]}),
        json!({"attachment": {"type": "like_heart"}}),
        json!({"attachment": {"type": "MEDIA_SHARE", "payload": {"id": POST}}}),
        json!({"attachment": {"type": "template", "payload": {
            "template_type": "button", "text": "Choose one", "buttons": [button]}}}),
        json!({"attachment": {"type": "template", "payload": {
            "template_type": "generic", "elements": [{"title": "Blue mug", "buttons": [button]}]}}}),
    ];
    for content in contents {
        let scene = scene().await;
        scene.kim_writes();
        let message = Content::parse(&content.to_string()).unwrap();
        let message = Outgoing::to_person(PersonId::parse(KIM).unwrap(), message).with_metadata("r1");
        let sent = scene.graph.send_message(&token(), &account(), &message).await.result.unwrap();
        let world = scene.meta.sent_to(ACCOUNT, KIM);
        assert_eq!((world.len(), world[0].mid.as_str()), (1, sent.message_id.as_str()), "{content}");
        assert_eq!(world[0].metadata.as_deref(), Some("r1"), "{content}");

        let read = scene.graph.message(&token(), &sent.message_id).await.result.unwrap();
        let text = message.message.text().map(Words::from);
        assert_eq!(read.text, text, "what can be compared is what can be read: {content}");
    }
}

#[tokio::test]
async fn a_message_gets_a_reaction_and_loses_it_again() {
    let scene = scene().await;
    let mid = MessageId::parse(scene.meta.person_writes(ACCOUNT, KIM, "oi")).unwrap();
    let kim = PersonId::parse(KIM).unwrap();
    let love = ReactionWord::parse("love").unwrap();
    let actions = [
        SenderAction::MarkSeen,
        SenderAction::TypingOn,
        SenderAction::TypingOff,
        SenderAction::React { mid: mid.clone(), reaction: love },
        SenderAction::Unreact { mid: mid.clone() },
    ];
    for action in &actions {
        scene.graph.sender_action(&token(), &account(), &kim, action).await.result.unwrap();
        let reaction =
            scene.meta.world(|world| world.messages.iter().find(|m| m.mid == mid.as_str()).unwrap().reaction.clone());
        assert_eq!(reaction.is_some(), matches!(action, SenderAction::React { .. }), "{action:?}");
    }
    let done: Vec<String> = scene.meta.actions().into_iter().map(|action| action.action).collect();
    assert_eq!(done, actions.each_ref().map(SenderAction::name));
    assert!(scene.meta.sent().is_empty(), "none of it is a message");
}

#[tokio::test]
async fn a_profile_is_set_read_and_removed() {
    let scene = scene().await;
    let nothing = MessengerProfile::default();
    assert_eq!(scene.graph.messenger_profile(&token()).await.result.unwrap(), nothing);

    let set: MessengerProfile = serde_json::from_value(json!({
        "ice_breakers": [{"locale": "default", "call_to_actions": [{"question": "Aberto?", "payload": "HOURS"}]}],
        "persistent_menu": [{"locale": "default", "call_to_actions": [
            {"type": "postback", "title": "Talk to a person", "payload": "HUMAN"}]}],
    }))
    .unwrap();
    scene.graph.set_messenger_profile(&token(), &set).await.result.unwrap();
    assert_eq!(scene.graph.messenger_profile(&token()).await.result.unwrap(), set);

    let menu = [ProfileFeature::PersistentMenu];
    scene.graph.delete_messenger_profile(&token(), &menu).await.result.unwrap();
    let left = MessengerProfile { persistent_menu: None, ..set };
    assert_eq!(scene.graph.messenger_profile(&token()).await.result.unwrap(), left);
}
