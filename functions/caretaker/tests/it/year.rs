//! A year of many accounts, with Meta's failures spread in: no token is lost, none is renewed too young, and every break is
//! told once.

use std::collections::HashMap;

use outbox::Settings;
use sandbox::meta::Reply;
use sandbox::meta::world::Trouble;

use crate::world::{DAY_MS, MetaFate, World};

/// How a year goes.
#[derive(Debug, Default)]
struct Year {
    /// Ids of what was told.
    seen: std::collections::HashSet<String>,
    breaks: HashMap<String, usize>,
    told: HashMap<String, usize>,
    repaired: usize,
}

/// How many accounts: a few on a person's machine.
fn size() -> usize {
    match std::env::var("TRIALS").as_deref() {
        Ok("ci" | "full") => 500,
        _ => 25,
    }
}

const SUBCODES: [Option<u32>; 6] = [None, Some(458), Some(459), Some(460), Some(467), Some(492)];

#[tokio::test]
async fn a_year_of_many_accounts_loses_no_token_and_tells_every_break_once() {
    let offices: Vec<String> = (1..=size()).map(|n| (17_841_400_000_000_000 + n).to_string()).collect();
    let names: Vec<&str> = offices.iter().map(String::as_str).collect();
    let world = World::of(&names, Settings::default()).await;
    let mut random = fastrand::Rng::with_seed(90);
    let mut year = Year::default();
    // One call in ten fails, now so and now so.
    let mut weather = random.fork();
    world.graph.set(move |call| {
        if weather.u8(..10) > 0 {
            return MetaFate::Serve;
        }
        match weather.u8(..5) {
            0 => MetaFate::Refuse(Reply::refusal(2, None)),
            1 => MetaFate::Refuse(Reply::refusal(4, None)),
            2 => MetaFate::HangUp,
            // A renewed token whose answer is lost would make this Meta refuse another one for a day.
            3 if call.operation != "RefreshToken" => MetaFate::LoseAnswer,
            _ => MetaFate::AnswerInstead(Reply::refusal(1, None)),
        }
    });
    for office in &offices {
        world.log_in(office).await;
        // Some were connected days after others, and nobody looks after any before the last.
        world.pass(random.u64(..900_000 / offices.len() as u64));
    }
    let begin = world.clock.now_ms();
    let mut issued: HashMap<String, i64> = HashMap::new();
    while world.clock.now_ms() - begin < 365 * DAY_MS {
        world.pass(random.u64(6 * 3_600..24 * 3_600));
        if random.u8(..4) == 0 {
            let office = random.choice(&offices).unwrap();
            let is_well = world.meta.world(|world| world.account(office).unwrap().trouble.is_none());
            if is_well {
                let subcode = *random.choice(&SUBCODES).unwrap();
                world.meta.world(|world| {
                    world.account_mut(office).unwrap().trouble = Some(Trouble { code: 190, subcode });
                });
            }
        }
        world.run().await;
        for account in world.store.accounts().await.unwrap() {
            let office = account.id.to_string();
            if account.broken.is_some() {
                if random.u8(..6) == 0 {
                    *year.breaks.entry(office.clone()).or_default() += 1;
                    world.log_in(&office).await;
                    issued.remove(&office);
                }
                continue;
            }
            let now = account.login.issued_at.unwrap();
            if let Some(before) = issued.insert(office.clone(), now).filter(|before| *before != now) {
                assert!(now - before >= DAY_MS, "{office}: renewed after {} ms", now - before);
            }
            assert!(account.login.expires_at.unwrap() > world.clock.now_ms(), "{office}: its token ended");
        }
        collect(&world, &mut year);
    }
    // What is still untold has its time.
    world.graph.mend();
    world.minutes(2).await;
    collect(&world, &mut year);
    for office in &offices {
        let account = world.account(office).await;
        let breaks = year.breaks.get(office).copied().unwrap_or(0) + usize::from(account.broken.is_some());
        assert_eq!(year.told.get(office).copied().unwrap_or(0), breaks, "{office}: each break once");
        let is_in_trouble = world.meta.world(|world| world.account(office).unwrap().trouble.is_some());
        assert!(is_in_trouble || world.stored_token_works(office).await, "{office}");
    }
    let renewed = world.metric("TokensRefreshed");
    assert!(renewed >= offices.len() as u64 * 5, "{renewed} renewals");
    assert!(year.repaired > 0 && world.metric("TokenRefreshFailed") > 0, "failures were met");
    eprintln!(
        "{} accounts: {renewed} renewals, {} of them failed at first, {} breaks, {} calls to Meta",
        offices.len(),
        world.metric("TokenRefreshFailed"),
        year.told.values().sum::<usize>(),
        world.meta.calls().len(),
    );
}

/// Takes what the CRM was told off its queue's memory: it keeps messages for 14 days, and ids are known for longer.
fn collect(world: &World, year: &mut Year) {
    let events = world.told();
    for event in events {
        let id = event["id"].as_str().unwrap().to_owned();
        if year.seen.insert(id) {
            match event["type"].as_str().unwrap() {
                "account.broken" => *year.told.entry(event["account"].as_str().unwrap().to_owned()).or_default() += 1,
                "account.repaired" => year.repaired += 1,
                _ => {}
            }
        }
    }
}
