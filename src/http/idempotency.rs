//! `Idempotency-Key`: whoever heard no answer asks again with the same key, and what was done is not done twice.
//!
//! The id of the message is durable before its first byte leaves. The same request under the same key gets the first
//! answer, unless that was a refusal: then nothing was done, and the key is free. Where none was given (the daemon was killed, WhatsApp did not answer in time) the message is sent once more
//! under the id that it had, and phones show a message once. What WhatsApp gives an id of its own, a group, is not made
//! once more: whoever asks again is told to look whether it is there.

use std::collections::HashSet;
use std::sync::Arc;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::uri::PathAndQuery;
use actix_web::{HttpRequest, HttpResponse};
use chrono::Utc;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tracing::error;

use super::detached::to_the_end;
use super::endpoint::{Admitted, Context, Endpoint};
use super::envelope;
use crate::failure::{Failure, Invalid};
use crate::ids::new_message_id;
use crate::store::idempotency::{Asked, Known};
use crate::telemetry::Chain;

/// The header's name.
pub const HEADER: &str = "Idempotency-Key";
/// Says of an answer that it was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Characters of a key.
const LONGEST: usize = 255;

/// Somebody asks twice at the same time.
pub const UNDER_WAY: Failure = Failure::documented(
    409,
    "a request with this Idempotency-Key is still under way: ask again when it has ended",
);
/// A key that means something else already.
pub const USED: Failure = Failure::documented(
    422,
    "this Idempotency-Key was used for another request: a new request needs a new key",
);

/// Nobody knows whether it was made.
pub const PERHAPS_MADE: Failure = Failure::documented(
    409,
    "an earlier request with this Idempotency-Key may have made it: look whether it is there, and take a new key to make \
    another one",
);

/// What a key may be refused with.
pub fn refusals<E: Endpoint>() -> Vec<Failure> {
    match (E::SENDS, E::MAKES) {
        (_, true) => vec![UNDER_WAY, PERHAPS_MADE, USED],
        (true, false) => vec![UNDER_WAY, USED],
        (false, false) => Vec::new(),
    }
}

/// The keys whose requests are under way.
#[derive(Clone, Default)]
pub struct UnderWay(Arc<Mutex<HashSet<Asked>>>);

/// The turn of one key.
struct Turn {
    under_way: UnderWay,
    asked: Asked,
}

