//! What an answered stanza leaves to be done, at once or a moment later.

use wacore_binary::Node;

use super::address::Address;
use super::keys::Key32;
use super::link::Link;
use super::registration::outcome::Waiter;
use super::routing::bursts::Subject;

/// Work that belongs after the answer to the stanza that caused it.
pub enum After {
    Synced {
        author: Address,
        collections: Vec<(&'static str, u64)>,
    },
    Unlinked {
        device: Address,
    },
    /// The companion's code was right: its account is offered to it.
    Offered {
        registration: u64,
        phone: String,
        adv_secret: Key32,
        waiter: Waiter,
    },
    /// The phone has agreed: the server wants to see the account's passkey.
    PasskeyAsked {
        registration: u64,
        phone: String,
    },
    /// No answer has come to this challenge.
    PasskeyLate {
        registration: u64,
        challenge: Key32,
    },
    /// The phone does not link this companion.
    LinkGivenUp {
        registration: u64,
    },
    /// The phone's next step with a new companion.
    Bootstrap {
        device: Address,
    },
    Announced {
        device: Address,
    },
    /// Receipts that have waited for each other.
    Gathered {
        subject: Subject,
    },
    /// A device wants to be told what becomes of a channel's posts.
    Watched {
        device: Address,
        channel: String,
    },
    /// Phones go on reading.
    Mail,
    /// An answer that a fault held back, or what follows one.
    Answered {
        link: Link,
        answer: Node,
    },
}
