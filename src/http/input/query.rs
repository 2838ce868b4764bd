//! The parameters of a request's query.

use std::borrow::Cow;

use actix_web::HttpRequest;
use url::form_urlencoded;

use super::Shape;
use crate::contract::param::Place;

/// Names and values, decoded.
pub struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    /// Those of this request.
    pub fn of(request: &'a HttpRequest) -> Self {
        Self(form_urlencoded::parse(request.query_string().as_bytes()).collect())
    }

    /// The first value of this parameter.
    pub fn value(&self, name: &str) -> Option<String> {
        let mut pairs = self.0.iter();
        let (_, value) = pairs.find(|(known, _)| known == name)?;
        Some(value.clone().into_owned())
    }

    /// Names of the parameters that an endpoint of this shape does not know.
    pub fn others(&self, shape: &Shape) -> Vec<String> {
        let is_known = |name: &str| {
            let params = shape.params.iter();
            let mut names = params
                .filter(|param| param.place != Place::Path)
                .flat_map(|param| param.names());
            names.any(|known| known == name) || shape.of_all().any(|known| known == name)
        };
        let names = self.0.iter().map(|(name, _)| name.as_ref());
        names
            .filter(|name| !is_known(name))
            .map(str::to_owned)
            .collect()
    }
}