impl UnderWay {
    fn enter(&self, asked: Asked) -> Result<Turn, Failure> {
        // Whatever is asked for under the key: only one at a time.
        let mut keys = self.0.lock();
        let same = |other: &Asked| other.user == asked.user && other.key == asked.key;
        if keys.iter().any(same) {
            return Err(UNDER_WAY);
        }
        keys.insert(asked);
        Ok(Turn {
            under_way: self.clone(),
            asked,
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.under_way.0.lock().remove(&self.asked);
    }
}

/// The request's key, if it has one.
pub fn key(request: &HttpRequest) -> Result<Option<String>, Invalid> {
    let mut values = request.headers().get_all(HEADER);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        let problem = format!("there must be one {HEADER}, and no more");
        return Err(Invalid::field(HEADER, problem));
    }
    let visible = value.as_bytes().iter().all(u8::is_ascii_graphic);
    match value.to_str() {
        Ok(text) if visible && (1..=LONGEST).contains(&text.len()) => Ok(Some(text.to_owned())),
        _ => {
            let problem = format!("{HEADER} must be 1 to {LONGEST} visible ASCII characters");
            Err(Invalid::field(HEADER, problem))
        }
    }
}

/// Everything that decides about what is done, in one hash.
pub fn fingerprint(request: &HttpRequest, body: &[u8]) -> [u8; 32] {
    let method = request.method().as_str();
    let address = request.uri().path_and_query();
    let address = address.map(PathAndQuery::as_str).unwrap_or_default();
    hashed([method.as_bytes(), address.as_bytes(), body])
}

fn hashed<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        // Where one ends belongs to what is hashed.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// What is kept of an answer.
#[derive(Serialize, Deserialize)]
struct Answer {
    status: u16,
    body: String,
}

/// What was asked for under a key. `None`: by whoever runs the daemon, who has no devices to send from.
pub fn asked(caller: &impl Admitted, key: &str, request: [u8; 32]) -> Option<Asked> {
    let (user, key) = (caller.holder()?, Sha256::digest(key.as_bytes()).into());
    // Whoever names no device means another one with a token that knows one only, and learns nothing of the others' answers.
    let only = caller.grant().and_then(|grant| grant.device);
    let request = match only {
        Some(device) => hashed([&request[..], device.0.as_bytes()]),
        None => request,
    };
    Some(Asked { user, key, request })
}

/// Answers once; afterwards the answer is what it was. `respond` writes it.
pub async fn once<E: Endpoint>(
    endpoint: E,
    mut context: Context<E::Caller>,
    asked: Asked,
    respond: impl FnOnce(Result<E::Reply, Failure>) -> HttpResponse + 'static,
) -> Result<HttpResponse, Failure> {
    let api = context.api.clone();
    let turn = api.under_way.enter(asked)?;
    // Also when the caller goes: what has been sent must be known to whoever asks again.
    to_the_end(async move {
        let _turn = turn;
        let now = Utc::now().timestamp();
        let new = new_message_id();
        let known = api.store.take_key(&asked, &new, now).await;
        let known = known
            .map_err(|error| Failure::of_store("an Idempotency-Key could not be kept", &error))?;
        let (message_id, is_new) = match known {
            Known::Different => return Err(USED),
            Known::Answered(answer) => return again(&answer),
            Known::New => (new, true),
            Known::Open(_) if E::MAKES => return Err(PERHAPS_MADE),
            // What was tried before may have been sent: whatever becomes of it now, it stays under this id.
            Known::Open(message_id) => (message_id, false),
        };
        context.message_id = Some(message_id);
        let answered = endpoint.answer(context).await;
        let nothing_done = |failure: &Failure| match E::MAKES {
            true => !failure.may_have_happened(),
            false => failure.is_refusal(),
        };
        let refused = is_new && answered.as_ref().err().is_some_and(nothing_done);
        let response = respond(answered);
        let (head, body) = response.into_parts();
        let body = actix_web::body::to_bytes(body).await.unwrap_or_default();
        if head.status().is_success() {
            let answer = Answer {
                status: head.status().as_u16(),
                body: String::from_utf8_lossy(&body).into_owned(),
            };
            let answer = serde_json::to_vec(&answer).unwrap_or_default();
            if let Err(error) = api.store.settle_key(&asked, &answer).await {
                // It has been sent, and whoever asks again has it sent again under the same id.
                error!(error = %Chain(&error), "the answer to an Idempotency-Key could not be kept");
            }
        } else if refused && let Err(error) = api.store.free_key(&asked).await {
            error!(error = %Chain(&error), "an Idempotency-Key could not be freed");
        }
        Ok(head.set_body(body).map_into_boxed_body())
    })
    .await
}

/// The same answer as before.
fn again(answer: &[u8]) -> Result<HttpResponse, Failure> {
    let answer: Answer = serde_json::from_slice(answer)
        .map_err(|error| Failure::internal("an answer that was kept cannot be read", &error))?;
    let mut response = envelope::with_status(answer.status)
        .content_type("application/json")
        .body(answer.body);
    let yes = HeaderValue::from_static("true");
    response.headers_mut().insert(REPLAYED, yes);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::UserId;

    #[test]
    fn a_key_is_under_way_once_for_each_user() {
        let under_way = UnderWay::default();
        let asked = |user, request| Asked {
            user,
            key: [1; 32],
            request: [request; 32],
        };
        let (ada, bob) = (UserId::random(), UserId::random());
        let first = under_way.enter(asked(ada, 1)).expect("the first");
        assert_eq!(under_way.enter(asked(ada, 1)).err(), Some(UNDER_WAY));
        assert_eq!(under_way.enter(asked(ada, 2)).err(), Some(UNDER_WAY));
        assert!(under_way.enter(asked(bob, 1)).is_ok());
        drop(first);
        assert!(under_way.enter(asked(ada, 2)).is_ok());
    }

    #[test]
    fn where_a_part_ends_decides_about_its_hash() {
        let of = |parts: &[&str]| hashed(parts.iter().map(|part| part.as_bytes()));
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["ab", ""]));
        assert_ne!(of(&["a", "b"]), of(&["b", "a"]));
    }
}
