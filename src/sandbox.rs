//! The simulated WhatsApp: a server in its own right that happens to be small.
