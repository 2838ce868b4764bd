//! What is posted under /status.

mod downloads;
mod media;
mod privacy;
mod text;
