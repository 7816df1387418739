//! The small world behind the Graph API: who exists, who wrote what, what was sent.

mod said;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use self::said::{Action, Comment, Message, Thread};

/// The fields an account is subscribed to unless the world says otherwise: those ticked in the app's dashboard.
pub const DEFAULT_FIELDS: [&str; 8] = [
    "comments",
    "live_comments",
    "message_edit",
    "message_reactions",
    "messages",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
];

/// Everything Meta knows. Read from `events/world.json`, written back by [`Meta::dump`](super::Meta::dump).
///
/// Members of the file that mean nothing to Meta (a customer, a mode, rules) are kept and written back.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct World {
    /// Meta apps with their secrets.
    pub apps: Vec<App>,
    /// Professional accounts.
    pub accounts: Vec<Account>,
    /// Citizens, each as one account knows them.
    pub people: Vec<Person>,
    /// Posts, reels, stories, broadcasts.
    pub media: Vec<Media>,
    /// One per account and person that ever wrote to each other.
    pub threads: Vec<Thread>,
    /// Direct messages of both directions, oldest first.
    pub messages: Vec<Message>,
    /// Reactions, typing and seen that apps sent, oldest first.
    pub actions: Vec<Action>,
    /// Comments and replies, oldest first.
    pub comments: Vec<Comment>,
    /// Deliveries that Meta made or has still to make, oldest first.
    pub deliveries: Vec<super::Delivery>,
    /// The codes of logins under way.
    pub login_codes: Vec<LoginCode>,
    /// How many ids were given out; the next one is new.
    pub ids_given: u64,
}

/// A Meta app.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct App {
    /// Its short name.
    pub name: String,
    /// Its id.
    pub app_id: String,
    /// Its secrets: the first one signs deliveries.
    pub app_secrets: Vec<String>,
    /// Where its logins may lead back to; anywhere if none is named.
    pub redirect_uris: Vec<String>,
    /// What the rest of the file says of it.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// What a login's dialog granted: good once, for an hour, for the app and the address that asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LoginCode {
    /// The code itself.
    pub code: String,
    /// The account that logged in.
    pub account: String,
    /// The app that asked.
    pub app_id: String,
    /// Where the browser was sent back to.
    pub redirect_uri: String,
    /// What was granted.
    pub permissions: Vec<String>,
    /// When, in milliseconds since 1970.
    pub made_at: i64,
}

/// A professional account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Account {
    /// `user_id` of `/me`, `entry.id` of its events.
    pub account: String,
    /// `id` of `/me`.
    pub app_scoped_id: String,
    /// Its user name.
    pub username: String,
    /// Its display name.
    pub name: String,
    /// The app it is connected through.
    pub app_id: String,
    /// Its long-lived token.
    pub token: String,
    /// Tokens issued before, or for an hour only, that are good all the same.
    pub older_tokens: Vec<String>,
    /// Tokens that are good no more, for the owner changed the password.
    pub ended_tokens: Vec<String>,
    /// What its owner granted at the latest login.
    pub permissions: Vec<String>,
    /// When the token was issued, in milliseconds since 1970; nothing if long ago.
    pub token_issued_at: Option<i64>,
    /// When the token ends, in milliseconds since 1970; nothing if not in this story.
    pub token_expires_at: Option<i64>,
    /// The fields it is subscribed to. Empty: nothing is delivered.
    pub subscribed_fields: Vec<String>,
    /// Whether its owner allows access to messages.
    pub message_access: bool,
    /// Whether it has the Human Agent feature.
    pub human_agent: bool,
    /// Its ice breakers and its persistent menu.
    pub messenger_profile: Map<String, Value>,
    /// An error that stands in its way: every call answers it if it is about the token, every send otherwise.
    pub trouble: Option<Trouble>,
    /// What the rest of the file says of it.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            account: String::new(),
            app_scoped_id: String::new(),
            username: String::new(),
            name: String::new(),
            app_id: String::new(),
            token: String::new(),
            older_tokens: Vec::new(),
            ended_tokens: Vec::new(),
            permissions: Vec::new(),
            token_issued_at: None,
            token_expires_at: None,
            subscribed_fields: DEFAULT_FIELDS.map(str::to_owned).into(),
            message_access: true,
            human_agent: false,
            messenger_profile: Map::new(),
            trouble: None,
            rest: Map::new(),
        }
    }
}

