#![doc = include_str!("../README.md")]

mod accounts;
mod args;
mod data;
mod dead_letters;
mod demo;
mod doctor;
mod dry_run;
mod erase;
mod erasures;
mod explain;
mod export;
mod feed;
mod menu;
mod meta;
mod moment;
mod page;
mod project;
mod quarantine;
mod queues;
mod replies;
mod rules;
mod run;
mod samples;
mod send;
mod settings;
mod stack;
mod status;
mod switch;
mod table;
mod target;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command.unwrap_or_else(|| Command::Run(args::Run::default())) {
        Command::Run(args) => run::run(&cli.data, &args).await,
        Command::Send(args) => send::run(&cli.data, &args).await,
        Command::Demo(args) => demo::run(&args).await,
        Command::Rules(args) => rules::run(&cli.data, args).await,
        Command::Menu(args) => menu::run(&cli.data, args).await,
        Command::Replies(args) => replies::run(&cli.data, args).await,
        Command::Stop(args) => switch::stop(&cli.data, &args).await,
        Command::Start(args) => switch::start(&cli.data, &args).await,
        Command::Status => status::run(&cli.data).await,
        Command::Explain(args) => explain::run(&cli.data, &args).await,
        Command::Accounts(args) => accounts::run(&cli.data, args).await,
        Command::Doctor(args) => doctor::run(&cli.data, &args).await,
        Command::Erase(args) => erase::run(&cli.data, &args).await,
        Command::EraseAgain { from } => erase::again(&cli.data, &from).await,
        Command::Erasures => erasures::run(&cli.data).await,
        Command::Export(args) => export::run(&cli.data, &args).await,
        Command::Receipt(args) => erase::receipt(&cli.data, &args).await,
        Command::Quarantine(args) => quarantine::run(&cli.data, args).await,
        Command::DeadLetters(args) => dead_letters::run(&cli.data, args).await,
        Command::Feed(args) => feed::run(&cli.data, &args).await,
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            say::error(&error);
            ExitCode::FAILURE
        }
    }
}

/// What the program says to a person: the only place that prints.
mod say {
    #![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program speaks to its user")]

    /// A line of the answer.
    pub(crate) fn line(text: impl std::fmt::Display) {
        println!("{text}");
    }

    /// What is going on, for a person who waits.
    pub(crate) fn progress(text: impl std::fmt::Display) {
        eprintln!("{text}");
    }

    /// Why it did not work, with its causes.
    pub(crate) fn error(error: &anyhow::Error) {
        eprintln!("error: {error:#}");
    }
}
