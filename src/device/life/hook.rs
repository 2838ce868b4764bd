//! What stands between an inbound message and its acknowledgement: its event must be on disk first.

use std::sync::Arc;

use async_trait::async_trait;
use wacore::store::traits::PendingInboundKey;
use wacore::types::events::InboundMessage;
use wacore::types::message::MessageInfo;
use whatsapp_rust::{Client, InboundDurabilityHook};

use super::Life;
use super::contact::Names;
use crate::device::report::{MessageReceived, Participant, Participants, received};
use crate::webhooks::event::Told;

/// The hook of one life. Held by its client.
pub struct Hook(pub Arc<Life>);

#[async_trait]
impl InboundDurabilityHook for Hook {
    /// May be called twice for the same messages: their events have the same ids then.
    async fn on_messages(
        &self,
        client: Arc<Client>,
        batch: &[InboundMessage],
    ) -> anyhow::Result<()> {
        for message in batch {
            self.learn_names(&message.info);
        }
        let (webhooks, device) = (&self.0.shared.webhooks, self.0.plan.number);
        let told = webhooks.wants(device, MessageReceived::NAME);
        if !told && !self.0.shared.keeps() {
            return Ok(());
        }
        let own = Participant::among(client.pn().iter().chain(&client.lid()));
        let mut along = Vec::with_capacity(batch.len());
        for message in batch {
            let people = Participants::of(&message.info.source, own.clone());
            let people = people.known_to(&client).await;
            if told {
                let vote = self.0.vote(&client, message).await?;
                let event = received(self.0.plan.device, message, &people, vote);
                if let Some(event) = event {
                    along.extend(webhooks.record(device, event, &self.0.records).await?);
                }
            }
            self.0.keep(message, &people, &mut along).await?;
        }
        if along.is_empty() {
            return Ok(());
        }
        let named = |message: &InboundMessage| {
            let source = &message.info.source;
            (source.chat.to_string(), source.sender.to_string())
        };
        let names: Vec<(String, String)> = batch.iter().map(named).collect();
        let keys: Vec<PendingInboundKey<'_>> = batch
            .iter()
            .zip(&names)
            .map(|(message, (chat, sender))| PendingInboundKey {
                chat,
                sender,
                id: &message.info.id,
            })
            .collect();
        self.0.records.commit_inbound(&keys, along).await?;
        webhooks.recorded(device);
        Ok(())
    }
}

impl Hook {
    fn learn_names(&self, info: &MessageInfo) {
        if info.source.is_from_me {
            return;
        }
        let business = info.verified_name.as_ref();
        let names = Names {
            push_name: Some(info.push_name.clone()).filter(|name| !name.is_empty()),
            business_name: business.and_then(|verified| verified.name.clone()),
        };
        let sender = [Some(&info.source.sender), info.source.sender_alt.as_ref()];
        let sender = sender.into_iter().flatten().cloned();
        self.0.contacts.learn_names(sender, names);
    }
}
