//! What a request means: path, query and body in one typed value, read in the same way for every endpoint.
//!
//! Clients of WUTS talk to a server written in Go, so `null` and, for an optional field, `""` mean absent; what is missing
//! is read as empty, and its type says what it thinks of that; a field that nobody reads is ignored, and named in the answer.

mod lenient;
mod query;
mod shape;
mod spelling;
mod unique;
mod words;

use std::collections::HashMap;

use actix_web::http::Method;
use actix_web::{FromRequest, HttpRequest, web};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde_json::{Map, Value};

use self::lenient::Given;
use self::query::Query;
pub use self::shape::{FORCE, Shape};
use super::{Limits, body, idempotency};
use crate::contract::param::Place;
use crate::failure::{Failure, Invalid};
use crate::memory::{Held, Permit};

/// The longest text that is repeated to the caller as the value at fault, in bytes.
const LONGEST_ECHO: usize = 100;
/// Says which device is meant, wherever it stands.
const DEVICE_ID: &str = "device_id";

/// The fields of one request, by name.
#[derive(Default)]
pub struct Fields {
    given: Vec<(String, Given)>,
    /// What can be repeated to the caller.
    echo: Map<String, Value>,
    /// Which device is meant, as the request has it.
    pub device: Option<String>,
    /// Whether it is done although WhatsApp is known to refuse it, as the request has it.
    pub force: Option<String>,
    /// A hash of all that the request brings, for one with an `Idempotency-Key`.
    pub fingerprint: Option<[u8; 32]>,
    /// Fields that nobody reads.
    pub ignored: Vec<String>,
    /// Parameters of the query that nobody reads.
    pub unknown_in_query: Vec<String>,
}

/// Reads a request to an endpoint of this shape. A GET has no body. `permit`: for what the fields hold.
pub async fn read(
    request: &HttpRequest,
    payload: web::Payload,
    permit: &Permit,
    limits: &Limits,
    shape: &Shape,
) -> Result<Fields, Failure> {
    let mut fingerprint = None;
    let mut body = match takes_body(request, shape) {
        true => {
            let body = body::read(request, payload, permit.another(), limits).await?;
            if request.headers().contains_key(idempotency::HEADER) {
                fingerprint = Some(idempotency::fingerprint(request, &body));
            }
            parsed(body, permit)?
        }
        false => Map::new(),
    };
    body.retain(|_, value| !value.is_null());
    spelling::mend(&mut body, shape.in_bodies().into_iter());
    let path = path(request).await;
    Ok(Fields {
        fingerprint,
        ..Fields::new(Query::of(request), &path, body, shape)
    })
}

/// The parameters in the path, by name. They are decoded as a whole, since one may hold a slash; what cannot be is left as
/// it came, for the parameter's type to refuse.
async fn path(request: &HttpRequest) -> HashMap<String, String> {
    let raw = request.match_info().iter();
    let (names, raw): (Vec<&str>, Vec<&str>) = raw.unzip();
    let decoded = web::Path::<Vec<String>>::extract(request).await;
    let values = match decoded {
        Ok(values) => values.into_inner(),
        Err(_) => raw.iter().map(|text| (*text).to_owned()).collect(),
    };
    names.into_iter().map(str::to_owned).zip(values).collect()
}

/// A GET has no body. Of other requests it is left alone where it can say nothing, not even which device is meant.
pub fn takes_body(request: &HttpRequest, shape: &Shape) -> bool {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return false;
    }
    shape.names_device || shape.names().any(|name| shape.in_body(name))
}

impl Fields {
    fn new(
        query: Query<'_>,
        path: &HashMap<String, String>,
        mut body: Map<String, Value>,
        shape: &Shape,
    ) -> Self {
        let mut fields = Self::default();
        let is_given = |value: &Value| *value != "";
        if shape.names_device {
            let in_body = body.shift_remove(DEVICE_ID).filter(is_given).map(text);
            fields.device = in_body.or_else(|| query.value(DEVICE_ID));
        }
        if shape.takes_force {
            let in_body = body.shift_remove(FORCE).filter(is_given).map(text);
            fields.force = in_body.or_else(|| query.value(FORCE));
        }
        let either = shape
            .params
            .iter()
            .filter(|param| param.place == Place::BodyOrQuery);
        let in_body = |name: &str| body.get(name).is_some_and(is_given);
        let body_has_one = either.map(|param| param.name).any(in_body);
        for param in shape.params {
            let text = match param.place {
                // Where the input has no such field, whoever admits the caller reads it.
                Place::Path if !shape.has(param.name) => continue,
                Place::Path => {
                    let text = path.get(param.name).cloned().unwrap_or_default();
                    // What was read can be written back; another value there means nothing.
                    let in_body = body.shift_remove(param.name);
                    if in_body.is_some_and(|value| value != *text) {
                        fields.ignored.push(param.name.to_owned());
                    }
                    fields.give(shape, param.name, Given::Text(text));
                    continue;
                }
                Place::Query if body.get(param.name).is_some_and(is_given) => None,
                Place::BodyOrQuery if body_has_one => None,
                Place::Query | Place::BodyOrQuery => {
                    param.names().find_map(|name| query.value(name))
                }
            };
            if let Some(text) = text {
                body.shift_remove(param.name);
                fields.give(shape, param.name, Given::Text(text));
            }
        }
        for (name, value) in body {
            fields.give(shape, &name, Given::Json(value));
        }
        let missing = |name: &&String| !fields.given.iter().any(|(given, _)| given == *name);
        let missing: Vec<_> = shape.required.iter().filter(missing).cloned().collect();
        fields
            .given
            .extend(missing.into_iter().map(|name| (name, Given::Missing)));
        fields.unknown_in_query = query.others(shape);
        fields
    }

