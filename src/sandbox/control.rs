//! The control API: what a person would do with the simulated phones, and faults on request.
//!
//! | request under `/control` | effect |
//! |---|---|
//! | `POST accounts {phone?,name?}` · `GET accounts` | makes an account with a phone · lists them |
//! | `POST accounts/{phone}/contacts {phone,name?}` · `GET` | adds to the phone's address book · lists it |
//! | `GET accounts/{phone}/inbox` | what that phone decrypted |
//! | `POST scan {qr,account?}` | a phone scans a QR text; without account somebody new does |
//! | `POST code {phone,code}` | the code is typed into that number's phone |
//! | `POST kick {jid}` | the phone unlinks that device |
//! | `POST inbound {to,text,from?}` | a phone sends a text to an account |
//! | `POST corrupt {jid}` | the next message to that device arrives spoilt |
//! | `POST faults {jid,fault,…,times?}` · `GET` · `DELETE` | sets, lists and clears faults |
//! | `GET state` | accounts, devices, connections and counters |
//!
//! Refusals are `{"error":"…"}` with a 4xx status; unknown fields are refused.

mod accounts;
mod faults;
mod pairing;
mod state;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::pairing::PairingError;
use super::world::{AccountError, Shared};

/// Bodies are a few fields.
const BODY: usize = 64 * 1024;

type Data = web::Data<Arc<Shared>>;
type Answer = Result<HttpResponse, Refused>;

pub fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/control")
            .app_data(web::PayloadConfig::new(BODY))
            .route("/accounts", web::post().to(accounts::create))
            .route("/accounts", web::get().to(accounts::list))
            .route(
                "/accounts/{phone}/contacts",
                web::post().to(accounts::add_contact),
            )
            .route(
                "/accounts/{phone}/contacts",
                web::get().to(accounts::contacts),
            )
            .route("/accounts/{phone}/inbox", web::get().to(accounts::inbox))
            .route("/scan", web::post().to(pairing::scan))
            .route("/code", web::post().to(pairing::code))
            .route("/kick", web::post().to(pairing::kick))
            .route("/corrupt", web::post().to(faults::corrupt))
            .route("/inbound", web::post().to(accounts::inbound))
            .route("/state", web::get().to(state::show))
            .route("/faults", web::post().to(faults::add))
            .route("/faults", web::get().to(faults::list))
            .route("/faults", web::delete().to(faults::clear))
            .default_service(web::to(|| async {
                Err::<HttpResponse, _>(Refused::not_found("no such control endpoint"))
            })),
    );
}

/// A request that is not carried out, and why.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    status: StatusCode,
    message: String,
}

impl Refused {
    fn new(status: StatusCode, message: impl ToString) -> Self {
        Self {
            status,
            message: message.to_string(),
        }
    }

    fn invalid(message: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    fn not_found(message: impl ToString) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }
}

impl actix_web::ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status).json(json!({ "error": self.message }))
    }
}

impl From<AccountError> for Refused {
    fn from(error: AccountError) -> Self {
        let status = match error {
            AccountError::Phone => StatusCode::BAD_REQUEST,
            AccountError::Taken(_) => StatusCode::CONFLICT,
            AccountError::Unknown(_) => StatusCode::NOT_FOUND,
        };
        Self::new(status, error)
    }
}

impl From<PairingError> for Refused {
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
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    let body = if body.trim_ascii().is_empty() {
        b"{}"
    } else {
        body
    };
    serde_json::from_slice(body).map_err(|error| Refused::invalid(format!("invalid body: {error}")))
}
