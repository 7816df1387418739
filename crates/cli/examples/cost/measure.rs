//! What is played on the stage, and what it used.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::counts::{Counts, Thing, amount};
use super::stage::{Stage, person, post};

/// How much is played. The figures per event do not depend on it, or it is too small.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Events of each kind that come one at a time.
    pub(crate) alone: usize,
    /// Events of a full delivery: Meta puts up to 1,000 into one (fact sheet 1.2).
    pub(crate) full: usize,
    /// Requests that nobody signed, and runs of the caretaker.
    pub(crate) others: usize,
}

/// What was used for one event, run or request.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) quiet_message: Counts,
    /// The same while the worker still believes how the account stands.
    pub(crate) warm_message: Counts,
    pub(crate) quiet_comment: Counts,
    pub(crate) busy_message: Counts,
    pub(crate) busy_comment: Counts,
    /// A message that is answered, without what its answer brings back.
    pub(crate) answered: Counts,
    /// The echo of the answer.
    pub(crate) echo: Counts,
    /// A comment that is answered privately, without the echo.
    pub(crate) private: Counts,
    pub(crate) private_echo: Counts,
    /// A comment that is answered publicly, without the own comment that comes back.
    pub(crate) public: Counts,
    pub(crate) public_echo: Counts,
    /// A request with a wrong signature.
    pub(crate) forged: Counts,
    /// A run of the caretaker that finds nothing to do.
    pub(crate) idle_run: Counts,
    /// What one account's check adds to a run.
    pub(crate) check: Counts,
    /// Read units for one account in a look at all of them.
    pub(crate) survey_reads: f64,
    /// Metrics that a run of the caretaker writes.
    pub(crate) run_metrics: usize,
    /// Bytes that an unanswered message of a known person leaves in the table.
    pub(crate) stored_bytes: f64,
}

/// Records of a full batch (`template.yaml`).
const BATCH: usize = 10;

const MESSAGE: &str =
    "Bom dia! Gostaria de saber mais sobre o trabalho do gabinete aqui no bairro, por favor. Obrigada!";
const COMMENT: &str = "Parabéns pelo trabalho! Seguimos acompanhando cada passo, contem com a nossa comunidade.";
const ASKS: &str = "Bom dia! Qual é a agenda do gabinete para esta semana? Gostaria muito de participar. Obrigada!";
const WANTS: &str = "Eu quero participar do mutirão de sábado com a minha família, como faço para me inscrever?";
const LIKES: &str = "Que iniciativa linda, o bairro inteiro agradece por esse cuidado com as nossas crianças!";

/// Plays everything once.
pub(crate) async fn measure(size: Size) -> Result<Measured> {
    let stage = Stage::start(5 * size.alone).await?;
    let groups: Vec<&[String]> = stage.accounts().chunks(size.alone).collect();
    let play = Play { stage: &stage };
    play.warm_up().await?;
    let busy_message = play.full(size.full, full_messages(&stage.accounts()[0], size.full)).await?;
    let busy_comment = play.full(size.full, full_comments(&stage.accounts()[0], size.full)).await?;
    // The worker believes for some seconds how an account stands. That over, each event that comes alone pays for asking
    // anew, as it does in production where an account has less than one event in that time.
    tokio::time::sleep(Duration::from_millis(u64::try_from(store::BELIEVED_MS)?)).await;

    let bytes = stage.stored_bytes().await?;
    let says = |text: &'static str| {
        move |stage: &Stage, account: &str| drop(stage.meta.person_writes(account, &person(account), text))
    };
    let comments = |text: &'static str| {
        move |stage: &Stage, account: &str| {
            drop(stage.meta.person_comments(account, &post(account), &person(account), text));
        }
    };
    let (quiet_message, _) = play.alone(groups[0], says(MESSAGE), 0).await?;
    let stored_bytes = (stage.stored_bytes().await? - bytes) / amount(size.alone);
    let (warm_message, _) = play.alone(&groups[0][groups[0].len() - 1..], says(MESSAGE), 0).await?;
    let (quiet_comment, _) = play.alone(groups[1], comments(COMMENT), 0).await?;
    let (answered, echo) = play.alone(groups[2], says(ASKS), 1).await?;
    let (private, private_echo) = play.alone(groups[3], comments(WANTS), 1).await?;
    let (public, public_echo) = play.alone(groups[4], comments(LIKES), 1).await?;

    let idle_run = play.idle_runs(size.others).await?;
    let run_metrics = stage.metrics_of_a_run()?;
    let check = play.checks(&idle_run).await?;
    let survey_reads = stage.survey().await? / amount(stage.accounts().len());
    let forged = play.forged(size.others).await?;
    Ok(Measured {
        quiet_message,
        warm_message,
        quiet_comment,
        busy_message,
        busy_comment,
        answered,
        echo,
        private,
        private_echo,
        public,
        public_echo,
        forged,
        idle_run,
        check,
        survey_reads,
        run_metrics,
        stored_bytes,
    })
}

struct Play<'a> {
    stage: &'a Stage,
}

