//! wutsd keeps many paired WhatsApp linked devices alive and lets programs use them over HTTP.
#![forbid(unsafe_code)]

#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod store;
