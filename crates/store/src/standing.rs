//! What is allowed to leave: stops by a person, waits at Meta's request, and the pace of an account.

use instagram::{AccountId, AppId};
use serde::{Deserialize, Serialize};

use crate::table::{from_attributes, has_key};
use crate::update::Update;
use crate::{Account, Connection, Heard, Key, Mode, ReplyAction, Store, StoreError, keys, upkeep};

/// Which sends share a limit of Meta's, and therefore a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Everything of the account.
    All,
    /// Direct messages.
    Messages,
    /// Private replies.
    PrivateReplies,
    /// Public replies.
    PublicReplies,
}

impl Lane {
    /// Where sends of this sort wait.
    pub fn of(action: ReplyAction) -> Self {
        match action {
            ReplyAction::Message => Self::Messages,
            ReplyAction::PrivateReply => Self::PrivateReplies,
            ReplyAction::PublicReply => Self::PublicReplies,
        }
    }

    fn attribute(self) -> &'static str {
        match self {
            Self::All => "wait_all",
            Self::Messages => "wait_messages",
            Self::PrivateReplies => "wait_private_replies",
            Self::PublicReplies => "wait_public_replies",
        }
    }
}

/// A limit that is kept by handing out moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// Direct messages and private replies to live comments.
    Messages,
    /// Audio and video.
    Media,
    /// Private replies to comments on posts and reels.
    PrivateReplies,
}

impl Bucket {
    fn attribute(self) -> &'static str {
        match self {
            Self::Messages => "next_message",
            Self::Media => "next_media",
            Self::PrivateReplies => "next_private_reply",
        }
    }
}

/// A wait at Meta's request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Wait {
    /// Until when, in milliseconds since 1970.
    pub until: i64,
    /// How many in a row: each is longer than the one before.
    pub strikes: u32,
}

/// A restriction that Meta put on the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restriction {
    /// When sending may be tried again, in milliseconds since 1970.
    pub until: i64,
    /// How many in a row: each pause is longer than the one before.
    pub strikes: u32,
    /// Which: a code such as `policy_block`.
    pub why: String,
}

/// The pace of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pace {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wait_all: Option<Wait>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wait_messages: Option<Wait>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wait_private_replies: Option<Wait>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wait_public_replies: Option<Wait>,
    /// A restriction of the account, while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restricted: Option<Restriction>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_message: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_media: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_private_reply: Option<i64>,
}

impl Pace {
    /// The latest wait of a lane, over or not.
    pub fn wait(&self, lane: Lane) -> Option<Wait> {
        match lane {
            Lane::All => self.wait_all,
            Lane::Messages => self.wait_messages,
            Lane::PrivateReplies => self.wait_private_replies,
            Lane::PublicReplies => self.wait_public_replies,
        }
    }

    /// The first moment of a bucket that nobody took, in milliseconds since 1970.
    pub fn next(&self, bucket: Bucket) -> Option<i64> {
        match bucket {
            Bucket::Messages => self.next_message,
            Bucket::Media => self.next_media,
            Bucket::PrivateReplies => self.next_private_reply,
        }
    }
}

/// What holds for all accounts of a Meta app, or for all apps.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Switch {
    /// When a person stopped all sending, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<i64>,
    /// A wait at Meta's request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Wait>,
    /// When events came through it, of an app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<Heard>,
}

/// An account, and all that decides whether its replies may leave.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The account.
    pub account: Account,
    /// Its pace.
    pub pace: Pace,
    /// Its app's switch.
    pub app: Switch,
    /// The switch for everything.
    pub everything: Switch,
}

impl Standing {
    /// True if a person lets the account send: it is connected, answers, and nothing that holds it was stopped.
    pub fn may_send(&self) -> bool {
        let stopped = [self.account.stopped_at, self.app.stopped_at, self.everything.stopped_at];
        let answers = self.account.mode == Mode::Answer && self.account.connection == Connection::Connected;
        answers && stopped.iter().all(Option::is_none)
    }
}

impl Standing {
    /// True if somebody of the office may send: the account is connected, and nothing that holds it was stopped. That it only
    /// observes is about machines.
    pub fn may_send_by_hand(&self) -> bool {
        let stopped = [self.account.stopped_at, self.app.stopped_at, self.everything.stopped_at];
        self.account.connection == Connection::Connected && stopped.iter().all(Option::is_none)
    }
}

/// What a person can stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// All sending.
    Everything,
    /// The sending of all accounts of a Meta app.
    App(&'a AppId),
    /// The sending of an account.
    Account(&'a AccountId),
}

impl Scope<'_> {
    fn key(self) -> Key {
        match self {
            Self::Everything => keys::everything(),
            Self::App(app) => keys::app(app),
            Self::Account(account) => keys::account(account),
        }
    }
}

