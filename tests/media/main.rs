//! Pictures and videos as people have them, whole, cut and spoilt: what is read of them, and what that takes.
//!
//! `tests/corpus/media` holds real files, made with Pillow and ffmpeg as small as they can be.

mod formats;
mod hostile;
mod pictures;
mod videos;

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use peak_alloc::PeakAlloc;

/// Knows how much memory was taken at most.
#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/media")
}

/// A file of the corpus.
pub fn file(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).expect(name)
}

/// Memory is measured for the whole process: whoever measures is alone.
static PROCESS: RwLock<()> = RwLock::new(());

/// For a test that measures memory.
pub fn alone() -> RwLockWriteGuard<'static, ()> {
    PROCESS.write().unwrap_or_else(PoisonError::into_inner)
}

/// For a test that measures nothing.
pub fn beside_others() -> RwLockReadGuard<'static, ()> {
    PROCESS.read().unwrap_or_else(PoisonError::into_inner)
}

/// All of them, by name.
pub fn files() -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder()).expect("the corpus");
    let names = entries.map(|entry| entry.expect("a file").file_name());
    let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
    names.sort();
    assert!(names.len() > 40, "{names:?}");
    names
        .into_iter()
        .map(|name| (name.clone(), file(&name)))
        .collect()
}
