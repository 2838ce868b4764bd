//! Request bodies: bounded in size and time, JSON only, errors that name the field.

use actix_web::http::Method;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::{HttpMessage, HttpRequest, web};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::sync::OwnedSemaphorePermit;

use super::query::Query;
use super::{Api, Limits};
use crate::failure::{Failure, Invalid};

/// Reads the body as JSON of type `T`.
pub async fn json<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: web::Payload,
    limits: &Limits,
) -> Result<T, Failure> {
    let body = read(request, payload, limits).await?;
    check_content_type(request)?;
    Ok(decode(&body)?)
}

/// Reads the body as JSON of type `T`, with the query parameters in `names` for fields that the body leaves out. A GET has no
/// body, and an `optional` one may be empty.
pub async fn json_or_query<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: web::Payload,
    limits: &Limits,
    names: &[&str],
    optional: bool,
) -> Result<T, Failure> {
    let without_body = request.method() == Method::GET;
    if !optional && !without_body {
        return json(request, payload, limits).await;
    }
    let body = if without_body {
        Bytes::new()
    } else {
        read(request, payload, limits).await?
    };
    let mut fields = Map::new();
    if !body.is_empty() {
        check_content_type(request)?;
        fields = decode(&body)?;
    }
    let query = Query::of(request);
    for name in names {
        if let Some(value) = query.text(name)
            && !fields.contains_key(*name)
        {
            fields.insert((*name).to_owned(), Value::from(value));
        }
    }
    Ok(serde_path_to_error::deserialize(Value::Object(fields)).map_err(describe)?)
}

async fn read(
    request: &HttpRequest,
    payload: web::Payload,
    limits: &Limits,
) -> Result<Bytes, Failure> {
    // Said before it is sent; what it really is, is measured all the same.
    if announced(request).is_some_and(|length| length > limits.body) {
        return Err(too_large(limits.body));
    }
    let collect = collect(request, payload, limits.body);
    match tokio::time::timeout(limits.body_timeout, collect).await {
        Ok(body) => body,
        Err(_) => Err(Invalid::request("the body did not arrive in time").into()),
    }
}

fn announced(request: &HttpRequest) -> Option<usize> {
    let length = request.headers().get(CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

async fn collect(
    request: &HttpRequest,
    mut payload: web::Payload,
    limit: usize,
) -> Result<Bytes, Failure> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Invalid::request("the body ended early"))?;
        if body.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        make_room(request, chunk.len())?;
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
fn make_room(request: &HttpRequest, bytes: usize) -> Result<(), Failure> {
    let Some(api) = request.app_data::<web::Data<Api>>() else {
        return Err(Failure::Internal);
    };
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

fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, Invalid> {
    if body.is_empty() {
        return Err(Invalid::syntax(
            "the body is empty: a JSON object is expected",
        ));
    }
    if std::str::from_utf8(body).is_err() {
        return Err(Invalid::syntax("the body is not UTF-8"));
    }
    // serde would take an array for a struct, field by field.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(Invalid::syntax(
            "the body is an array: a JSON object is expected",
        ));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(describe)?;
    json.end()
        .map_err(|error| Invalid::syntax(format!("malformed JSON: {error}")))?;
    Ok(value)
}

fn describe(error: serde_path_to_error::Error<serde_json::Error>) -> Invalid {
    let field = error.path().to_string();
    let inner = error.into_inner();
    if inner.is_syntax() || inner.is_eof() {
        return Invalid::syntax(format!("malformed JSON: {inner}"));
    }
    // serde's texts end with a place in the body, which says less than the field's name.
    let text = inner.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    match field.as_str() {
        "." => Invalid::request(text),
        _ if text.contains(&format!("`{field}`")) => Invalid::field(field, text),
        _ => Invalid::field(field.clone(), format!("{field}: {text}")),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Text {
        #[expect(dead_code, reason = "only decoding is tested")]
        text: String,
    }

    #[test]
    fn what_is_wrong_is_said_with_the_name_of_the_field() {
        let table = [
            (
                &br#"{"text":5}"#[..],
                "text: invalid type: integer `5`, expected a string",
            ),
            (
                br#"{"texts":"a"}"#,
                "unknown field `texts`, expected `text`",
            ),
            (br#"{}"#, "missing field `text`"),
            (
                br#"{"text":"a""#,
                "malformed JSON: EOF while parsing an object at line 1 column 11",
            ),
            (
                br#"{"text":"a"} x"#,
                "malformed JSON: trailing characters at line 1 column 14",
            ),
            (
                br#" ["a"]"#,
                "the body is an array: a JSON object is expected",
            ),
            (b"", "the body is empty: a JSON object is expected"),
            (b"{\"text\":\"\xff\"}", "the body is not UTF-8"),
        ];
        for (body, expected) in table {
            assert_eq!(
                decode::<Text>(body).expect_err("must be refused").message,
                expected
            );
        }
    }
}
