//! What an endpoint says of itself for the document. All of it follows from its types.

use actix_web::http::Method;
use serde_json::{Value, from_value};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr, Required};

use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::{Param, Place};
use crate::contract::reply::{Form, Reply};
use crate::failure::{Failure, Invalid};
use crate::http::endpoint::{Admitted, Endpoint, Needs, Token};
use crate::http::idempotency;
use crate::http::input::FORCE;
use crate::http::input::unknown_parameter;
use crate::http::input::{Fields, Shape};
use crate::http::wire::of_input;

/// Schemas by their names.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

const FORCES: &str = "Sends to somebody whom WhatsApp does not let the account write to now, as far as is known here; it may \
     also be in the body.";
const DEVICE_ID: &str =
    "Which of the caller's devices; left out: the oldest paired one, or else the oldest.";
const KEY: &str = "The same key with the same request, within 24 hours, gives the first answer (and says so by \
    `Idempotency-Replayed: true`) or lets the message leave once more under its id; nothing is sent twice.";

impl Token {
    /// The contract's name of the scheme.
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::User => "bearerAuth",
            Self::Master => "masterToken",
            Self::Ryze => "token",
        }
    }

    pub const fn meaning(self) -> &'static str {
        match self {
            Self::User => {
                "The token of a user, shown once when the user is made; or one that the user has given away (`POST /tokens`) and that has the scope named here."
            }
            Self::Master => "The token of whoever runs the daemon, from its configuration.",
            Self::Ryze => {
                "The token of a user (TokenAccount) or of one device (TokenInstance); `Authorization: Bearer` takes it too."
            }
        }
    }
}

/// Answers, parameters and body of one endpoint. Statuses and texts of refusals are those of the real failures.
pub struct About {
    pub(super) summary: &'static str,
    pub(super) operation: Operation,
    pub(super) tokens: &'static [Token],
    pub(super) params: Vec<Parameter>,
    pub(super) body: Option<Body>,
    pub(super) forms: Vec<Form>,
    pub(super) refusals: Vec<Failure>,
    /// What a token that was given away must be good for; none: such tokens are not let in at all.
    pub(super) needs: Option<Needs>,
    /// The named schemas that all this refers to.
    pub(super) schemas: Schemas,
}

/// What comes in a body.
pub(super) struct Body {
    pub schema: RefOr<Schema>,
    pub required: Required,
}

impl About {
    /// `id`: the endpoint's `operationId`, after which its body is called.
    pub fn of<E: Endpoint>(id: &'static str, method: &Method) -> Self {
        // Of a GET no body is read.
        let takes_body = *method != Method::GET;
        let shape = Shape::of::<E>(E::PARAMS, E::NAMES_DEVICE, E::SENDS);
        let mut schemas = Schemas::new();
        E::schemas(&mut schemas);
        // The RyzeAPI takes a user's own token, and no scopes.
        let given =
            E::Caller::TOKENS.contains(&Token::User) && !E::Caller::TOKENS.contains(&Token::Ryze);
        let needs = given.then(|| E::needs(method));
        let body = (takes_body && shape.names().any(|name| shape.in_body(name)))
            .then(|| body::<E>(id, &shape, &mut schemas));
        let forms = E::Reply::forms();
        for form in &forms {
            schemas.extend(form.schemas());
        }
        Self {
            summary: E::SUMMARY,
            operation: E::OPERATION,
            tokens: E::Caller::TOKENS,
            params: params(&shape, E::SENDS || E::MAKES),
            body,
            forms,
            refusals: refusals::<E>(&shape, takes_body, needs),
            needs,
            schemas,
        }
    }
}

