//! Calls, signal by signal. wutsd takes none.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use wacore::types::call::{CallAction, IncomingCall, MissedReason};
use wacore::types::events::Event as LibraryEvent;

use super::about::AboutCaller;
use super::participants::Participant;
use super::whole_seconds;
use crate::webhooks::catalog::EventName;
use crate::webhooks::event::{Event, Told};
use crate::webhooks::payload::Payload;

/// What the library says of calls.
pub fn report(event: &LibraryEvent) -> Option<Event> {
    match event {
        LibraryEvent::IncomingCall(call) => Some(signalled(call)),
        LibraryEvent::MissedCall(call) if matches!(call.reason, MissedReason::Offline) => {
            Some(Event::of(&CallTerminate::Missed(MissedCall {
                about: AboutCaller::from(&call.from),
                call_id: call.call_id.clone(),
                reason: Missed::MissedWhileOffline,
                timestamp: whole_seconds(call.timestamp),
            })))
        }
        _ => None,
    }
}

fn signalled(call: &IncomingCall) -> Event {
    let signal = CallSignal::from(call);
    match &call.action {
        CallAction::Offer { .. } | CallAction::OfferNotice { .. } => Event::of(&CallOffer(signal)),
        CallAction::Accept { .. } => Event::of(&CallAccept(signal)),
        CallAction::PreAccept { .. } => Event::of(&CallPreAccept(signal)),
        CallAction::Reject { .. } => Event::of(&CallReject(signal)),
        CallAction::Terminate { .. } => Event::of(&CallTerminate::Signalled(signal)),
        CallAction::RelayLatency { .. } => Event::of(&CallRelayLatency(signal)),
        CallAction::Transport { .. } => Event::of(&CallTransport(signal)),
        _ => Event::of(&CallUnknown(signal)),
    }
}

/// What is told of calls.
pub fn payloads() -> Vec<Payload> {
    vec![
        Payload::of::<CallOffer>(),
        Payload::of::<CallAccept>(),
        Payload::of::<CallPreAccept>(),
        Payload::of::<CallReject>(),
        Payload::of::<CallTerminate>(),
        Payload::of::<CallRelayLatency>(),
        Payload::of::<CallTransport>(),
        Payload::of::<CallUnknown>(),
    ]
}

/// One signal of a call.
#[derive(Serialize, ToSchema)]
pub struct CallSignal {
    #[serde(flatten)]
    about: AboutCaller,
    /// All signals of one call have the same.
    call_id: String,
    /// The JID of who began the call.
    creator: String,
    /// The number of who began it, `null` where it is not known.
    creator_pn: Option<String>,
    /// The LID of who began it, `null` where it is not known.
    creator_lid: Option<String>,
    /// WhatsApp's name of the signal: `offer`, `accept`, `terminate`, …
    #[schema(example = "offer")]
    action: &'static str,
    /// What belongs to the signal: it has a `type`, which is the action, and members that depend on it.
    #[schema(value_type = Object)]
    details: Value,
    timestamp: DateTime<Utc>,
}

impl From<&IncomingCall> for CallSignal {
    fn from(call: &IncomingCall) -> Self {
        // An offer says the number beside the LID.
        let number = match &call.action {
            CallAction::Offer { caller_pn, .. } => caller_pn.as_ref(),
            _ => None,
        };
        let creator = Participant::new(call.action.call_creator(), number);
        let caller =
            Participant::of(&call.from).map(|_person| Participant::new(&call.from, number));
        Self {
            about: AboutCaller::known(call.from.to_non_ad_string(), caller.as_ref()),
            call_id: call.action.call_id().to_owned(),
            creator: call.action.call_creator().to_non_ad_string(),
            creator_pn: creator.number_text(),
            creator_lid: creator.lid_text(),
            action: call.action.wire_tag(),
            details: serde_json::to_value(&call.action).unwrap_or_default(),
            timestamp: whole_seconds(call.timestamp),
        }
    }
}

/// Each signal has a name of its own, and all have the same shape.
macro_rules! signals {
    ($($(#[$about:meta])* $name:ident)*) => {$(
        $(#[$about])*
        #[derive(Serialize, ToSchema)]
        pub struct $name(CallSignal);

        impl Told for $name {
            const NAME: EventName = EventName::$name;
        }
    )*};
}

signals! {
    /// Somebody calls.
    CallOffer
    /// A call was taken.
    CallAccept
    /// A call is about to be taken: the two sides agree on how.
    CallPreAccept
    /// A call was declined.
    CallReject
    /// How long a relay takes, for the choice between them.
    CallRelayLatency
    /// Which way the call's data can go.
    CallTransport
    /// A signal that has no name of its own.
    CallUnknown
}

/// A call has ended, or had ended before the device was there.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum CallTerminate {
    /// While the device was there.
    Signalled(CallSignal),
    /// The device learns of it afterwards.
    Missed(MissedCall),
}

impl Told for CallTerminate {
    const NAME: EventName = EventName::CallTerminate;
}

/// A call that came while the device was not connected.
#[derive(Serialize, ToSchema)]
pub struct MissedCall {
    #[serde(flatten)]
    about: AboutCaller,
    call_id: String,
    reason: Missed,
    timestamp: DateTime<Utc>,
}

/// Why nobody could take a call.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// The device was not connected.
    MissedWhileOffline,
}
