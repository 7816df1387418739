//! Lambda in this process: runs real binaries under a Runtime API of their own.
//!
//! A process handles one event at a time and is kept for the next; more events at once start more processes, up to a
//! limit. Memory size and CPU share are only told to the process, not enforced, and it is not frozen between events.

mod api;
mod instance;
mod output;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::{Semaphore, watch};

use self::instance::{Instance, KILLED, Settings, Unanswered};
pub use self::output::{Line, Stream};
use self::output::{OnLine, Output};
use crate::clock::Clock;
use crate::invoke::{FunctionError, Invoke, MAX_PAYLOAD_BYTES};

/// A function made of a binary. Clones are handles to the same function; when the last is dropped its processes are
/// killed.
#[derive(Clone)]
pub struct Function {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    output: Output,
    /// Processes that wait for an event, the one used last at the end.
    idle: Mutex<Vec<Instance>>,
    /// One permit for each process there may be.
    free: Semaphore,
    concurrency: u32,
    /// Counts the calls of [`Function::kill`].
    kills: watch::Sender<u64>,
    starts: AtomicU64,
    invocations: AtomicU64,
}

/// A function before its first process.
pub struct Builder {
    settings: Settings,
    concurrency: u32,
    on_line: Option<OnLine>,
}

impl Builder {
    /// Adds variables to the environment of the processes, which inherit none of ours.
    #[must_use]
    pub fn environment<N: Into<String>, V: Into<String>>(
        mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        self.settings.environment.extend(variables);
        self
    }

    /// How long one event may take before the process is killed; 30 s unless said otherwise.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// The memory size that the processes are told, in MB; 128 unless said otherwise.
    #[must_use]
    pub fn memory_mb(mut self, memory_mb: u32) -> Self {
        self.settings.memory_mb = memory_mb;
        self
    }

    /// How many processes there may be at once; 10 unless said otherwise. An event over the limit waits for a free
    /// process, where AWS would refuse it.
    #[must_use]
    pub fn concurrency(mut self, processes: u32) -> Self {
        self.concurrency = processes;
        self
    }

    /// The region that the processes are told; `sa-east-1` unless said otherwise.
    #[must_use]
    pub fn region(mut self, region: &str) -> Self {
        region.clone_into(&mut self.settings.region);
        self
    }

    /// The clock that deadlines are told by. A process has only the system's, so leave it unless the binary can be
    /// told the time.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.settings.clock = clock;
        self
    }

    /// Hands every line of the processes to `on_line` as it comes.
    #[must_use]
    pub fn on_line(mut self, on_line: impl Fn(&Line) + Send + Sync + 'static) -> Self {
        self.on_line = Some(Arc::new(on_line));
        self
    }

    /// The function is ready; its first process starts with its first event.
    pub fn build(self) -> Function {
        Function {
            shared: Arc::new(Shared {
                settings: self.settings,
                output: Output::new(self.on_line),
                idle: Mutex::default(),
                free: Semaphore::new(self.concurrency as usize),
                concurrency: self.concurrency,
                kills: watch::Sender::new(0),
                starts: AtomicU64::new(0),
                invocations: AtomicU64::new(0),
            }),
        }
    }
}

impl Function {
    /// Describes a function that runs `binary`, mostly `env!("CARGO_BIN_EXE_…")`. It is named after the file.
    pub fn of(binary: impl Into<PathBuf>) -> Builder {
        let binary = binary.into();
        let name = binary.file_stem().map_or_else(|| "function".into(), |stem| stem.to_string_lossy().into_owned());
        Builder {
            settings: Settings {
                binary,
                name,
                environment: Vec::new(),
                memory_mb: 128,
                timeout: Duration::from_secs(30),
                region: "sa-east-1".to_owned(),
                clock: Clock::default(),
            },
            concurrency: 10,
            on_line: None,
        }
    }

