//! Whether anybody could read a message.

use tracing::debug;
use wacore_binary::{Jid, JidExt as _};
use whatsapp_rust::SignalError;

use crate::device::session::Session;
use crate::failure::{Failure, NotAccepted};
use crate::telemetry::Chain;

impl Session {
    /// Refuses a message to somebody of whose devices none can be written to. WhatsApp would accept it all the same, for
    /// the account's own devices.
    pub(super) async fn has_readers(&self, jid: &Jid, message_id: &str) -> Result<(), Failure> {
        if jid.is_group() {
            return Ok(());
        }
        match self.reaches_a_device(jid).await {
            Ok(true) => Ok(()),
            Ok(false) => {
                let refusal = NotAccepted::without_readers(message_id);
                let answer = Err(refusal.code.clone());
                self.life.note_answer_now(message_id, &answer).await;
                Err(Failure::NotAccepted(Box::new(refusal)))
            }
            Err(error) => {
                // What sends it meets the same, and says what it means.
                debug!(error = %Chain(&error), "whether anybody can read it is not known");
                Ok(())
            }
        }
    }

    async fn reaches_a_device(&self, jid: &Jid) -> Result<bool, SignalError> {
        let signal = self.client.signal();
        let devices = signal.get_user_devices(std::slice::from_ref(jid)).await?;
        for keys_were_asked_for in [false, true] {
            if keys_were_asked_for {
                signal.assert_sessions(&devices).await?;
            }
            for device in &devices {
                if signal.validate_session(device).await? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
