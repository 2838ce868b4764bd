//! What becomes of a device's connection, as webhooks tell it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::device::exit::ExitReason;
use crate::device::pairing::Qr;
use crate::device::pairing::passkey::{self, Passkey};
use crate::store::devices::Account;
use crate::webhooks::catalog::EventName;
use crate::webhooks::event::{Event, Told};
use crate::webhooks::payload::Payload;

/// The device is logged in. `last_exit`: why its connection ended before.
pub fn connected(account: Option<&Account>, last_exit: Option<ExitReason>) -> Vec<Event> {
    let connected = Event::of(&DeviceConnected {
        jid: account.map(|account| account.jid.clone()),
        jid_pn: account.map(Account::phone_jid),
        jid_lid: account.and_then(Account::lid_jid),
    });
    let restored = last_exit == Some(ExitReason::KeepaliveTimedOut);
    let restored = restored.then(|| Event::of(&KeepaliveRestored {}));
    [connected].into_iter().chain(restored).collect()
}

/// A life has ended. `was_live`: it had been logged in.
pub fn exited(reason: ExitReason, was_live: bool) -> Vec<Event> {
    let name = reason.name();
    let disconnected = was_live.then(|| Event::of(&DeviceDisconnected { reason: name }));
    let special = match reason {
        ExitReason::LoggedOut => Some(Event::of(&DeviceLoggedOut { reason: name })),
        ExitReason::Replaced => Some(Event::of(&StreamReplaced { reason: name })),
        ExitReason::KeepaliveTimedOut => Some(Event::of(&KeepaliveTimeout { reason: name })),
        ExitReason::TemporarilyBanned(remaining) => Some(Event::of(&TemporaryBan {
            reason: name,
            remaining_seconds: remaining.as_secs(),
        })),
        // Asked for, or part of how things go.
        ExitReason::Shutdown
        | ExitReason::Removed
        | ExitReason::Disconnected
        | ExitReason::PairingEnded
        | ExitReason::RestartRequired => None,
        _ => Some(Event::of(&ConnectionFailure {
            reason: name,
            quarantined: None,
            next_attempt: None,
        })),
    };
    disconnected.into_iter().chain(special).collect()
}

/// It failed so often that it is left alone until then.
pub fn quarantined(reason: ExitReason, until: DateTime<Utc>) -> Event {
    Event::of(&ConnectionFailure {
        reason: reason.name(),
        quarantined: Some(true),
        next_attempt: Some(until),
    })
}

/// There is a code to be scanned.
pub fn qr(qr: &Qr) -> Event {
    Event::of(&QrGenerated {
        qr_code: qr.code.clone(),
        expires_at: qr.expires_at,
    })
}

/// The check of a pairing by the account's passkey has come this far.
pub fn passkey(passkey: &Passkey) -> Event {
    Event::of(&PairPasskey {
        check: passkey.into(),
    })
}

/// The phone has agreed.
pub fn paired(account: &Account) -> Event {
    Event::of(&PairSuccess {
        jid: account.jid.clone(),
        jid_pn: account.phone_jid(),
        jid_lid: account.lid_jid(),
    })
}

/// Somebody asked for the connection.
pub fn reconnecting() -> Event {
    Event::of(&ManualReconnect {})
}

/// All that a device's webhook may be told by this room.
pub fn payloads() -> Vec<Payload> {
    vec![
        Payload::of::<DeviceConnected>(),
        Payload::of::<DeviceDisconnected>(),
        Payload::of::<DeviceLoggedOut>(),
        Payload::of::<StreamReplaced>(),
        Payload::of::<ConnectionFailure>(),
        Payload::of::<TemporaryBan>(),
        Payload::of::<ManualReconnect>(),
        Payload::of::<KeepaliveTimeout>(),
        Payload::of::<KeepaliveRestored>(),
        Payload::of::<QrGenerated>(),
        Payload::of::<PairPasskey>(),
        Payload::of::<PairSuccess>(),
    ]
}

/// The device is logged in.
#[derive(Serialize, ToSchema)]
pub struct DeviceConnected {
    /// `<digits>:<device>@s.whatsapp.net`
    jid: Option<String>,
    /// The account's number.
    jid_pn: Option<String>,
    /// The account's LID.
    jid_lid: Option<String>,
}

impl Told for DeviceConnected {
    const NAME: EventName = EventName::DeviceConnected;
}

/// The device was logged in and no longer is.
#[derive(Serialize, ToSchema)]
pub struct DeviceDisconnected {
    /// As `last_exit` of `GET /status` names it.
    reason: &'static str,
}

impl Told for DeviceDisconnected {
    const NAME: EventName = EventName::DeviceDisconnected;
}

/// The phone has unlinked the device: it must be paired again.
#[derive(Serialize, ToSchema)]
pub struct DeviceLoggedOut {
    /// As `last_exit` of `GET /status` names it.
    reason: &'static str,
}

impl Told for DeviceLoggedOut {
    const NAME: EventName = EventName::DeviceLoggedOut;
}

/// Somebody else uses the device's credentials; it does not fight and stays down.
#[derive(Serialize, ToSchema)]
pub struct StreamReplaced {
    /// As `last_exit` of `GET /status` names it.
    reason: &'static str,
}

impl Told for StreamReplaced {
    const NAME: EventName = EventName::StreamReplaced;
}

/// A connection did not come about, or broke.
#[derive(Serialize, ToSchema)]
pub struct ConnectionFailure {
    /// As `last_exit` of `GET /status` names it.
    reason: &'static str,
    /// `true` when the device has failed so often that it is left alone for a while; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantined: Option<bool>,
    /// When a quarantined device tries again.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt: Option<DateTime<Utc>>,
}

