//! What is done with whole chats.

pub mod archive;
pub mod disappearing;
pub mod list;
pub mod mute;
pub mod pin;
pub mod typing;
