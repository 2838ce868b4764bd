//! Whose shop a message is about.

use wacore_binary::Jid;

use super::OpenChat;
use crate::device::session::jids;
use crate::failure::Failure;
use crate::jid::Person;

impl OpenChat<'_> {
    /// The JID of a shop's owner, by number where it is known; nobody: the account itself.
    pub async fn shop(&self, owner: Option<&Person>) -> Result<String, Failure> {
        let session = self.session;
        let Some(owner) = owner else {
            let own = session.client.pn().ok_or(Failure::Disconnected)?;
            return Ok(own.to_non_ad().to_string());
        };
        let known = session.lookup().find_one(owner).await?;
        let jid = known.and_then(|known| known.phone.map(Jid::pn));
        Ok(jid.unwrap_or_else(|| jids::person(owner)).to_string())
    }
}
