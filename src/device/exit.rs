//! Why a life ended, and what follows from it.

use std::time::Duration;

/// The one reason with which a life ended; the first reason wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitReason {
    /// The daemon stops.
    Shutdown,
    /// The device was deleted.
    Removed,
    /// Somebody asked for the connection to be closed.
    Disconnected,
    /// Nobody scanned the codes in time, or another pairing was asked for.
    PairingEnded,
    /// Unlinked on the phone or by us: 401, `device_removed`, 516.
    LoggedOut,
    /// 403: the account is locked.
    Locked,
    /// 406: the account is banned.
    Banned,
    /// Any other `<failure>`, with its code.
    Refused(u16),
    /// Another client logged in with the same credentials.
    Replaced,
    /// 405: WhatsApp wants a newer client.
    ClientOutdated,
    /// 402: banned for this long.
    TemporarilyBanned(Duration),
    /// 515, WhatsApp's way to say "log in again", always after pairing.
    RestartRequired,
    /// 500 or 503.
    ServerUnavailable,
    /// 429.
    RateLimited,
    /// The socket could not be opened, or the handshake failed.
    ConnectFailed,
    /// Not logged in within the connect clock.
    ConnectTimedOut,
    /// The socket ended.
    ConnectionLost,
    /// A ping went unanswered.
    KeepaliveTimedOut,
    /// The store refused a write or a read; the next life starts from what is on disk.
    StoreFailed,
    /// A defect.
    Panicked,
}

/// What the supervisor does after an exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No new life until somebody asks for one.
    StayDown,
    /// A new life at once.
    Now,
    /// A new life when this time has passed.
    After(Duration),
    /// A new life after a backoff that grows with every failure.
    Backoff,
}

impl ExitReason {
    /// The one table of exit reasons.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Shutdown | Self::Removed | Self::Disconnected | Self::PairingEnded => {
                Verdict::StayDown
            }
            Self::LoggedOut | Self::Locked | Self::Banned | Self::Refused(_) => Verdict::StayDown,
            // Never fight the other session: WhatsApp would throw each out in turn.
            Self::Replaced => Verdict::StayDown,
            // The version is asked for anew once in a while; knocking more often would not help.
            Self::ClientOutdated => Verdict::After(Duration::from_secs(3600)),
            Self::TemporarilyBanned(remaining) => Verdict::After(remaining),
            Self::RestartRequired => Verdict::Now,
            Self::ServerUnavailable
            | Self::RateLimited
            | Self::ConnectFailed
            | Self::ConnectTimedOut
            | Self::ConnectionLost
            | Self::KeepaliveTimedOut
            | Self::StoreFailed
            | Self::Panicked => Verdict::Backoff,
        }
    }

    /// Whether WhatsApp no longer knows the credentials, so that they are wiped.
    pub fn ends_the_pairing(self) -> bool {
        self == Self::LoggedOut
    }

    /// The reason as logs, metrics and `GET /status` name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shutdown => "shutdown",
            Self::Removed => "removed",
            Self::Disconnected => "disconnected",
            Self::PairingEnded => "pairing_ended",
            Self::LoggedOut => "logged_out",
            Self::Locked => "locked",
            Self::Banned => "banned",
            Self::Refused(_) => "refused",
            Self::Replaced => "replaced",
            Self::ClientOutdated => "client_outdated",
            Self::TemporarilyBanned(_) => "temporarily_banned",
            Self::RestartRequired => "restart_required",
            Self::ServerUnavailable => "server_unavailable",
            Self::RateLimited => "rate_limited",
            Self::ConnectFailed => "connect_failed",
            Self::ConnectTimedOut => "connect_timed_out",
            Self::ConnectionLost => "connection_lost",
            Self::KeepaliveTimedOut => "keepalive_timed_out",
            Self::StoreFailed => "store_failed",
            Self::Panicked => "panicked",
        }
    }
}
