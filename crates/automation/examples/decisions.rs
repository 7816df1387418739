//! 10,000 decisions with 200 rules, in two mixes. To reach: less than a second each.

use std::{hint::black_box, io::Write, time::Instant};

use automation::{Facts, MediaOwner, Mode, Names, RuleSet, decide};
use instagram::{AccountId, Content, Event, Kind, Message, MessageId, PersonId, UnixMillis};

const DECISIONS: u32 = 10_000;
const RULES: usize = 200;
const AT: UnixMillis = UnixMillis(1_767_225_600_000);
const TEXT: &str = "Oiii, td bem? Gostaria de saber onde vc vai estar amanhã, pq quero levar minha família e uns amigos pra \
    conhecer as propostas de perto. Tb queria uns adesivos pro carro, se tiver. Obg! 🔥🔥 #agenda @vereadora.ana";

fn rules(when: impl Fn(usize) -> String) -> RuleSet {
    let rules: Vec<String> = (0..RULES)
        .map(|i| format!(r#"{{"id":"r{i}","on":["message"],"when":[{}],"do":[{{"text":"x"}}]}}"#, when(i)))
        .collect();
    RuleSet::parse(&format!(r#"{{"version":1,"rules":[{}]}}"#, rules.join(","))).expect("made to be valid")
}

fn main() {
    let words = |i: usize| {
        let list: Vec<String> = (0..10).map(|n| format!(r#""onde vai palavra{}""#, i * 10 + n)).collect();
        format!(r#"{{"words":{{"any":[{}]}}}}"#, list.join(","))
    };
    let mixes = [
        ("ten phrases a rule, none matching", rules(words)),
        (
            "every eighth rule an expression",
            rules(|i| if i % 8 == 0 { format!(r#"{{"regex":"\\b(visita|reunião) {i}\\b"}}"#) } else { words(i) }),
        ),
    ];
    let event = Event {
        account: AccountId::parse("17841400000000001").expect("an id"),
        at: Some(AT),
        standby: false,
        test: false,
        lossy: false,
        kind: Kind::MessageReceived(Message {
            mid: MessageId::parse("mid.1").expect("an id"),
            from: PersonId::parse("900000000000001").expect("an id"),
            content: Content { text: Some(TEXT.into()), ..Content::default() },
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
        media_owner: MediaOwner::Unknown,
        unsent: false,
        last_user_at: Some(AT),
        first_contact: true,
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
    for (mix, rules) in &mixes {
        let started = Instant::now();
        for _ in 0..DECISIONS {
            black_box(decide(black_box(&facts), Some(rules), AT));
        }
        let took = started.elapsed();
        writeln!(std::io::stdout(), "{mix}: {took:?}, {:?} each", took / DECISIONS).expect("standard output");
    }
}
