//! The answers of an endpoint: its success in the shape of its envelope, and each refusal as it is really written.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use serde_json::{Value, json, to_value};
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{
    ContentBuilder, Ref, RefOr, Response, ResponseBuilder, Responses, ResponsesBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use super::about::{About, Schemas};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::reply::{Content, Form};
use crate::failure::Failure;
use crate::http::envelope::{self, Bare, Coded, Constant, Shape, Standard, Text, Worded};
use crate::http::wire::outcome;

const JSON: &str = "application/json";
/// The document is the same whenever it is asked for.
const SOME_TIME: &str = "2026-06-15T12:00:00Z";

/// The shapes of refusals.
pub fn schemas() -> Schemas {
    let mut schemas = Schemas::new();
    add::<Coded>(&mut schemas);
    add::<Standard>(&mut schemas);
    add::<Text>(&mut schemas);
    add::<Worded>(&mut schemas);
    add::<Bare>(&mut schemas);
    schemas
}

fn add<T: ToSchema>(schemas: &mut Schemas) {
    T::schemas(schemas);
    schemas.push((T::name().into(), T::schema()));
}

pub fn responses(about: &About) -> Responses {
    let mut responses = ResponsesBuilder::new();
    for form in &about.forms {
        responses = responses.response(
            form.status.to_string(),
            success(about.operation.envelope, form),
        );
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

fn success(envelope: Envelope, form: &Form) -> Response {
    let response = described(form.status);
    match &form.content {
        Content::Json {
            schema,
            example,
            plain: true,
            ..
        } => {
            let content = ContentBuilder::new()
                .schema(Some((**schema).clone()))
                .example(example.clone());
            response.content(JSON, content.build()).build()
        }
        Content::Json {
            schema, example, ..
        } => {
            let content = ContentBuilder::new()
                .schema(Some(wrapped(envelope, schema)))
                .example(example.clone().map(|reply| in_envelope(envelope, reply)));
            response.content(JSON, content.build()).build()
        }
        Content::Bytes(content_type) => {
            let bytes = ObjectBuilder::new().schema_type(Type::String);
            let content = ContentBuilder::new().schema(Some(bytes)).build();
            response.content(*content_type, content).build()
        }
    }
}

fn wrapped(envelope: Envelope, reply: &RefOr<Schema>) -> RefOr<Schema> {
    let head = ObjectBuilder::new()
        .property("success", Constant::<true>::schema())
        .required("success");
    match envelope {
        Envelope::Object | Envelope::Flat | Envelope::Admin | Envelope::Bare | Envelope::Ryze => {
            AllOfBuilder::new().item(head).item(reply.clone()).into()
        }
        Envelope::Data | Envelope::Session => {
            head.property("data", reply.clone()).required("data").into()
        }
        Envelope::Open => reply.clone(),
    }
}

fn in_envelope(envelope: Envelope, reply: Value) -> Value {
    match (envelope, reply) {
        (Envelope::Data | Envelope::Session, data) => json!({ "success": true, "data": data }),
        (Envelope::Open, reply) => reply,
        (_, Value::Object(payload)) => {
            let head = [("success".to_owned(), true.into())];
            head.into_iter().chain(payload).collect()
        }
        (_, other) => other,
    }
}

/// One status with an example of each failure that it stands for.
fn refusal(operation: &Operation, status: u16, failures: &[&Failure]) -> Response {
    let example = |failure: &&Failure| {
        let body = to_value(envelope::refusal(operation, failure));
        let mut body = body.unwrap_or_default();
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
    match envelope::shape(envelope, status) {
        Shape::Coded => Coded::name(),
        Shape::Standard => Standard::name(),
        Shape::Text => Text::name(),
        Shape::Bare => Bare::name(),
        Shape::Worded => Worded::name(),
    }
    .into()
}
