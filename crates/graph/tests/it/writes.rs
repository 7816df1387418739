//! What calls besides texts change in a Meta with a world.

use graph::{Refusal, SendError};
use instagram::PersonId;
use instagram::Words;

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
