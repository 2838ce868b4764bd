//! Values as clients in other languages send them, to be read as what the endpoint wants.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde_json::{Error, Value};

use super::spelling;

/// The value of a field, and where it came from.
#[derive(Clone)]
pub enum Given {
    /// From the body.
    Json(Value),
    /// From path or query: a number and a boolean are texts there.
    Text(String),
    /// From nowhere, though it is required.
    Missing,
}

impl Given {
    /// A copy that can be shown: nothing large.
    pub fn echo(&self, longest: usize) -> Option<Value> {
        match self {
            Self::Text(text) | Self::Json(Value::String(text)) => {
                (text.len() <= longest).then(|| text.as_str().into())
            }
            Self::Json(value @ (Value::Bool(_) | Value::Number(_))) => Some(value.clone()),
            Self::Json(_) | Self::Missing => None,
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) | Self::Json(Value::String(text)) => text.is_empty(),
            Self::Json(value) => value.is_null(),
            Self::Missing => true,
        }
    }

    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Self::Text(text) = &self else {
            return self.deserialize_any(visitor);
        };
        if let Ok(number) = text.parse() {
            return visitor.visit_u64(number);
        }
        if let Ok(number) = text.parse() {
            return visitor.visit_i64(number);
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => visitor.visit_f64(number),
            _ => Err(Error::invalid_type(Unexpected::Str(text), &visitor)),
        }
    }
}

fn required() -> Error {
    Error::custom("is required")
}

impl<'de> IntoDeserializer<'de, Error> for Given {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! numbers {
    ($($name:ident)*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.number(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Given {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Missing => Err(required()),
            Self::Text(text) | Self::Json(Value::String(text)) => visitor.visit_string(text),
            Self::Json(Value::Array(items)) => {
                visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(Self::Json)))
            }
            Self::Json(Value::Object(fields)) => {
                let given = fields.into_iter().filter(|(_, value)| !value.is_null());
                let given = given.map(|(name, value)| (name, Self::Json(value)));
                visitor.visit_map(MapDeserializer::new(given))
            }
            Self::Json(scalar) => scalar.deserialize_any(visitor),
        }
    }

    /// `""` is no value, and neither is what is missing.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.is_empty() {
            true => visitor.visit_none(),
            false => visitor.visit_some(self),
        }
    }

    /// In a query a name without a value means yes.
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Self::Text(text) = &self else {
            return self.deserialize_any(visitor);
        };
        match text.to_ascii_lowercase().as_str() {
            "" | "1" | "true" => visitor.visit_bool(true),
            "0" | "false" => visitor.visit_bool(false),
            _ => Err(Error::custom(format!(
                "must be true or false, not {text:?}"
            ))),
        }
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_f32 deserialize_f64
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Missing => visitor.visit_string(String::new()),
            given => given.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.is_empty() {
            true => visitor.visit_seq(SeqDeserializer::new(std::iter::empty::<Self>())),
            false => self.deserialize_any(visitor),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.is_empty() {
            true => visitor.visit_map(MapDeserializer::new(std::iter::empty::<(String, Self)>())),
            false => self.deserialize_any(visitor),
        }
    }

    /// Only an object has fields with names; a list would be read by their order.
    fn deserialize_struct<V: Visitor<'de>>(
        mut self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match &mut self {
            Self::Json(Value::Array(_)) => {
                return Err(Error::invalid_type(Unexpected::Seq, &"a map"));
            }
            Self::Json(Value::Object(fields)) => {
                spelling::mend(fields, names.iter().copied());
            }
            _ => {}
        }
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Self::Missing => Err(required()),
            Self::Text(text) => visitor.visit_enum(text.into_deserializer()),
            Self::Json(value) => value.deserialize_enum(name, variants, visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}
