//! What a request means, whatever its endpoint: absent fields, unknown ones, methods, slashes, and which device.

mod devices;
mod fields;
mod idempotency;
mod methods;
