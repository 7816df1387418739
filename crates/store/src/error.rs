//! What can go wrong with the table, by what the caller does about it.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// Why the table did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else wrote first: read again and decide anew.
    #[error("the item changed since it was read")]
    Conflict,
    /// It may work later: throttled, unreachable, or no answer. A write may have happened.
    #[error("the table did not answer ({operation}: {code})")]
    Unavailable {
        /// The DynamoDB operation.
        operation: &'static str,
        /// The error's code, or the kind of failure.
        code: String,
        /// The SDK's own error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It will not work later either: missing table, refused permission, oversized item.
    #[error("the table refused ({operation}: {code})")]
    Refused {
        /// The DynamoDB operation.
        operation: &'static str,
        /// The error's code.
        code: String,
        /// The SDK's own error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An item cannot be read by this version.
    #[error("an item of the table cannot be read")]
    Unreadable(#[source] serde_dynamo::Error),
}

impl StoreError {
    /// Classifies an SDK error. DynamoDB's SDK errors hold no item values, only names and codes.
    pub(crate) fn from_sdk<E>(operation: &'static str, error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let code = match &error {
            SdkError::ServiceError(service) => service.err().code().unwrap_or("unknown").to_owned(),
            SdkError::TimeoutError(_) => "timeout".to_owned(),
            SdkError::DispatchFailure(_) => "no connection".to_owned(),
            SdkError::ResponseError(_) => "bad answer".to_owned(),
            _ => "not sent".to_owned(),
        };
        let refused = matches!(
            code.as_str(),
            "ResourceNotFoundException"
                | "AccessDeniedException"
                | "ValidationException"
                | "UnrecognizedClientException"
        );
        match code.as_str() {
            "ConditionalCheckFailedException" => Self::Conflict,
            _ if refused => Self::Refused { operation, code, source: Box::new(error) },
            _ => Self::Unavailable { operation, code, source: Box::new(error) },
        }
    }
}
