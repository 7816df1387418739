//! Wires the caretaker: settings, clients, handler.

use boot::{CallLimits, Clock, Env, Metrics};
use caretaker::{Caretaker, Config};
use lambda_runtime::service_fn;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    boot::logs();
    let config = Config::from_env(&Env::process())?;
    let clock = Clock::system();
    let aws = boot::lambda_aws_config(&clock, CallLimits::default())?;
    let store = store::Store::new(aws_sdk_dynamodb::Client::new(&aws), &config.table_name);
    let queue = aws_sdk_sqs::Client::new(&aws);
    let graph = graph::Graph::new(&config.graph_base_url)?;
    let vault = vault::Vault::from_setting(&config.token_key, &aws)?;
    let metrics = Metrics::new("caretaker", clock.clone());
    let caretaker = Caretaker::new(&config, store, queue, graph, vault, clock, metrics);
    lambda_runtime::run(service_fn(|event| caretaker.handle(event))).await
}
