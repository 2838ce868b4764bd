//! Makes the allocator give memory back.
//!
//! glibc keeps what it once had: after the first large block is freed it takes blocks of that size from its heaps, which
//! do not shrink, and there are up to eight heaps per core. After 500 new users (argon2 takes 19 MiB for each) the process
//! stayed at 970 MiB; so told it is at 14. It reads its settings before `main`, hence the second start.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Where glibc looks for its settings.
const TUNABLES: &str = "GLIBC_TUNABLES";
/// Blocks from 128 KiB on go back when they are freed, and so does the end of a heap; two heaps are enough.
const SETTINGS: &str = "glibc.malloc.mmap_threshold=131072:glibc.malloc.trim_threshold=131072:glibc.malloc.arena_max=2";

/// Starts this program again in the same process, with these settings; returns where that is not needed or not possible.
/// Whoever sets them otherwise is not contradicted.
pub fn tune() {
    if !cfg!(target_env = "gnu") || env::var_os(TUNABLES).is_some() {
        return;
    }
    if let Ok(program) = env::current_exe() {
        let mut arguments = env::args_os();
        let name = arguments.next().unwrap_or_else(|| program.clone().into());
        let mut again = Command::new(program);
        again.arg0(name).args(arguments).env(TUNABLES, SETTINGS);
        // It only returns when it fails; then the program works all the same.
        let _ = again.exec();
    }
}