/// Those of its own, and those of every endpoint of its kind.
fn refusals<E: Endpoint>(shape: &Shape, takes_body: bool, needs: Option<Needs>) -> Vec<Failure> {
    let mut refusals = E::Caller::refusals();
    refusals.extend(needs.into_iter().flat_map(Needs::refusals));
    if !E::Caller::TOKENS.is_empty() {
        refusals.push(Failure::Unauthorized);
    }
    if E::OPERATION.envelope != Envelope::Open {
        refusals.extend([Failure::Overloaded, Failure::Unavailable, Failure::Internal]);
    }
    let wrong = wrong_input::<E>(shape).or_else(|| {
        // Where nothing can be wrong with a field, something that is none can be there.
        let closed = E::OPERATION.envelope != Envelope::Open;
        closed.then(|| unknown_parameter("colour", &shape.in_query()))
    });
    let wrong = wrong.map(|invalid| of_input(&E::OPERATION, takes_body, invalid));
    refusals.extend(wrong);
    refusals.extend(E::refusals());
    refusals
}

/// What becomes of a request that brings nothing, or else of one whose first field is of another type.
fn wrong_input<E: Endpoint>(shape: &Shape) -> Option<Invalid> {
    let nothing = Fields::none(shape).decode::<E>().err();
    nothing.or_else(|| {
        let first = shape.names().find(|name| !shape.in_path(name))?;
        Fields::wrong(first).decode::<E>().err()
    })
}

fn params(shape: &Shape, sends: bool) -> Vec<Parameter> {
    let of_input = shape.params.iter().map(|param| parameter(shape, param));
    let mut params: Vec<Parameter> = of_input.collect();
    if shape.names_device {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let device = ParameterBuilder::new()
            .name("device_id")
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some(DEVICE_ID))
            .schema(Some(text));
        params.push(device.build());
    }
    if shape.takes_force {
        let flag = ObjectBuilder::new().schema_type(Type::Boolean);
        let force = ParameterBuilder::new()
            .name(FORCE)
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some(FORCES))
            .schema(Some(flag));
        params.push(force.build());
    }
    if sends {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let key = ParameterBuilder::new()
            .name(idempotency::HEADER)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(KEY))
            .schema(Some(text.min_length(Some(1)).max_length(Some(255))));
        params.push(key.build());
    }
    params
}

fn parameter(shape: &Shape, param: &Param) -> Parameter {
    let mut property = shape.property(param.name);
    let meaning = match property.as_object_mut() {
        Some(property) => property.remove("description"),
        None => None,
    };
    let mut meaning = meaning
        .as_ref()
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    if !param.aliases.is_empty() {
        meaning.push_str(&format!(" Also called {}.", param.aliases.join(", ")));
    }
    let example = property
        .as_object_mut()
        .and_then(|property| property.remove("example"));
    let (place, required) = match param.place {
        Place::Path => (ParameterIn::Path, Required::True),
        Place::Query if shape.is_required(param.name) => (ParameterIn::Query, Required::True),
        Place::Query | Place::BodyOrQuery => (ParameterIn::Query, Required::False),
    };
    ParameterBuilder::new()
        .name(param.name)
        .parameter_in(place)
        .required(required)
        .description(Some(meaning).filter(|meaning| !meaning.is_empty()))
        .example(example)
        .schema(from_value::<RefOr<Schema>>(property).ok())
        .build()
}

/// The type's schema without what path and query bring, under a name that follows from the endpoint's.
fn body<E: Endpoint>(id: &str, shape: &Shape, schemas: &mut Schemas) -> Body {
    let mut schema = serde_json::to_value(E::schema()).unwrap_or_default();
    let elsewhere: Vec<&str> = shape.names().filter(|name| !shape.in_body(name)).collect();
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.retain(|name, _| !elsewhere.contains(&name.as_str()));
    }
    let mut required = Required::False;
    if let Some(names) = schema["required"].as_array_mut() {
        names.retain(|name| !elsewhere.iter().any(|other| name == other));
        if !names.is_empty() {
            required = Required::True;
        }
    }
    let name = request_name(id);
    let schema = from_value(schema).unwrap_or_else(|_| E::schema());
    schemas.push((name.clone(), schema));
    Body {
        schema: Ref::from_schema_name(name).into(),
        required,
    }
}

/// `PostStatusTextRequest` for `postStatusText`.
fn request_name(id: &str) -> String {
    let mut letters = id.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain("Request".chars()).collect()
}
