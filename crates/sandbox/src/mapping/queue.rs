//! The few calls to SQS that a mapping makes, in its JSON protocol.

use bytes::Bytes;
use http::{HeaderValue, Uri, header};
use serde_json::{Value, json};

use super::record;
use crate::wire::{Client, ClientError};

/// A queue could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// Nobody answered, or the answer broke off.
    #[error("no answer from the queue")]
    NoAnswer(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The service refused.
    #[error("the queue refused the call ({code})")]
    Refused {
        /// The error's name, `QueueDoesNotExist`.
        code: String,
    },
    /// The queue's URL or the endpoint is none.
    #[error("not a URL of a queue")]
    Url(#[from] http::Error),
}

impl From<ClientError> for QueueError {
    fn from(error: ClientError) -> Self {
        Self::NoAnswer(Box::new(error))
    }
}

/// One queue, and what its records say of it.
pub(super) struct Queue {
    client: Client,
    endpoint: String,
    url: String,
    arn: String,
}

impl Queue {
    pub(super) async fn open(url: String, endpoint: Option<String>) -> Result<Self, QueueError> {
        let endpoint = match endpoint {
            Some(endpoint) => endpoint,
            None => origin(&url)?,
        };
        let mut queue = Self { client: Client::new(), endpoint, url, arn: String::new() };
        let attributes = queue.attributes(&["QueueArn"]).await?;
        attributes["QueueArn"].as_str().unwrap_or_default().clone_into(&mut queue.arn);
        Ok(queue)
    }

    /// Takes up to `most` messages; waits for the first one for at most `wait_s` seconds.
    pub(super) async fn receive(&self, most: u32, wait_s: u32) -> Result<Vec<Value>, QueueError> {
        let input = json!({
            "MaxNumberOfMessages": most,
            "WaitTimeSeconds": wait_s,
            "MessageSystemAttributeNames": ["All"],
            "MessageAttributeNames": ["All"],
        });
        match self.call("ReceiveMessage", input).await?["Messages"].take() {
            Value::Array(messages) => Ok(messages),
            _ => Ok(Vec::new()),
        }
    }

    /// A message as it stands in a function's event.
    pub(super) fn record(&self, message: &Value) -> Value {
        record::of(message, &self.arn)
    }

    /// Deletes by receipt handle and says how many are gone.
    pub(super) async fn delete(&self, receipts: &[&str]) -> Result<usize, QueueError> {
        if receipts.is_empty() {
            return Ok(0);
        }
        let entry = |(index, receipt): (usize, &&str)| json!({"Id": index.to_string(), "ReceiptHandle": receipt});
        let entries: Vec<Value> = receipts.iter().enumerate().map(entry).collect();
        let answer = self.call("DeleteMessageBatch", json!({ "Entries": entries })).await?;
        Ok(answer["Successful"].as_array().map_or(0, Vec::len))
    }

    /// Messages waiting, delayed and in flight.
    pub(super) async fn len(&self) -> Result<u64, QueueError> {
        let names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ];
        let attributes = self.attributes(&names).await?;
        let number = |name| attributes[name].as_str().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
        Ok(names.into_iter().map(number).sum())
    }

    async fn attributes(&self, names: &[&str]) -> Result<Value, QueueError> {
        Ok(self.call("GetQueueAttributes", json!({ "AttributeNames": names })).await?["Attributes"].take())
    }

    async fn call(&self, action: &str, mut input: Value) -> Result<Value, QueueError> {
        input["QueueUrl"] = self.url.as_str().into();
        let request = http::Request::post(format!("{}/", self.endpoint.trim_end_matches('/')))
            .header(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"))
            .header("x-amz-target", format!("AmazonSQS.{action}"))
            .body(Bytes::from(input.to_string()))?;
        let response = self.client.send(request).await?;
        let answer: Value = serde_json::from_slice(response.body()).unwrap_or_default();
        if !response.status().is_success() {
            let name = answer["__type"].as_str().unwrap_or("unknown");
            return Err(QueueError::Refused { code: name.rsplit('#').next().unwrap_or(name).to_owned() });
        }
        Ok(answer)
    }
}

/// `http://host:port` of a URL.
fn origin(url: &str) -> Result<String, QueueError> {
    let uri: Uri = url.parse().map_err(http::Error::from)?;
    Ok(format!("http://{}", uri.authority().map_or("", http::uri::Authority::as_str)))
}
