//! Votes: which options somebody has chosen in a poll that is kept.

use wacore::poll::{PollVoteCiphertext, compute_option_hash};
use wacore::types::events::InboundMessage;
use wacore_binary::Jid;
use waproto::whatsapp::Message;
use waproto::whatsapp::message::PollCreationMessage;
use whatsapp_rust::Client;

use super::Life;
use crate::device::kept::{self, Kept};
use crate::device::report::{PollVote, unwrapped};
use crate::store::StoreError;
use crate::store::messages::Whose;

impl Life {
    /// What a message chooses. `None`: it is no vote, or one that cannot be read, because its poll is not known here.
    pub async fn vote(
        &self,
        client: &Client,
        message: &InboundMessage,
    ) -> Result<Option<PollVote>, StoreError> {
        let content = unwrapped(&message.message);
        let Some(update) = content.poll_update_message.as_option() else {
            return Ok(None);
        };
        let (Some(key), Some(vote)) = (
            update.poll_creation_message_key.as_option(),
            update.vote.as_option(),
        ) else {
            return Ok(None);
        };
        let id = key.id.as_deref().unwrap_or_default();
        let store = &self.shared.store;
        let found = store.message(self.plan.number, id, Whose::Anybodys);
        let Some(kept): Option<Kept> = found.await? else {
            return Ok(None);
        };
        let poll = kept::content(&kept);
        let secret = poll.message_context_info.as_option();
        let secret = secret.and_then(|info| info.message_secret.as_deref());
        let creator = kept.about.author_jid.parse::<Jid>().ok();
        let (Some(secret), Some(creator), Some(poll)) = (secret, creator, creation(&poll)) else {
            return Ok(None);
        };
        let sealed = PollVoteCiphertext {
            enc_payload: vote.enc_payload.as_deref().unwrap_or_default(),
            enc_iv: vote.enc_iv.as_deref().unwrap_or_default(),
        };
        let (polls, voter) = (client.polls(), &message.info.source.sender);
        let chosen = polls.decrypt_vote(sealed, secret, id, &creator, voter);
        let Ok(chosen) = chosen.await else {
            // It is told as it came.
            return Ok(None);
        };
        let question = poll.name.clone().unwrap_or_default();
        Ok(Some(PollVote::new(key, question, names(poll, &chosen))))
    }
}

/// Of these hashes, in the poll's order.
fn names(poll: &PollCreationMessage, chosen: &[Vec<u8>]) -> Vec<String> {
    let options = poll.options.iter();
    let names = options.filter_map(|option| option.option_name.clone());
    let is_chosen = |name: &String| {
        let hash = compute_option_hash(name);
        chosen.iter().any(|chosen| chosen[..] == hash)
    };
    names.filter(is_chosen).collect()
}

fn creation(message: &Message) -> Option<&PollCreationMessage> {
    let message = unwrapped(message);
    let forms = [
        &message.poll_creation_message,
        &message.poll_creation_message_v2,
        &message.poll_creation_message_v3,
        &message.poll_creation_message_v5,
    ];
    forms.into_iter().find_map(|form| form.as_option())
}
