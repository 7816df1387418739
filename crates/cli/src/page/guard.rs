//! Keeps the desk to this machine: in AWS IAM stands before it, here nobody does.

use std::sync::Arc;

use bytes::Bytes;
use sandbox::invoke::{FunctionError, Invoke};

use super::answer::Answer;
use super::request::Request;

/// What a request from elsewhere is told.
pub(super) const ONLY_HERE: &str = "only for 127.0.0.1 and localhost, and not through a tunnel";

/// Lets through what was asked on this machine. A tunnel to the callback leads to every path of this port.
pub(crate) fn at_home(function: impl Invoke) -> impl Invoke + Clone {
    let function = Arc::new(function);
    move |event: Bytes| {
        let function = Arc::clone(&function);
        async move {
            if Request::parse(&event).is_some_and(|request| request.is_at_home()) {
                function.invoke(event).await
            } else {
                Ok::<_, FunctionError>(Answer::refused(403, ONLY_HERE).into_payload())
            }
        }
    }
}
