#![doc = include_str!("../README.md")]

mod aws;
mod chain;
mod clock;
mod env;
mod logs;
mod metrics;
mod secrets;

pub use aws::{AwsError, CallLimits, aws_config, aws_config_at, lambda_aws_config};
pub use chain::Chain;
pub use clock::{Clock, Deadline, TimedOut};
pub use env::{Env, EnvError};
pub use logs::logs;
pub use metrics::{Kind, Metric, Metrics, Scope, Sheet, Unit, shared};
pub use secrets::{AppsSecret, SecretError, SecretPlace};
