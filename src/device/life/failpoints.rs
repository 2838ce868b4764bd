//! Panics and hangs on request, in sandbox builds alone: they must stay where they happen.

#[cfg(not(feature = "sandbox"))]
use crate::ids::DeviceId;

#[cfg(feature = "sandbox")]
pub use self::armed::Sabotage;

/// Where it happens.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    Start,
    Task,
    Event,
    Command,
}

/// The shipped build knows the places, and nothing that could happen there.
#[cfg(not(feature = "sandbox"))]
#[derive(Clone)]
pub struct Sabotage;

#[cfg(not(feature = "sandbox"))]
impl Sabotage {
    pub fn of(_: DeviceId) -> Self {
        Self
    }

    pub fn strike(&self, _: Place) {}
}

#[cfg(feature = "sandbox")]
mod armed {
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::time::Duration;

    use super::Place;
    use crate::ids::DeviceId;

    /// Names the folder in which a file `<device>.<place>` asks for one panic, or, if it says `hang`, keeps the thread busy
    /// for as long as it is there.
    const FOLDER: &str = "WUTSD_SABOTAGE";

    /// How often a thread that hangs looks whether it may go on.
    const PAUSE: Duration = Duration::from_millis(20);

    /// The requests that concern one device.
    #[derive(Clone)]
    pub struct Sabotage {
        folder: Option<Arc<PathBuf>>,
        device: DeviceId,
    }

    impl Sabotage {
        pub fn of(device: DeviceId) -> Self {
            let folder = std::env::var_os(FOLDER).map(|folder| Arc::new(folder.into()));
            Self { folder, device }
        }

        /// Panics if somebody asked for it, and only once per request; or hangs.
        #[expect(clippy::panic, reason = "its whole purpose")]
        pub fn strike(&self, place: Place) {
            let Some(folder) = &self.folder else {
                return;
            };
            let place = match place {
                Place::Start => "start",
                Place::Task => "task",
                Place::Event => "event",
                Place::Command => "command",
            };
            let request = folder.join(format!("{}.{place}", self.device));
            while std::fs::read(&request).is_ok_and(|request| request == b"hang") {
                std::thread::sleep(PAUSE);
            }
            if std::fs::remove_file(request).is_ok() {
                panic!("sabotage");
            }
        }
    }
}
