//! What an account's owner has to grant (fact sheet 7.1, 9.2).

/// The permissions that the system needs, by the names that the login's dialog takes.
///
/// The app's dashboard prints the second one as `instagram_manage_comments`, which is the name of Facebook Login's.
pub const NEEDED_PERMISSIONS: [&str; 3] =
    ["instagram_business_basic", "instagram_business_manage_comments", "instagram_business_manage_messages"];
