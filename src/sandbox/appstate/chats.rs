//! What the devices of an account do with its chats: as a phone writes it, and as it reads it.

use buffa::MessageField;
use serde::{Deserialize, Serialize};
use wacore_appstate::Mutation;
use waproto::whatsapp::SyncActionValue;
use waproto::whatsapp::sync_action_value::{
    ArchiveChatAction, DeleteChatAction, MarkChatAsReadAction, MuteAction, PinAction,
};
use waproto::whatsapp::syncd_mutation::SyncdOperation;

use super::action::{Action, timed};
use super::{REGULAR_HIGH, REGULAR_LOW};

/// How a chat stands on the phone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatState {
    pub pinned: bool,
    pub archived: bool,
    /// Unix milliseconds; -1: for ever; 0: it is not muted.
    pub muted_until: i64,
    /// Whether somebody has said that it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<bool>,
    /// Up to which message it is archived, as whoever archived it named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_up_to: Option<String>,
    /// The time of that message, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<i64>,
}

/// What somebody does with a chat on the phone.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatChange {
    /// A JID, by which the app state then names the chat.
    pub chat: String,
    pub pinned: Option<bool>,
    pub archived: Option<bool>,
    pub muted_until: Option<i64>,
    pub read: Option<bool>,
    #[serde(default)]
    pub deleted: bool,
}

impl ChatChange {
    /// What the phone writes, by collection. A phone that archives a chat unpins it.
    pub fn actions(&self) -> Vec<(&'static str, Vec<Action>)> {
        let jid = self.chat.as_str();
        let mut low = Vec::new();
        if let Some(archived) = self.archived {
            let action = ArchiveChatAction {
                archived: Some(archived),
                ..Default::default()
            };
            let value = SyncActionValue {
                archive_chat_action: MessageField::some(action),
                ..timed()
            };
            low.push(set(&["archive", jid], 3, value));
        }
        let unpinned = self.archived.filter(|archived| *archived).map(|_| false);
        if let Some(pinned) = self.pinned.or(unpinned) {
            let value = SyncActionValue {
                pin_action: MessageField::some(PinAction {
                    pinned: Some(pinned),
                }),
                ..timed()
            };
            low.push(set(&["pin_v1", jid], 5, value));
        }
        if let Some(read) = self.read {
            let action = MarkChatAsReadAction {
                read: Some(read),
                ..Default::default()
            };
            let value = SyncActionValue {
                mark_chat_as_read_action: MessageField::some(action),
                ..timed()
            };
            low.push(set(&["markChatAsRead", jid], 3, value));
        }
        let mut high = Vec::new();
        if let Some(until) = self.muted_until {
            let action = MuteAction {
                muted: Some(until != 0),
                mute_end_timestamp: (until != 0).then_some(until),
                ..Default::default()
            };
            let value = SyncActionValue {
                mute_action: MessageField::some(action),
                ..timed()
            };
            high.push(set(&["mute", jid], 2, value));
        }
        if self.deleted {
            let value = SyncActionValue {
                delete_chat_action: MessageField::some(DeleteChatAction::default()),
                ..timed()
            };
            high.push(set(&["deleteChat", jid, "1"], 6, value));
        }
        let written = [(REGULAR_LOW, low), (REGULAR_HIGH, high)];
        let written = written
            .into_iter()
            .filter(|(_, actions)| !actions.is_empty());
        written.collect()
    }
}

fn set(index: &[&str], version: i32, value: SyncActionValue) -> Action {
    Action {
        operation: SyncdOperation::SET,
        index: index.iter().map(|part| (*part).to_owned()).collect(),
        version,
        value,
    }
}

impl ChatState {
    /// Takes over what a device has done; false for what is about no chat's state.
    pub fn learn(&mut self, mutation: &Mutation) -> bool {
        let Some(value) = &mutation.action_value else {
            return false;
        };
        match mutation.index.first().map(String::as_str) {
            Some("archive") => {
                if let Some(action) = value.archive_chat_action.as_option() {
                    self.archived = action.archived.unwrap_or_default();
                    let range = action.message_range.as_option();
                    let last = range.and_then(|range| range.messages.first());
                    self.archived_up_to = last.and_then(|last| last.key.id.clone());
                    self.archived_at = range.and_then(|range| range.last_message_timestamp);
                }
            }
            Some("pin_v1") => {
                if let Some(action) = value.pin_action.as_option() {
                    self.pinned = action.pinned.unwrap_or_default();
                }
            }
            Some("mute") => {
                if let Some(action) = value.mute_action.as_option() {
                    self.muted_until = match action.muted.unwrap_or_default() {
                        true => action.mute_end_timestamp.unwrap_or(-1),
                        false => 0,
                    };
                }
            }
            Some("markChatAsRead") => {
                if let Some(action) = value.mark_chat_as_read_action.as_option() {
                    self.read = action.read;
                }
            }
            _ => return false,
        }
        true
    }
}
