//! From the protocol library's events to what a life acts on.
//!
//! Called on the receive path, so nothing here waits. Only the few events that move a life reach the actor's
//! mailbox; what may come in floods goes where it belongs without passing it.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use wacore::types::events::{
    ConnectFailureReason, Event, EventHandler, EventInterest, EventKind, ServerAck,
};

use super::Life;
use super::failpoints::Point;
use crate::device::exit::ExitReason;
use crate::device::life::rules::is_news_of_the_account;
use crate::device::life::viewers::{is_nobodys, receipt_of_status};
use crate::device::messages::Observed;
use crate::device::report::{MessageSent, report, unhooked};
use crate::device::settle::settle_soon;
use crate::device::told;
use crate::store::devices::Account;
use crate::store::jobs::Outcome;

/// The handler of one life. Held by its client.
pub struct Observer(pub Arc<Life>);

impl EventHandler for Observer {
    fn handle_event(&self, event: Arc<Event>) {
        if let Event::RawNode(node) = &*event {
            // All stanzas come by here: whatever it is not about goes on at once.
            if let Some(receipt) = receipt_of_status(node) {
                self.0.shared.receipts.hear(&self.0, &receipt);
            } else if is_news_of_the_account(node) {
                self.0.told.changed();
            }
            return;
        }
        self.0.failpoints.hit(Point::Event);
        match &*event {
            Event::OfflineSyncPreview(preview) => self.0.backlog.announced(preview.total),
            // Not all of it: what is told of the end is told when it has come.
            Event::OfflineSyncCompleted(done) if !self.0.backlog.ended(done.count) => {
                self.0.actor.do_send(Observed::BacklogLeft);
                return;
            }
            _ => {}
        }
        self.0.chats.hear(&event);
        self.0.calls.hear(&event);
        self.0.hear_restriction(&event);
        self.announce(&event);
        match &*event {
            Event::ServerAck(ack) => self.acknowledge(ack),
            // What else did not work is tried again by the library.
            Event::AppStateSyncFailed(failed) => {
                let skipped = failed.skipped.iter();
                self.0
                    .owed
                    .note(skipped.filter_map(|name| name.parse().ok()));
                if !failed.connected {
                    self.0.actor.do_send(Observed::WithoutAppState);
                }
            }
            Event::ContactUpdate(update) => self.0.contacts.learn(update),
            // It is read from the stanza.
            Event::Receipt(receipt) if is_nobodys(receipt) => {}
            Event::Receipt(receipt) => self.0.shared.receipts.hear(&self.0, receipt),
            other => {
                if let Some(observed) = observed(other) {
                    self.0.actor.do_send(observed);
                }
            }
        }
    }

    fn interest(&self) -> EventInterest {
        EventInterest::of(&[
            EventKind::Connected,
            EventKind::PairingQrCode,
            EventKind::PairSuccess,
            EventKind::PairError,
            EventKind::PairingQrCodesExhausted,
            EventKind::PairingCodeRefresh,
            EventKind::PairingCodeError,
            EventKind::PairPasskeyRequest,
            EventKind::PairPasskeyConfirmation,
            EventKind::PairPasskeyError,
            EventKind::LoggedOut,
            EventKind::StreamReplaced,
            EventKind::ClientOutdated,
            EventKind::TemporaryBan,
            EventKind::ConnectFailure,
            EventKind::Disconnected,
            EventKind::ServerAck,
            EventKind::ContactUpdate,
            EventKind::AppStateSyncFailed,
            EventKind::RawNode,
            // For webhooks.
            EventKind::Messages,
            EventKind::Receipt,
            EventKind::UndecryptableMessage,
            EventKind::Presence,
            EventKind::ChatPresence,
            EventKind::ContactUpdated,
            EventKind::ContactNumberChanged,
            EventKind::PushNameUpdate,
            EventKind::UserAboutUpdate,
            EventKind::PictureUpdate,
            EventKind::GroupUpdate,
            EventKind::IncomingCall,
            EventKind::MissedCall,
            EventKind::IdentityChange,
            EventKind::NewsletterLiveUpdate,
            EventKind::MexNotification,
            EventKind::OfflineSyncPreview,
            EventKind::OfflineSyncCompleted,
            EventKind::PinUpdate,
            EventKind::MuteUpdate,
            EventKind::ArchiveUpdate,
            EventKind::MarkChatAsReadUpdate,
            EventKind::DeleteChatUpdate,
            EventKind::ClearChatUpdate,
            EventKind::DeleteMessageForMeUpdate,
            EventKind::UserStatusMuteUpdate,
            EventKind::LabelAssociationUpdate,
            EventKind::LabelEditUpdate,
        ])
    }
}

impl Observer {
    fn announce(&self, event: &Event) {
        let (plan, webhooks) = (&self.0.plan, &self.0.shared.webhooks);
        if !webhooks.listens(plan.number) {
            return;
        }
        if let Event::NewsletterLiveUpdate(update) = event
            && !self.0.watched.is_news(update)
        {
            return;
        }
        if let Event::Messages(batch) = event {
            for event in unhooked(plan.device, batch) {
                self.0.publish(event);
            }
        } else if let Some(event) = report(event, self.0.begun) {
            // People are named as they were in WhatsApp's stanza.
            self.0.publish(event);
        }
    }

