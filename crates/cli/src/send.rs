//! `cargo run -- send`: posts signed samples as Meta would.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use sandbox::clock::Clock;
use sandbox::meta::Meta;

use crate::args;
use crate::data::DataFolder;
use crate::project::{Project, read_text};
use crate::samples::{self, fields_of};
use crate::say;

pub(crate) async fn run(data: &Path, args: &args::Send) -> Result<ExitCode> {
    let folder = DataFolder::existing(data)?;
    let callback = match (&args.url, folder.running()) {
        (Some(url), _) => url.clone(),
        (None, Some(running)) => running.callback,
        (None, None) => bail!("no stack runs on {}: start one with `cargo run`, or name a --url", data.display()),
    };
    let mut files = args.files.clone();
    if args.all || args.field.is_some() {
        for file in Project::find()?.samples()? {
            let wanted = match &args.field {
                Some(field) => fields_of(&read_text(&file)?).contains(&field.as_str()),
                None => true,
            };
            if wanted {
                files.push(file);
            }
        }
    }
    if files.is_empty() {
        bail!("no sample holds the field {}", args.field.as_deref().unwrap_or_default());
    }
    let clock = Clock::default();
    let world = folder.world()?;
    let samples = samples::load(&files, &world, (!args.as_is).then(|| clock.now_ms()))?;
    let meta = Meta::start(clock, world).await?;
    meta.set_callback(callback.parse().context("the callback is not a URL")?);
    let mut refused = 0;
    for sample in samples {
        let answer = meta.sign_and_post_as(&sample.app, sample.body).await?;
        let status = answer.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        refused += usize::from(!answer.is_accepted());
        say::line(format_args!("{status}  {}", sample.name));
    }
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
