//! What systemd is told. Without systemd nothing happens here.

use std::convert::Infallible;
use std::future::pending;

use sd_notify::NotifyState;
use tokio::sync::watch;
use tracing::warn;
use wutsd::supervision::watchdog::Health;
use wutsd::telemetry::Chain;

/// Passes on every checkup: how many devices are connected and, only if all is well, that the watchdog may be calm.
pub async fn keep_informed(mut checkups: watch::Receiver<Health>) -> Infallible {
    while checkups.changed().await.is_ok() {
        let checkup = *checkups.borrow_and_update();
        let (connected, devices) = (checkup.connected, checkup.devices);
        let status = format!("{connected} of {devices} devices connected");
        let mut told = vec![NotifyState::Status(&status)];
        if checkup.well {
            told.push(NotifyState::Watchdog);
        }
        tell(&told);
    }
    pending().await
}

pub fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        warn!(error = %Chain(&error), "systemd could not be told");
    }
}
