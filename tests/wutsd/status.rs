//! What is posted under /status.

mod media;
mod privacy;
mod text;
