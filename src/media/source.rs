//! Where a request has its media: in base64 in one field, or behind a URL in another.

use super::encoded;
use crate::failure::Invalid;

/// A file that a request brings, or says where it is.
#[derive(Debug)]
pub struct Source {
    /// The field at fault when the file cannot be used.
    pub field: &'static str,
    pub place: Place,
}

/// Where it is.
#[derive(Debug)]
pub enum Place {
    Here(Vec<u8>),
    Url(String),
}

/// A field of a request, and what stands there.
pub type Field = (&'static str, Option<String>);

/// Whether somebody has mistaken one field for the other.
fn is_url(text: &str) -> bool {
    let text = text.trim_start();
    ["http://", "https://"].iter().any(|scheme| {
        let begin = text.get(..scheme.len()).unwrap_or_default();
        begin.eq_ignore_ascii_case(scheme)
    })
}

impl Source {
    /// Exactly one of both fields says it.
    pub fn one_of(encoded: Field, url: Field) -> Result<Self, Invalid> {
        let (here, there) = (encoded.0, url.0);
        match (encoded.1, url.1) {
            (Some(text), None) if is_url(&text) => {
                let problem = format!("{here} is a URL, and not base64: use {there} for it");
                Err(Invalid::media(problem).at(here))
            }
            (Some(text), None) => Self::here(here, text),
            (None, Some(url)) => Ok(Self {
                field: there,
                place: Place::Url(url),
            }),
            (None, None) => {
                let problem = format!("either {here} or {there} must be provided");
                Err(Invalid::media(problem).at(here))
            }
            (Some(_), Some(_)) => {
                let problem = format!("only one of {here} and {there} may be provided");
                Err(Invalid::media(problem).at(there))
            }
        }
    }

    fn here(field: &'static str, text: String) -> Result<Self, Invalid> {
        let place = Place::Here(Self::bytes(field, text)?);
        Ok(Self { field, place })
    }

    /// What stands in a field in base64, with or without the head of a data URL; not empty.
    pub fn bytes(field: &'static str, text: String) -> Result<Vec<u8>, Invalid> {
        let bytes = encoded::decode(field, text);
        let bytes = bytes.map_err(|wrong| Invalid::media(wrong.message).at(field))?;
        match bytes.is_empty() {
            true => Err(Invalid::media(format!("{field} is empty")).at(field)),
            false => Ok(bytes),
        }
    }
}
