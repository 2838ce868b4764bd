//! What every control endpoint takes and gives: the world, a body read, an answer or why there is none.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::sandbox::account::AccountError;
use crate::sandbox::registration::outcome::PairingError;
use crate::sandbox::shared::Shared;

/// The world that a request acts on.
pub type Data = web::Data<Arc<Shared>>;
/// What a control endpoint answers.
pub type Answer = Result<HttpResponse, Rejected>;

/// A request that is not carried out, and why.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Rejected {
    status: StatusCode,
    message: String,
}

impl Rejected {
    fn new(status: StatusCode, message: impl ToString) -> Self {
        Self {
            status,
            message: message.to_string(),
        }
    }

    pub fn invalid(message: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub fn conflict(message: impl ToString) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    pub fn not_found(message: impl ToString) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }
}

impl actix_web::ResponseError for Rejected {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status).json(json!({ "error": self.message }))
    }
}

impl From<AccountError> for Rejected {
    fn from(error: AccountError) -> Self {
        let status = match error {
            AccountError::Phone => StatusCode::BAD_REQUEST,
            AccountError::Taken(_) => StatusCode::CONFLICT,
            AccountError::Unknown(_) => StatusCode::NOT_FOUND,
        };
        Self::new(status, error)
    }
}

impl From<PairingError> for Rejected {
    fn from(error: PairingError) -> Self {
        let status = match error {
            PairingError::UnknownReference
            | PairingError::NoCodeExpected
            | PairingError::UnknownAccount(_) => StatusCode::NOT_FOUND,
            PairingError::Busy | PairingError::TooManyDevices => StatusCode::CONFLICT,
            _ => StatusCode::BAD_REQUEST,
        };
        Self::new(status, error)
    }
}

/// Reads a body; the message of a refusal names the field. An empty body is an empty object.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Rejected> {
    let body = if body.trim_ascii().is_empty() {
        b"{}"
    } else {
        body
    };
    serde_json::from_slice(body)
        .map_err(|error| Rejected::invalid(format!("invalid body: {error}")))
}
