//! What is posted under /status.

mod again;
mod audio;
mod downloads;
mod media;
mod privacy;
mod text;
