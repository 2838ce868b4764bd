//! What is asked of the app state.

mod sync;
