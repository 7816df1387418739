//! Wires the function: configuration, clients, handler.

use boot::{AppsSecret, CallLimits, Clock, Env, Metrics};
use connect::{Config, Connect, CrmSecrets, Parts};
use graph::{Graph, Login};
use instagram::Apps;
use lambda_runtime::{Error, service_fn};
use store::Store;
use vault::Vault;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    boot::logs();
    let config = Config::from_env(&Env::process())?;
    let clock = Clock::system();
    let aws = boot::lambda_aws_config(&clock, CallLimits::default())?;
    let apps = AppsSecret::new(config.meta_apps_secret.clone(), Some(&aws), clock.clone(), |texts| {
        Apps::parse_parts(texts.iter().copied())
    });
    let crm = AppsSecret::new(config.crm_secret.clone(), Some(&aws), clock.clone(), |texts| {
        CrmSecrets::parse_parts(texts.iter().copied())
    });
    let parts = Parts {
        store: Store::new(aws_sdk_dynamodb::Client::new(&aws), &config.table_name),
        graph: Graph::new(&config.graph_base_url)?,
        login: Login::new(&config.login_base_url, &config.code_base_url)?,
        vault: Vault::from_setting(&config.token_key, &aws)?,
        apps,
        crm,
    };
    let metrics = Metrics::new("connect", clock.clone());
    let connect = Connect::new(config, parts, clock, metrics);
    connect.warm_up().await?;
    lambda_runtime::run(service_fn(|event| connect.handle(event))).await
}
