//! Why a life ended, and what follows from it.

use std::time::Duration;

/// For a device without an account.
pub const PAIR: &str =
    "pair the device: GET /qr for a code to scan, POST /paircode for one to type";

/// What a server may name as the end of a ban can be out of every calendar.
const LONGEST_BAN: Duration = Duration::from_secs(366 * 24 * 3600);

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
    /// 515, WhatsApp's way to say "log in again", always after pairing; and once more, by our own wish, after the first
    /// login, which leaves much in memory.
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
    /// Not this device's own trouble: one device of all tries, and the others wait until it has got through.
    AfterCanary,
}

impl ExitReason {
    /// One of each, for what is counted by name.
    pub const ALL: [Self; 20] = [
        Self::Shutdown,
        Self::Removed,
        Self::Disconnected,
        Self::PairingEnded,
        Self::LoggedOut,
        Self::Locked,
        Self::Banned,
        Self::Refused(0),
        Self::Replaced,
        Self::ClientOutdated,
        Self::TemporarilyBanned(Duration::ZERO),
        Self::RestartRequired,
        Self::ServerUnavailable,
        Self::RateLimited,
        Self::ConnectFailed,
        Self::ConnectTimedOut,
        Self::ConnectionLost,
        Self::KeepaliveTimedOut,
        Self::StoreFailed,
        Self::Panicked,
    ];

    /// The one table of exit reasons.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Shutdown | Self::Removed | Self::Disconnected | Self::PairingEnded => {
                Verdict::StayDown
            }
            Self::LoggedOut | Self::Locked | Self::Banned | Self::Refused(_) => Verdict::StayDown,
            // Never fight the other session: WhatsApp would throw each out in turn.
            Self::Replaced => Verdict::StayDown,
            Self::ClientOutdated => Verdict::AfterCanary,
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

    /// Whether WhatsApp said that this device must not come back, now or at all. That outlives the daemon: a restart is
    /// no reason to knock again.
    pub fn is_held_by_whatsapp(self) -> bool {
        match self {
            Self::Locked | Self::Banned | Self::Refused(_) | Self::Replaced => true,
            Self::TemporarilyBanned(_) => true,
            // Its credentials are wiped.
            Self::LoggedOut => false,
            Self::Shutdown | Self::Removed | Self::Disconnected | Self::PairingEnded => false,
            Self::ClientOutdated | Self::RestartRequired => false,
            Self::ServerUnavailable
            | Self::RateLimited
            | Self::ConnectFailed
            | Self::ConnectTimedOut
            | Self::ConnectionLost
            | Self::KeepaliveTimedOut
            | Self::StoreFailed
            | Self::Panicked => false,
        }
    }

    /// Whether nobody asked for this end: what the fleet breaker looks at.
    pub fn is_failure(self) -> bool {
        match self {
            Self::Shutdown
            | Self::Removed
            | Self::Disconnected
            | Self::PairingEnded
            | Self::RestartRequired => false,
            Self::LoggedOut
            | Self::Locked
            | Self::Banned
            | Self::Refused(_)
            | Self::Replaced
            | Self::ClientOutdated
            | Self::TemporarilyBanned(_)
            | Self::ServerUnavailable
            | Self::RateLimited
            | Self::ConnectFailed
            | Self::ConnectTimedOut
            | Self::ConnectionLost
            | Self::KeepaliveTimedOut
            | Self::StoreFailed
            | Self::Panicked => true,
        }
    }

    /// The reason in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Shutdown => "the daemon was stopped",
            Self::Removed => "the device was deleted",
            Self::Disconnected => "somebody asked for the connection to be closed",
            Self::PairingEnded => "nobody used the codes in time, or another pairing was asked for",
            Self::LoggedOut => "the device was unlinked, on the phone or from here",
            Self::Locked => "WhatsApp has locked the account",
            Self::Banned => "WhatsApp has banned the account",
            Self::Refused(_) => "WhatsApp refused the login",
            Self::Replaced => "another program logged in with the credentials of this device",
            Self::ClientOutdated => "WhatsApp wants a newer client",
            Self::TemporarilyBanned(_) => "WhatsApp has banned the account for some time",
            Self::RestartRequired => "WhatsApp asked to log in again, as it does after pairing",
            Self::ServerUnavailable => "WhatsApp's server was not available",
            Self::RateLimited => "WhatsApp asked for fewer connections",
            Self::ConnectFailed => "no connection to WhatsApp came about",
            Self::ConnectTimedOut => "the login took too long",
            Self::ConnectionLost => "the connection to WhatsApp broke",
            Self::KeepaliveTimedOut => "WhatsApp no longer answered",
            Self::StoreFailed => "the database could not be written or read",
            Self::Panicked => "a defect in wutsd",
        }
    }

    /// The reason of this name, without what else was known of it.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// WhatsApp's code of a refusal that has no name.
    pub fn code(self) -> Option<u16> {
        match self {
            Self::Refused(code) => Some(code),
            _ => None,
        }
    }

    /// For how long WhatsApp wants nothing of the account.
    pub fn banned_for(self) -> Option<Duration> {
        match self {
            // No longer than a time can be written.
            Self::TemporarilyBanned(remaining) => Some(remaining.min(LONGEST_BAN)),
            _ => None,
        }
    }

    /// What a person must do before the device can work again. `None`: nothing, it comes back by itself or was told to go.
    pub fn action_required(self) -> Option<&'static str> {
        match self {
            Self::Shutdown | Self::Removed | Self::Disconnected => None,
            Self::PairingEnded | Self::LoggedOut => Some(PAIR),
            Self::Locked => Some(
                "WhatsApp has locked the account: unlock it in WhatsApp on the phone, then POST /connect",
            ),
            Self::Banned => Some(
                "WhatsApp has banned the account: ask for a review in WhatsApp on the phone, then POST /connect",
            ),
            Self::Refused(_) => Some(
                "WhatsApp refused the login: see whether WhatsApp works on the phone, then POST /connect; if it refuses \
                 again, unlink the device on the phone and pair it anew",
            ),
            Self::Replaced => Some(
                "another program uses the credentials of this device: stop it, then POST /connect",
            ),
            Self::ClientOutdated => Some(
                "WhatsApp asks for a newer client: one device tries now and then; if this lasts, install a newer wutsd",
            ),
            Self::StoreFailed => Some(
                "the database could not be written or read: see the log, and make room on the disk if it is full",
            ),
            Self::Panicked => Some("a defect in wutsd: report it with what the log says"),
            Self::TemporarilyBanned(_)
            | Self::RestartRequired
            | Self::ServerUnavailable
            | Self::RateLimited
            | Self::ConnectFailed
            | Self::ConnectTimedOut
            | Self::ConnectionLost
            | Self::KeepaliveTimedOut => None,
        }
    }

    /// The reason of this name, as far as one can be held by WhatsApp; `remaining` is what is left of a ban.
    pub fn held(name: &str, remaining: Duration) -> Option<Self> {
        let may = [
            Self::Locked,
            Self::Banned,
            Self::Refused(0),
            Self::Replaced,
            Self::TemporarilyBanned(remaining),
        ];
        may.into_iter().find(|reason| reason.name() == name)
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
