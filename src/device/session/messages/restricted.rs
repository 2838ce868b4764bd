//! What WhatsApp has said that it refuses is not tried: each attempt makes a restriction longer.

use wacore_binary::Jid;

use crate::device::life::chats::Called;
use crate::device::session::Session;
use crate::failure::{Failure, NotAccepted};

/// Refuses to begin a chat where WhatsApp does not let the account begin one now, unless the request insists.
pub(in crate::device::session) async fn may_write(
    session: &Session,
    jid: &Jid,
) -> Result<(), Failure> {
    let refused = session.life.restrictions.now();
    let Some((code, until)) = refused.refuses_new_chats().filter(|_| !session.terms.force) else {
        return Ok(());
    };
    if is_known(session, jid).await? {
        return Ok(());
    }
    let message_id = session.message_id().unwrap_or_default();
    let refusal = NotAccepted::foreseen(code, until, message_id);
    Err(Failure::NotAccepted(Box::new(refusal)))
}

/// Somebody has written in the chat, or it is one with somebody of the address book.
async fn is_known(session: &Session, jid: &Jid) -> Result<bool, Failure> {
    let life = &session.life;
    let Some(called) = Called::known_in(&life.records, jid).await else {
        return Ok(true);
    };
    let last = life.chats.last(&called).await;
    let (_, last) = last.map_err(|error| Failure::of_store("a chat could not be read", &error))?;
    if last.is_some() {
        return Ok(true);
    }
    let contacts = session.contacts().all().await?;
    Ok(contacts
        .iter()
        .any(|contact| contact.who().is(&called.other)))
}
