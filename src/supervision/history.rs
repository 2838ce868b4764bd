//! A device's timeline: which of what happens to it is remembered, and in which words it is shown.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::device::exit::ExitReason;
use crate::device::pairing::passkey::Stage;
use crate::device::restriction::Restriction;
use crate::store::history::NewEntry;
use crate::supervision::slot::Happening;

/// What has happened to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HistoryEvent)]
pub enum HistoryEvent {
    /// Somebody asked for the connection.
    ConnectAsked,
    /// Somebody asked that it be connected no longer.
    DisconnectAsked,
    /// It was logged in.
    Connected,
    /// A connection ended, or did not come about.
    Ended,
    /// It was unlinked.
    LoggedOut,
    /// It failed so often that it was left alone.
    Quarantined,
    /// WhatsApp no longer lets the account do something.
    RestrictionBegun,
    /// WhatsApp lets the account do it again.
    RestrictionEnded,
    /// WhatsApp offered to pair it.
    PairingBegun,
    /// The check by the account's passkey came to nothing.
    PasskeyFailed,
    /// The phone has agreed.
    Paired,
    /// A pairing came to nothing.
    PairingFailed,
}

impl HistoryEvent {
    const ALL: [Self; 12] = [
        Self::ConnectAsked,
        Self::DisconnectAsked,
        Self::Connected,
        Self::Ended,
        Self::LoggedOut,
        Self::Quarantined,
        Self::RestrictionBegun,
        Self::RestrictionEnded,
        Self::PairingBegun,
        Self::PasskeyFailed,
        Self::Paired,
        Self::PairingFailed,
    ];

    /// As it is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConnectAsked => "connect_asked",
            Self::DisconnectAsked => "disconnect_asked",
            Self::Connected => "connected",
            Self::Ended => "ended",
            Self::LoggedOut => "logged_out",
            Self::Quarantined => "quarantined",
            Self::RestrictionBegun => "restriction_begun",
            Self::RestrictionEnded => "restriction_ended",
            Self::PairingBegun => "pairing_begun",
            Self::PasskeyFailed => "passkey_failed",
            Self::Paired => "paired",
            Self::PairingFailed => "pairing_failed",
        }
    }

    /// From [`Self::name`].
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }
}

/// What the account may not do.
const REACH_OUT: &str = "reach_out";
const NEW_CHATS: &str = "new_chats";

/// A reason of a stored entry, in words.
pub fn words(reason: &str) -> Option<&'static str> {
    match reason {
        REACH_OUT => Some("WhatsApp does not let the account write to strangers"),
        NEW_CHATS => Some("WhatsApp limits how many chats the account begins"),
        _ => ExitReason::named(reason).map(ExitReason::words),
    }
}

/// What is remembered of something that happens now.
pub fn entries(happening: &Happening, at: DateTime<Utc>) -> Vec<NewEntry> {
    let of = |event: HistoryEvent| NewEntry {
        at,
        event: event.name(),
        reason: None,
        code: None,
        words: None,
        until: None,
    };
    match happening {
        Happening::Reconnecting => vec![of(HistoryEvent::ConnectAsked)],
        Happening::Disconnecting => vec![of(HistoryEvent::DisconnectAsked)],
        Happening::Connected { .. } => vec![of(HistoryEvent::Connected)],
        Happening::PairingBegun => vec![of(HistoryEvent::PairingBegun)],
        Happening::Paired(_) => vec![of(HistoryEvent::Paired)],
        Happening::Qr(_) => Vec::new(),
        Happening::Passkey(passkey) => match passkey.stage {
            Stage::Failed(words) => vec![NewEntry {
                words: Some(words),
                ..of(HistoryEvent::PasskeyFailed)
            }],
            _ => Vec::new(),
        },
        Happening::Exited {
            reason, unpaired, ..
        } => vec![NewEntry {
            reason: Some(reason.name()),
            code: reason.code(),
            until: reason.banned_for().map(|remaining| at + remaining),
            ..of(end(*reason, *unpaired))
        }],
        Happening::Quarantined { reason, until } => vec![NewEntry {
            reason: Some(reason.name()),
            until: Some(*until),
            ..of(HistoryEvent::Quarantined)
        }],
        Happening::Restricted { before, after } => {
            let changed = changes(before, after).into_iter();
            let changed = changed.map(|(event, what, until)| NewEntry {
                reason: Some(what),
                until,
                ..of(event)
            });
            changed.collect()
        }
    }
}

fn end(reason: ExitReason, unpaired: bool) -> HistoryEvent {
    match reason {
        ExitReason::LoggedOut => HistoryEvent::LoggedOut,
        _ if unpaired => HistoryEvent::PairingFailed,
        _ => HistoryEvent::Ended,
    }
}

type Changed = (HistoryEvent, &'static str, Option<DateTime<Utc>>);

fn changes(before: &Restriction, after: &Restriction) -> Vec<Changed> {
    let lock = |of: &Restriction| of.reach_out.as_ref().map(|lock| Some(lock.until));
    let limit = |of: &Restriction| of.new_chats.as_ref().map(|limit| limit.until);
    let parts = [
        (REACH_OUT, lock(before), lock(after)),
        (NEW_CHATS, limit(before), limit(after)),
    ];
    let changed = parts
        .into_iter()
        .filter(|(_, before, after)| before != after);
    let event = |(what, _, after): (&'static str, _, Option<Option<DateTime<Utc>>>)| match after {
        Some(until) => (HistoryEvent::RestrictionBegun, what, until),
        None => (HistoryEvent::RestrictionEnded, what, None),
    };
    changed.map(event).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_event_is_read_back_by_the_name_that_is_shown() {
        for event in HistoryEvent::ALL {
            assert_eq!(HistoryEvent::named(event.name()), Some(event));
            let shown = serde_json::to_value(event).expect("JSON");
            assert_eq!(shown, event.name());
        }
    }

    #[test]
    fn every_reason_has_words() {
        for reason in ExitReason::ALL {
            assert!(words(reason.name()).is_some_and(|words| !words.is_empty()));
        }
    }

    #[test]
    fn an_end_is_remembered_as_what_it_was() {
        let table = [
            (ExitReason::ConnectionLost, false, "ended"),
            (ExitReason::LoggedOut, false, "logged_out"),
            (ExitReason::PairingEnded, true, "pairing_failed"),
            (ExitReason::ConnectFailed, true, "pairing_failed"),
        ];
        let now = Utc::now();
        for (reason, unpaired, event) in table {
            let happening = Happening::Exited {
                reason,
                was_live: false,
                unpaired,
            };
            assert_eq!(entries(&happening, now)[0].event, event);
        }
        let banned = Happening::Exited {
            reason: ExitReason::TemporarilyBanned(Duration::from_secs(60)),
            was_live: false,
            unpaired: false,
        };
        let until = Some(now + Duration::from_secs(60));
        assert_eq!(entries(&banned, now)[0].until, until);
    }
}
