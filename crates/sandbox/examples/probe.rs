//! A Lambda function that behaves as its event asks, for the tests of the runtime: it echoes, fails, dies or hangs.

use std::io::Write;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    match std::env::var("PROBE_START").as_deref() {
        Ok("exit") => std::process::exit(3),
        Ok("fail") => return Err("no settings".into()),
        _ => lambda_runtime::run(service_fn(handle)).await,
    }
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let asked = &event.payload;
    match asked["do"].as_str() {
        Some("echo") => Ok(asked["text"].clone()),
        Some("context") => Ok(json!({
            "process": std::process::id(),
            "request_id": event.context.request_id,
            "deadline_ms": event.context.deadline,
            "arn": event.context.invoked_function_arn,
            "trace": event.context.xray_trace_id,
            "memory_mb": event.context.env_config.memory,
            "environment": std::env::vars().map(|(name, _)| name).collect::<Vec<_>>(),
        })),
        Some("print") => {
            writeln!(std::io::stdout(), "{}", asked["text"].as_str().unwrap_or_default())?;
            writeln!(std::io::stderr(), "{}", asked["text"].as_str().unwrap_or_default())?;
            Ok(Value::Null)
        }
        Some("fail") => Err("as asked".into()),
        Some("panic") => panic!("as asked"),
        Some("exit") => std::process::exit(7),
        Some("hang") => std::future::pending().await,
        Some("large") => Ok(Value::String("a".repeat(7 * 1024 * 1024))),
        Some("meet") => meet(asked).await,
        _ => Err("not something to do".into()),
    }
}

/// Returns once as many processes as asked for are in here at the same time.
async fn meet(asked: &Value) -> Result<Value, Error> {
    let room = std::path::Path::new(asked["room"].as_str().unwrap_or_default());
    std::fs::write(room.join(std::process::id().to_string()), "")?;
    while std::fs::read_dir(room)?.count() < usize::try_from(asked["people"].as_u64().unwrap_or(0))? {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    Ok(Value::Null)
}
