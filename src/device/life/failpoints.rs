//! Failpoints: panics and hangs on request, in sandbox builds alone. They must stay where they happen.

#[cfg(not(feature = "sandbox"))]
use crate::ids::DeviceId;

#[cfg(feature = "sandbox")]
pub use self::armed::{Failpoints, clock_step, hastened};

/// Where it happens.
#[derive(Clone, Copy, Debug)]
pub enum Point {
    /// While the client is built.
    Start,
    /// In the task that syncs the app state.
    Task,
    /// Where the library tells of an event.
    Event,
    /// In the query of a command.
    Command,
}

/// The shipped build knows the points, and nothing that could happen there.
#[cfg(not(feature = "sandbox"))]
pub struct Failpoints;

#[cfg(not(feature = "sandbox"))]
impl Failpoints {
    /// Of this build there are none.
    pub fn of(_: DeviceId) -> Self {
        Self
    }

    /// Goes on.
    pub fn hit(&self, _: Point) {}
}

/// In the shipped build the library waits for as long as it wants.
#[cfg(not(feature = "sandbox"))]
pub fn hastened(duration: std::time::Duration) -> std::time::Duration {
    duration
}

/// In the shipped build the clock is the machine's.
#[cfg(not(feature = "sandbox"))]
pub fn clock_step() -> i64 {
    0
}

#[cfg(feature = "sandbox")]
mod armed {
    use std::path::PathBuf;
    use std::sync::LazyLock;
    use std::time::Duration;

    use super::Point;
    use crate::ids::DeviceId;

    /// Names the folder in which a file `<device>.<point>` asks for one panic, or, if it says `hang`, keeps the thread busy
    /// for as long as it is there. Empty: there is none.
    const FOLDER: &str = "WUTSD_FAILPOINTS";

    fn folder() -> Option<PathBuf> {
        let folder = std::env::var_os(FOLDER).filter(|folder| !folder.is_empty());
        folder.map(PathBuf::from)
    }

    /// Says how many times as fast the protocol library's clocks run, so that no test waits for them.
    static HASTE: LazyLock<u32> = LazyLock::new(|| {
        let haste = std::env::var("WUTSD_LIBRARY_HASTE").ok();
        haste
            .and_then(|haste| haste.parse().ok())
            .unwrap_or(1)
            .max(1)
    });

    /// What becomes of a wait of the library.
    pub fn hastened(duration: Duration) -> Duration {
        duration / *HASTE
    }

    /// By how many milliseconds the machine's clock was set: what the file `clock` in the folder says.
    pub fn clock_step() -> i64 {
        static FILE: LazyLock<Option<PathBuf>> = LazyLock::new(|| Some(folder()?.join("clock")));
        let step = FILE
            .as_ref()
            .and_then(|file| std::fs::read_to_string(file).ok());
        step.and_then(|step| step.trim().parse().ok()).unwrap_or(0)
    }

    /// How often a thread that hangs looks whether it may go on.
    const PAUSE: Duration = Duration::from_millis(20);

    /// The requests that concern one device.
    pub struct Failpoints {
        folder: Option<PathBuf>,
        device: DeviceId,
    }

    impl Failpoints {
        /// Those of one device, if the environment names a folder of requests.
        pub fn of(device: DeviceId) -> Self {
            let folder = folder();
            Self { folder, device }
        }

        /// Panics if somebody asked for it, and only once per request; or hangs.
        #[expect(clippy::panic, reason = "its whole purpose")]
        pub fn hit(&self, point: Point) {
            let Some(folder) = &self.folder else {
                return;
            };
            let point = match point {
                Point::Start => "start",
                Point::Task => "task",
                Point::Event => "event",
                Point::Command => "command",
            };
            let request = folder.join(format!("{}.{point}", self.device));
            while std::fs::read(&request).is_ok_and(|request| request == b"hang") {
                std::thread::sleep(PAUSE);
            }
            if std::fs::remove_file(request).is_ok() {
                panic!("a failpoint was hit");
            }
        }
    }
}