    fn acknowledge(&self, ack: &ServerAck) {
        if ack.class.as_deref() != Some("message") {
            return;
        }
        let answer = match &ack.error {
            Some(code) => Err(code.clone()),
            None => Ok(ack.timestamp.map_or_else(Utc::now, told::time)),
        };
        let sent = answer.clone();
        let known = self.0.acks.resolve(&ack.id, answer);
        if known.as_ref().is_some_and(|message| message.part) {
            // Whoever sends the parts tells of the whole.
            return;
        }
        if !known.as_ref().is_some_and(|message| message.awaited) {
            // Whoever sent it has waited for long enough; it is known all the same.
            self.0.note_answer(&ack.id, &sent);
        }
        let (Some(message), Ok(at)) = (known, sent) else {
            return;
        };
        if let (Some(chat), true) = (&ack.from, message.is_talk()) {
            self.0.chats.sent(chat, &ack.id, at);
        }
        let by_job = self.0.jobs.take(&ack.id).is_some();
        let told = MessageSent::new(ack, at, message.kind, by_job || message.by_job);
        let event = told.event(self.0.plan.device);
        match by_job {
            true => settle_soon(&self.0, &ack.id, Outcome::Sent(at.timestamp()), event),
            false => self.0.publish(event),
        }
    }
}

fn observed(event: &Event) -> Option<Observed> {
    Some(match event {
        Event::Connected(_) => Observed::Connected,
        Event::PairingQrCode(qr) => Observed::Qr {
            code: qr.code.clone(),
            valid_for: qr.timeout,
            shown_by: tokio::task::try_id(),
        },
        Event::PairPasskeyRequest(request) => {
            Observed::PasskeyRequested(request.request_options_json.clone())
        }
        Event::PairPasskeyConfirmation(confirmation) => Observed::PasskeyCode {
            code: confirmation.code.clone(),
            known: confirmation.skip_handoff_ux,
        },
        Event::PairPasskeyError(_) => Observed::PasskeyBroken,
        Event::PairSuccess(pair) => Observed::Paired(Account {
            jid: pair.id.to_string(),
            lid: pair.lid.to_string(),
        }),
        Event::PairError(pairing) => {
            tracing::warn!(error = pairing.error, "a pairing failed");
            Observed::Ended(ExitReason::PairingEnded)
        }
        // With a code to type under way the library leaves the connection to us.
        Event::PairingQrCodesExhausted(codes) if !codes.disconnected => Observed::NoMoreQr,
        Event::PairingQrCodesExhausted(_) => Observed::Ended(ExitReason::PairingEnded),
        Event::PairingCodeRefresh(_) | Event::PairingCodeError(_) => Observed::PairCodeDead,
        Event::LoggedOut(out) => Observed::Ended(refusal(out.reason)),
        Event::StreamReplaced(_) => Observed::Ended(ExitReason::Replaced),
        Event::ClientOutdated(_) => Observed::Ended(ExitReason::ClientOutdated),
        Event::TemporaryBan(ban) => {
            Observed::Ended(ExitReason::TemporarilyBanned(told::wait(ban.expire)))
        }
        Event::ConnectFailure(failure) => Observed::Ended(refusal(failure.reason)),
        Event::Disconnected(_) => Observed::Ended(ExitReason::ConnectionLost),
        _ => return None,
    })
}

/// The reasons with which WhatsApp refuses a login, or takes it back.
fn refusal(reason: ConnectFailureReason) -> ExitReason {
    match reason {
        ConnectFailureReason::LoggedOut => ExitReason::LoggedOut,
        ConnectFailureReason::AccountLocked => ExitReason::Locked,
        ConnectFailureReason::UnknownLogout => ExitReason::Banned,
        ConnectFailureReason::ClientOutdated => ExitReason::ClientOutdated,
        // Without an end that could be read: ask again in an hour.
        ConnectFailureReason::TempBanned => {
            ExitReason::TemporarilyBanned(Duration::from_secs(3600))
        }
        ConnectFailureReason::InternalServerError | ConnectFailureReason::ServiceUnavailable => {
            ExitReason::ServerUnavailable
        }
        ConnectFailureReason::Unknown(429) => ExitReason::RateLimited,
        ConnectFailureReason::Generic => ExitReason::Refused(400),
        ConnectFailureReason::BadUserAgent => ExitReason::Refused(409),
        ConnectFailureReason::CatExpired => ExitReason::Refused(413),
        ConnectFailureReason::CatInvalid => ExitReason::Refused(414),
        ConnectFailureReason::NotFound => ExitReason::Refused(415),
        ConnectFailureReason::ClientUnknown => ExitReason::Refused(418),
        ConnectFailureReason::Experimental => ExitReason::Refused(501),
        ConnectFailureReason::Unknown(code) => ExitReason::Refused(code.try_into().unwrap_or(0)),
    }
}