    fn give(&mut self, shape: &Shape, name: &str, given: Given) {
        if shape.has(name)
            && let Some(value) = given.echo(LONGEST_ECHO)
            && !words::is_secret(name)
        {
            self.echo.insert(name.to_owned(), value);
        }
        self.given.push((name.to_owned(), given));
    }

    /// None of the fields of an endpoint of this shape, but something in its path.
    pub fn none(shape: &Shape) -> Self {
        let missing = |name: &String| match shape.in_path(name) {
            true => (name.clone(), Given::Text("17".to_owned())),
            false => (name.clone(), Given::Missing),
        };
        Self {
            given: shape.required.iter().map(missing).collect(),
            ..Self::default()
        }
    }

    /// One field, of a type that none has.
    pub fn wrong(name: &str) -> Self {
        let value = Value::Object([("a".to_owned(), Value::Bool(true))].into_iter().collect());
        Self {
            given: vec![(name.to_owned(), Given::Json(value))],
            ..Self::default()
        }
    }

    /// Reads them as what the endpoint takes.
    pub fn decode<T: DeserializeOwned>(&mut self) -> Result<T, Invalid> {
        let given = std::mem::take(&mut self.given);
        let fields = MapDeserializer::<_, serde_json::Error>::new(given.into_iter());
        let mut path = serde_path_to_error::Track::new();
        let mut ignored = |path: serde_ignored::Path<'_>| {
            // An object that need not be there has a step of its own.
            let path = path.to_string().replace(".?", "");
            self.ignored.push(path);
        };
        let fields = serde_ignored::Deserializer::new(fields, &mut ignored);
        let fields = serde_path_to_error::Deserializer::new(fields, &mut path);
        T::deserialize(fields).map_err(|error| words::describe(&path.path().to_string(), &error))
    }

    /// A refusal of one of them with the value that is at fault, where that can be shown.
    pub fn blame(&self, mut invalid: Invalid) -> Invalid {
        if let Some(field) = &invalid.field
            && invalid.value.is_none()
        {
            invalid.value = self.echo.get(field).cloned().map(Box::new);
        }
        invalid
    }
}

/// For those who have unknown fields refused.
pub fn unknown_field(name: &str, known: &[&str]) -> Invalid {
    let problem = format!("{name:?} is no field here: {}", listed(known));
    Invalid::field(name, problem)
}

/// The same of a parameter in the query.
pub fn unknown_parameter(name: &str, known: &[&str]) -> Invalid {
    let problem = format!("{name:?} is no parameter here: {}", listed(known));
    Invalid::field(name, problem)
}

fn listed(names: &[&str]) -> String {
    match names.is_empty() {
        true => "there is none".to_owned(),
        false => format!("there is {}", names.join(", ")),
    }
}

/// Whether it is done although WhatsApp is known to refuse it.
pub fn forced(force: Option<&str>) -> Result<bool, Invalid> {
    match force {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(_) => Err(Invalid::field(FORCE, "force must be true or false")),
    }
}

/// Something that is no text is the id of no device.
fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// What is in a body, which is dropped; what stays of it is no longer. A text that is escaped takes as much once more while
/// it is read.
fn parsed(body: Held<Bytes>, permit: &Permit) -> Result<Map<String, Value>, Failure> {
    let escaped = body.contains(&b'\\');
    permit.grow(body.len() * if escaped { 2 } else { 1 })?;
    let object = object(&body);
    permit.shrink_to(body.len());
    Ok(object?)
}

/// The JSON object in a body. An empty body, and `null`, bring nothing.
fn object(body: &[u8]) -> Result<Map<String, Value>, Invalid> {
    let text = std::str::from_utf8(body).map_err(|_| Invalid::syntax("the body is not UTF-8"))?;
    let kind = match text.trim_start().chars().next() {
        None => return Ok(Map::new()),
        Some('[') => "an array",
        Some('"') => "a string",
        Some('0'..='9' | '-') => "a number",
        Some('t' | 'f') => "a boolean",
        _ => "",
    };
    if !kind.is_empty() {
        let problem = format!("the body is {kind}: a JSON object is expected");
        return Err(Invalid::syntax(problem));
    }
    match unique::read(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Ok(Map::new()),
        Err(error) if error.is_data() => Err(words::flawed(&error)),
        Err(error) => Err(Invalid::syntax(format!("malformed JSON: {error}"))),
    }
}
