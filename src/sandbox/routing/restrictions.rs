//! What an account may not do for a while: begin chats, since WhatsApp has found it too eager (the reach-out timelock), or
//! since it has begun as many as it may.

use serde_json::{Value, json};

use crate::sandbox::address::{Address, Form};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

impl World {
    /// Until when an account may begin no chats, in Unix seconds.
    pub fn reach_out_lock(&self, author: &Address) -> Option<u64> {
        let until = self.faults.reach_out_locked(author);
        until.filter(|until| *until > stanza::now())
    }

    /// Until when an account has begun as many chats as it may, in Unix seconds.
    fn new_chats_cap(&self, author: &Address) -> Option<u64> {
        let until = self.faults.new_chats_capped(author);
        until.filter(|until| *until > stanza::now())
    }

    /// Whether a message would begin a chat that the author may not begin now.
    pub(super) fn is_locked_out(&self, author: &Address, recipient: &Address) -> bool {
        self.reach_out_lock(author).is_some() && !self.has_chat(author, recipient)
    }

    /// Whether a message would begin one chat too many.
    pub(super) fn is_capped(&self, author: &Address, recipient: &Address) -> bool {
        self.new_chats_cap(author).is_some() && !self.has_chat(author, recipient)
    }

    /// Somebody is in one's address book, or has written.
    fn has_chat(&self, author: &Address, other: &Address) -> bool {
        let Some(account) = self.account(author) else {
            return false;
        };
        let other_jid = self.user(other, Form::Pn).map(|jid| jid.to_string());
        let mut inbox = account.phone.inbox.iter();
        account.contacts.contains_key(&other.phone)
            || inbox.any(|message| Some(&message.from) == other_jid.as_ref())
    }

    /// What an account may do has changed: its companions are told, each of what holds for it.
    pub fn tell_restrictions(&mut self, phone: &str) {
        let Some(account) = self.accounts.get(phone) else {
            return;
        };
        let companions: Vec<Address> = account.companion_addresses().collect();
        for device in &companions {
            let (lock, cap) = (self.reach_out_lock(device), self.new_chats_cap(device));
            let news = [
                (
                    "NotificationUserReachoutTimelockUpdate",
                    json!({ "xwa2_notify_account_reachout_timelock": timelock(lock) }),
                ),
                (
                    "MessageCappingInfoNotification",
                    json!({ "xwa2_notify_new_chat_messages_capping_info_update": capping(cap) }),
                ),
            ];
            for (name, data) in news {
                self.deliver(device, stanza::pushed(name, &data));
            }
        }
    }
}

/// Numbers come as texts.
pub fn timelock(until: Option<u64>) -> Value {
    match until {
        Some(until) => json!({
            "is_active": true,
            "time_enforcement_ends": until.to_string(),
            "enforcement_type": "RESTRICT_ALL_COMPANIONS",
        }),
        None => json!({ "is_active": false }),
    }
}

fn capping(until: Option<u64>) -> Value {
    match until {
        Some(until) => json!({
            "capping_status": "CAPPED",
            "total_quota": 30,
            "used_quota": 30,
            "cycle_end_timestamp": until.to_string(),
            "server_sent_timestamp": stanza::now().to_string(),
        }),
        None => json!({ "capping_status": "NONE" }),
    }
}