impl Told for ConnectionFailure {
    const NAME: EventName = EventName::ConnectionFailure;
}

/// WhatsApp wants nothing of the account for some time.
#[derive(Serialize, ToSchema)]
pub struct TemporaryBan {
    /// As `last_exit` of `GET /status` names it.
    reason: &'static str,
    /// For how long.
    remaining_seconds: u64,
}

impl Told for TemporaryBan {
    const NAME: EventName = EventName::TemporaryBan;
}

/// Somebody has asked for the connection.
#[derive(Serialize, ToSchema)]
pub struct ManualReconnect {}

impl Told for ManualReconnect {
    const NAME: EventName = EventName::ManualReconnect;
}

/// WhatsApp no longer answered.
#[derive(Serialize, ToSchema)]
pub struct KeepaliveTimeout {
    /// As `last_exit` of `GET /status` names it.
    reason: &'static str,
}

impl Told for KeepaliveTimeout {
    const NAME: EventName = EventName::KeepaliveTimeout;
}

/// The device is back after WhatsApp had not answered.
#[derive(Serialize, ToSchema)]
pub struct KeepaliveRestored {}

impl Told for KeepaliveRestored {
    const NAME: EventName = EventName::KeepaliveRestored;
}

/// There is a code to be scanned.
#[derive(Serialize, ToSchema)]
pub struct QrGenerated {
    /// What the picture says.
    qr_code: String,
    /// When the next one takes its place.
    expires_at: DateTime<Utc>,
}

impl Told for QrGenerated {
    const NAME: EventName = EventName::QrGenerated;
}

/// WhatsApp checks a pairing by the account's passkey: how far that is, as `GET /status` has it in `passkey`.
#[derive(Serialize, ToSchema)]
pub struct PairPasskey {
    #[serde(flatten)]
    check: passkey::Shown,
}

impl Told for PairPasskey {
    const NAME: EventName = EventName::PairPasskey;
}

/// The phone has agreed to the pairing.
#[derive(Serialize, ToSchema)]
pub struct PairSuccess {
    /// `<digits>:<device>@s.whatsapp.net`
    jid: String,
    /// The account's number.
    jid_pn: String,
    /// The account's LID.
    jid_lid: Option<String>,
}

impl Told for PairSuccess {
    const NAME: EventName = EventName::PairSuccess;
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
                .map(|told| told.name)
                .collect();
            assert_eq!(told, expected, "{reason:?}");
        }
    }

    #[test]
    fn a_connection_after_unanswered_pings_is_told_as_such() {
        let names = |last| {
            connected(None, last)
                .into_iter()
                .map(|told| told.name)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(None), [EventName::DeviceConnected]);
        let restored = [EventName::DeviceConnected, EventName::KeepaliveRestored];
        assert_eq!(names(Some(ExitReason::KeepaliveTimedOut)), restored);
    }

    #[test]
    fn each_is_told_to_the_letter() {
        let at = DateTime::from_timestamp(1_790_000_000, 5_000_000).expect("a time");
        let account = Account {
            jid: "15550000100:7@s.whatsapp.net".into(),
            lid: "900000000100:7@lid".into(),
        };
        let code = Qr {
            code: "2@a,b".into(),
            generated_at: at,
            expires_at: at,
        };
        let banned = ExitReason::TemporarilyBanned(Duration::from_secs(60));
        let mut all = connected(Some(&account), None);
        all.extend(connected(None, Some(ExitReason::KeepaliveTimedOut)));
        all.extend(exited(ExitReason::KeepaliveTimedOut, true));
        all.extend(exited(ExitReason::LoggedOut, false));
        all.extend(exited(ExitReason::Replaced, false));
        all.extend(exited(banned, false));
        all.extend(exited(ExitReason::ConnectFailed, false));
        all.push(quarantined(ExitReason::ConnectFailed, at));
        all.extend([qr(&code), paired(&account), reconnecting()]);
        let told: Vec<String> = all
            .iter()
            .map(|told| format!("{} {}", told.name.text(), told.data))
            .collect();
        let expected = [
            r#"device.connected {"jid":"15550000100:7@s.whatsapp.net","jid_pn":"15550000100@s.whatsapp.net","jid_lid":"900000000100@lid"}"#,
            r#"device.connected {"jid":null,"jid_pn":null,"jid_lid":null}"#,
            r#"connection.keepalive_restored {}"#,
            r#"device.disconnected {"reason":"keepalive_timed_out"}"#,
            r#"connection.keepalive_timeout {"reason":"keepalive_timed_out"}"#,
            r#"device.logged_out {"reason":"logged_out"}"#,
            r#"connection.stream_replaced {"reason":"replaced"}"#,
            r#"connection.temporary_ban {"reason":"temporarily_banned","remaining_seconds":60}"#,
            r#"connection.failure {"reason":"connect_failed"}"#,
            r#"connection.failure {"reason":"connect_failed","quarantined":true,"next_attempt":"2026-09-21T14:13:20.005Z"}"#,
            r#"qr.generated {"qr_code":"2@a,b","expires_at":"2026-09-21T14:13:20.005Z"}"#,
            r#"pair.success {"jid":"15550000100:7@s.whatsapp.net","jid_pn":"15550000100@s.whatsapp.net","jid_lid":"900000000100@lid"}"#,
            r#"connection.manual_reconnect {}"#,
        ];
        assert_eq!(told, expected);
    }
}
