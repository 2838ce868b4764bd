//! Who is mentioned in a status is told so in a message of their own, once WhatsApp has taken the status.

use tokio::time::timeout;
use tracing::warn;
use wacore_binary::Jid;
use wacore_binary::builder::NodeBuilder;
use waproto::whatsapp::Message;
use whatsapp_rust::{Client, SendOptions};

use super::Status;
use super::audience::addressed;
use crate::device::life::Life;
use crate::device::report::mentions;
use crate::device::session::messages::restricted;
use crate::device::session::outgoing::Outgoing;
use crate::failure::{Failure, Invalid};
use crate::jid::Person;
use crate::telemetry::Chain;

/// People whom a status mentions.
#[derive(Default)]
pub struct Mentioned(pub(in crate::device) Vec<Jid>);

impl Status<'_> {
    /// These people by their LIDs. Whoever is not there, is blocked, or may not be written to now, cannot be
    /// mentioned.
    pub async fn mentioned(&self, people: &[Person]) -> Result<Mentioned, Failure> {
        if people.is_empty() {
            return Ok(Mentioned::default());
        }
        let session = self.0;
        let (lookup, blocklist) = (session.lookup(), session.blocklist());
        let lids = session.query(lookup.lids(people));
        let (lids, blocked) = futures::try_join!(lids, blocklist.people())?;
        let lid = |person: &Person| {
            let no = |problem| Invalid::field("mentions", format!("mentions: {person} {problem}"));
            let user = lids.get(person).ok_or_else(|| no("is not on WhatsApp"))?;
            if session
                .client
                .lid()
                .is_some_and(|own| own.user == user.as_str())
            {
                return Err(no("is this account itself"));
            }
            match blocked.iter().any(|who| who.lid.as_ref() == Some(user)) {
                true => Err(no("is blocked")),
                false => Ok(Jid::lid(user.as_str())),
            }
        };
        let lids = people
            .iter()
            .map(lid)
            .collect::<Result<Vec<_>, Invalid>>()?;
        // They are told in messages, and those may be refused where the status is not.
        for lid in &lids {
            restricted::may_write(session, lid).await?;
        }
        Ok(Mentioned(lids))
    }
}

/// Tells those whom this status mentions. Told twice after a crash, they see it once: it has the same ids then.
pub(super) async fn tell((life, client): (&Life, &Client), id: &str, status: &Message) {
    let Some(mentions) = mentions(status) else {
        return;
    };
    let jids = mentions
        .people
        .iter()
        .filter_map(|jid| jid.parse::<Jid>().ok());
    let users: Vec<u64> = jids.filter_map(|jid| jid.user.parse().ok()).collect();
    for (place, jid) in addressed(life, client, &users)
        .await
        .into_iter()
        .enumerate()
    {
        let meta = NodeBuilder::new("meta").attr("is_status_mention", "true");
        let options = SendOptions::default()
            .with_message_id(format!("{id}{place:02X}"))
            .with_extra_stanza_nodes(vec![meta.build()]);
        let message = Outgoing::status_mention(id).0;
        let sent = client.send_message_with_options(jid, message, options);
        match timeout(life.shared.whatsapp.command_timeout, sent).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => warn!(error = %Chain(&error), "somebody is not told of a mention"),
            Err(_) => warn!("somebody is not told of a mention: that took too long"),
        }
    }
    if let Err(error) = life.records.settled().await {
        warn!(error = %Chain(&error), "what telling of mentions has changed could not be stored");
    }
}
