//! The faults by name: what the server does wrong.

use serde::{Deserialize, Serialize};

/// A late answer comes within this many milliseconds: longer is silence.
const LATEST: u64 = 10 * 60 * 1000;

/// What goes wrong. Every fault stays until it is cleared or used up.
///
/// This is also how the control API names them: in snake case, with these fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// Messages are refused with this code, and not delivered.
    AckError { error: u16 },
    /// Messages are delivered and never acknowledged.
    AckSilence,
    /// App state is served with a snapshot MAC that does not verify.
    AppstateBadMac,
    /// A patch is refused as if its base were old.
    AppstateConflict,
    /// A snapshot of app state has its first record twice, so that it does not verify.
    AppstateDoubleRecord,
    /// A companion without an account is told to make new registration material, so that the QR code
    /// which it has shown is worth nothing. For `*` only.
    CompanionRegRefresh,
    /// The socket is closed without a word: of those who are there, once; with `times` also at later
    /// logins.
    Drop,
    /// A message reaches the device twice.
    DuplicateDelivery,
    /// The handshake is answered with bytes that mean nothing.
    HandshakeGarbage,
    /// The handshake is not answered.
    HandshakeSilence,
    /// Queries of a namespace are refused.
    IqError {
        xmlns: String,
        code: u16,
        /// Seconds after which the client may ask again.
        #[serde(skip_serializing_if = "Option::is_none")]
        backoff: Option<u32>,
    },
    /// Queries of a namespace are answered after so many milliseconds, ten minutes at most.
    IqLate { xmlns: String, ms: u64 },
    /// Queries of a namespace stay without an answer.
    IqSilence { xmlns: String },
    /// The phone does not answer a device that asks for keys of the app state.
    KeySilence,
    /// Logins get `<failure>` with this reason instead of `<success>`.
    LoginFailure {
        reason: u16,
        /// Seconds, for a ban.
        #[serde(skip_serializing_if = "Option::is_none")]
        expire: Option<u64>,
    },
    /// The device's keys (an account's: its phone's, too) are not handed out: nobody can begin to write to it.
    KeysWithheld,
    /// Uploads stay without an answer, and downloads that carry the device's `auth`; with `*`, all.
    MediaSilence,
    /// Uploads are refused with this HTTP status (400 to 599), and downloads that carry the device's
    /// `auth`; with `*`, all.
    MediaStatus { status: u16 },
    /// The connection stays; what comes over it is not read, pings included, and nothing is sent
    /// until the fault is gone.
    Mute,
    /// A login is not told where its queued stanzas end.
    NoOfflineMarker,
    /// The account's phone is handed what others are told in groups and statuses, though it is not meant.
    Overhear,
    /// The device's keys (an account's: its phone's, too) are handed out without a one-time key.
    PrekeysExhausted,
    /// The account may begin no chats until this moment, in Unix seconds: WhatsApp's reach-out timelock. Messages to
    /// people who are no contacts of it, and have not written to it, are refused with 463.
    ReachOutLocked { until: u64 },
    /// The account has begun as many chats as it may until this moment, in Unix seconds: messages to such people are
    /// refused with 475.
    NewChatsCapped { until: u64 },
    /// The TCP connection is reset; when, as for `Drop`.
    Reset,
    /// What waited for a device comes in batches, each of which the device has to ask for, and so many milliseconds after that.
    SlowBacklog { ms: u64 },
    /// The account posts no more than so many parts of statuses in so many milliseconds; what is beyond that is refused with
    /// 429.
    StatusPaced { most: u32, ms: u64 },
    /// The stream ends with an error that has a code, a conflict, or both; when, as for `Drop`.
    StreamError {
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<u16>,
        #[serde(skip_serializing_if = "Option::is_none")]
        conflict: Option<String>,
    },
}

impl Fault {
    /// The fields that some fault has. Each is taken with every fault, needed or not, so that a test may
    /// set several faults in the same way.
    pub const FIELDS: [&str; 11] = [
        "backoff", "code", "conflict", "error", "expire", "most", "ms", "reason", "status",
        "until", "xmlns",
    ];

    /// Refuses what cannot be done, and bounds how late an answer comes.
    pub fn checked(self) -> Result<Self, &'static str> {
        match self {
            Self::IqLate { xmlns, ms } => Ok(Self::IqLate {
                xmlns,
                ms: ms.min(LATEST),
            }),
            Self::SlowBacklog { ms } => Ok(Self::SlowBacklog { ms: ms.min(LATEST) }),
            Self::MediaStatus { status } if !(400..600).contains(&status) => {
                Err("status must be 400 to 599")
            }
            Self::StreamError {
                code: None,
                conflict: None,
            } => Err("code or conflict is missing"),
            fault => Ok(fault),
        }
    }

    /// The account may not do everything, which it is told.
    pub fn restricts(&self) -> bool {
        matches!(
            self,
            Self::ReachOutLocked { .. } | Self::NewChatsCapped { .. }
        )
    }

    /// Acts on connections rather than on what they carry.
    pub fn closes(&self) -> bool {
        matches!(self, Self::Drop | Self::Reset | Self::StreamError { .. })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_fault_is_read_by_its_name_and_shown_as_it_was_set() {
        let set = json!({ "fault": "iq_error", "xmlns": "blocklist", "code": 429, "backoff": 7 });
        let fault: Fault = serde_json::from_value(set.clone()).unwrap();
        let expected = Fault::IqError {
            xmlns: "blocklist".to_owned(),
            code: 429,
            backoff: Some(7),
        };
        assert_eq!(fault, expected);
        assert_eq!(json!(fault), set);
    }

    #[test]
    fn every_field_of_a_fault_is_known() {
        let all = [
            Fault::AckError { error: 1 },
            Fault::IqError {
                xmlns: String::new(),
                code: 1,
                backoff: Some(1),
            },
            Fault::IqLate {
                xmlns: String::new(),
                ms: 1,
            },
            Fault::LoginFailure {
                reason: 1,
                expire: Some(1),
            },
            Fault::MediaStatus { status: 500 },
            Fault::ReachOutLocked { until: 1 },
            Fault::NewChatsCapped { until: 1 },
            Fault::StatusPaced { most: 1, ms: 1 },
            Fault::StreamError {
                code: Some(1),
                conflict: Some(String::new()),
            },
        ];
        let shown = all.iter().map(|fault| json!(fault));
        let named = shown.flat_map(|shown| match shown {
            Value::Object(fields) => fields.into_iter().map(|(name, _)| name).collect(),
            _ => Vec::new(),
        });
        let mut named: Vec<String> = named.filter(|name| name != "fault").collect();
        named.sort();
        named.dedup();
        assert_eq!(named, Fault::FIELDS);
    }

    #[test]
    fn what_cannot_be_done_is_refused_and_an_answer_is_never_later_than_ten_minutes() {
        let nothing = Fault::StreamError {
            code: None,
            conflict: None,
        };
        assert!(nothing.checked().is_err());
        assert!(Fault::MediaStatus { status: 200 }.checked().is_err());
        let late = |ms| Fault::IqLate {
            xmlns: "w:p".to_owned(),
            ms,
        };
        assert_eq!(late(u64::MAX).checked(), Ok(late(LATEST)));
    }
}
