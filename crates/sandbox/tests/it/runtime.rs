//! Functions that are processes of their own.

use std::time::Duration;

use sandbox::clock::Clock;
use sandbox::invoke::FunctionError;
use sandbox::runtime::{self, Builder, Function};
use serde_json::{Value, json};

/// `cargo test -p sandbox` builds it; `cargo test --test it` alone does not.
fn probe() -> Builder {
    let binary = runtime::built("examples/probe");
    assert!(binary.exists(), "cargo build -p sandbox --examples");
    Function::of(binary)
}

async fn ask(function: &Function, event: Value) -> Result<Value, FunctionError> {
    let answer = function.invoke(event.to_string()).await?;
    Ok(serde_json::from_slice(&answer).unwrap())
}

#[tokio::test]
async fn an_event_is_answered_and_the_process_is_kept_for_the_next() {
    let function = probe().build();
    for text in ["um", "dois", "três"] {
        assert_eq!(ask(&function, json!({"do": "echo", "text": text})).await.unwrap(), text);
    }
    assert_eq!(function.starts(), 1);
}

#[tokio::test]
async fn a_process_is_told_what_aws_tells_it_and_inherits_nothing() {
    let clock = Clock::default();
    let function = probe()
        .environment([("TABLE_NAME", "t")])
        .memory_mb(256)
        .timeout(Duration::from_secs(20))
        .clock(clock.clone())
        .build();
    let before_ms = clock.now_ms();
    let context = ask(&function, json!({"do": "context"})).await.unwrap();
    let deadline_ms = context["deadline_ms"].as_i64().unwrap();
    assert!((before_ms + 20_000..=clock.now_ms() + 20_000).contains(&deadline_ms), "{deadline_ms}");
    assert_eq!(context["arn"], "arn:aws:lambda:sa-east-1:000000000000:function:probe");
    assert_eq!(context["memory_mb"], 256);
    assert!(context["trace"].as_str().unwrap().starts_with("Root=1-"));
    let names: Vec<_> = context["environment"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(names.contains(&"TABLE_NAME"));
    let ours = ["AWS_", "_X_AMZN_TRACE_ID", "_HANDLER", "LANG", "TZ", "TABLE_NAME"];
    let inherited: Vec<_> = names.iter().filter(|name| !ours.iter().any(|known| name.starts_with(known))).collect();
    assert!(inherited.is_empty(), "{inherited:?}");
}

#[tokio::test]
async fn a_failure_has_the_name_that_aws_gives_it() {
    struct Case {
        event: &'static str,
        error_type: Option<&'static str>,
        starts: u64,
        reason: &'static str,
    }
    let cases = [
        Case { event: "fail", error_type: None, starts: 1, reason: "an error is reported, the process stays" },
        Case { event: "panic", error_type: None, starts: 1, reason: "the runtime catches a panic" },
        Case { event: "exit", error_type: Some("Runtime.ExitError"), starts: 2, reason: "an exit ends the process" },
        Case { event: "hang", error_type: Some("Sandbox.Timedout"), starts: 2, reason: "a hanging process is killed" },
        Case { event: "large", error_type: Some("Function.ResponseSizeTooLarge"), starts: 1, reason: "over 6 MB" },
    ];
    for Case { event, error_type, starts, reason } in cases {
        // Only the hanging process is meant to run out of time, on a busy machine too.
        let timeout = if event == "hang" { Duration::from_millis(800) } else { Duration::from_secs(30) };
        let function = probe().timeout(timeout).build();
        let error = ask(&function, json!({"do": event})).await.unwrap_err();
        if let Some(error_type) = error_type {
            assert_eq!(error.error_type(), error_type, "{reason}");
        } else {
            assert!(matches!(error, FunctionError::Reported(_)), "{reason}: {error:?}");
        }
        assert_eq!(ask(&function, json!({"do": "echo", "text": "next"})).await.unwrap(), "next", "{reason}");
        // A process whose answer was refused for its size decides for itself whether to go on.
        if event != "large" {
            assert_eq!(function.starts(), starts, "{reason}");
        }
    }
}

#[tokio::test]
async fn a_process_that_cannot_start_is_an_init_error() {
    let cases = [
        (runtime::built("examples/probe"), "exit", "Runtime.ExitError"),
        (runtime::built("examples/probe"), "fail", "Runtime.ExitError"),
        ("/nowhere/bootstrap".into(), "", "Runtime.InvalidEntrypoint"),
    ];
    for (binary, start, error_type) in cases {
        let function = Function::of(binary).environment([("PROBE_START", start)]).build();
        let error = ask(&function, json!({"do": "echo"})).await.unwrap_err();
        assert!(matches!(error, FunctionError::Init(_)), "{start}: {error:?}");
        assert_eq!(error.error_type(), error_type, "{start}");
    }
}

#[tokio::test]
async fn an_event_over_six_megabytes_is_refused_before_any_process_starts() {
    let function = probe().build();
    let error = function.invoke(vec![b' '; 6 * 1024 * 1024 + 1]).await.unwrap_err();
    assert!(matches!(error, FunctionError::TooLarge { .. }));
    assert_eq!(function.starts(), 0);
}

#[tokio::test]
async fn events_at_once_get_processes_of_their_own_up_to_the_limit() {
    let room = tempfile::tempdir().unwrap();
    let function = probe().concurrency(3).build();
    let meet = json!({"do": "meet", "room": room.path(), "people": 3});
    let (a, b, c) =
        tokio::join!(ask(&function, meet.clone()), ask(&function, meet.clone()), ask(&function, meet.clone()));
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(function.starts(), 3);

    let single = probe().concurrency(1).build();
    let (a, b) = tokio::join!(ask(&single, json!({"do": "context"})), ask(&single, json!({"do": "context"})));
    assert_eq!(a.unwrap()["process"], b.unwrap()["process"], "the second event waited for the only process");
}

#[tokio::test]
async fn killed_processes_end_their_events_and_are_replaced() {
    let function = probe().build();
    ask(&function, json!({"do": "echo"})).await.unwrap();
    let hanging = ask(&function, json!({"do": "hang"}));
    tokio::pin!(hanging);
    assert!(futures::poll!(&mut hanging).is_pending());
    function.kill();
    assert!(matches!(hanging.await, Err(FunctionError::Crashed { .. })));
    assert_eq!(ask(&function, json!({"do": "echo", "text": "again"})).await.unwrap(), "again");
    assert_eq!(function.starts(), 2);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_process_outlives_its_function() {
    let function = probe().build();
    let context = ask(&function, json!({"do": "context"})).await.unwrap();
    let process = std::path::PathBuf::from(format!("/proc/{}", context["process"]));
    assert!(process.exists());
    drop(function);
    let gone = async {
        while process.exists() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), gone).await.expect("the process is gone");
}

#[tokio::test]
async fn every_line_of_a_process_is_kept() {
    let function = probe().build();
    ask(&function, json!({"do": "print", "text": "olá"})).await.unwrap();
    let lines = function.stop().await;
    let streams: Vec<_> = lines.iter().filter(|line| line.text == "olá").map(|line| line.stream).collect();
    assert_eq!(streams.len(), 2, "{lines:?}");
    assert_ne!(streams[0], streams[1]);
}
