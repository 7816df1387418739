use instagram::{AccountId, Content, Event, Kind, Message, MessageId, PersonId, UnixMillis};

use super::*;
use crate::{Facts, MediaOwner, Mode, Names, RuleSet, decide};

const AT: UnixMillis = UnixMillis(1_767_225_600_000);

fn decided(rules: &str) -> Decision {
    let rules = RuleSet::parse(&format!(r#"{{"version":1,"rules":[{rules}]}}"#)).unwrap();
    let event = Event {
        account: AccountId::parse("17841400000000001").unwrap(),
        at: Some(AT),
        standby: false,
        test: false,
        lossy: false,
        kind: Kind::MessageReceived(Message {
            mid: MessageId::parse("mid.1").unwrap(),
            from: PersonId::parse("900000000000001").unwrap(),
            content: Content { text: Some("oi".into()), ..Content::default() },
            quick_reply: None,
            reply_to: None,
            referral: None,
        }),
    };
    let facts = Facts {
        event: &event,
        key: "msg:17841400000000001:mid.1",
        at: AT,
        mode: Mode::Answer,
        own_username: None,
        created_by_us: false,
        media_owner: MediaOwner::Own,
        unsent: false,
        last_user_at: Some(AT),
        first_contact: false,
        opted_out: false,
        paused_until: None,
        control_ours: true,
        recent_replies: &[],
        fired: &[],
        follows: None,
        names: Names::default(),
        last_disclosed_at: None,
        person_answered_at: None,
    };
    decide(&facts, Some(&rules), AT)
}

fn told(difference: &Difference<'_>) -> String {
    let texts =
        |replies: &[&Intended]| replies.iter().filter_map(|reply| reply.action.text()).collect::<Vec<_>>().join("+");
    let changed: Vec<_> = difference.changed.iter().map(|(a, b)| format!("{}→{}", texts(&[a]), texts(&[b]))).collect();
    format!("new {} lost {} changed {}", texts(&difference.new), texts(&difference.lost), changed.join("+"))
}

#[test]
fn what_the_person_would_notice_is_told() {
    let rule = |id: &str, steps: &str| format!(r#"{{"id":"{id}","on":["message"],"do":[{steps}]}}"#);
    let text = |text: &str| format!(r#"{{"text":"{text}"}}"#);
    let cases = [
        ("nothing changed", rule("a", &text("x")), rule("a", &text("x")), "new  lost  changed "),
        ("a rule renamed", rule("a", &text("x")), rule("b", &text("x")), "new  lost  changed "),
        ("a text changed", rule("a", &text("x")), rule("a", &text("y")), "new  lost  changed x→y"),
        ("another rule with another text", rule("a", &text("x")), rule("b", &text("y")), "new y lost x changed "),
        ("a reply more", rule("a", &text("x")), rule("a", &[text("x"), text("y")].join(",")), "new y lost  changed "),
        ("a reply less", rule("a", &[text("x"), text("y")].join(",")), rule("a", &text("x")), "new  lost y changed "),
        ("the same twice", rule("a", &[text("x"), text("x")].join(",")), rule("a", &text("x")), "new  lost x changed "),
        ("all gone", rule("a", &text("x")), String::new(), "new  lost x changed "),
        ("all new", String::new(), rule("a", &text("x")), "new x lost  changed "),
    ];
    for (case, old, new, expected) in cases {
        let (old, new) = (decided(&old), decided(&new));
        let difference = compare(&old, &new);
        assert_eq!(told(&difference), expected, "{case}");
        assert_eq!(difference.is_empty(), expected == "new  lost  changed ", "{case}");
    }
    let (old, new) = (decided(&rule("a", &text("x"))), decided(&rule("a", r#"{"text":"x"},{"tag":"t"}"#)));
    let difference = compare(&old, &new);
    assert!(difference.beside && !difference.reason && !difference.is_empty());
    let nothing = decided("");
    assert!(compare(&old, &nothing).reason);
}
