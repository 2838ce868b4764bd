//! Request bodies: bounded in size, time and memory, JSON only.

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::{HttpRequest, web};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;

use super::Limits;
use crate::failure::{Failure, Invalid};
use crate::memory::{Held, NoRoom, Permit};

/// Reads the whole body. An empty one may have any content type.
pub async fn read(
    request: &HttpRequest,
    payload: web::Payload,
    permit: Permit,
    limits: &Limits,
) -> Result<Held<Bytes>, Failure> {
    let announced = content_length(request).unwrap_or(0);
    // Content-Length is checked before the body is sent; what really comes is counted all the same.
    if announced > limits.body {
        return Err(too_large(limits.body));
    }
    check_room(&permit, announced * 2)?;
    let collect = collect(payload, &permit, announced, limits.body);
    let body = match tokio::time::timeout(limits.body_timeout, collect).await {
        Ok(body) => body?,
        Err(_) => return Err(Invalid::request("the body did not arrive in time").into()),
    };
    if !body.is_empty() {
        check_encoding(request)?;
        check_content_type(request)?;
    }
    Ok(Held::new(body, permit))
}

fn content_length(request: &HttpRequest) -> Option<usize> {
    let length = request.headers().get(CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

/// Whether there would be room now, for the body and for what is read of it. It is taken as the body comes: who sends
/// slowly holds only what has been sent.
fn check_room(permit: &Permit, bytes: usize) -> Result<(), NoRoom> {
    permit.another().grow(bytes)
}

async fn collect(
    mut payload: web::Payload,
    permit: &Permit,
    announced: usize,
    limit: usize,
) -> Result<Bytes, Failure> {
    // Memory that is not written to is not taken; growing step by step would need twice as much in between.
    let mut body = BytesMut::with_capacity(announced);
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Invalid::request("the body ended early"))?;
        if body.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        permit.grow(chunk.len())?;
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
