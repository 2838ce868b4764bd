//! Contact cards.

use wa::message::{ContactMessage, ContactsArrayMessage};
use waproto::whatsapp as wa;

use super::Outgoing;
use crate::jid::PhoneNumber;

/// What a contact card says of somebody.
#[derive(Clone, Debug)]
pub struct Card {
    /// As it is shown.
    pub name: String,
    /// WhatsApp's phones offer to write to it.
    pub phone: PhoneNumber,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub company: Option<String>,
    pub email: Option<String>,
}

impl Outgoing {
    /// One card, or several together.
    pub fn contacts(mut cards: Vec<Card>) -> Self {
        if cards.len() == 1 {
            return Self(wa::Message {
                contact_message: buffa::MessageField::some(contact(&cards.remove(0))),
                ..Default::default()
            });
        }
        let content = ContactsArrayMessage {
            display_name: Some(format!("{} contacts", cards.len())),
            contacts: cards.iter().map(contact).collect(),
            ..Default::default()
        };
        Self(wa::Message {
            contacts_array_message: buffa::MessageField::some(content),
            ..Default::default()
        })
    }
}

fn contact(card: &Card) -> ContactMessage {
    ContactMessage {
        display_name: Some(card.name.clone()),
        vcard: Some(card.vcard()),
        ..Default::default()
    }
}

impl Card {
    /// vCard 3.0 (RFC 2426). `waid`: without it phones show no button to write.
    fn vcard(&self) -> String {
        let text = |text: &Option<String>| escaped(text.as_deref().unwrap_or_default());
        let digits = self.phone.digits();
        let mut lines = vec![
            "BEGIN:VCARD".to_owned(),
            "VERSION:3.0".to_owned(),
            format!("N:{};{};;;", text(&self.last_name), text(&self.first_name)),
            format!("FN:{}", escaped(&self.name)),
        ];
        if self.company.is_some() {
            lines.push(format!("ORG:{};", text(&self.company)));
        }
        lines.push(format!("TEL;type=CELL;type=VOICE;waid={digits}:+{digits}"));
        if self.email.is_some() {
            lines.push(format!("EMAIL;type=INTERNET:{}", text(&self.email)));
        }
        lines.push("END:VCARD".to_owned());
        lines.join("\n")
    }
}

/// What has a meaning in a vCard stands for itself.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ',' | ';' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            // With a line feed it is a line's end, alone it is nothing.
            '\r' => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_can_hold_anything_and_is_still_one_card() {
        let card = Card {
            name: "Ada; Countess, of\r\nLovelace\\".into(),
            phone: "5511999999999".parse().expect("a number"),
            first_name: Some("Ada\nEND:VCARD".into()),
            last_name: None,
            company: Some("Engines, Ltd".into()),
            email: Some("ada@example.com".into()),
        };
        let expected = [
            "BEGIN:VCARD",
            "VERSION:3.0",
            r"N:;Ada\nEND:VCARD;;;",
            r"FN:Ada\; Countess\, of\nLovelace\\",
            r"ORG:Engines\, Ltd;",
            "TEL;type=CELL;type=VOICE;waid=5511999999999:+5511999999999",
            "EMAIL;type=INTERNET:ada@example.com",
            "END:VCARD",
        ];
        assert_eq!(card.vcard(), expected.join("\n"));
    }
}