impl Play<'_> {
    /// An event of each kind for each account, so that its people, its post and its rules are known.
    async fn warm_up(&self) -> Result<()> {
        for account in self.stage.accounts() {
            self.stage.meta.person_writes(account, &person(account), MESSAGE);
            self.stage.meta.person_comments(account, &post(account), &person(account), COMMENT);
        }
        self.stage
            .measured(event_lines(2 * self.stage.accounts().len()), async { self.stage.pass_on().await.map(drop) })
            .await?;
        // The first run after a start looks at nothing but what is due.
        self.stage.measured(|_| 1.0, self.stage.keep()).await?;
        Ok(())
    }

    /// One event for each account, each by itself; gives what an event used, and what its `echoes` did.
    async fn alone(&self, accounts: &[String], act: impl Fn(&Stage, &str), echoes: usize) -> Result<(Counts, Counts)> {
        let (mut event, mut echo) = (Counts::default(), Counts::default());
        for account in accounts {
            act(self.stage, account);
            // What is answered leaves a line for the attempt, too, and the batch's line of metrics.
            let lines = if echoes > 0 { 3 } else { 1 };
            event = event.and(&self.pass(1, lines).await?);
            if echoes > 0 {
                echo = echo.and(&self.pass(echoes, echoes).await?);
            }
            ensure!(self.stage.meta.deliver_due().await == 0, "an event brought back more than was reckoned with");
        }
        Ok((event.per(accounts.len()), echo.per(accounts.len())))
    }

    /// Delivers what waits, which must be so many deliveries of one event.
    async fn pass(&self, deliveries: usize, lines: usize) -> Result<Counts> {
        let work = async {
            let posted = self.stage.pass_on().await?;
            ensure!(posted == deliveries, "{posted} deliveries instead of {deliveries}");
            Ok(())
        };
        self.stage.measured(event_lines(lines), work).await
    }

    /// One full delivery, taken off the queue in full batches.
    ///
    /// A batch in which the worker asks anew how the account stands is left out: how many of those there are is this
    /// machine's speed. Where it works at the speed that is reckoned with, one batch in fifty is one.
    async fn full(&self, events: usize, body: String) -> Result<Counts> {
        let delivery = async {
            let answer = self.stage.meta.sign_and_post(body).await?;
            ensure!(answer.is_accepted(), "a full delivery was answered {:?}", answer.status);
            Ok(())
        };
        let delivered = self.stage.measured(|_| 0.0, delivery).await?;
        let mut batches = Vec::new();
        for _ in 0..events / BATCH {
            batches.push(self.stage.measured(event_lines(BATCH), self.stage.work_off_one(BATCH)).await?);
        }
        self.stage.work_off().await?;
        let fewest = batches.iter().map(|used| used.of(Thing::TableCalls)).fold(f64::INFINITY, f64::min);
        batches.retain(|used| used.of(Thing::TableCalls) <= fewest);
        let all = batches.iter().fold(Counts::default(), Counts::and);
        Ok(delivered.per(events).and(&all.per(BATCH * batches.len())))
    }

    async fn idle_runs(&self, runs: usize) -> Result<Counts> {
        let mut least: Option<Counts> = None;
        for _ in 0..runs {
            let used = self.stage.measured(|_| 1.0, self.stage.keep()).await?;
            // A run that looks at all accounts is reckoned with apart.
            if least.as_ref().is_none_or(|least| used.of(Thing::ReadUnits) < least.of(Thing::ReadUnits)) {
                least = Some(used);
            }
        }
        least.context("no run")
    }

    /// What the check of one account's subscription adds to a run.
    async fn checks(&self, idle_run: &Counts) -> Result<Counts> {
        self.stage.make_checks_due().await?;
        let used = self.stage.measured(|_| 1.0, self.stage.keep()).await?;
        Ok(used.since(idle_run).per(self.stage.accounts().len()))
    }

    async fn forged(&self, requests: usize) -> Result<Counts> {
        self.stage.forge();
        let body = full_messages(&self.stage.accounts()[0], 1);
        let work = async {
            for _ in 0..requests {
                let answer = self.stage.meta.sign_and_post(body.clone()).await?;
                ensure!(answer.status == Some(401), "a forged delivery was answered {:?}", answer.status);
            }
            Ok(())
        };
        let used = self.stage.measured(|_| amount(requests), work).await?;
        Ok(used.per(requests))
    }
}

/// The worker writes a line for each event, and for a batch of events that leave it nothing to count no other.
fn event_lines(lines: usize) -> impl Fn(&Counts) -> f64 {
    move |_| amount(lines)
}

/// A delivery with so many messages, each of another person.
fn full_messages(account: &str, events: usize) -> String {
    let now = boot::Clock::system().now_ms();
    let message = |n: usize| {
        json!({
            "sender": {"id": (930_000_000_000_000_usize + n).to_string()},
            "recipient": {"id": account},
            "timestamp": now,
            // As long as Meta's are.
            "message": {"mid": format!("aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjMTc4NDE0MDAwMDAwMDAwMDE6MzQwMjgyMzY2ODQxNzEwMzAxMjQ0MjU5MjYwOTQ1OTM1NjcyNDE6{now}{n:08}"), "text": MESSAGE},
        })
    };
    let messaging: Vec<_> = (0..events).map(message).collect();
    json!({"object": "instagram", "entry": [{"id": account, "time": now, "messaging": messaging}]}).to_string()
}

/// A delivery with so many comments below one post, each of another person.
fn full_comments(account: &str, events: usize) -> String {
    let now = boot::Clock::system().now_ms();
    let comment = |n: usize| {
        json!({"field": "comments", "value": {
            "from": {"id": (940_000_000_000_000_usize + n).to_string(), "username": format!("pessoa.{n:06}")},
            "media": {"id": post(account), "media_product_type": "FEED"},
            "id": (17_950_000_000_000_000_usize + n).to_string(),
            "text": COMMENT,
        }})
    };
    let changes: Vec<_> = (0..events).map(comment).collect();
    json!({"object": "instagram", "entry": [{"id": account, "time": now / 1000, "changes": changes}]}).to_string()
}