    /// Hands one event to a process, a warm one if there is one.
    ///
    /// Dropping the future kills the process, as if AWS had lost the machine.
    ///
    /// # Errors
    /// See [`FunctionError`]. After a crash or a time-out the next event gets a new process.
    pub async fn invoke(&self, event: impl Into<Bytes>) -> Result<Bytes, FunctionError> {
        let event = event.into();
        if event.len() > MAX_PAYLOAD_BYTES {
            return Err(FunctionError::TooLarge { bytes: event.len() });
        }
        // Never closed, so a permit always comes.
        let _process = self.shared.free.acquire().await;
        self.shared.invoke(event).await
    }

    /// Kills every process at this moment, busy or idle. The function goes on with new ones.
    pub fn kill(&self) {
        self.shared.kills.send_modify(|kills| *kills += 1);
        self.shared.idle().clear();
    }

    /// How many processes were started so far.
    pub fn starts(&self) -> u64 {
        self.shared.starts.load(Ordering::Relaxed)
    }

    /// What the processes wrote so far. A line may arrive a moment after the answer of its event; after
    /// [`Function::stop`] nothing is missing.
    pub fn lines(&self) -> Vec<Line> {
        self.shared.output.lines()
    }

    /// Waits for the events under way, ends the processes and returns every line that they wrote.
    ///
    /// A clone used afterwards finds no free process and waits for ever.
    pub async fn stop(self) -> Vec<Line> {
        if let Ok(all) = self.shared.free.acquire_many(self.shared.concurrency).await {
            all.forget();
        }
        let idle = std::mem::take(&mut *self.shared.idle());
        for instance in idle {
            instance.end().await;
        }
        self.lines()
    }
}

/// Path of a binary of this workspace, built with the profile of the running program: `ingest`, `examples/probe`.
///
/// For callers outside the binary's own package, where Cargo sets no `CARGO_BIN_EXE_…`; they see to it that it is
/// built, as `cargo test --workspace` does.
pub fn built(name: &str) -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let folder = program.parent().unwrap_or(Path::new(""));
    // Tests run in `deps` and examples in `examples`, both below the profile's folder.
    let profile = match folder.file_name().and_then(OsStr::to_str) {
        Some("deps" | "examples") => folder.parent().unwrap_or(folder),
        _ => folder,
    };
    profile.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

impl Shared {
    async fn invoke(&self, event: Bytes) -> Result<Bytes, FunctionError> {
        let number = self.invocations.fetch_add(1, Ordering::Relaxed) + 1;
        let mut kills = self.kills.subscribe();
        while let Some(mut warm) = self.take_warm() {
            let outcome = warm.invoke(&self.settings, event.clone(), number, killed(&mut kills)).await;
            match self.settle(warm, outcome).await {
                // It had ended unnoticed, which is nobody's failure: the next process gets the event.
                Err(Unanswered { ended_before: true, .. }) => continue,
                Err(Unanswered { error, .. }) => return Err(error),
                Ok(outcome) => return outcome,
            }
        }
        self.starts.fetch_add(1, Ordering::Relaxed);
        let mut fresh = tokio::select! {
            started = Instance::start(&self.settings, &self.output) => started?,
            () = killed(&mut kills) => return Err(FunctionError::Crashed { status: KILLED.to_owned() }),
        };
        let outcome = fresh.invoke(&self.settings, event, number, killed(&mut kills)).await;
        self.settle(fresh, outcome).await.map_err(|unanswered| unanswered.error)?
    }

    /// Keeps a process that gave an outcome, and ends one that did not.
    async fn settle<T>(&self, instance: Instance, outcome: Result<T, Unanswered>) -> Result<T, Unanswered> {
        match outcome {
            Ok(_) => self.idle().push(instance),
            Err(_) => instance.end().await,
        }
        outcome
    }

    /// The process used last that is still there.
    fn take_warm(&self) -> Option<Instance> {
        let mut idle = self.idle();
        idle.retain_mut(Instance::is_alive);
        idle.pop()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Instance>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Resolves at the next kill.
async fn killed(kills: &mut watch::Receiver<u64>) {
    // The sender lives as long as the function.
    let _kill = kills.changed().await;
}

impl Invoke for Function {
    fn invoke(&self, event: Bytes) -> BoxFuture<'_, Result<Bytes, FunctionError>> {
        Function::invoke(self, event).boxed()
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Function").field("name", &self.shared.settings.name).finish_non_exhaustive()
    }
}
