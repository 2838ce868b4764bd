//! What is posted under /status.

mod again;
mod downloads;
mod media;
mod privacy;
mod text;
