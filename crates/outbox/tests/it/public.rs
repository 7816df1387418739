//! Public replies of which nobody knows whether they are out.

use sandbox::meta::Reply as Answer;
use sandbox::meta::fault::{Fate, Script};
use sandbox::meta::world::Comment;
use store::ReplyAction::PublicReply;
use store::ReplyState::{Parked, Sent, Unknown};
use store::{SentAs, Word};

use crate::fixtures::{ACCOUNT, PERSON, World, place};

const WORDS: &str = "A agenda\n está aqui.";
/// The request is lost before Meta has it.
const LOST: Fate = Fate::HangUp;
/// Meta has it, and its answer is lost.
const UNHEARD: Fate = Fate::LoseAnswer;

async fn public(fates: impl IntoIterator<Item = Fate>) -> (World, String) {
    let mut world = World::start().await;
    world.meta_meets(Script::new("ReplyToComment", fates)).await;
    let sk = world.plan_comment(world.reply(PublicReply, WORDS)).await;
    world.pass(60_000);
    world.drive(&sk).await.unwrap();
    assert_eq!(world.state(&sk).await.0, Unknown);
    (world, sk)
}

fn below(world: &World, sk: &str) -> usize {
    world.meta.public_replies(sk.trim_start_matches("C#")).len()
}

#[tokio::test]
async fn a_public_reply_is_looked_for_below_its_comment_and_made_once_more_at_most() {
    let named = Answer::refusal(20, Some(1_772_107));
    let cases: [(_, &[Fate], _, _); 6] = [
        ("found", &[UNHEARD], (Sent, Some("found")), 1),
        ("not found", &[LOST], (Sent, None), 1),
        ("not found twice", &[LOST, LOST], (Parked, Some("not_found")), 0),
        ("found the second time", &[LOST, UNHEARD], (Sent, Some("found")), 1),
        ("created without a name", &[Fate::AnswerInstead(named.clone())], (Sent, Some("found")), 1),
        ("perhaps created without a name: never again", &[Fate::Refuse(named)], (Parked, Some("not_found")), 0),
    ];
    for (case, fates, (state, reason), made) in cases {
        let (world, sk) = public(fates.to_vec()).await;
        while world.state(&sk).await.0 == Unknown {
            world.wait_for(&sk).await;
            world.judge(&sk).await;
        }
        assert_eq!(world.state(&sk).await, (state, reason.map(str::to_owned)), "{case}");
        assert_eq!(below(&world, &sk), made, "{case}");
    }
}

#[tokio::test]
async fn below_a_comment_only_the_accounts_own_replies_since_the_attempt_are_evidence() {
    let other = |at: i64, from: &str, name: &str| Comment {
        id: format!("1800{at}"),
        account: ACCOUNT.to_owned(),
        from: Some(from.to_owned()).filter(|from| !from.is_empty()),
        username: Some(name.to_owned()),
        text: Some(WORDS.to_owned()),
        at,
        ..Comment::default()
    };
    let cases = [
        ("somebody else's", 1_000, PERSON, "kim", Sent, 1),
        ("somebody else's, without an id", 1_000, "", "kim", Sent, 1),
        ("by hand", 1_000, ACCOUNT, "office", Sent, 0),
        ("by hand, without an id", 1_000, "", "Office", Sent, 0),
        ("long before", -50_000, ACCOUNT, "office", Sent, 1),
        ("just before: clocks differ", -10_000, ACCOUNT, "office", Parked, 0),
    ];
    for (case, after_ms, from, name, expected, made) in cases {
        let (world, sk) = public([LOST]).await;
        let parent = Some(sk.trim_start_matches("C#").to_owned());
        let comment = Comment { parent, ..other(world.clock.now_ms() + after_ms, from, name) };
        world.meta.world(|known| known.comments.push(comment));
        world.wait_for(&sk).await;
        world.judge(&sk).await;
        assert_eq!((world.state(&sk).await.0, below(&world, &sk)), (expected, made), "{case}");
    }
}

#[tokio::test]
async fn a_public_reply_whose_comment_is_gone_or_not_shown_is_not_made_again() {
    let (world, sk) = public([LOST]).await;
    world.meta.world(|known| known.comment_mut(sk.trim_start_matches("C#")).unwrap().deleted = true);
    world.wait_for(&sk).await;
    world.judge(&sk).await;
    assert_eq!(world.state(&sk).await, (Parked, Some("comment_gone".to_owned())));

    let (mut world, sk) = public([LOST]).await;
    world.meta_meets(Script::new("ReadReplies", [Fate::HangUp])).await;
    world.wait_for(&sk).await;
    world.judge(&sk).await;
    assert_eq!(world.state(&sk).await, (Unknown, Some("no_evidence".to_owned())));
}

#[tokio::test]
async fn who_finds_an_attempt_under_way_that_just_ended_goes_on_with_the_next_reply() {
    let world = World::start().await;
    let comment = world.meta.person_comments(ACCOUNT, crate::fixtures::POST, PERSON, "quero");
    let sk = format!("C#{comment}");
    world.plan(&sk, vec![world.reply(PublicReply, "Um."), world.reply(PublicReply, "Dois.")]).await;
    let first = place(&sk);
    world.store.claim_reply(&first, 0, world.clock.now_ms() + 40_000, "somebody else").await.unwrap();
    let under_way = world.item(&sk).await;
    let sent = SentAs { mid: Some("17900000000000777"), by: None, is_last: false, word: Word::Nobody, at: 1 };
    world.store.record_sent(&first, 1, &sent).await.unwrap();
    // Nothing of the item is due: who stops here, and acknowledges, loses the second reply if the first one's sender dies.
    world.drive_as_read(&world.key_here(&sk), world.conversation().await, under_way).await;
    let states: Vec<_> = world.item(&sk).await.replies().iter().map(|reply| reply.state).collect();
    assert_eq!((states, below(&world, &sk)), (vec![Sent, Sent], 1));
}
