//! What is posted under /status.

mod again;
mod media;
mod privacy;
mod text;
