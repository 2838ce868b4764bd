//! What every request of the RyzeAPI passes: whose token it carries, and how often that has asked.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use chrono::Utc;

use super::OPERATION;
use super::create;
use super::rates::{Kind, Quota};
use crate::accounts::tokens;
use crate::failure::Failure;
use crate::http::auth;
use crate::http::{Api, envelope};
use crate::store::accounts::Bearer;

pub const TOKEN: HeaderName = HeaderName::from_static("token");
pub const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
pub const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
pub const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
pub const MISSING: Failure = Failure::documented(401, "Missing token in header");
const TOO_OFTEN: Failure = Failure::documented(429, "Rate limit exceeded. Try again later.");

/// Lets a request in that has a token and has not used it too often; the handler finds its [`Bearer`] in the request.
/// Strangers are not counted: there is no end to the tokens that they could make up.
pub async fn gate(
    api: web::Data<Api>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // Whoever asks what may be asked needs no token for it.
    if request.method() == Method::OPTIONS {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let (kind, now) = (kind(&request), Utc::now().timestamp());
    let bearer = bearer(&api, request.headers()).await;
    let quota = match &bearer {
        Ok(bearer) => api.rates.take(bearer, kind, now),
        Err(_) => Quota::fresh(kind, now),
    };
    let mut response = match bearer {
        Err(failure) => request.into_response(envelope::refuse(&OPERATION, &failure)),
        Ok(_) if !quota.admitted => request.into_response(envelope::refuse(&OPERATION, &TOO_OFTEN)),
        Ok(bearer) => {
            request.extensions_mut().insert(bearer);
            next.call(request).await?.map_into_boxed_body()
        }
    };
    tell(quota, now, response.headers_mut());
    Ok(response)
}

fn kind(request: &ServiceRequest) -> Kind {
    // As the table is asked for it: however it is written in the request.
    match request.match_info().as_str().trim_end_matches('/') {
        create::PATH => Kind::Creation,
        _ => Kind::Any,
    }
}

async fn bearer(api: &Api, headers: &HeaderMap) -> Result<Bearer, Failure> {
    let hash = tokens::hash(token(headers).ok_or(MISSING)?);
    let bearer = api.tokens.bearer(hash).await;
    let bearer =
        bearer.map_err(|error| Failure::of_store("a token could not be looked up", &error))?;
    // What was given away is good for what its scopes name, and these paths have none.
    let own = bearer.filter(|bearer| bearer.caller.grant.is_none());
    own.ok_or(Failure::Unauthorized)
}

/// The header `token`, or else `Authorization: Bearer`.
fn token(headers: &HeaderMap) -> Option<&str> {
    let own = headers.get(TOKEN).and_then(|value| value.to_str().ok());
    let own = own.map(str::trim).filter(|token| !token.is_empty());
    own.or_else(|| auth::bearer(headers))
}

fn tell(quota: Quota, now: i64, headers: &mut HeaderMap) {
    headers.insert(LIMIT, quota.limit.into());
    headers.insert(REMAINING, quota.remaining.into());
    headers.insert(RESET, quota.reset.into());
    if !quota.admitted {
        headers.insert(RETRY_AFTER, HeaderValue::from((quota.reset - now).max(1)));
    }
}
