//! What an endpoint's input looks like, read once from the schema of its type.

use serde_json::{Value, json, to_value};
use utoipa::ToSchema;

use crate::contract::param::{Param, Place};

/// Has something sent although WhatsApp is known to refuse it.
pub const FORCE: &str = "force";

/// The fields of an input: which are required, and which come from path or query.
pub struct Shape {
    /// Those that path or query bring.
    pub params: &'static [Param],
    /// Whether `device_id` says which device is meant.
    pub names_device: bool,
    /// Whether `force` says that it is done all the same.
    pub takes_force: bool,
    /// Names of the fields that must be there.
    pub required: Vec<String>,
    /// By name, as the document writes them.
    properties: Value,
}

impl Shape {
    /// Reads the schema of `T`.
    pub fn of<T: ToSchema>(params: &'static [Param], names_device: bool, sends: bool) -> Self {
        let mut schema = to_value(T::schema()).unwrap_or_default();
        let required = schema["required"].as_array().into_iter().flatten();
        let required = required.filter_map(|name| Some(name.as_str()?.to_owned()));
        let required = required.collect();
        let properties = schema["properties"].take();
        Self {
            params,
            names_device,
            takes_force: sends && properties[FORCE].is_null(),
            required,
            properties,
        }
    }

    /// The schema of a field. Whether it may be left out is said elsewhere, so `null` is none of its types.
    pub fn property(&self, name: &str) -> Value {
        if !self.has(name) {
            return json!({ "type": "string" });
        }
        let mut property = self.properties[name].clone();
        if let Some(types) = property["type"].as_array() {
            let mut types = types.iter().filter(|kind| *kind != "null");
            property["type"] = types.next().cloned().unwrap_or_default();
        }
        if let Some(schemas) = property["oneOf"].as_array() {
            let mut schemas = schemas.iter().filter(|schema| schema["type"] != "null");
            property = schemas.next().cloned().unwrap_or_default();
        }
        property
    }

    /// Names of all fields, in the order in which the type has them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.properties.as_object().into_iter();
        names.flat_map(|properties| properties.keys().map(String::as_str))
    }

    /// Whether there is such a field.
    pub fn has(&self, name: &str) -> bool {
        !self.properties[name].is_null()
    }

    /// Whether this field must be there.
    pub fn is_required(&self, name: &str) -> bool {
        self.required.iter().any(|required| required == name)
    }

    /// Names of the fields that a body may bring.
    pub fn in_bodies(&self) -> Vec<&str> {
        let names = self.names().filter(|name| self.in_body(name));
        names.chain(self.of_all()).collect()
    }

    /// Names of the parameters that a query may bring.
    pub fn in_query(&self) -> Vec<&str> {
        let params = self.params.iter();
        let params = params.filter(|param| param.place != Place::Path);
        params
            .map(|param| param.name)
            .chain(self.of_all())
            .collect()
    }

    /// Names of what many endpoints take, in the query or in the body.
    pub fn of_all(&self) -> impl Iterator<Item = &str> {
        let device = self.names_device.then_some("device_id");
        device.into_iter().chain(self.takes_force.then_some(FORCE))
    }

    /// Whether a field comes from the path.
    pub fn in_path(&self, name: &str) -> bool {
        let mut params = self.params.iter();
        params.any(|param| param.name == name && param.place == Place::Path)
    }

    /// Whether a field can stand in a body.
    pub fn in_body(&self, name: &str) -> bool {
        let mut params = self.params.iter();
        params.all(|param| param.name != name || param.place == Place::BodyOrQuery)
    }
}
