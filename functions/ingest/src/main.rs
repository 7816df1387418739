//! Wires the function: configuration, clients, handler.

use aws_sdk_sqs::Client as Sqs;
use boot::{AppsSecret, Clock, Env, Metrics};
use ingest::{CALL_LIMITS, Config, Ingest};
use instagram::Apps;
use lambda_runtime::{Error, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    boot::logs();
    let config = Config::from_env(&Env::process())?;
    let clock = Clock::system();
    let aws = boot::lambda_aws_config(&clock, CALL_LIMITS)?;

    let place = config.meta_apps_secret.clone();
    let secrets = AppsSecret::new(place, Some(&aws), clock.clone(), |texts| Apps::parse_parts(texts.iter().copied()));
    let metrics = Metrics::new("ingest", clock.clone());
    let ingest = Ingest::new(config, &Sqs::new(&aws), secrets, clock, metrics);

    ingest.warm_up().await?;
    lambda_runtime::run(service_fn(|event| ingest.handle(event))).await
}
