//! The names of all events, in the order in which the catalog lists them.

macro_rules! catalog {
    ($($variant:ident $name:literal $(never $why:literal)?,)*) => {
        /// What an event is called.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EventName {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl EventName {
            /// All of them, in the catalog's order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// As receivers know it.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Why nothing is ever told by this name, which the contract lists all the same. `None`: it is told.
            pub const fn never_told(self) -> Option<&'static str> {
                match self {
                    $($(Self::$variant => Some($why),)?)*
                    _ => None,
                }
            }
        }
    };
}

catalog! {
    MessageReceived "message.received",
    MessageSent "message.sent",
    MessageFailed "message.failed",
    MessageDelivered "message.delivered",
    MessageRead "message.read",
    MessageUndecryptable "message.undecryptable",
    MessageDeleteForMe "message.delete_for_me",
    MentionSent "mention.sent",
    MediaRetry "media.retry",
    StatusViewed "status.viewed",
    DeviceConnected "device.connected",
    DeviceDisconnected "device.disconnected",
    DeviceLoggedOut "device.logged_out",
    AccountRestriction "account.restriction",
    PairError "connection.pair_error",
    StreamReplaced "connection.stream_replaced",
    ConnectionFailure "connection.failure",
    TemporaryBan "connection.temporary_ban",
    ManualReconnect "connection.manual_reconnect",
    KeepaliveTimeout "connection.keepalive_timeout",
    KeepaliveRestored "connection.keepalive_restored",
    ContactPresence "contact.presence",
    ContactChanged "contact.changed",
    ContactPushname "contact.pushname",
    ContactAbout "contact.about",
    ContactPicture "contact.picture",
    ChatPresence "chat.presence",
    ChatMarkAsRead "chat.mark_as_read",
    ChatPin "chat.pin",
    ChatMute "chat.mute",
    ChatArchive "chat.archive",
    ChatDelete "chat.delete",
    ChatClear "chat.clear",
    GroupInfo "group.info",
    GroupJoined "group.joined",
    CallOffer "call.offer",
    CallAccept "call.accept",
    CallPreAccept "call.pre_accept",
    CallReject "call.reject",
    CallTerminate "call.terminate",
    CallRelayLatency "call.relay_latency",
    CallTransport "call.transport",
    CallUnknown "call.unknown",
    QrGenerated "qr.generated",
    PairPasskey "pair.passkey",
    PairSuccess "pair.success",
    IdentityChange "identity.change",
    PrivacyBlocklist "privacy.blocklist" never "the protocol library keeps them to itself",
    PrivacySettings "privacy.settings" never "the protocol library keeps them to itself",
    UnarchiveChats "settings.unarchive_chats" never "the protocol library keeps them to itself",
    UserStatusMute "settings.user_status_mute",
    LabelEdit "label.edit",
    LabelAssociationChat "label.association_chat",
    LabelAssociationMessage "label.association_message" never "the protocol library keeps them to itself",
    NewsletterJoin "newsletter.join",
    NewsletterLeave "newsletter.leave",
    NewsletterLiveUpdate "newsletter.live_update",
    NewsletterMuteChange "newsletter.mute_change",
    HistorySync "history.sync" never "the history is not fetched",
    OfflineSyncPreview "offline.sync_preview",
    OfflineSyncCompleted "offline.sync_completed",
    AppStateSyncComplete "app_state.sync_complete",
}

impl EventName {
    /// The one of this text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|name| name.text() == text).copied()
    }
}

/// Some of the names. A bit per name: there are fewer than 64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventSet(u64);

const _: () = assert!(EventName::ALL.len() <= 64);

impl EventSet {
    /// All names.
    pub fn all() -> Self {
        EventName::ALL.iter().copied().collect()
    }

    /// Whether it is one of them.
    pub fn contains(self, name: EventName) -> bool {
        self.0 & (1 << name as u64) != 0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// In the catalog's order.
    pub fn names(self) -> Vec<&'static str> {
        let ours = EventName::ALL.iter().filter(|name| self.contains(**name));
        ours.map(|name| name.text()).collect()
    }
}

/// Names as they are stored.
pub fn written(names: &[EventName]) -> String {
    let names: Vec<&str> = names.iter().map(|name| name.text()).collect();
    names.join(" ")
}

/// What [`written`] wrote; a name that this version does not know is left out.
pub fn read(text: &str) -> Vec<EventName> {
    text.split(' ').filter_map(EventName::parse).collect()
}

impl FromIterator<EventName> for EventSet {
    fn from_iter<I: IntoIterator<Item = EventName>>(names: I) -> Self {
        let bits = names.into_iter().map(|name| 1 << name as u64);
        Self(bits.fold(0, |set, bit: u64| set | bit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalog_has_62_names_and_each_is_found_again() {
        assert_eq!(EventName::ALL.len(), 62);
        for name in EventName::ALL {
            assert_eq!(EventName::parse(name.text()), Some(*name));
        }
        assert_eq!(EventName::parse("message.invented"), None);
    }

    #[test]
    fn names_are_read_again_as_they_were_written() {
        let names = [EventName::CallOffer, EventName::MessageReceived];
        let set: EventSet = names.into_iter().collect();
        assert_eq!(set.names(), ["message.received", "call.offer"]);
        assert_eq!(read(&written(&names)), names);
        assert_eq!(read(&written(EventName::ALL)), EventName::ALL);
        assert!(read("message.invented").is_empty());
        assert!(!set.contains(EventName::CallAccept));
    }
}
