//! Every shape of fact sheet 3.3 to 3.17, and what it becomes.

use insta::assert_compact_debug_snapshot;
use instagram::{AccountId, CommentId, Element, Event, Kind, UnixMillis, Words};

use super::reading::{ACCOUNT, event, from_account, from_person, kind, message, read, text_of};

mod messages {
    use super::*;

    #[test]
    fn a_text() {
        let raw = from_person(r#""message":{"mid":"aWdfM1","text":"Do you ship abroad?"}"#);
        assert_compact_debug_snapshot!(event(&raw), @"Event { account: AccountId(17841400000000001), at: Some(UnixMillis(1767225600789)), standby: false, test: false, lossy: false, kind: MessageReceived(Message { mid: MessageId(aWdfM1), from: PersonId(900000000000001), content: Content { text: Some(Words(19 bytes)), attachments: [], is_unsupported: false }, quick_reply: None, reply_to: None, referral: None }) }");
        assert_eq!(text_of(&kind(&raw)), Some("Do you ship abroad?"));
    }

    #[test]
    fn attachments() {
        let url = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=111&signature=EXAMPLE";
        let list = format!(
            r#""attachments":[
                {{"type":"image","payload":{{"url":"{url}"}}}},
                {{"type":"ig_reel","payload":{{"reel_video_id":"18000000000000001","title":"Making of","url":"{url}"}}}},
                {{"type":"ig_post","payload":{{"ig_post_media_id":18000000000000002,"title":"New colours","url":"{url}"}}}},
                {{"type":"ig_story","payload":{{"story_media_id":"18000000000000003","story_media_url":"{url}"}}}},
                {{"type":"sticker","payload":{{"sticker_id":369239263222822}}}},
                {{"type":"ephemeral"}},
                {{"type":"hologram","payload":{{"depth":3}}}}]"#
        );
        assert_compact_debug_snapshot!(message(&list), @r#"MessageReceived(Message { mid: MessageId(aWdfM1), from: PersonId(900000000000001), content: Content { text: None, attachments: [Attachment { kind: Image, url: Some(Words(76 bytes)), title: None, media: None }, Attachment { kind: Reel, url: Some(Words(76 bytes)), title: Some(Words(9 bytes)), media: Some("18000000000000001") }, Attachment { kind: Post, url: Some(Words(76 bytes)), title: Some(Words(11 bytes)), media: Some("18000000000000002") }, Attachment { kind: Story, url: Some(Words(76 bytes)), title: None, media: Some("18000000000000003") }, Attachment { kind: Sticker, url: None, title: None, media: Some("369239263222822") }, Attachment { kind: Ephemeral, url: None, title: None, media: None }, Attachment { kind: Other("hologram"), url: None, title: None, media: None }], is_unsupported: false }, quick_reply: None, reply_to: None, referral: None })"#);
    }

    #[test]
    fn every_word_for_an_attachment_has_its_kind() {
        let words = [
            ("image", "Image"),
            ("video", "Video"),
            ("audio", "Audio"),
            ("file", "File"),
            ("share", "Share"),
            ("ig_post", "Post"),
            ("ig_reel", "Reel"),
            ("reel", "Reel"),
            ("story_mention", "StoryMention"),
            ("story", "Story"),
            ("ig_story", "Story"),
            ("template", "Template"),
            ("media", "Media"),
            ("ephemeral", "Ephemeral"),
            ("fallback", "Fallback"),
            ("sticker", "Sticker"),
            ("like_heart", "LikeHeart"),
            ("unsupported_type", r#"Other("unsupported_type")"#),
            ("Image", r#"Other("Image")"#),
            ("a b", r#"Other("a_b")"#),
        ];
        let read = |word: &str| {
            let Kind::MessageReceived(message) = message(&format!(r#""attachments":[{{"type":"{word}"}}]"#)) else {
                panic!("{word}")
            };
            message.content.attachments[0].kind.clone()
        };
        for (word, expected) in words {
            let kind = read(word);
            assert_eq!(format!("{kind:?}"), expected);
            assert_eq!(read(kind.as_str()), kind, "{word} written and read again");
        }
    }

    #[test]
    fn odd_attachments_stay_in_the_list() {
        let cases = [
            ("one alone, not in a list", r#""attachments":{"type":"image","payload":{"url":"https://a"}}"#, 1),
            ("one that is no object", r#""attachments":["image",{"type":"image"}]"#, 2),
            ("one whose payload is no object", r#""attachments":[{"type":"image","payload":"https://a"}]"#, 1),
            ("none", r#""attachments":[]"#, 0),
            ("null", r#""attachments":null"#, 0),
            ("a number", r#""attachments":3"#, 0),
        ];
        for (case, members, count) in cases {
            let Kind::MessageReceived(message) = message(members) else { panic!("{case}") };
            assert_eq!(message.content.attachments.len(), count, "{case}");
        }
    }

    #[test]
    fn a_kind_the_api_cannot_show() {
        assert_compact_debug_snapshot!(message(r#""is_unsupported":true"#), @"MessageReceived(Message { mid: MessageId(aWdfM1), from: PersonId(900000000000001), content: Content { text: None, attachments: [], is_unsupported: true }, quick_reply: None, reply_to: None, referral: None })");
    }

    #[test]
    fn an_unsend() {
        assert_compact_debug_snapshot!(message(r#""is_deleted":true"#), @"MessageUnsent { mid: MessageId(aWdfM1), peer: Some(PersonId(900000000000001)) }");
        assert_compact_debug_snapshot!(kind(&from_account(r#""message":{"mid":"aWdfM1","is_deleted":true,"is_echo":true}"#)), @"MessageUnsent { mid: MessageId(aWdfM1), peer: Some(PersonId(900000000000001)) }");
        assert_compact_debug_snapshot!(kind(r#"{"message":{"mid":"aWdfM1","is_deleted":true}}"#), @"MessageUnsent { mid: MessageId(aWdfM1), peer: None }");
    }

    #[test]
    fn replies() {
        assert_compact_debug_snapshot!(message(r#""text":"this one","reply_to":{"mid":"aWdfE1","is_self_reply":true}"#), @"MessageReceived(Message { mid: MessageId(aWdfM1), from: PersonId(900000000000001), content: Content { text: Some(Words(8 bytes)), attachments: [], is_unsupported: false }, quick_reply: None, reply_to: Some(Message(MessageId(aWdfE1))), referral: None })");
        assert_compact_debug_snapshot!(
            message(r#""text":"Love it","reply_to":{"story":{"id":"18000000000000003","url":"https://a","link_sticker_url":"https://b"}}"#),
            @r#"MessageReceived(Message { mid: MessageId(aWdfM1), from: PersonId(900000000000001), content: Content { text: Some(Words(7 bytes)), attachments: [], is_unsupported: false }, quick_reply: None, reply_to: Some(Story { id: Some("18000000000000003"), url: Some(Words(9 bytes)) }), referral: None })"#
        );
    }

    #[test]
    fn a_quick_reply() {
        let Kind::MessageReceived(message) = message(r#""text":"Opening hours","quick_reply":{"payload":"HOURS"}"#)
        else {
            panic!()
        };
        assert_eq!(message.quick_reply.as_ref().map(Words::expose), Some("HOURS"));
    }

    #[test]
    fn referrals_inside_a_message() {
        assert_compact_debug_snapshot!(
            message(
                r#""text":"a","referral":{"ref":"spring-campaign","ad_id":"120000000000000001","source":"ADS","type":"OPEN_THREAD",
                    "ads_context_data":{"ad_title":"Spring shoes"},"flow_id":"1"}"#
            ),
            @r#"MessageReceived(Message { mid: MessageId(aWdfM1), from: PersonId(900000000000001), content: Content { text: Some(Words(1 bytes)), attachments: [], is_unsupported: false }, quick_reply: None, reply_to: None, referral: Some(Referral { reference: Some(Words(15 bytes)), source: Some("ADS"), kind: Some("OPEN_THREAD"), ad_id: Some("120000000000000001"), product_id: None }) })"#
        );
        let product = message(r#""text":"a","referral":{"product":{"id":"900100200300"}}"#);
        let beside = kind(&from_person(r#""message":{"mid":"m"},"referral":{"product":{"id":900100200300}}"#));
        for kind in [product, beside] {
            let Kind::MessageReceived(message) = kind else { panic!() };
            assert_eq!(message.referral.unwrap().product_id.as_deref(), Some("900100200300"));
        }
    }
}

mod echoes {
    use super::*;

    #[test]
    fn an_echo() {
        let raw = r#""message":{"mid":"aWdfE1","text":"We do, worldwide.","is_echo":true,"app_id":263902037430900,"metadata":"r1"}"#;
        assert_compact_debug_snapshot!(kind(&from_account(raw)), @"MessageEchoed(Echo { mid: MessageId(aWdfE1), to: PersonId(900000000000001), content: Content { text: Some(Words(17 bytes)), attachments: [], is_unsupported: false }, reply_to: None, metadata: Some(Words(2 bytes)), app: Some(AppId(263902037430900)), is_self: false })");
    }

    #[test]
    fn whatever_the_account_sent_is_an_echo() {
        let cases = [
            ("without the flag", from_account(r#""message":{"mid":"m"}"#), "900000000000001", false),
            ("with the flag as text", from_person(r#""message":{"mid":"m","is_echo":"true"}"#), "900000000000001", false),
            (
                "the account under another id",
                r#"{"sender":{"id":"27000000000000001"},"recipient":{"id":"900000000000001"},"message":{"mid":"m","is_echo":true}}"#.to_owned(),
                "900000000000001",
                false,
            ),
            (
                "without a sender",
                r#"{"recipient":{"id":"900000000000001"},"message":{"mid":"m"}}"#.to_owned(),
                "900000000000001",
                false,
            ),
            (
                "a note to itself",
                format!(
                    r#"{{"sender":{{"id":"{ACCOUNT}"}},"recipient":{{"id":"{ACCOUNT}"}},"message":{{"mid":"m","is_echo":true,"is_self":true}}}}"#
                ),
                ACCOUNT,
                true,
            ),
            (
                "a note to itself without flags",
                format!(r#"{{"sender":{{"id":"{ACCOUNT}"}},"recipient":{{"id":"{ACCOUNT}"}},"message":{{"mid":"m"}}}}"#),
                ACCOUNT,
                true,
            ),
        ];
        for (case, raw, to, is_self) in cases {
            let Kind::MessageEchoed(echo) = kind(&raw) else { panic!("{case}") };
            assert_eq!((echo.to.as_str(), echo.is_self), (to, is_self), "{case}");
        }
    }
}

mod edits {
    use super::*;

    #[test]
    fn an_edit() {
        let raw = from_person(r#""message_edit":{"mid":"aWdfM1","text":"Do you ship to Norway?","num_edit":1}"#);
        assert_compact_debug_snapshot!(kind(&raw), @"MessageEdited { mid: MessageId(aWdfM1), peer: Some(PersonId(900000000000001)), text: Some(Words(22 bytes)), num_edit: 1 }");
        assert_eq!(text_of(&kind(&raw)), Some("Do you ship to Norway?"));
    }

    #[test]
    fn case_100_number_zero_is_a_message_and_not_an_edit() {
        let bare = r#"{"timestamp":1767225600900,"message_edit":{"mid":"aWdfM1","num_edit":0}}"#;
        assert_compact_debug_snapshot!(event(bare), @"Event { account: AccountId(17841400000000001), at: Some(UnixMillis(1767225600900)), standby: false, test: false, lossy: false, kind: MessageHinted { mid: MessageId(aWdfM1), peer: None, text: None } }");
        let cases = [
            ("with its author", from_person(r#""message_edit":{"mid":"m","num_edit":0,"text":"a"}"#)),
            ("as text", from_person(r#""message_edit":{"mid":"m","num_edit":"0"}"#)),
            ("left out, as zeros often are", from_person(r#""message_edit":{"mid":"m","text":"a"}"#)),
            (
                "a placeholder, as the documentation prints",
                from_person(r#""message_edit":{"mid":"m","num_edit":"<NUM>"}"#),
            ),
            ("negative", from_person(r#""message_edit":{"mid":"m","num_edit":-1}"#)),
        ];
        for (case, raw) in cases {
            assert_eq!(event(&raw).kind_name(), "hint", "{case}");
        }
    }

    #[test]
    fn an_edit_may_name_nobody() {
        let cases = [r#"{"message_edit":{"mid":"m","num_edit":2}}"#, r#"{"message_edit":{"mid":"m","num_edit":"2"}}"#];
        for raw in cases {
            let event = event(raw);
            assert_eq!(event.kind_name(), "edit");
            assert_eq!(event.peer().unwrap().as_str(), "m", "the message stands in");
        }
    }

    #[test]
    fn a_message_that_names_nobody_is_looked_up_later() {
        let cases = [
            ("neither side", r#"{"message":{"mid":"m","text":"a"}}"#.to_owned()),
            ("only the account", format!(r#"{{"recipient":{{"id":"{ACCOUNT}"}},"message":{{"mid":"m"}}}}"#)),
            (
                "an echo to nobody",
                format!(r#"{{"sender":{{"id":"{ACCOUNT}"}},"message":{{"mid":"m","is_echo":true}}}}"#),
            ),
            ("null sides", r#"{"sender":null,"recipient":{"id":null},"message":{"mid":"m"}}"#.to_owned()),
            ("a sender that is a text", r#"{"sender":"900","message":{"mid":"m"}}"#.to_owned()),
        ];
        for (case, raw) in cases {
            assert_eq!(event(&raw).kind_name(), "hint", "{case}");
        }
    }
}

mod touches {
    use super::*;

    #[test]
    fn reactions() {
        assert_compact_debug_snapshot!(
            kind(&from_person(r#""reaction":{"mid":"aWdfE1","action":"react","reaction":"love","emoji":"\u2764\ufe0f"}"#)),
            @r#"ReactionChanged(Reaction { mid: MessageId(aWdfE1), by: PersonId(900000000000001), given: true, reaction: Some("love"), emoji: Some("❤\u{fe0f}") })"#
        );
        assert_compact_debug_snapshot!(kind(&from_person(r#""reaction":{"mid":"aWdfE1","action":"unreact"}"#)), @"ReactionChanged(Reaction { mid: MessageId(aWdfE1), by: PersonId(900000000000001), given: false, reaction: None, emoji: None })");
    }

    #[test]
    fn a_read_receipt() {
        assert_compact_debug_snapshot!(kind(&from_person(r#""read":{"mid":"aWdfE1"}"#)), @"MessageSeen { mid: MessageId(aWdfE1), by: PersonId(900000000000001) }");
    }

    #[test]
    fn postbacks() {
        assert_compact_debug_snapshot!(kind(&from_person(r#""postback":{"mid":"aWdfPb1","title":"Opening hours","payload":"HOURS"}"#)), @"PostbackPressed(Postback { mid: Some(MessageId(aWdfPb1)), from: PersonId(900000000000001), title: Some(Words(13 bytes)), payload: Some(Words(5 bytes)), referral: None, is_self: false })");
        let own = [
            from_account(r#""postback":{"payload":"HOURS"}"#),
            from_person(r#""is_self":true,"postback":{"payload":"HOURS"}"#),
            from_person(r#""postback":{"payload":"HOURS","is_self":true}"#),
        ];
        for raw in own {
            let Kind::PostbackPressed(postback) = kind(&raw) else { panic!() };
            assert!(postback.is_self && postback.mid.is_none());
        }
    }

    #[test]
    fn a_referral_of_its_own() {
        assert_compact_debug_snapshot!(kind(&from_person(r#""referral":{"ref":"poster-a","source":"SHORTLINK","type":"OPEN_THREAD"}"#)), @r#"ReferralOpened { from: PersonId(900000000000001), referral: Referral { reference: Some(Words(8 bytes)), source: Some("SHORTLINK"), kind: Some("OPEN_THREAD"), ad_id: None, product_id: None } }"#);
    }

    #[test]
    fn an_opt_in() {
        assert_compact_debug_snapshot!(
            kind(&from_person(
                r#""optin":{"type":"notification_messages","title":"Weekly offers","payload":"OPTIN_1","notification_messages_token":"7"}"#
            )),
            @r#"OptInReceived { from: PersonId(900000000000001), kind: Some("notification_messages") }"#
        );
    }

    #[test]
    fn what_the_account_itself_touched_is_recorded_and_no_persons_doing() {
        for member in
            [r#""reaction":{"mid":"m","action":"react"}"#, r#""read":{"mid":"m"}"#, r#""referral":{}"#, r#""optin":{}"#]
        {
            let Kind::Unknown { peer, .. } = kind(&from_account(member)) else { panic!("{member}") };
            assert_eq!(peer.unwrap().as_str(), "900000000000001", "{member}");
        }
    }
}

mod handover {
    use super::*;

    #[test]
    fn control_passed_taken_and_requested() {
        assert_compact_debug_snapshot!(
            kind(&from_person(r#""pass_thread_control":{"previous_owner_app_id":null,"new_owner_app_id":"222222222222222","metadata":"to human"}"#)),
            @"ControlChanged(Control { peer: Some(PersonId(900000000000001)), change: Passed { from: None, to: Some(AppId(222222222222222)) } })"
        );
        assert_compact_debug_snapshot!(
            kind(&from_person(r#""take_thread_control":{"previous_owner_app_id":"222222222222222","new_owner_app_id":111111111111111,"metadata":""}"#)),
            @"ControlChanged(Control { peer: Some(PersonId(900000000000001)), change: Taken { from: Some(AppId(222222222222222)), to: Some(AppId(111111111111111)) } })"
        );
        assert_compact_debug_snapshot!(kind(&from_person(r#""request_thread_control":{"requested_owner_app_id":111111111111111}"#)), @"ControlChanged(Control { peer: Some(PersonId(900000000000001)), change: Requested { by: Some(AppId(111111111111111)) } })");
    }

    #[test]
    fn roles() {
        let raw = format!(
            r#"{{"recipient":{{"id":"{ACCOUNT}"}},"timestamp":1767225673000,
                "app_roles":{{"111111111111111":["primary_receiver"],"222222222222222":null,"":["x"]}}}}"#
        );
        assert_compact_debug_snapshot!(kind(&raw), @r#"ControlChanged(Control { peer: None, change: Roles([(AppId(111111111111111), ["primary_receiver"])]) })"#);
        assert_eq!(event(&raw).peer(), None);
    }

    #[test]
    fn standby_is_marked_and_keeps_its_kind() {
        let raw = from_person(r#""message":{"mid":"aWdfSb1","text":"hello"}"#);
        let event = read(&raw, true).unwrap();
        assert!(event.standby);
        assert_eq!(event.kind_name(), "message");
        let postback = from_person(r#""postback":{"mid":"m","title":"Opening hours"}"#);
        assert_eq!(read(&postback, true).unwrap().kind_name(), "postback");
    }
}

mod comments {
    use super::*;

    fn comment(field: &str, members: &str) -> Kind {
        kind(&format!(r#"{{"field":"{field}","value":{{{members}}}}}"#))
    }

    #[test]
    fn a_comment() {
        let raw = r#"{"field":"comments","value":{"from":{"id":"900000000000001","username":"curious.reader"},
            "media":{"id":"18000000000000010","media_product_type":"FEED"},"id":"18000000000000011","text":"Price please"}}"#;
        assert_compact_debug_snapshot!(event(raw), @r#"Event { account: AccountId(17841400000000001), at: Some(UnixMillis(1767225690000)), standby: false, test: false, lossy: false, kind: CommentWritten(Comment { id: CommentId(18000000000000011), from: Some(Author { id: PersonId(900000000000001), username: Some(Words(14 bytes)), is_self: false }), media: Some(MediaId(18000000000000010)), media_product: Some("FEED"), parent: None, text: Some(Words(12 bytes)), live: false }) }"#);
        assert_eq!(text_of(&kind(raw)), Some("Price please"));
    }

    #[test]
    fn case_35_an_entry_that_is_itself_the_change() {
        let raw = r#"{"id":"17841400000000001","time":1767225690,"field":"comments","value":{"id":"18000000000000011",
            "from":{"id":"900000000000001","username":"curious.reader"},"text":"Price please"}}"#;
        assert_eq!(event(raw).kind_name(), "comment");
    }

    #[test]
    fn a_live_comment() {
        let Kind::CommentWritten(comment) = comment("live_comments", r#""id":"c1","media":{"id":"18"}"#) else {
            panic!()
        };
        assert!(comment.live);
    }

    #[test]
    fn parents_authors_and_texts_may_be_missing() {
        let cases = [
            ("a reply", r#""id":"c1","parent_id":"18000000000000009""#, (Some("18000000000000009"), None, false)),
            ("a null parent", r#""id":"c1","parent_id":null"#, (None, None, false)),
            ("a parent that is a float", r#""id":"c1","parent_id":1.5"#, (None, None, false)),
            ("the other name of the id", r#""comment_id":"c1","from":{"id":"9"}"#, (None, Some("9"), false)),
            ("a null author", r#""id":"c1","from":null"#, (None, None, false)),
            ("an author without id", r#""id":"c1","from":{"username":"a"}"#, (None, None, false)),
            ("an author that is a text", r#""id":"c1","from":"a""#, (None, None, false)),
            ("the account, by id", r#""id":"c1","from":{"id":"17841400000000001"}"#, (None, Some(ACCOUNT), true)),
            ("the account, by flag", r#""id":"c1","from":{"id":"9","self_ig_scoped_id":"7"}"#, (None, Some("9"), true)),
            ("a null flag", r#""id":"c1","from":{"id":"9","self_ig_scoped_id":null}"#, (None, Some("9"), false)),
            ("media that is a text", r#""id":"c1","media":"18""#, (None, None, false)),
        ];
        for (case, members, expected) in cases {
            let Kind::CommentWritten(comment) = comment("comments", members) else { panic!("{case}") };
            let parent = comment.parent.as_ref().map(CommentId::as_str);
            let author = comment.from.as_ref().map(|author| author.id.as_str());
            let is_self = comment.from.as_ref().is_some_and(|author| author.is_self);
            assert_eq!((parent, author, is_self), expected, "{case}");
            assert_eq!(comment.id.as_str(), "c1", "{case}");
        }
    }

    #[test]
    fn other_fields_are_kept_as_unknown() {
        assert_compact_debug_snapshot!(comment("mentions", r#""media_id":"18","comment_id":"c1""#), @r#"Unknown { name: "mentions", peer: None }"#);
        assert_compact_debug_snapshot!(kind(r#"{"field":"story_insights","value":[1]}"#), @r#"Unknown { name: "story_insights", peer: None }"#);
        assert_compact_debug_snapshot!(comment("a future field", r#""sender":{"id":"9"}"#), @r#"Unknown { name: "a_future_field", peer: Some(PersonId(9)) }"#);
    }
}

mod test_button {
    use super::*;

    fn sample(field: &str, value: &str) -> Event {
        let raw = format!(r#"{{"field":"{field}","value":{value}}}"#);
        let element = Element {
            account: Some(AccountId::parse("0").expect("an identifier")),
            entry_time: Some(UnixMillis(1_767_225_700_000)),
            standby: false,
            foreign: false,
            raw: &raw,
        };
        element.event().expect("a readable sample")
    }

    #[test]
    fn every_sample_takes_the_form_of_the_real_event_and_is_a_test() {
        let sides = r#""sender":{"id":"12334"},"recipient":{"id":"23245"},"timestamp":"1527459824""#;
        let samples = [
            ("messages", format!(r#"{{{sides},"message":{{"mid":"random_mid","text":"random_text"}}}}"#), "message"),
            (
                "comments",
                r#"{"from":{"id":"232323232","username":"test"},"media":{"id":"123123123","media_product_type":"FEED"},
                    "id":"17865799348089039","parent_id":"1231231234","text":"This is an example."}"#
                    .to_owned(),
                "comment",
            ),
            ("live_comments", r#"{"id":"17865799348089039","text":"a"}"#.to_owned(), "comment"),
            (
                "message_reactions",
                format!(r#"{{{sides},"reaction":{{"mid":"random_mid","action":"react"}}}}"#),
                "reaction",
            ),
            ("messaging_seen", format!(r#"{{{sides},"read":{{"mid":"last_message_id_read"}}}}"#), "seen"),
            ("messaging_postbacks", format!(r#"{{{sides},"postback":{{"title":"a","payload":"b"}}}}"#), "postback"),
            (
                "messaging_referral",
                r#"{"sender":{"id":"2494432963985342"},"recipient":{"id":"90010195674710"},"timestamp":"233445667",
                    "referral":{"ref":"this_is_a_sample_ref_param","source":"SHORTLINK","type":"OPEN_THREAD"}}"#
                    .to_owned(),
                "referral",
            ),
            ("messaging_optins", format!(r#"{{{sides},"optin":{{"type":"notification_messages"}}}}"#), "optin"),
            (
                "messaging_handover",
                format!(
                    r#"{{{sides},"pass_thread_control":{{"previous_owner_app_id":"777292979687735","new_owner_app_id":"777292979687736"}}}}"#
                ),
                "handover",
            ),
            (
                "message_edit",
                format!(r#"{{{sides},"message_edit":{{"mid":"random_mid","text":"a","num_edit":1}}}}"#),
                "edit",
            ),
            ("standby", format!(r#"{{{sides},"message":{{"mid":"random_mid"}}}}"#), "message"),
            ("story_insights", r#"{"media_id":"1"}"#.to_owned(), "unknown"),
        ];
        for (field, value, kind) in samples {
            let event = sample(field, &value);
            assert!(event.test, "{field}");
            assert_eq!(event.kind_name(), kind, "{field}");
            assert_eq!(event.standby, field == "standby", "{field}");
        }
    }

    #[test]
    fn its_own_time_counts_and_else_that_of_the_entry() {
        let timed = r#"{"sender":{"id":"12334"},"timestamp":"1527459824","message":{"mid":"m"}}"#;
        assert_eq!(sample("messages", timed).at, Some(UnixMillis(1_527_459_824_000)));
        assert_eq!(sample("comments", r#"{"id":"c1"}"#).at, Some(UnixMillis(1_767_225_700_000)));
    }
}
