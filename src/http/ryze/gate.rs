//! What every request of the RyzeAPI passes: whose token it carries, and how often that has asked.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use chrono::Utc;

use super::OPERATION;
use super::rates::{Kind, Standing};
use crate::failure::Failure;
use crate::http::auth::bearer_in;
use crate::http::{Api, envelope};
use crate::store::accounts::Bearer;

const TOKEN: HeaderName = HeaderName::from_static("token");
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
pub(super) const MISSING: Failure = Failure::documented(401, "Missing token in header");
const TOO_OFTEN: Failure = Failure::documented(429, "Rate limit exceeded. Try again later.");

/// Lets a request in that has a token and has not used it too often; the handler finds its [`Bearer`] in the request.
/// Strangers are not counted: there is no end to the tokens that they could make up.
pub async fn gate(
    api: web::Data<Api>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (kind, now) = (kind(&request), Utc::now().timestamp());
    let bearer = bearer(&api, request.headers()).await;
    let standing = match &bearer {
        Ok(bearer) => api.rates.take(bearer, kind, now),
        Err(_) => Standing::fresh(kind, now),
    };
    let mut response = match bearer {
        Err(failure) => request.into_response(envelope::refuse(&OPERATION, &failure)),
        Ok(_) if !standing.admitted => {
            request.into_response(envelope::refuse(&OPERATION, &TOO_OFTEN))
        }
        Ok(bearer) => {
            request.extensions_mut().insert(bearer);
            next.call(request).await?.map_into_boxed_body()
        }
    };
    tell(standing, now, response.headers_mut());
    Ok(response)
}

fn kind(request: &ServiceRequest) -> Kind {
    match request.path() {
        "/api/instance/new" => Kind::Creation,
        _ => Kind::Any,
    }
}

async fn bearer(api: &Api, headers: &HeaderMap) -> Result<Bearer, Failure> {
    let bearer = api.tokens.bearer(token(headers).ok_or(MISSING)?).await;
    let bearer =
        bearer.map_err(|error| Failure::of_store("a token could not be looked up", &error))?;
    bearer.ok_or(Failure::Unauthorized)
}

/// The header `token`, or else `Authorization: Bearer`.
fn token(headers: &HeaderMap) -> Option<&str> {
    let own = headers.get(TOKEN).and_then(|value| value.to_str().ok());
    let own = own.map(str::trim).filter(|token| !token.is_empty());
    own.or_else(|| bearer_in(headers))
}

fn tell(standing: Standing, now: i64, headers: &mut HeaderMap) {
    headers.insert(LIMIT, standing.limit.into());
    headers.insert(REMAINING, standing.remaining.into());
    headers.insert(RESET, standing.reset.into());
    if !standing.admitted {
        headers.insert(
            RETRY_AFTER,
            HeaderValue::from((standing.reset - now).max(1)),
        );
    }
}
