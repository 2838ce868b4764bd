//! The answers of an endpoint: its success in the shape of its envelope, and each refusal as it is really written.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use serde_json::{Value, json};
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{
    ContentBuilder, Ref, RefOr, Response, ResponseBuilder, Responses, ResponsesBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use super::about::About;
use crate::failure::Failure;
use crate::http::envelope::{self, Coded, Standard, Text, Worded};
use crate::http::wire::outcome;
use crate::operation::{Envelope, Operation};

const JSON: &str = "application/json";
/// The document is the same whenever it is asked for.
const SOME_TIME: &str = "2026-06-15T12:00:00Z";

/// The shapes of refusals.
pub fn schemas() -> Vec<(String, RefOr<Schema>)> {
    let mut schemas = Vec::new();
    Coded::schemas(&mut schemas);
    Standard::schemas(&mut schemas);
    Worded::schemas(&mut schemas);
    schemas.extend([
        (Coded::name().into(), Coded::schema()),
        (Standard::name().into(), Standard::schema()),
        (Text::name().into(), Text::schema()),
        (Worded::name().into(), Worded::schema()),
    ]);
    schemas
}

pub fn responses(about: &About) -> Responses {
    let mut responses = ResponsesBuilder::new();
    if let Some((status, reply)) = &about.reply {
        let envelope = about.operation.envelope;
        let content = ContentBuilder::new()
            .schema(Some(success(envelope, &reply.schema)))
            .example(reply.example.clone().map(|reply| example(envelope, reply)));
        let response = described(*status).content(JSON, content.build());
        responses = responses.response(status.to_string(), response);
    }
    for (status, content_type, schema) in &about.bare {
        let content = ContentBuilder::new().schema(Some(schema.clone()));
        let response = described(*status).content(*content_type, content.build());
        responses = responses.response(status.to_string(), response);
    }
    let mut by_status: BTreeMap<u16, Vec<&Failure>> = BTreeMap::new();
    for failure in &about.refusals {
        let status = outcome(failure, &about.operation).status;
        by_status.entry(status).or_default().push(failure);
    }
    for (status, failures) in by_status {
        responses = responses.response(
            status.to_string(),
            refusal(&about.operation, status, &failures),
        );
    }
    responses.build()
}

fn described(status: u16) -> ResponseBuilder {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    ResponseBuilder::new().description(status.canonical_reason().unwrap_or_default())
}

fn success(envelope: Envelope, reply: &RefOr<Schema>) -> Schema {
    let yes = ObjectBuilder::new()
        .schema_type(Type::Boolean)
        .enum_values(Some([true]));
    let head = ObjectBuilder::new()
        .property("success", yes)
        .required("success");
    match envelope {
        Envelope::Object | Envelope::Flat | Envelope::Admin | Envelope::Ryze => {
            AllOfBuilder::new().item(head).item(reply.clone()).into()
        }
        Envelope::Data | Envelope::Session => {
            head.property("data", reply.clone()).required("data").into()
        }
    }
}

fn example(envelope: Envelope, reply: Value) -> Value {
    match (envelope, reply) {
        (Envelope::Data | Envelope::Session, data) => json!({ "success": true, "data": data }),
        (_, Value::Object(mut body)) => {
            body.insert("success".into(), true.into());
            Value::Object(body)
        }
        (_, other) => other,
    }
}

/// One status with an example of each failure that it stands for.
fn refusal(operation: &Operation, status: u16, failures: &[&Failure]) -> Response {
    let example = |failure: &&Failure| {
        let mut body = envelope::refusal(operation, failure);
        if let Some(timestamp) = body.get_mut("timestamp") {
            *timestamp = SOME_TIME.into();
        }
        (name(&body), ExampleBuilder::new().value(Some(body)).build())
    };
    let examples: Vec<(String, Example)> = failures.iter().map(example).collect();
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(shape(
            operation.envelope,
            status,
        ))))
        .examples_from_iter(examples);
    described(status).content(JSON, content.build()).build()
}

/// The code and the text of a refusal, which tell it from the others with its status.
fn name(body: &Value) -> String {
    let error = &body["error"];
    match (error["code"].as_str(), error["message"].as_str()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (_, message) => message.or(error.as_str()).unwrap_or_default().to_owned(),
    }
}

fn shape(envelope: Envelope, status: u16) -> String {
    match envelope {
        Envelope::Object if status != 401 => Coded::name(),
        Envelope::Object | Envelope::Flat | Envelope::Data => Standard::name(),
        Envelope::Session | Envelope::Admin => Text::name(),
        Envelope::Ryze => Worded::name(),
    }
    .into()
}
