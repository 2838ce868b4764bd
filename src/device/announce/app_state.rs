//! What the account's other devices have changed: chats, contacts, labels.

use serde_json::{Value, json};
use wacore::types::events::Event;
use wacore_binary::Jid;

use super::{about, time};
use crate::device::life::contact::Contact;
use crate::webhooks::catalog::EventName;

/// What a device fetches when it is paired is no news.
pub fn announcement(event: &Event) -> Option<(EventName, Value)> {
    macro_rules! news {
        ($name:ident, $update:expr, $jid:ident, $data:expr) => {{
            if $update.from_full_sync {
                return None;
            }
            let mut data = $data;
            data["timestamp"] = time($update.timestamp).into();
            Some((EventName::$name, about("chat", &$update.$jid, data)))
        }};
    }
    match event {
        Event::PinUpdate(update) => {
            let pinned = update.action.pinned.unwrap_or_default();
            news!(ChatPin, update, jid, json!({ "pinned": pinned }))
        }
        Event::MuteUpdate(update) => {
            let action = &update.action;
            let data = json!({ "muted": action.muted.unwrap_or_default(), "muted_until": action.mute_end_timestamp });
            news!(ChatMute, update, jid, data)
        }
        Event::ArchiveUpdate(update) => {
            let archived = update.action.archived.unwrap_or_default();
            news!(ChatArchive, update, jid, json!({ "archived": archived }))
        }
        Event::MarkChatAsReadUpdate(update) => {
            let read = update.action.read.unwrap_or_default();
            news!(ChatMarkAsRead, update, jid, json!({ "read": read }))
        }
        Event::DeleteChatUpdate(update) => {
            news!(
                ChatDelete,
                update,
                jid,
                json!({ "delete_media": update.delete_media })
            )
        }
        Event::ClearChatUpdate(update) => {
            let data = json!({ "delete_media": update.delete_media, "delete_starred": update.delete_starred });
            news!(ChatClear, update, jid, data)
        }
        Event::DeleteMessageForMeUpdate(update) => {
            let participant = update.participant_jid.as_ref().map(Jid::to_string);
            let data = json!({ "message_id": update.message_id, "is_from_me": update.from_me, "participant": participant });
            news!(MessageDeleteForMe, update, chat_jid, data)
        }
        Event::UserStatusMuteUpdate(update) => {
            news!(
                UserStatusMute,
                update,
                jid,
                json!({ "muted": update.muted })
            )
        }
        Event::LabelAssociationUpdate(update) => {
            let labeled = update.action.labeled.unwrap_or_default();
            let data = json!({ "label_id": update.label_id, "labeled": labeled });
            news!(LabelAssociationChat, update, chat_jid, data)
        }
        Event::LabelEditUpdate(update) if !update.from_full_sync => {
            let action = &update.action;
            let data = json!({
                "label_id": update.label_id,
                "name": action.name,
                "color": action.color,
                "deleted": action.deleted.unwrap_or_default(),
                "timestamp": time(update.timestamp),
            });
            Some((EventName::LabelEdit, data))
        }
        Event::ContactUpdate(update) if !update.from_full_sync => {
            let contact = Contact::new(&update.jid, &update.action);
            let mut data = json!({ "change": "address_book", "timestamp": time(update.timestamp) });
            data["full_name"] = contact.full_name.into();
            data["first_name"] = contact.first_name.into();
            let mut data = about("contact", &update.jid, data);
            data["contact_pn"] = contact.phone.map(|phone| Jid::pn(phone).to_string()).into();
            data["contact_lid"] = contact.lid.map(|lid| Jid::lid(lid).to_string()).into();
            Some((EventName::ContactChanged, data))
        }
        _ => None,
    }
}
