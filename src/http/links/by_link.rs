//! A request of the API as whoever has a link may make it: with the same fields, about the link's device.

use std::borrow::Cow;

use serde::Deserialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

/// With the fields of `T`.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct ByLink<T>(pub T);

impl<T: PartialSchema> PartialSchema for ByLink<T> {
    fn schema() -> RefOr<Schema> {
        T::schema()
    }
}

impl<T: ToSchema> ToSchema for ByLink<T> {
    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(schemas);
    }
}
