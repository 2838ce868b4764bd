//! Calls, which can be declined. Nothing here takes one.

use whatsapp_rust::CallError;

use super::Session;
use crate::device::life::calls::Caller;
use crate::failure::Failure;
use crate::jid::Person;

/// Calls that come in.
pub struct Calls<'a>(&'a Session);

impl Session {
    /// Calls that come in.
    pub fn calls(&self) -> Calls<'_> {
        Calls(self)
    }
}

impl Calls<'_> {
    /// Declines one. Returns when WhatsApp has been told, which does not say whether it still rang. `from`: who calls, where
    /// that is not known here.
    pub async fn reject(&self, id: &str, from: &Person) -> Result<(), Failure> {
        let caller = match self.0.life.calls.caller(id) {
            Some(caller) => caller,
            None => {
                let (from, _) = self.0.lookup().registered_one("from", from).await?;
                Caller {
                    creator: from.clone(),
                    peer: from,
                }
            }
        };
        let voip = self.0.client.voip();
        let told = voip.reject_call(id, &caller.peer, &caller.creator).await;
        told.map_err(|error| match error {
            CallError::Send(_) => Failure::Disconnected,
            error => Failure::internal("a call could not be declined", &error),
        })
    }
}
