//! Who may use whom: the rooms' promises, kept by their dependency lists.

use std::collections::BTreeSet;

const ROOMS: [&str; 19] = [
    "announce",
    "automation",
    "boot",
    "caretaker",
    "cli",
    "codes",
    "connect",
    "desk",
    "feed",
    "gateway",
    "graph",
    "ingest",
    "instagram",
    "job",
    "outbox",
    "sandbox",
    "store",
    "vault",
    "worker",
];

/// The names below `[dependencies]` of a room's manifest.
fn dependencies(manifest: &str) -> BTreeSet<&str> {
    let (_, rest) = manifest.split_once("\n[dependencies]\n").unwrap_or_default();
    let lines = rest.lines().take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| Some(line.split_once('=')?.0.trim())).collect()
}

/// A room, its manifest, the rooms it may use, and beginnings of names that it must never use.
type Promise = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const AWS: &str = "aws-";
const LAMBDA: &str = "lambda_";
const NETWORK: [&str; 5] = [AWS, LAMBDA, "reqwest", "tokio", "hyper"];

macro_rules! manifest {
    ($path:literal) => {
        include_str!(concat!("../../../../", $path, "/Cargo.toml"))
    };
}

#[test]
fn every_room_uses_only_the_rooms_it_may() {
    let promises: [Promise; 18] = [
        ("instagram", manifest!("crates/instagram"), &[], &NETWORK),
        ("graph", manifest!("crates/graph"), &["instagram"], &[AWS, LAMBDA]),
        ("job", manifest!("crates/job"), &["instagram"], &NETWORK),
        ("codes", manifest!("crates/codes"), &[], &NETWORK),
        ("feed", manifest!("crates/feed"), &["instagram"], &NETWORK),
        ("announce", manifest!("crates/announce"), &["feed", "instagram", "store"], &[LAMBDA, "reqwest"]),
        ("automation", manifest!("crates/automation"), &["instagram"], &NETWORK),
        ("store", manifest!("crates/store"), &["instagram"], &[LAMBDA, "reqwest"]),
        ("outbox", manifest!("crates/outbox"), &["instagram", "store", "graph"], &[AWS, LAMBDA, "reqwest"]),
        ("vault", manifest!("crates/vault"), &[], &[LAMBDA, "reqwest"]),
        ("boot", manifest!("crates/boot"), &[], &["reqwest", "aws-sdk-dynamodb", LAMBDA]),
        ("sandbox", manifest!("crates/sandbox"), &[], &["aws-sdk", "reqwest"]),
        (
            "ingest",
            manifest!("functions/ingest"),
            &["instagram", "job", "boot", "gateway"],
            &["reqwest", "aws-sdk-dynamodb"],
        ),
        ("gateway", manifest!("crates/gateway"), &[], &[AWS, "reqwest", "tokio"]),
        (
            "connect",
            manifest!("functions/connect"),
            &["boot", "gateway", "graph", "instagram", "store", "vault"],
            &["reqwest"],
        ),
        (
            "desk",
            manifest!("functions/desk"),
            &["automation", "boot", "codes", "feed", "gateway", "graph", "instagram", "outbox", "store", "vault"],
            &["reqwest", "aws-sdk-sqs"],
        ),
        (
            "worker",
            manifest!("functions/worker"),
            &["announce", "automation", "boot", "feed", "graph", "instagram", "job", "outbox", "store", "vault"],
            &["reqwest"],
        ),
        (
            "caretaker",
            manifest!("functions/caretaker"),
            &["announce", "boot", "feed", "graph", "instagram", "job", "outbox", "store", "vault"],
            &["reqwest"],
        ),
    ];
    for (room, manifest, may_use, never) in promises {
        let used = dependencies(manifest);
        for other in ROOMS.iter().filter(|other| used.contains(**other)) {
            assert!(may_use.contains(other), "{room} uses {other}");
        }
        for name in &used {
            assert!(!never.iter().any(|never| name.starts_with(never)), "{room} uses {name}");
        }
    }
}
