//! Request bodies: bounded in size and time, JSON only.

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::{HttpMessage, HttpRequest, web};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use tokio::sync::OwnedSemaphorePermit;

use super::{Api, Limits};
use crate::failure::{Failure, Invalid};

/// Reads the whole body. An empty one may have any content type.
pub async fn read(
    request: &HttpRequest,
    payload: web::Payload,
    api: &Api,
    limits: &Limits,
) -> Result<Bytes, Failure> {
    // Content-Length is checked before the body is sent; what really comes is counted all the same.
    if content_length(request).is_some_and(|length| length > limits.body) {
        return Err(too_large(limits.body));
    }
    let collect = collect(request, payload, api, limits.body);
    let body = match tokio::time::timeout(limits.body_timeout, collect).await {
        Ok(body) => body?,
        Err(_) => return Err(Invalid::request("the body did not arrive in time").into()),
    };
    if !body.is_empty() {
        check_encoding(request)?;
        check_content_type(request)?;
    }
    Ok(body)
}

fn content_length(request: &HttpRequest) -> Option<usize> {
    let length = request.headers().get(CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

async fn collect(
    request: &HttpRequest,
    mut payload: web::Payload,
    api: &Api,
    limit: usize,
) -> Result<Bytes, Failure> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Invalid::request("the body ended early"))?;
        if body.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        make_room(request, api, chunk.len())?;
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn too_large(limit: usize) -> Failure {
    Invalid::request(format!(
        "the body is larger than the limit of {limit} bytes"
    ))
    .into()
}

/// Memory for a part of the body; it is given back when the request is over.
fn make_room(request: &HttpRequest, api: &Api, bytes: usize) -> Result<(), Failure> {
    let bytes = u32::try_from(bytes).map_err(|_| Failure::Overloaded)?;
    let room = api.room.clone().try_acquire_many_owned(bytes);
    let room = room.map_err(|_| Failure::Overloaded)?;
    let mut held = request.extensions_mut();
    match held.get_mut::<OwnedSemaphorePermit>() {
        Some(earlier) => earlier.merge(room),
        None => drop(held.insert(room)),
    }
    Ok(())
}

/// What is compressed would have to be bounded after it is unpacked too.
fn check_encoding(request: &HttpRequest) -> Result<(), Invalid> {
    let Some(value) = request.headers().get(CONTENT_ENCODING) else {
        return Ok(());
    };
    match value.as_bytes().eq_ignore_ascii_case(b"identity") {
        true => Ok(()),
        false => Err(Invalid::field(
            "Content-Encoding",
            "Content-Encoding is not supported: send the body as it is",
        )),
    }
}

/// An absent type is taken for JSON: `curl -d` without a header sends a form's, which is refused with a hint.
fn check_content_type(request: &HttpRequest) -> Result<(), Invalid> {
    let Some(value) = request.headers().get(CONTENT_TYPE) else {
        return Ok(());
    };
    let value = value.to_str().unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let problem = format!("Content-Type must be application/json, not {media_type:?}");
    Err(Invalid::field("Content-Type", problem))
}
