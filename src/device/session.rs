//! What a command sees of a live device: our words on this side, the protocol library's behind them.

pub mod app_state;
pub mod blocklist;
pub mod contacts;
pub mod groups;
pub mod lookup;
pub mod media;
pub mod outgoing;
pub mod privacy;
pub mod status;

use std::sync::Arc;
use std::time::Duration;

use actix::Recipient;
use chrono::{DateTime, Utc};
use tokio::time::Instant;
use wacore::iq::devices::RemoveCompanionDeviceSpec;
use whatsapp_rust::features::{AppStateError, StatusSendOptions};
use whatsapp_rust::{Client, ErrorChainExt, IqError, SendError};

use self::outgoing::Outgoing;
use self::status::audience::Audience;
use super::Stop;
use super::acks::Acks;
use super::app_state::AppState;
use super::contacts::ContactBook;
use super::exit::ExitReason;
use super::pulse::Pulse;
use super::readers::Readers;
use crate::failure::Failure;
use crate::media::download::Downloader;
use crate::store::{DeviceNumber, RecordBackend, Store};
use crate::telemetry::Chain;

/// WhatsApp's acceptance of one message.
#[derive(Clone, Debug)]
pub struct Ack {
    pub message_id: String,
    pub at: DateTime<Utc>,
}

/// A live device, lent to one command.
#[derive(Clone)]
pub struct Session {
    pub(super) client: Arc<Client>,
    pub(super) downloader: Arc<Downloader>,
    pub(super) store: Store,
    pub(super) number: DeviceNumber,
    pub(super) acks: Acks,
    pub(super) contacts: ContactBook,
    pub(super) app_state: AppState,
    pub(super) readers: Readers,
    pub(super) pulse: Pulse,
    pub(super) records: Arc<RecordBackend>,
    pub(super) sabotage: super::sabotage::Sabotage,
    pub(super) stop: Recipient<Stop>,
    /// The `query` clock: one stanza and its answer.
    pub(super) query_timeout: Duration,
    pub(super) deadline: Instant,
}

impl Session {
    /// Whom the account's status privacy admits, as WhatsApp has it at this moment.
    pub async fn status_audience(&self) -> Result<Audience, Failure> {
        // Contacts that came while the device was away. A server that keeps them to itself does not stop a status.
        let _ = tokio::time::timeout(self.query_timeout, self.app_state.caught_up()).await;
        let (privacy, blocked) = futures::try_join!(self.status_privacy(), self.blocked())?;
        let contacts = self.contacts.all().await.map_err(store_failed)?;
        self.query(self.audience(privacy, &blocked, contacts)).await
    }

    /// Publishes on the status broadcast and waits for WhatsApp's own ack: written is not accepted.
    pub async fn publish_status(
        &self,
        audience: Audience,
        message: Outgoing,
    ) -> Result<Ack, Failure> {
        // Chosen before the first byte leaves, so that a timeout can name what may still arrive.
        let message_id = self.client.generate_message_id();
        let ack = self.acks.expect(&message_id);
        let options = StatusSendOptions {
            privacy: audience.setting,
            message_id: Some(message_id.clone()),
            ..Default::default()
        };
        let status = self.client.status();
        let published = async {
            self.rotate_status_key(&audience).await?;
            status
                .send_raw(message.0, &audience.recipients, options)
                .await
                .map_err(not_sent)?;
            match ack.answer().await {
                Some(Ok(at)) => {
                    // A phone that cannot read it asks for it again, perhaps in the device's next life.
                    self.records.settled().await.map_err(store_failed)?;
                    Ok(at)
                }
                Some(Err(code)) => Err(Failure::Refused(code)),
                None => Err(Failure::Disconnected),
            }
        };
        match tokio::time::timeout_at(self.deadline, published).await {
            Ok(accepted) => accepted.map(|at| Ack { message_id, at }),
            Err(_) => {
                self.pulse.doubt();
                Err(Failure::TimedOut {
                    message_id: Some(message_id),
                })
            }
        }
    }

    /// Asks WhatsApp to unlink this device, then ends the life.
    pub async fn unlink(&self) -> Result<(), Failure> {
        let Some(jid) = self.client.pn() else {
            return Err(Failure::Disconnected);
        };
        let unlink = async {
            self.client
                .execute(RemoveCompanionDeviceSpec::new(&jid))
                .await
                .map_err(unanswered)
        };
        self.query(unlink).await?;
        self.stop.do_send(Stop(ExitReason::LoggedOut));
        Ok(())
    }

    pub(super) async fn query<T>(
        &self,
        query: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        self.sabotage.strike(super::sabotage::Place::Command);
        let answered = tokio::time::timeout(self.query_timeout, query).await;
        answered.unwrap_or_else(|_| {
            self.pulse.doubt();
            Err(Failure::TimedOut { message_id: None })
        })
    }
}

pub(super) fn store_failed(error: crate::store::StoreError) -> Failure {
    tracing::error!(error = %Chain(&error), "a command could not read the store");
    Failure::Internal
}

/// What the end of a query means to the caller.
pub(super) fn unanswered(error: IqError) -> Failure {
    match error {
        IqError::Timeout => Failure::TimedOut { message_id: None },
        IqError::ServerError { code, .. } => Failure::Refused(code.to_string()),
        IqError::UnexpectedResponseType { .. }
        | IqError::DuplicateRequestId(_)
        | IqError::EncodeError(_)
        | IqError::ParseError(_) => Failure::Refused("unreadable answer".into()),
        _ => Failure::Disconnected,
    }
}

/// Why a change of the app state did not come about.
pub(super) fn app_state_failed(error: AppStateError) -> Failure {
    match error {
        AppStateError::Internal(error) => match error.downcast::<IqError>() {
            Ok(error) => unanswered(error),
            Err(_) => Failure::Refused("app state".into()),
        },
        _ => Failure::Refused("app state".into()),
    }
}

/// Why the library could not write a message.
fn not_sent(error: SendError) -> Failure {
    match error {
        SendError::Iq(error) => unanswered(error),
        SendError::NotLoggedIn | SendError::Client(_) => Failure::Disconnected,
        SendError::InvalidRequest(_) => Failure::Refused("nobody to send to".into()),
        other => {
            if let Some(rejection) = other.server_rejection() {
                return Failure::Refused(rejection.code.to_string());
            }
            // The error's own text may name contacts: its kind is enough to find the place.
            tracing::error!("the protocol library could not prepare a message");
            Failure::Internal
        }
    }
}
