//! Meta's numbers (fact sheet 12, read November 2026), each where it is written.

use std::time::Duration;

/// Longest text of a message, in bytes of UTF-8: "1000 bytes or less" (Messaging API page). Bytes, not characters: the
/// older Messenger page counts characters, and bytes are the stricter reading.
pub const MAX_TEXT_BYTES: usize = 1000;

/// Longest text of a comment, in characters. Documented for publishing comments elsewhere, not for replies.
pub const MAX_COMMENT_CHARS: usize = 2200;

/// Quick replies under one message (Quick replies page).
pub const MAX_QUICK_REPLIES: usize = 13;

/// Longest title of a quick reply or a button, in characters (Quick replies page; for buttons a third party).
pub const MAX_BUTTON_TITLE_CHARS: usize = 20;

/// Longest payload of a quick reply or a button, in bytes. Not confirmed by any source.
pub const MAX_PAYLOAD_BYTES: usize = 1000;

/// Elements of a generic template (Generic template page).
pub const MAX_TEMPLATE_ELEMENTS: usize = 10;

/// Longest title and longest subtitle of a template element, in characters (Generic template page).
pub const MAX_TEMPLATE_TITLE_CHARS: usize = 80;

/// Buttons of one template element, or of a button template (Generic and Button template pages).
pub const MAX_TEMPLATE_BUTTONS: usize = 3;

/// Longest text of a button template, in characters (Button template page).
pub const MAX_BUTTON_TEMPLATE_CHARS: usize = 640;

/// Images in one message (changelog, 6 May 2026).
pub const MAX_IMAGES: usize = 10;

/// Largest image by URL, in bytes (Messaging API page: 8 MB).
pub const MAX_IMAGE_BYTES: u64 = 8 * 1_000_000;

/// Largest audio, video or file by URL, in bytes (Messaging API page: 25 MB).
pub const MAX_MEDIA_BYTES: u64 = 25 * 1_000_000;

/// Ice breakers per locale (Ice breakers page).
pub const MAX_ICE_BREAKERS: usize = 4;

/// Items of the persistent menu per locale. Reported by a third party; Meta advises about 5 (Persistent menu page).
pub const MAX_MENU_ITEMS: usize = 20;

/// Longest address in a message, in bytes. Ours: Meta names no limit, and 2048 is what common caches and servers take.
pub const MAX_URL_BYTES: usize = 2048;

/// Longest reaction, in bytes. Ours: a family of four with joiners, the longest emoji in common use, has 25.
pub const MAX_REACTION_BYTES: usize = 64;

/// How long anything may be sent after the person's last message (Overview and Messaging API pages).
pub const STANDARD_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a person of the office may answer with the tag `HUMAN_AGENT` (Human agent page).
pub const HUMAN_AGENT_WINDOW: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long after a comment its one private reply may be sent (Private replies page).
pub const PRIVATE_REPLY_WINDOW: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Text messages, links, reactions and stickers per second and account (Overview and Rate limits pages). The Messenger
/// page says 300 for accounts linked to a Page.
pub const TEXTS_PER_SECOND: u32 = 100;

/// Audio and video messages per second and account (Overview and Rate limits pages).
pub const MEDIA_PER_SECOND: u32 = 10;

/// Private replies to comments on posts and reels, per hour and account (Overview and Rate limits pages).
pub const PRIVATE_REPLIES_PER_HOUR: u32 = 750;

/// Private replies to live comments, per second and account (Overview and Rate limits pages).
pub const LIVE_PRIVATE_REPLIES_PER_SECOND: u32 = 100;

/// Calls of the Conversations API, per second and account (Rate limits page).
pub const CONVERSATION_READS_PER_SECOND: u32 = 2;

/// Messages of a conversation whose details can be read: the most recent ones (Conversations API page).
pub const READABLE_MESSAGES: usize = 20;

/// How soon Meta wants a delivery answered (Messenger webhooks page; the Instagram page gives no number).
pub const WEBHOOK_ANSWER: Duration = Duration::from_secs(5);

/// Updates that Meta may put into one delivery (Graph API webhooks page).
pub const MAX_UPDATES_PER_DELIVERY: usize = 1000;