/// An error code with its subcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// `error.code`.
    pub code: u32,
    /// `error.error_subcode`.
    pub subcode: Option<u32>,
}

/// A citizen, as one account knows them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    /// The account whose scope the id is valid in.
    pub account: String,
    /// The Instagram-scoped id.
    pub id: String,
    /// The user name.
    pub username: String,
    /// The display name; nothing shows if there is none.
    pub name: String,
    /// Where the profile picture lies.
    pub profile_pic: Option<String>,
    /// How many follow them.
    pub follower_count: u64,
    /// Whether they follow the account.
    pub is_user_follow_business: bool,
    /// Whether the account follows them.
    pub is_business_follow_user: bool,
    /// Whether they are verified.
    pub is_verified_user: bool,
    /// Members that the profile lacks although they were asked for, `id` too.
    pub hidden_fields: Vec<String>,
    /// The id their direct messages carry, where it differs from the one their comments carry.
    pub direct_id: Option<String>,
    /// Blocked the account, or is deactivated.
    pub unavailable: bool,
    /// What the rest of the file says of them.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// A post, reel, story or broadcast.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Media {
    /// Whose it is.
    pub account: String,
    /// Its id.
    pub id: String,
    /// `FEED`, `REELS`, `STORY`, `AD`.
    pub product: String,
    /// A broadcast that is over: its comments take no private reply any more.
    pub ended: bool,
    /// What the rest of the file says of it.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl World {
    /// The account whose events carry this id.
    pub fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.account == id)
    }

    /// As [`World::account`], to change it.
    pub fn account_mut(&mut self, id: &str) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|account| account.account == id)
    }

    /// A person by the id of comments or of direct messages.
    pub fn person(&self, account: &str, id: &str) -> Option<&Person> {
        self.people.iter().find(|p| p.account == account && (p.id == id || p.direct_id.as_deref() == Some(id)))
    }

    /// As [`World::person`], to change it.
    pub fn person_mut(&mut self, account: &str, id: &str) -> Option<&mut Person> {
        self.people.iter_mut().find(|p| p.account == account && (p.id == id || p.direct_id.as_deref() == Some(id)))
    }

    /// A comment that is not deleted.
    pub fn comment(&self, id: &str) -> Option<&Comment> {
        self.comments.iter().find(|comment| comment.id == id && !comment.deleted)
    }

    /// Any comment, to change it.
    pub fn comment_mut(&mut self, id: &str) -> Option<&mut Comment> {
        self.comments.iter_mut().find(|comment| comment.id == id)
    }

    /// A message, to change it.
    pub fn message_mut(&mut self, account: &str, mid: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.account == account && message.mid == mid)
    }

    /// A post, reel, story or broadcast.
    pub fn media(&self, id: &str) -> Option<&Media> {
        self.media.iter().find(|media| media.id == id)
    }

    /// As [`World::media`], to change it.
    pub fn media_mut(&mut self, id: &str) -> Option<&mut Media> {
        self.media.iter_mut().find(|media| media.id == id)
    }

    /// A conversation, if the two ever wrote to each other.
    pub fn thread(&self, account: &str, person: &str) -> Option<&Thread> {
        self.threads.iter().find(|thread| thread.account == account && thread.person == person)
    }

    /// The conversation of the two, begun if need be.
    pub fn thread_mut(&mut self, account: &str, person: &str) -> &mut Thread {
        let found = self.threads.iter().position(|t| t.account == account && t.person == person);
        let index = found.unwrap_or_else(|| {
            self.threads.push(Thread {
                id: super::ids::thread(account, person),
                account: account.to_owned(),
                person: person.to_owned(),
                ..Thread::default()
            });
            self.threads.len() - 1
        });
        &mut self.threads[index]
    }

    /// A number nobody had before.
    pub(super) fn next_id(&mut self) -> u64 {
        self.ids_given += 1;
        self.ids_given
    }
}
