//! Wires the function: configuration, clients, handler.

use boot::{CallLimits, Clock, Env, Metrics};
use desk::{Config, Desk, Parts};
use graph::Graph;
use lambda_runtime::{Error, service_fn};
use store::Store;
use vault::Vault;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    boot::logs();
    let config = Config::from_env(&Env::process())?;
    let clock = Clock::system();
    let aws = boot::lambda_aws_config(&clock, CallLimits::default())?;
    let parts = Parts {
        store: Store::new(aws_sdk_dynamodb::Client::new(&aws), &config.table_name),
        graph: Graph::new(&config.graph_base_url)?,
        vault: Vault::from_setting(&config.token_key, &aws)?,
        outbox: config.outbox,
    };
    let metrics = Metrics::new("desk", clock.clone());
    let desk = Desk::new(parts, clock, metrics);
    desk.warm_up().await;
    lambda_runtime::run(service_fn(|event| desk.handle(event))).await
}
