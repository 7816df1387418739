//! `accounts prove`: one call for each permission, as App Review wants to see within 30 days before it is asked.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use graph::Answer;
use instagram::{CommentId, NEEDED_PERMISSIONS, PersonId};
use store::{Account, Conversation};

use crate::meta::Meta;
use crate::moment::local;
use crate::say;
use crate::target::Target;

pub(super) async fn run(data: &Path, account: &str) -> Result<ExitCode> {
    let target = Target::find(data).await?;
    let account = target.account(account).await?;
    let meta = Meta::find(data).await?;
    let token = meta.token(&account).await?;
    let [basic, comments, messages] = NEEDED_PERMISSIONS;
    say::line(format_args!("{} ({}), {}", account.id, account.username, local(target.clock.now_ms())));
    let found = Found::of(&target, &account).await?;
    let mut all = report(basic, "GET /me", &meta.graph.me(&token).await);
    all &= match &found.comment {
        Some(comment) => report(comments, "GET /{comment}", &meta.graph.comment(&token, comment).await),
        None => missing(comments, "no comment came yet: have somebody comment on a post of the account first"),
    };
    all &= match &found.person {
        Some(person) => {
            let answer = meta.graph.thread_with(&token, person).await;
            report(messages, "GET /me/conversations", &answer)
        }
        None => missing(messages, "no message came yet: have somebody write to the account first"),
    };
    Ok(if all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn report<T>(permission: &str, call: &str, answer: &Answer<T>) -> bool {
    match &answer.result {
        Ok(_) => say::line(format_args!("  ok      {permission}: {call}")),
        Err(error) => say::line(format_args!("  failed  {permission}: {call}: {error}")),
    }
    answer.result.is_ok()
}

fn missing(permission: &str, why: &str) -> bool {
    say::line(format_args!("  failed  {permission}: {why}"));
    false
}

/// What there is to ask for.
struct Found {
    comment: Option<CommentId>,
    person: Option<PersonId>,
}

impl Found {
    async fn of(target: &Target, account: &Account) -> Result<Self> {
        let mut conversations =
            target.store.conversations(&account.id, target.clock.now_ms()).await.context("its conversations")?;
        let person = latest(&mut conversations, |conversation| conversation.facts.last_user_at().map(|at| at.0));
        let commenter = latest(&mut conversations, |conversation| conversation.facts.commented.as_ref().map(|c| c.at));
        let mut comment = None;
        if let Some(peer) = commenter {
            let items = target.store.items(&account.id, &peer, target.clock.now_ms()).await?;
            let mut ids = items.iter().filter_map(|(sk, _)| CommentId::parse(sk.strip_prefix("C#")?).ok());
            comment = ids.next_back();
        }
        Ok(Self { comment, person: person.and_then(|peer| PersonId::parse(peer.as_str()).ok()) })
    }
}

/// With whom something happened last.
fn latest(
    conversations: &mut [(instagram::Peer, Conversation)],
    at: impl Fn(&Conversation) -> Option<i64>,
) -> Option<instagram::Peer> {
    let happened = conversations.iter().filter_map(|(peer, conversation)| Some((at(conversation)?, peer)));
    happened.max_by_key(|(at, _)| *at).map(|(_, peer)| peer.clone())
}
