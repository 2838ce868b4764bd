//! GET /openapi.json and /docs — the contract, made from the URL table and from the types that the endpoints really use.

pub mod about;
mod answers;

use actix_web::http::{Method, header};
use actix_web::{HttpResponse, web};
use bytes::Bytes;
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, HttpMethod, InfoBuilder, LicenseBuilder, ObjectBuilder,
    OpenApi, OpenApiBuilder, PathsBuilder, Required, Tag, Type,
};
use utoipa_swagger_ui::{Config, SwaggerUi};

use self::about::{About, Token};
use super::routes::{self, Endpoint};
use crate::webhooks::payload::{self, Payload};
use crate::{device, supervision};

const ADDRESS: &str = "/openapi.json";
const DESCRIPTION: &str = "Keeps many WhatsApp linked devices alive and lets programs use them. \
     Every request carries `Authorization: Bearer <token>`; the token says who calls, and with that which tenant and \
     which device is meant.";

/// The document and the page that shows it. Neither needs a token: they say nothing that the source does not.
pub fn configure(app: &mut web::ServiceConfig) {
    // The validator would be somebody else's server.
    let page = Config::from(ADDRESS).validator_url("none");
    app.route(ADDRESS, web::get().to(show))
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").config(page));
}

/// As text, written once and shared by all workers.
pub struct Serialized(Bytes);

pub fn serialized() -> Serialized {
    let text = document().to_json();
    Serialized(text.expect("a document of strings and maps is JSON").into())
}

async fn show(document: web::Data<Serialized>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(header::ContentType::json())
        .body(document.0.clone())
}

/// The whole contract.
pub fn document() -> OpenApi {
    let mut paths = PathsBuilder::new();
    let mut components = ComponentsBuilder::new().schemas_from_iter(answers::schemas());
    let mut tags = Vec::new();
    for (area, endpoints) in routes::areas() {
        tags.push(Tag::new(area));
        for endpoint in endpoints {
            let about = (endpoint.about)();
            components = components.schemas_from_iter(about.schemas.clone());
            let item = utoipa::openapi::PathItem::new(
                method(&endpoint),
                operation(area, &endpoint, about),
            );
            paths = paths.path(path(&endpoint), item);
        }
    }
    let payloads = payloads();
    components = components.schemas_from_iter(payload::schemas(&payloads));
    for token in [Token::User, Token::Master, Token::Ryze] {
        components = components.security_scheme(token.scheme(), scheme(token));
    }
    OpenApiBuilder::new()
        .info(info())
        .tags(Some(tags))
        .paths(paths)
        .webhooks(Some(payload::webhooks(&payloads)))
        .components(Some(components.build()))
        .build()
}

/// All that webhooks are told.
fn payloads() -> Vec<Payload> {
    let mut payloads = device::report::payloads();
    payloads.extend(supervision::report::payloads());
    payloads
}

fn info() -> InfoBuilder {
    InfoBuilder::new()
        .title(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(
            LicenseBuilder::new()
                .name(env!("CARGO_PKG_LICENSE"))
                .identifier(Some(env!("CARGO_PKG_LICENSE")))
                .build(),
        ))
}

fn scheme(token: Token) -> SecurityScheme {
    if token == Token::Ryze {
        let header = ApiKeyValue::with_description("token", token.meaning());
        return SecurityScheme::ApiKey(ApiKey::Header(header));
    }
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
    SecurityScheme::Http(scheme.description(Some(token.meaning())).build())
}

fn operation(area: &str, endpoint: &Endpoint, about: About) -> OperationBuilder {
    let mut operation = OperationBuilder::new()
        .tag(area)
        .operation_id(Some(endpoint.id))
        .summary(Some(about.summary))
        .responses(answers::responses(&about));
    if let Some(token) = about.token {
        let no_scopes: [&str; 0] = [];
        operation = operation.security(SecurityRequirement::new(token.scheme(), no_scopes));
    }
    for name in path_parameters(&path(endpoint)) {
        let parameter = text_parameter(name, ParameterIn::Path);
        operation = operation.parameter(parameter.required(Required::True));
    }
    for (name, description) in &about.query {
        let parameter = text_parameter(name, ParameterIn::Query);
        operation = operation.parameter(parameter.description(Some(description)));
    }
    if let Some(body) = about.body.filter(|_| endpoint.method != Method::GET) {
        let required = match about.body_required {
            true => Required::True,
            false => Required::False,
        };
        let content = ContentBuilder::new().schema(Some(body)).build();
        let body = RequestBodyBuilder::new()
            .required(Some(required))
            .content("application/json", content);
        operation = operation.request_body(Some(body.build()));
    }
    operation
}

fn text_parameter(name: &str, place: ParameterIn) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(Required::False)
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
}

/// `/users/{id}` of the URL table's `/users/{id:[^/]*}`.
fn path(endpoint: &Endpoint) -> String {
    let mut parts = endpoint.path.split('{');
    let mut path = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (parameter, rest) = part.split_once('}').unwrap_or((part, ""));
        let name = parameter.split(':').next().unwrap_or_default();
        path.extend(["{", name, "}", rest]);
    }
    path
}

fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|part| part.split('}').next())
}

fn method(endpoint: &Endpoint) -> HttpMethod {
    match endpoint.method {
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::PATCH => HttpMethod::Patch,
        Method::DELETE => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::to_value;

    use super::*;

    #[test]
    fn no_two_types_share_a_name() {
        let mut known = BTreeMap::new();
        let endpoints = routes::areas().into_iter().flat_map(|(_, lines)| lines);
        let answered = endpoints.flat_map(|endpoint| (endpoint.about)().schemas);
        for (name, schema) in answered.chain(payload::schemas(&payloads())) {
            let schema = to_value(&schema).expect("JSON");
            let before = known.entry(name.clone()).or_insert_with(|| schema.clone());
            assert_eq!(*before, schema, "two types are called {name}");
        }
    }

    #[test]
    fn no_two_endpoints_share_a_name_and_every_reference_is_resolved() {
        let document = to_value(document()).expect("JSON");
        let text = document.to_string();
        for reference in text.split("\"#/components/schemas/").skip(1) {
            let name = reference.split('"').next().expect("a name");
            assert!(
                document["components"]["schemas"][name].is_object(),
                "{name} is missing"
            );
        }
        let endpoints: Vec<Endpoint> = routes::areas()
            .into_iter()
            .flat_map(|(_, lines)| lines)
            .collect();
        let names: BTreeSet<&str> = endpoints.iter().map(|endpoint| endpoint.id).collect();
        assert_eq!(names.len(), endpoints.len());
    }
}
