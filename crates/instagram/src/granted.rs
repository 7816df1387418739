//! What an account's owner must grant, and what an account is subscribed to (fact sheet 3.2, 6.3, 7.1).

/// The permissions that everything here needs, as the login asks for them. The app's dashboard prints the second as
/// `instagram_manage_comments`, which is the name it has with Facebook Login (fact sheet 7.1).
pub const NEEDED_PERMISSIONS: [&str; 3] =
    ["instagram_business_basic", "instagram_business_manage_comments", "instagram_business_manage_messages"];

/// The fields that every account is subscribed to: those ticked in the app's dashboard.
pub const USUAL_FIELDS: [&str; 8] = [
    "comments",
    "live_comments",
    "message_edit",
    "message_reactions",
    "messages",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
];

/// The fields that a deployment may add to them.
pub const EXTRA_FIELDS: [&str; 3] = ["messaging_handover", "messaging_optins", "standby"];
