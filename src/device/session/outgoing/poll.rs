//! Polls.

use wa::message::PollCreationMessage;
use wa::message::poll_creation_message::Option as PollOption;
use waproto::whatsapp as wa;

use super::Outgoing;

impl Outgoing {
    /// A question with some answers, of which one may be chosen, or `several`. Votes are sealed with the secret that goes
    /// along: whoever has it can count them.
    pub fn poll(question: String, options: Vec<String>, several: bool) -> Self {
        let options = options.into_iter().map(|name| PollOption {
            option_name: Some(name),
            ..Default::default()
        });
        let content = PollCreationMessage {
            name: Some(question),
            options: options.collect(),
            // 0: as many as there are.
            selectable_options_count: Some(u32::from(!several)),
            ..Default::default()
        };
        let content = buffa::MessageField::some(content);
        let secret = wa::MessageContextInfo {
            message_secret: Some(rand::random::<[u8; 32]>().to_vec()),
            ..Default::default()
        };
        let mut message = wa::Message {
            message_context_info: buffa::MessageField::some(secret),
            ..Default::default()
        };
        // Phones read the third form for one choice, and the first for several.
        match several {
            true => message.poll_creation_message = content,
            false => message.poll_creation_message_v3 = content,
        }
        Self(message)
    }
}