impl Store {
    /// An account and what decides about its sending, read consistently; `None` if it was never connected here.
    ///
    /// `app` is the app it is likely connected through: right, it saves a call.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn standing(&self, id: &AccountId, app: &AppId) -> Result<Option<Standing>, StoreError> {
        let (account, pace, everything) = (keys::account(id), keys::pace(id), keys::everything());
        let app_key = keys::app(app);
        let mut found = None;
        let mut standing = (Pace::default(), Switch::default(), Switch::default());
        for attributes in self.get_all([&account, &pace, &everything, &app_key]).await? {
            if has_key(&attributes, &account) {
                found = Some(from_attributes::<Account>(attributes)?);
            } else if has_key(&attributes, &pace) {
                standing.0 = from_attributes(attributes)?;
            } else if has_key(&attributes, &everything) {
                standing.2 = from_attributes(attributes)?;
            } else {
                standing.1 = from_attributes(attributes)?;
            }
        }
        let Some(account) = found else {
            return Ok(None);
        };
        let (pace, mut app_switch, everything) = standing;
        if account.app != *app {
            app_switch = self.switch(Scope::App(&account.app)).await?;
        }
        Ok(Some(Standing { account, pace, app: app_switch, everything }))
    }

    /// The pace of an account, read consistently.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn pace(&self, account: &AccountId) -> Result<Pace, StoreError> {
        Ok(self.get(&keys::pace(account)).await?.unwrap_or_default())
    }

    /// The switch of an app or of everything.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn switch(&self, scope: Scope<'_>) -> Result<Switch, StoreError> {
        Ok(self.get(&scope.key()).await?.unwrap_or_default())
    }

    /// Stops sending at a moment, in milliseconds since 1970, or lets it go on.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is no such account.
    pub async fn set_stopped(&self, scope: Scope<'_>, stopped_at: Option<i64>) -> Result<(), StoreError> {
        let mut update = Update::of(scope.key());
        match stopped_at {
            Some(at) => update.set("stopped_at", at)?,
            None => update.remove("stopped_at"),
        }
        if matches!(scope, Scope::Account(_)) {
            update.require("attribute_exists(pk)");
        }
        self.update(update).await
    }

    /// Lets a lane of an account wait. A wait that lasts longer already stays.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn set_wait(&self, account: &AccountId, lane: Lane, wait: Wait) -> Result<(), StoreError> {
        self.lengthen(keys::pace(account), lane.attribute(), wait).await
    }

    /// Lets all accounts of an app wait. A wait that lasts longer already stays.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn set_app_wait(&self, app: &AppId, wait: Wait) -> Result<(), StoreError> {
        self.lengthen(keys::app(app), "wait", wait).await
    }

    async fn lengthen(&self, key: Key, attribute: &str, wait: Wait) -> Result<(), StoreError> {
        let mut update = Update::of(key);
        update.set(attribute, wait)?;
        let first = update.absent(attribute);
        let longer = update.compare(&format!("{attribute}.until"), "<", wait.until)?;
        update.require(&format!("{first} OR {longer}"));
        match self.update(update).await {
            Err(StoreError::Conflict) => Ok(()),
            outcome => outcome,
        }
    }

    /// Notes a restriction of the account. True if it was not restricted, or its last restriction was over at `now`; also
    /// if that was written before and its answer lost.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn restrict(
        &self,
        account: &AccountId,
        restriction: &Restriction,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let mut update = Update::of(keys::pace(account));
        update.set("restricted", restriction)?;
        let first = update.absent("restricted");
        let over = update.compare("restricted.until", "<=", now_ms)?;
        update.require(&format!("{first} OR {over}"));
        match self.update(update).await {
            Err(error) if is_doubtful(&error) => {
                let written = self.pace(account).await.ok().and_then(|pace| pace.restricted);
                recognised(written.as_ref() == Some(restriction), error)
            }
            outcome => outcome.map(|()| true),
        }
    }

    /// Notes that Meta does not take the account's token any more, and leaves word of it to whoever tells the CRM. True if
    /// this is news: not if the account got another token meanwhile, or somebody noted it before.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn mark_broken(&self, account: &Account, why: &str, now_ms: i64) -> Result<bool, StoreError> {
        let broken = crate::Broken { at: now_ms, why: why.to_owned() };
        let mut update = Update::of(keys::account(&account.id));
        update.set("broken", &broken)?;
        upkeep::leave_word(&mut update, &broken)?;
        upkeep::set_due(&mut update, now_ms)?;
        let news = update.absent("broken");
        update.require(&news);
        upkeep::require_same_token(&mut update, account)?;
        match self.update(update).await {
            Err(error) if is_doubtful(&error) => {
                let written = self.account(&account.id).await.ok().flatten();
                let is_ours = |written: &Account| {
                    written.broken.as_ref() == Some(&broken) && written.sealed_token == account.sealed_token
                };
                recognised(written.as_ref().is_some_and(is_ours), error)
            }
            outcome => outcome.map(|()| true),
        }
    }

    /// Takes the moments of a bucket from `read` (the first that was free) up to, not including, `next`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if somebody took some since.
    pub async fn take_moments(
        &self,
        account: &AccountId,
        bucket: Bucket,
        read: Option<i64>,
        next: i64,
    ) -> Result<(), StoreError> {
        let mut update = Update::of(keys::pace(account));
        update.set(bucket.attribute(), next)?;
        let untouched = match read {
            Some(read) => update.compare(bucket.attribute(), "=", read)?,
            None => update.absent(bucket.attribute()),
        };
        update.require(&untouched);
        self.update(update).await
    }
}

/// A write may have happened although this is the answer: the table's client repeats a call whose answer is lost, and is
/// told then that somebody was faster.
fn is_doubtful(error: &StoreError) -> bool {
    matches!(error, StoreError::Conflict | StoreError::Unavailable { .. })
}

/// What was written tells: it names its moment to the millisecond. Otherwise a conflict means that somebody else did it.
fn recognised(is_ours: bool, error: StoreError) -> Result<bool, StoreError> {
    match error {
        _ if is_ours => Ok(true),
        StoreError::Conflict => Ok(false),
        error => Err(error),
    }
}
