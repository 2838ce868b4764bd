//! Browsers' pages on other origins: those that the configuration lists may use the API, no others.

use actix_cors::Cors;
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, RETRY_AFTER};

use super::execute::IGNORED_FIELDS;
use super::observe::REQUEST_ID;
use super::ryze::gate;

/// How long a browser may remember what it was allowed, in seconds.
const MAX_AGE: usize = 3600;

const METHODS: [Method; 6] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

/// What these origins may do: everything that a token allows.
pub fn allow(origins: &[String]) -> Cors {
    let exposed: [HeaderName; 6] = [
        IGNORED_FIELDS,
        REQUEST_ID,
        RETRY_AFTER,
        gate::LIMIT,
        gate::REMAINING,
        gate::RESET,
    ];
    let cors = Cors::default()
        .allowed_methods(METHODS)
        .allowed_headers([AUTHORIZATION, CONTENT_TYPE, gate::TOKEN])
        .expose_headers(exposed)
        .block_on_origin_mismatch(false)
        .max_age(MAX_AGE);
    origins
        .iter()
        .fold(cors, |cors, origin| cors.allowed_origin(origin))
}
