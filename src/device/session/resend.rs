//! What a job of an earlier run had begun to send is sent once more under the id that it had: phones show an id once.

use std::sync::Arc;

use tokio::time::timeout;
use tracing::info;
use wacore_binary::Jid;
use whatsapp_rust::Client;

use super::failures;
use super::messages::prepared;
use super::outgoing::Outgoing;
use crate::device::kept::{self, ChatSettings, Kept};
use crate::device::life::Life;
use crate::device::settle::fail_soon;
use crate::failure::Failure;
use crate::store::jobs::PromisedJob;
use crate::store::messages::Whose;

/// Sends all that is left of an earlier run, one after the other. What the end of this life cuts off is left for the next.
pub(in crate::device) async fn resend_left(life: Arc<Life>, client: Arc<Client>) {
    let (shared, device) = (&life.shared, life.plan.number);
    while let Some(job) = shared.left.first(device) {
        let id = job.message_id.as_str();
        life.jobs.begin(id, &job.chat);
        let sent = resend(&life, &client, &job).await;
        // WhatsApp's ack has ended the job, and has told of it.
        let ended = life.jobs.take(id).is_none();
        match sent.err().filter(|_| !ended) {
            None => info!("a message of an earlier run has been sent again"),
            Some(Failure::Disconnected) => return,
            Some(failure) => {
                info!(reason = %failure, "a message of an earlier run could not be sent again");
                fail_soon(&life, id, &job.chat, (&failure, true));
            }
        }
        shared.left.done(device);
    }
}

async fn resend(life: &Life, client: &Client, job: &PromisedJob) -> Result<(), Failure> {
    let (store, id) = (&life.shared.store, &job.message_id);
    let not_read =
        |error| Failure::of_store("a message of an earlier run could not be read", &error);
    let kept: Option<Kept> = store
        .message(job.device, id, Whose::Mine)
        .await
        .map_err(not_read)?;
    let known = kept.and_then(|kept| Some((kept.about.chat.parse::<Jid>().ok()?, kept)));
    let Some((jid, kept)) = known else {
        return Err(Failure::TimedOut { message_id: None });
    };
    let settings: Option<ChatSettings> = store
        .chat(job.device, &jid.to_non_ad_string())
        .await
        .map_err(not_read)?;
    let settings = settings.filter(|settings| settings.disappear_after > 0);
    let message = Outgoing(kept::content(&kept));
    let (message, options) = prepared(message, settings.as_ref(), id);
    let ack = life.acks.expect(id, Some(kept.about.kind));
    let sent = async {
        let written = client.send_message_with_options(jid, message, options);
        written.await.map_err(failures::not_sent)?;
        let answer = ack.answer().await.ok_or(Failure::Disconnected)?;
        answer.map(drop).map_err(Failure::Refused)
    };
    let sent = timeout(life.shared.whatsapp.command_timeout, sent).await;
    sent.unwrap_or(Err(Failure::TimedOut { message_id: None }))
}
