//! What webhooks are told, for the API's document: under each name the body that its deliveries have.

use serde_json::to_value;
use utoipa::openapi::path::{OperationBuilder, Paths, PathsBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{
    ContentBuilder, HttpMethod, PathItem, Ref, RefOr, Required, Response, ResponsesBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use super::catalog::EventName;
use super::event::{Envelope, Told};

/// What the events of one name carry in `data`.
#[derive(Clone)]
pub struct Payload {
    /// Whose payload it is.
    pub name: EventName,
    /// A reference to one of `schemas`.
    pub schema: RefOr<Schema>,
    /// The payload's schema and all that it refers to, by their names.
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

impl Payload {
    /// As its type describes it. Its schema is called like the type with `Event`: a reply may have the type's name.
    pub fn of<T: Told>() -> Self {
        let name = format!("{}Event", T::name());
        let mut schemas = vec![(name.clone(), T::schema())];
        T::schemas(&mut schemas);
        Self {
            name: T::NAME,
            schema: Ref::from_schema_name(name).into(),
            schemas,
        }
    }

    /// The first sentence of what its type says of itself.
    fn summary(&self) -> Option<String> {
        let (_, schema) = self.schemas.first()?;
        let description = to_value(schema).ok()?["description"].as_str()?.to_owned();
        description.split("\n\n").next().map(str::to_owned)
    }

    /// The request that tells of it.
    fn request(&self) -> PathItem {
        let content = ContentBuilder::new().schema(Some(self.delivery())).build();
        let body = RequestBodyBuilder::new()
            .required(Some(Required::True))
            .content("application/json", content);
        let answers = ResponsesBuilder::new()
            .response("2XX", Response::new("Taken."))
            .response(
                "410",
                Response::new("Never again: the webhook is disabled."),
            )
            .response("default", Response::new("Not taken: it is tried again."));
        let operation = OperationBuilder::new()
            .summary(self.summary())
            .request_body(Some(body.build()))
            .responses(answers.build());
        PathItem::new(HttpMethod::Post, operation)
    }

    /// The envelope with this event's name and payload in it.
    fn delivery(&self) -> Schema {
        let name = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some([self.name.text()]));
        let signature = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(SIGNATURE));
        let own = ObjectBuilder::new()
            .property("event", name)
            .required("event")
            .property("data", self.schema.clone())
            .required("data")
            .property("signature", signature);
        AllOfBuilder::new()
            .item(Ref::from_schema_name(Envelope::name()))
            .item(own)
            .into()
    }
}

const SIGNATURE: &str =
    "Only with a secret: `sha256=` and the HMAC-SHA256 in hex of the body without this member.";

/// The document's `webhooks`, by their names.
pub fn webhooks(payloads: &[Payload]) -> Paths {
    let mut webhooks = PathsBuilder::new();
    for payload in payloads {
        webhooks = webhooks.path(payload.name.text(), payload.request());
    }
    webhooks.build()
}

/// All schemas that [`webhooks`] refers to.
pub fn schemas(payloads: &[Payload]) -> Vec<(String, RefOr<Schema>)> {
    let mut schemas = vec![(Envelope::name().into(), Envelope::schema())];
    Envelope::schemas(&mut schemas);
    schemas.extend(payloads.iter().flat_map(|payload| payload.schemas.clone()));
    schemas
}
