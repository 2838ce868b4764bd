//! The store: one place with one writer.
