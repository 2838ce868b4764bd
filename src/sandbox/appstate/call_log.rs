//! What has become of a call, as the phone that called notes it for its other devices.

use buffa::MessageField;
use waproto::whatsapp::call_log_record::{CallResult, CallType, ParticipantInfo};
use waproto::whatsapp::sync_action_value::CallLogAction;
use waproto::whatsapp::syncd_mutation::SyncdOperation;
use waproto::whatsapp::{CallLogRecord, SyncActionValue};

use super::action::{Action, timed};
use crate::sandbox::calls::{Call, CallState};

impl Action {
    /// `callee`: the JID of who was called.
    pub fn call(call: &Call, callee: &str, now: u64) -> Self {
        let result = match (&call.state, call.taken) {
            (CallState::Rejected { .. }, _) => CallResult::REJECTED,
            (_, Some(_)) => CallResult::CONNECTED,
            (_, None) => CallResult::CANCELLED,
        };
        let seconds = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
        let record = CallLogRecord {
            call_result: Some(result),
            duration: Some(seconds(
                call.taken.map_or(0, |taken| now.saturating_sub(taken)),
            )),
            start_time: Some(seconds(call.began)),
            is_incoming: Some(false),
            is_video: Some(call.video),
            call_id: Some(call.id.clone()),
            call_creator_jid: Some(call.creator.to_string()),
            participants: vec![ParticipantInfo {
                user_jid: Some(callee.to_owned()),
                call_result: Some(result),
            }],
            call_type: Some(CallType::REGULAR),
            ..Default::default()
        };
        let action = CallLogAction {
            call_log_record: MessageField::some(record),
        };
        let index = ["call_log", callee, &call.id, "1"];
        Self {
            operation: SyncdOperation::SET,
            index: index.map(str::to_owned).to_vec(),
            version: 8,
            value: SyncActionValue {
                call_log_action: MessageField::some(action),
                ..timed()
            },
        }
    }
}
