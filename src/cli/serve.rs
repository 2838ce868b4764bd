//! `wutsd serve`: the daemon, under systemd or in a terminal.

use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::{info, warn};
use wutsd::app::App;
use wutsd::config::Config;
use wutsd::telemetry;

use super::CliError;

pub fn run(config: Config) -> Result<(), CliError> {
    telemetry::start(&config.log);
    actix::System::new().block_on(async move {
        let app = App::start(config).await?;
        let _kept = outlive_full_files()?;
        tell_systemd(NotifyState::Ready);
        let ended = tokio::select! {
            signal = wait_for_signal() => signal,
            fatal = app.failed() => Err(CliError::Ended(fatal)),
        };
        tell_systemd(NotifyState::Stopping);
        app.shutdown().await;
        ended
    })
}

/// Where files may not grow beyond a limit, the system would end the process. With a handler in place the write fails
/// instead, which is a full disk to the store.
fn outlive_full_files() -> Result<Signal, CliError> {
    const SIGXFSZ: i32 = 25;
    signal(SignalKind::from_raw(SIGXFSZ)).map_err(CliError::Signals)
}

/// Returns at SIGTERM or Ctrl-C.
pub async fn wait_for_signal() -> Result<(), CliError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(CliError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::Signals)?;
    tokio::select! {
        _ = terminate.recv() => info!(signal = "SIGTERM", "stopping"),
        _ = interrupt.recv() => info!(signal = "SIGINT", "stopping"),
    }
    Ok(())
}

/// Does nothing when systemd did not start us.
fn tell_systemd(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        warn!(error = %error, "systemd could not be told");
    }
}
