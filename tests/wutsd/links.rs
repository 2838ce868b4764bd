//! Links by which customers pair a device.

mod create;
mod state;
