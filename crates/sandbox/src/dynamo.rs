//! DynamoDB in this process, on a loopback port: dynoxide behind doors that count, bill and fail.
//!
//! Streams stay off whatever the table's definition says; with one on, the emulator's throughput falls steadily.
//! The emulator has one writer and never reports a transaction conflict, so capacity cannot be read out of it.

mod bill;
mod cost;
mod door;
mod lag;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dynoxide::{Database, DynoxideError};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use self::bill::{Bill, Usage};
pub use self::door::Door;
use self::lag::Lag;
use crate::clock::Clock;
use crate::fault::Faults;
use crate::wire;

/// A running DynamoDB. Dropped, it stops without waiting.
pub struct Dynamo {
    database: Database,
    lag: Arc<Lag>,
    endpoint: String,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<Result<(), String>>,
}

/// DynamoDB could not be started, or refused what was asked.
#[derive(Debug, thiserror::Error)]
pub enum DynamoError {
    /// No port on loopback.
    #[error("no loopback port for DynamoDB")]
    Bind(#[source] std::io::Error),
    /// The database refused.
    #[error("the embedded database refused")]
    Database(#[from] DynoxideError),
    /// The table's definition is not one that `CreateTable` would take.
    #[error("the table definition is not understood")]
    Definition(#[source] serde_json::Error),
    /// The data folder's path is not UTF-8, which the database cannot open.
    #[error("the database path is not UTF-8")]
    Path,
}

impl Dynamo {
    /// Starts an empty database that lives as long as this value; items expire by `clock`.
    ///
    /// # Errors
    /// When no port can be bound or SQLite fails to start.
    pub async fn memory(clock: Clock) -> Result<Self, DynamoError> {
        let database = Database::memory_with_clock(Arc::new(Seconds(clock.clone())))?;
        Self::serve(wire::LOOPBACK, database, clock).await
    }

    /// Opens or makes the database file at `path`.
    ///
    /// Items expire by the real clock: the emulator lends its clock only to databases in memory.
    ///
    /// # Errors
    /// When no port can be bound or the file cannot be opened.
    pub async fn file(path: &Path) -> Result<Self, DynamoError> {
        Self::file_at(wire::LOOPBACK, path).await
    }

    /// As [`Dynamo::file`], at an address of the caller's choice.
    ///
    /// # Errors
    /// As [`Dynamo::file`].
    pub async fn file_at(address: SocketAddr, path: &Path) -> Result<Self, DynamoError> {
        Self::serve(address, Database::new(path.to_str().ok_or(DynamoError::Path)?)?, Clock::default()).await
    }

    async fn serve(address: SocketAddr, database: Database, clock: Clock) -> Result<Self, DynamoError> {
        let listener = TcpListener::bind(address).await.map_err(DynamoError::Bind)?;
        let address = listener.local_addr().map_err(DynamoError::Bind)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let served = database.clone();
        let serving = tokio::spawn(async move {
            let shutdown = async move {
                // A dropped sender stops the server just as a sent word does.
                let _asked = stopped.await;
            };
            dynoxide::server::serve_with_shutdown(listener, served, shutdown).await
        });
        Ok(Self {
            database,
            lag: Arc::new(Lag::new(clock)),
            endpoint: format!("http://{address}"),
            stop: Some(stop),
            serving,
        })
    }

    /// Base URL for an SDK client (`AWS_ENDPOINT_URL_DYNAMODB`); nothing is counted here and nothing fails.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Opens a further way in, for one actor, that counts and bills its calls and lets `faults` decide on each.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn door(&self, actor: &str, faults: impl Faults) -> Result<Door, DynamoError> {
        let lag = Arc::clone(&self.lag);
        Door::open(self.database.clone(), lag, &self.endpoint, actor, faults).await.map_err(DynamoError::Bind)
    }

    /// Lets eventually consistent reads of single items, through doors, show half of the items as they were before every
    /// write through a door within the last `lag`. Queries show the latest.
    pub fn lags(&self, lag: Duration) {
        self.lag.set(lag);
    }

    /// Makes sure that a table exists.
    ///
    /// `definition` is the input of `CreateTable`, or the `Properties` of an `AWS::DynamoDB::Table` with its
    /// references resolved; `TimeToLiveSpecification` is applied, and what means nothing here (streams, backups,
    /// encryption, tags) is left out. A table of that name that is there already stays as it is.
    ///
    /// # Errors
    /// When the definition is not valid.
    pub fn create_table(&self, definition: &Value) -> Result<(), DynamoError> {
        let request = understood_here(definition);
        let table = definition["TableName"].as_str().unwrap_or_default();
        if self.database.get_table_metadata(table)?.is_none() {
            self.database.create_table(serde_json::from_value(request).map_err(DynamoError::Definition)?)?;
        }
        let expiry = &definition["TimeToLiveSpecification"];
        let set_already = self.database.get_table_metadata(table)?.is_some_and(|table| table.ttl_enabled);
        if expiry["Enabled"].as_bool() == Some(true) && !set_already {
            let request = json!({"TableName": table, "TimeToLiveSpecification": expiry});
            self.database.update_time_to_live(serde_json::from_value(request).map_err(DynamoError::Definition)?)?;
        }
        Ok(())
    }

    /// Deletes the items whose time has passed and returns how many. AWS does this within a few days on its own;
    /// here it happens when asked.
    ///
    /// # Errors
    /// When the database fails.
    pub fn sweep(&self) -> Result<usize, DynamoError> {
        Ok(self.database.sweep_ttl()?)
    }

    /// Stops when the requests under way are answered.
    pub async fn stop(mut self) {
        self.stop.take();
        // Cancelled, panicked or served to the end: stopped either way.
        let _ended = (&mut self.serving).await;
    }
}

impl std::fmt::Debug for Dynamo {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Dynamo").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Drop for Dynamo {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The members of a table definition that change how the emulator behaves.
fn understood_here(definition: &Value) -> Value {
    const MEMBERS: [&str; 7] = [
        "TableName",
        "AttributeDefinitions",
        "KeySchema",
        "BillingMode",
        "ProvisionedThroughput",
        "GlobalSecondaryIndexes",
        "LocalSecondaryIndexes",
    ];
    let kept = MEMBERS.into_iter().filter_map(|member| Some((member.to_owned(), definition.get(member)?.clone())));
    Value::Object(kept.collect::<Map<_, _>>())
}

/// Our clock in the emulator's terms.
#[derive(Debug)]
struct Seconds(Clock);

impl dynoxide::storage_backend::Clock for Seconds {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now_ms() / 1000).unwrap_or(0)
    }

    fn now_unix_secs_f64(&self) -> f64 {
        std::time::Duration::from_millis(u64::try_from(self.0.now_ms()).unwrap_or(0)).as_secs_f64()
    }
}
