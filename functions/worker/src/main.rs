//! Wires the worker: settings, clients, handler.

use boot::{CallLimits, Clock, Env, Metrics};
use lambda_runtime::service_fn;
use worker::{Config, Worker};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    boot::logs();
    let config = Config::from_env(&Env::process())?;
    let clock = Clock::system();
    if let Some(days_left) = graph::version_warning(clock.now_ms()) {
        tracing::warn!(graph.version = graph::GRAPH_VERSION, days_left, "the Graph API version in use is about to end");
    }
    let aws = boot::lambda_aws_config(&clock, CallLimits::default())?;
    let store = store::Store::new(aws_sdk_dynamodb::Client::new(&aws), &config.table_name);
    let queue = aws_sdk_sqs::Client::new(&aws);
    let graph = graph::Graph::new(&config.graph_base_url)?;
    let vault = vault::Vault::from_setting(&config.token_key, &aws)?;
    let metrics = Metrics::new("worker", clock.clone());
    let worker = Worker::new(&config, store, queue, graph, vault, clock, metrics);
    worker.warm_up().await;
    lambda_runtime::run(service_fn(|event| worker.handle(event))).await
}
