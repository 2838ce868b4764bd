//! What the URL table is made of: a line per endpoint.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, Route, guard};

use super::Api;
use super::endpoint::Endpoint;
use super::execute;
use super::input::Shape;
use super::on_device::OnDevice;
use super::openapi::about::About;
use crate::commands::{Command, Input};
use crate::contract::reply::Reply;

/// Endpoints that belong together, under a name for people.
pub type Area = (&'static str, Vec<Entry>);

/// One line of the URL table.
pub struct Entry {
    /// The contract's `operationId`.
    pub id: &'static str,
    /// How it is called; a GET answers HEAD too.
    pub method: Method,
    /// Each path that leads here, the documented one first.
    pub paths: Vec<&'static str>,
    /// What answers.
    pub route: Route,
    /// What the document says of it, by its `operationId` and its method.
    pub about: fn(&'static str, &Method) -> About,
}

impl Entry {
    /// Another path that leads here.
    pub fn also(mut self, path: &'static str) -> Self {
        self.paths.push(path);
        self
    }
}

/// A line for an endpoint that acts on a live device.
pub fn command<I: Input>(id: &'static str, method: Method, path: &'static str) -> Entry
where
    <I::Command as Command>::Reply: Reply,
{
    endpoint::<OnDevice<I>>(id, method, path)
}

/// A line for any other endpoint.
pub fn endpoint<E: Endpoint>(id: &'static str, method: Method, path: &'static str) -> Entry {
    let shape = Arc::new(Shape::of::<E>(E::PARAMS, E::NAMES_DEVICE, E::SENDS));
    let needs = E::needs(&method);
    let handler = move |request: HttpRequest, payload: Payload, api: Data<Api>| {
        execute::execute::<E>(request, payload, api, shape.clone(), needs)
    };
    // Whoever asks with HEAD gets the head of the answer to GET.
    let route = match method {
        Method::GET => web::route().guard(guard::Any(guard::Get()).or(guard::Head())),
        _ => web::method(method.clone()),
    };
    Entry {
        id,
        method,
        paths: vec![path],
        route: route.to(handler),
        about: About::of::<E>,
    }
}
