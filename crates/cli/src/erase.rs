//! `cargo run -- erase` and `receipt`: everything of a person, or of an account, goes and stays gone.

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use instagram::Peer;
use store::{Account, ErasureOrder, ErasureState, Extent, Receipt};

use crate::args;
use crate::data::random_text;
use crate::moment::with_age;
use crate::say;
use crate::target::{Target, user};

/// How often it is looked how far an erasure is.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Most erasures opened again in one go.
const MOST_AGAIN: usize = 10_000;

/// What an erasure does not reach, for whoever has to tell the person.
const BEYOND: &str = "Not within reach: replies under public comments and what the person sees in Instagram itself stay there until they \
    are deleted there. What lies in quarantine is gone after 14 days, backups after 35; neither brings anything back.";

pub(crate) async fn run(data: &Path, args: &args::Erase) -> Result<ExitCode> {
    let target = Target::find(data).await?;
    let account = target.account(&args.account).await?;
    let peer = match &args.person {
        Some(person) => Some(Peer::parse(person).with_context(|| format!("{person:?} is no person's id"))?),
        None => None,
    };
    if !args.yes && !confirmed(&question(&account, peer.as_ref()))? {
        bail!("nothing was erased");
    }
    let order = ErasureOrder {
        code: random_text()?,
        account: account.id.clone(),
        peer,
        asked_at: target.clock.now_ms(),
        by: format!("operator {}", user()?),
    };
    if !target.store.open_erasure(&order).await? {
        bail!("the account {} was connected again in this very moment; nothing was erased", account.id);
    }
    say::line(format_args!("Sending has stopped. Receipt {}", order.code));
    say::line("The caretaker does the rest, within minutes: it comes every minute, and locally while the stack runs.");
    say::line(format_args!("See how far it is with `receipt {}`.\n{BEYOND}", order.code));
    if args.wait {
        wait(&target, &order.code).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Opens on a restored table what the table it replaces knows to be erased.
pub(crate) async fn again(data: &Path, from: &str) -> Result<ExitCode> {
    let target = Target::find(data).await?;
    let old = target.beside(from).await?;
    // The codes must be had before the first of them is used.
    let mut codes = (0..MOST_AGAIN).map(|_| random_text()).collect::<Result<Vec<_>>>()?.into_iter();
    let mut more = false;
    let missing = target.store.erasures_missing(&old, || codes.next().unwrap_or_default()).await?;
    for order in &missing {
        if order.code.is_empty() {
            more = true;
            break;
        }
        target.store.open_erasure(order).await?;
        say::line(format_args!("{}: receipt {}", order.account, order.code));
    }
    let rest = if more { " Run it again for the others." } else { "" };
    say::line(format_args!("{} erasures are open here again.{rest}", missing.len().min(MOST_AGAIN)));
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn receipt(data: &Path, args: &args::Receipt) -> Result<ExitCode> {
    let target = Target::find(data).await?;
    let Some(receipt) = target.store.receipt(&args.code).await? else {
        bail!("no erasure has this receipt");
    };
    say::line(told(&receipt, target.clock.now_ms()));
    Ok(ExitCode::SUCCESS)
}

fn question(account: &Account, peer: Option<&Peer>) -> String {
    match peer {
        Some(peer) => {
            format!("Erase everything held about the person {peer} of {} ({})?", account.id, account.username)
        }
        None => format!(
            "Erase the account {} ({}) of {}: its conversations, rules and token?",
            account.id, account.username, account.customer
        ),
    }
}

/// Asks on the terminal. No answer is no.
fn confirmed(question: &str) -> Result<bool> {
    say::progress(format_args!("{question} It cannot be undone. Type `erase` to go on:"));
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).context("no answer can be read; use --yes")?;
    Ok(answer.trim() == "erase")
}

async fn wait(target: &Target, code: &str) -> Result<()> {
    let mut last = None;
    loop {
        let receipt = target.store.receipt(code).await?.context("the receipt is gone")?;
        let now = (receipt.state, receipt.erased);
        if last != Some(now) {
            say::progress(told(&receipt, target.clock.now_ms()));
            last = Some(now);
        }
        if receipt.state == ErasureState::Done {
            return Ok(());
        }
        target.clock.sleep(LOOK_EVERY).await;
    }
}

fn told(receipt: &Receipt, now: i64) -> String {
    let whom = match receipt.extent {
        Extent::Account => "the whole account",
        Extent::Person => "one person",
        Extent::Conversations => "the conversations",
    };
    let erased = receipt.erased;
    let state = match receipt.state {
        ErasureState::Open | ErasureState::Settling => {
            "sending has stopped; what was under way ends within two minutes, then everything goes".to_owned()
        }
        ErasureState::Erasing => format!("under way: {erased} items are gone"),
        ErasureState::Done => match receipt.done_at {
            Some(done_at) => format!("done {}: {erased} items are gone, and nothing is left", with_age(done_at, now)),
            None => format!("done: {erased} items are gone, and nothing is left"),
        },
    };
    format!(
        "Erasure of {whom} of the account {}, asked for {}: {state}",
        receipt.account,
        with_age(receipt.asked_at, now)
    )
}

#[cfg(test)]
mod tests {
    use instagram::AccountId;

    use super::*;

    #[test]
    fn a_receipt_says_how_far_it_is() {
        let receipt = |state, done_at| Receipt {
            code: "c".to_owned(),
            account: AccountId::parse("17").unwrap(),
            extent: Extent::Person,
            asked_at: 0,
            state,
            erased: 7,
            done_at,
        };
        let cases = [
            (ErasureState::Open, None, "sending has stopped"),
            (ErasureState::Settling, None, "ends within two minutes"),
            (ErasureState::Erasing, None, "7 items are gone"),
            (ErasureState::Done, Some(60_000), "nothing is left"),
        ];
        for (state, done_at, part) in cases {
            let told = told(&receipt(state, done_at), 120_000);
            assert!(told.contains(part) && told.contains("one person"), "{told}");
        }
    }
}
