//! How typed values are written: a schema byte and JSON, which names its fields.
//!
//! The library's types skip and default fields, so a format that only counts them would break with its next release.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::StoreError;

const JSON: u8 = 1;

/// Writes a value. [`StoreError::Shape`] where it has no JSON.
pub(super) fn encode<T: Serialize>(value: &T) -> Result<Bytes, StoreError> {
    let mut bytes = vec![JSON];
    // The reason is left out on purpose: it may quote what is secret.
    serde_json::to_writer(&mut bytes, value)
        .map_err(|_| StoreError::Shape("a record cannot be written as JSON"))?;
    Ok(bytes.into())
}

/// Reads what [`encode`] has written; [`StoreError::Shape`] for anything else.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    match bytes.split_first() {
        Some((&JSON, json)) => serde_json::from_slice(json)
            .map_err(|_| StoreError::Shape("a record does not hold what it should")),
        _ => Err(StoreError::Shape(
            "a record has a schema that this version does not know",
        )),
    }
}

/// A text that was stored as bytes.
pub(super) fn text(bytes: &[u8]) -> Result<String, StoreError> {
    let text =
        std::str::from_utf8(bytes).map_err(|_| StoreError::Shape("a stored text is not UTF-8"))?;
    Ok(text.to_owned())
}
