//! `cargo run`: the local stack until Ctrl-C.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::args;
use crate::data::DataFolder;
use crate::project::Project;
use crate::say;
use crate::stack::Stack;
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
    let verify_token = world["apps"][0]["verify_tokens"][0].as_str().unwrap_or_default();
    say::line(format_args!(
        "The local stack runs. Ctrl-C stops it; its data stays in {}.\n\n  \
         Callback URL   {}\n  Verify token   {verify_token}\n  \
         Graph API      {}\n  DynamoDB       {}\n  SQS            {}\n\n\
         Secrets and tokens lie in {}. In Meta's dashboard, name the callback URL behind a tunnel with TLS.\n\n\
         Try, in a second terminal:\n  \
         cargo run -- send --field messages    a signed direct message, answered if a rule says so\n  \
         cargo run -- send --all               every sample\n  \
         cargo run -- rules list 17841400000000001\n\n\
         One line per event follows.\n",
        data.display(),
        stack.endpoints.callback,
        stack.endpoints.graph,
        stack.endpoints.dynamodb,
        stack.endpoints.sqs,
        data.join("apps.json").display(),
    ));
    tokio::signal::ctrl_c().await?;
    say::progress("stopping: what is under way ends first");
    stack.stop().await?;
    Ok(ExitCode::SUCCESS)
}
