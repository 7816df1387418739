//! `cargo run`: the local stack until Ctrl-C.

use std::future::{Future, poll_fn};
use std::path::Path;
use std::pin::pin;
use std::process::ExitCode;
use std::task::Poll;

use anyhow::{Context, Result};
use connect::CrmSecrets;
use serde_json::Value;

use crate::accounts::{Invited, address};
use crate::args;
use crate::data::DataFolder;
use crate::feed::line;
use crate::project::{Project, read_text};
use crate::say;
use crate::stack::{CRM_QUEUE, Stack};
use crate::watch;

pub(crate) async fn run(data: &Path, args: &args::Run) -> Result<ExitCode> {
    let project = Project::find()?;
    if args.reset {
        DataFolder::delete(data)?;
    }
    let folder = DataFolder::open(data, &project.world()?)?;
    let world = folder.world()?;
    watch::print_events();
    let stack = Stack::in_folder(&project, folder, args.port).await?;
    stack.sqs.listen(CRM_QUEUE, |body| say::line(format_args!("{:<10} {}", "feed", line::brief(body))));
    // It is listened for from its first poll on. Whoever reads that Ctrl-C stops the stack may press it at once, and what
    // the world became must be saved then, too.
    let mut interrupt = pin!(tokio::signal::ctrl_c());
    let early = poll_fn(|context| Poll::Ready(interrupt.as_mut().poll(context))).await;
    let verify_token = world["apps"][0]["verify_tokens"][0].as_str().unwrap_or_default();
    say::line(format_args!(
        "The local stack runs. Ctrl-C stops it; its data stays in {}.\n\n  \
         Page           {}\n\n  \
         Callback URL   {}\n  Verify token   {verify_token}\n  \
         Connect        {}\n  Desk           {}\n  Graph API      {}\n  DynamoDB       {}\n  SQS            {}\n\n\
         Secrets and tokens lie in {}. In Meta's dashboard, name the callback URL behind a tunnel with TLS.\n\n\
         Connect is a page for ten minutes on which the office of the first sample account connects an account by Meta's\n\
         login, which here asks for no password. The desk is what the CRM asks; here it asks nobody for a signature.\n\n\
         Try the page's buttons, or in a second terminal:\n  \
         cargo run -- send --field messages    a signed direct message, answered if a rule says so\n  \
         cargo run -- send --all               every sample\n  \
         cargo run -- rules list 17841400000000001\n\n\
         One line per event follows, and one for each that the CRM is told of (feed).\n",
        data.display(),
        stack.page,
        stack.endpoints.callback,
        invitation(data, &world, &stack)?,
        accounts_at_desk(&world, &stack),
        stack.endpoints.graph,
        stack.endpoints.dynamodb,
        stack.endpoints.sqs,
        data.join("apps.json").display(),
    ));
    match early {
        Poll::Ready(pressed) => pressed?,
        Poll::Pending => interrupt.await?,
    }
    say::progress("stopping: what is under way ends first");
    stack.stop().await?;
    Ok(ExitCode::SUCCESS)
}

/// Where the desk lists the accounts of the first account's customer.
fn accounts_at_desk(world: &Value, stack: &Stack) -> String {
    let customer = world["accounts"][0]["customer"].as_str().unwrap_or("gabinete");
    format!("{}/customers/{customer}/accounts", stack.endpoints.desk)
}

/// The address of a page on which the customer of the first account can connect one: the ticket of a CRM, made here.
fn invitation(data: &Path, world: &Value, stack: &Stack) -> Result<String> {
    let secrets = read_text(&data.join("crm.json"))?;
    let secrets = CrmSecrets::parse_parts([secrets.as_str()]).context("crm.json holds no secret of the CRM")?;
    let text = |name: &str| world["accounts"][0][name].as_str().unwrap_or("gabinete");
    let (customer, office) = (text("customer"), text("name"));
    let invited = Invited { customer, office, user: "cargo-run", app: None, now_ms: stack.clock.now_ms() };
    address(&stack.endpoints.connect, &secrets, invited)
}
