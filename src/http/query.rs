//! Query parameters, with the contract's aliases.

use std::borrow::Cow;

use actix_web::HttpRequest;
use url::form_urlencoded;

use crate::failure::Invalid;
use crate::ids::DeviceId;

/// The parameters of one request.
pub struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

/// Which device a request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// None: the one that stands for the caller.
    Nobody,
    Device(DeviceId),
    /// Something that cannot be the id of any device.
    Impossible,
}

impl<'a> Query<'a> {
    pub fn of(request: &'a HttpRequest) -> Self {
        Self(form_urlencoded::parse(request.query_string().as_bytes()).collect())
    }

    /// The first value of this parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_ref())
    }

    /// A yes or no, under any of its names. A name without a value means yes.
    pub fn flag(&self, names: &[&str]) -> Result<Option<bool>, Invalid> {
        let Some(name) = names.iter().find(|name| self.text(name).is_some()) else {
            return Ok(None);
        };
        match self
            .text(name)
            .unwrap_or_default()
            .to_ascii_lowercase()
            .as_str()
        {
            "" | "1" | "true" => Ok(Some(true)),
            "0" | "false" => Ok(Some(false)),
            other => Err(Invalid::field(
                *name,
                format!("{name} must be true or false, not {other:?}"),
            )),
        }
    }

    /// The parameter `device_id`.
    pub fn device(&self) -> Named {
        named(self.text("device_id"))
    }
}

/// Reads a device id, wherever it came from.
pub fn named(id: Option<&str>) -> Named {
    match id {
        None | Some("") => Named::Nobody,
        Some(id) => id.parse().map_or(Named::Impossible, Named::Device),
    }
}
