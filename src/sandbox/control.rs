//! The control API: what a person would do with the simulated phones, and faults on request.
//!
//! | request under `/control` | effect |
//! |---|---|
//! | `POST accounts {phone?,name?}` · `GET accounts` | makes an account with a phone · lists them |
//! | `POST accounts/{phone}/contacts {phone,name?}` or a list of these · `GET` | adds to the phone's address book · lists it |
//! | `DELETE accounts/{phone}/contacts/{contact}` | takes a contact out of it |
//! | `GET accounts/{phone}/settings` | name, about, picture, privacy, status privacy, blocked users |
//! | `POST accounts/{phone}/profile {name?,about?,picture?}` | changes the profile; picture in base64, empty for none |
//! | `POST accounts/{phone}/privacy {name,value,add?,remove?}` | changes a privacy category on the phone |
//! | `POST accounts/{phone}/status-privacy {type,users?}` | `contacts`, `whitelist` or `blacklist` |
//! | `POST accounts/{phone}/blocklist {jid,action?}` | `block` (or absent) or `unblock` |
//! | `GET accounts/{phone}/inbox[?id=…]` | what that phone decrypted |
//! | `POST scan {qr,account?}` | a phone scans a QR text; without account somebody new does |
//! | `POST code {phone,code}` | the code is typed into that number's phone |
//! | `POST kick {jid}` | the phone unlinks that device |
//! | `POST inbound {to,text or media,from?}` | a phone sends to an account, or to a group that it is in |
//! | `POST accounts/{phone}/status {text or media}` | that phone posts a status, to whom its privacy says |
//! | `POST groups {subject,participants}` · `GET` | makes a group, the first participant its creator · lists them |
//! | `POST groups/{jid}/participants {add?,remove?}` | changes who is in a group; members do the rest by protocol |
//! | `DELETE media` | every file expires: downloads are answered with 410 |
//! | `POST corrupt {jid}` | the next message to that device arrives spoilt |
//! | `POST faults {jid,fault,…,times?}` · `GET` · `DELETE` | sets, lists with hits, and clears faults |
//! | `DELETE faults/{id}` | clears one fault |
//! | `POST webhooks` (any JSON) · `GET` · `DELETE` | receives webhooks · shows the last 1,000 · forgets them |
//! | `GET state` | accounts, devices, connections and counters |
//!
//! Media is `{type,caption?,mimetype?,data_base64}` with type image, video, audio, document or
//! sticker. An inbox entry has `id`, `from`, `chat`, `kind`, `text?` (a caption, too), `caption?`,
//! `media? {type,mimetype,size,sha256,width?,height?,seconds?,thumbnail?}` of the decrypted file, and `timestamp`.
//!
//! A fault's `jid` is a device, an account (all its devices) or `*`, which includes clients without an
//! account. It acts `times` times, or until it is cleared. The faults, with the fields they need:
//!
//! | fault | effect |
//! |---|---|
//! | `drop`, `reset`, `stream_error {code or conflict}` | end present connections, once; with `times` later logins, too |
//! | `mute` | what the device sends is ignored, pings included, and nothing is sent to it until the fault is gone |
//! | `handshake_garbage`, `handshake_silence` | instead of the answer to a handshake |
//! | `login_failure {reason,expire?}` | `<failure>` instead of `<success>`; a ban ends after `expire` seconds |
//! | `companion_reg_refresh` | a new companion has to make another QR code; `*` only |
//! | `no_offline_marker` | a login is not told where its queued stanzas end |
//! | `iq_silence {xmlns}`, `iq_late {xmlns,ms}`, `iq_error {xmlns,code,backoff?}` | what becomes of a query |
//! | `ack_silence`, `ack_error {error}` | what becomes of a message's acknowledgement |
//! | `duplicate_delivery` | a message reaches the device twice |
//! | `media_status {status}`, `media_silence` | uploads, and downloads that carry the device's `auth`; `*`: all |
//! | `appstate_conflict`, `appstate_bad_mac` | a patch is refused as old; what is served has wrong MACs |
//! | `overhear` | the account's phone is handed statuses and group messages that are not meant for it |
//! | `key_silence` | the phone does not answer a device that asks for keys of the app state |
//! | `prekeys_exhausted` | the device's keys (an account's: its phone's, too) are handed out without a one-time key |
//!
//! Refusals are `{"error":"…"}` with a 4xx status; unknown fields are refused.

mod accounts;
mod faults;
mod groups;
mod pairing;
mod settings;
mod state;
mod webhooks;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::pairing::PairingError;
use super::world::{AccountError, Shared};

/// Bodies are a few fields, a long list of contacts, or a file in base64.
const BODY: usize = 32 * 1024 * 1024;

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
                web::post().to(accounts::add_contacts),
            )
            .route(
                "/accounts/{phone}/contacts/{contact}",
                web::delete().to(accounts::remove_contact),
            )
            .route(
                "/accounts/{phone}/contacts",
                web::get().to(accounts::contacts),
            )
            .route("/accounts/{phone}/inbox", web::get().to(accounts::inbox))
            .service(
                web::scope("/accounts/{phone}")
                    .route("/status", web::post().to(accounts::status))
                    .route("/settings", web::get().to(settings::show))
                    .route("/status-privacy", web::post().to(settings::status_privacy))
                    .route("/blocklist", web::post().to(settings::blocklist))
                    .route("/privacy", web::post().to(settings::privacy))
                    .route("/profile", web::post().to(settings::profile)),
            )
            .route("/scan", web::post().to(pairing::scan))
            .route("/code", web::post().to(pairing::code))
            .route("/kick", web::post().to(pairing::kick))
            .route("/corrupt", web::post().to(faults::corrupt))
            .route("/groups", web::post().to(groups::create))
            .route("/groups", web::get().to(groups::list))
            .route("/groups/{jid}/participants", web::post().to(groups::change))
            .route("/media", web::delete().to(accounts::expire_media))
            .route("/inbound", web::post().to(accounts::inbound))
            .route("/state", web::get().to(state::show))
            .route("/webhooks", web::post().to(webhooks::receive))
            .route("/webhooks", web::get().to(webhooks::list))
            .route("/webhooks", web::delete().to(webhooks::clear))
            .route("/faults", web::post().to(faults::add))
            .route("/faults", web::get().to(faults::list))
            .route("/faults", web::delete().to(faults::clear))
            .route("/faults/{id}", web::delete().to(faults::remove))
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

    fn conflict(message: impl ToString) -> Self {
        Self::new(StatusCode::CONFLICT, message)
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
