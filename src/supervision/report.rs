//! What becomes of a device's connection, as webhooks tell it.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::device::exit::ExitReason;
use crate::device::pairing::Qr;
use crate::webhooks::catalog::EventName;

type Told = (EventName, Value);

/// The device is logged in. `last_exit`: why its connection ended before.
pub fn connected(jid: Option<&str>, last_exit: Option<ExitReason>) -> Vec<Told> {
    let restored = last_exit == Some(ExitReason::KeepaliveTimedOut);
    let restored = restored.then(|| (EventName::KeepaliveRestored, json!({})));
    let connected = (EventName::DeviceConnected, json!({ "jid": jid }));
    [connected].into_iter().chain(restored).collect()
}

/// A life has ended. `was_live`: it had been logged in.
pub fn exited(reason: ExitReason, was_live: bool) -> Vec<Told> {
    let data = json!({ "reason": reason.name() });
    let disconnected = was_live.then(|| (EventName::DeviceDisconnected, data.clone()));
    let special = match reason {
        ExitReason::LoggedOut => Some((EventName::DeviceLoggedOut, data)),
        ExitReason::Replaced => Some((EventName::StreamReplaced, data)),
        ExitReason::KeepaliveTimedOut => Some((EventName::KeepaliveTimeout, data)),
        ExitReason::TemporarilyBanned(remaining) => {
            let seconds = remaining.as_secs();
            let data = json!({ "reason": reason.name(), "remaining_seconds": seconds });
            Some((EventName::TemporaryBan, data))
        }
        // Asked for, or part of how things go.
        ExitReason::Shutdown
        | ExitReason::Removed
        | ExitReason::Disconnected
        | ExitReason::PairingEnded
        | ExitReason::RestartRequired => None,
        _ => Some((EventName::ConnectionFailure, data)),
    };
    disconnected.into_iter().chain(special).collect()
}

/// It failed so often that it is left alone until then.
pub fn quarantined(reason: ExitReason, until: DateTime<Utc>) -> Told {
    let data = json!({ "reason": reason.name(), "quarantined": true, "next_attempt": until });
    (EventName::ConnectionFailure, data)
}

pub fn qr(qr: &Qr) -> Told {
    let data = json!({ "qr_code": qr.code, "expires_at": qr.expires_at });
    (EventName::QrGenerated, data)
}

pub fn paired(jid: &str) -> Told {
    (EventName::PairSuccess, json!({ "jid": jid }))
}

/// Somebody asked for the connection.
pub fn reconnecting() -> Told {
    (EventName::ManualReconnect, json!({}))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_end_has_its_events() {
        use EventName::*;
        let table: [(ExitReason, bool, &[EventName]); 8] = [
            (ExitReason::Disconnected, true, &[DeviceDisconnected]),
            (
                ExitReason::LoggedOut,
                true,
                &[DeviceDisconnected, DeviceLoggedOut],
            ),
            (ExitReason::LoggedOut, false, &[DeviceLoggedOut]),
            (
                ExitReason::Replaced,
                true,
                &[DeviceDisconnected, StreamReplaced],
            ),
            (
                ExitReason::KeepaliveTimedOut,
                true,
                &[DeviceDisconnected, KeepaliveTimeout],
            ),
            (
                ExitReason::TemporarilyBanned(Duration::from_secs(60)),
                false,
                &[TemporaryBan],
            ),
            (ExitReason::ConnectFailed, false, &[ConnectionFailure]),
            (ExitReason::RestartRequired, false, &[]),
        ];
        for (reason, was_live, expected) in table {
            let told: Vec<EventName> = exited(reason, was_live)
                .into_iter()
                .map(|told| told.0)
                .collect();
            assert_eq!(told, expected, "{reason:?}");
        }
    }

    #[test]
    fn a_connection_after_unanswered_pings_is_told_as_such() {
        let names = |last| {
            connected(None, last)
                .into_iter()
                .map(|told| told.0)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(None), [EventName::DeviceConnected]);
        let restored = [EventName::DeviceConnected, EventName::KeepaliveRestored];
        assert_eq!(names(Some(ExitReason::KeepaliveTimedOut)), restored);
    }
}
