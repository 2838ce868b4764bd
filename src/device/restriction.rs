//! What WhatsApp does not let an account do for now.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::told;

/// The answer that WhatsApp gives without being asked: the reach-out timelock.
const REACH_OUT: &str = "xwa2_notify_account_reachout_timelock";
/// The same of the limit of new chats.
const NEW_CHATS: &str = "xwa2_notify_new_chat_messages_capping_info_update";
/// How long a timelock lasts of which WhatsApp does not tell the end, in seconds.
const UNKNOWN_END: u64 = 60;

/// What WhatsApp does not let an account do for now: each is absent where it may.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Restriction {
    /// It may not write to people who have not written to it first: WhatsApp's reach-out timelock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach_out: Option<ReachOut>,
    /// It may begin so many chats and no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_chats: Option<NewChats>,
}

/// WhatsApp's reach-out timelock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReachOut {
    /// When it ends.
    #[schema(example = "2026-06-22T14:00:00Z")]
    pub until: DateTime<Utc>,
    /// WhatsApp's word for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "RESTRICT_ALL_COMPANIONS")]
    pub enforcement_type: Option<String>,
}

/// WhatsApp's limit of new chats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewChats {
    /// WhatsApp's word for how near it is: `FIRST_WARNING`, `SECOND_WARNING`, `CAPPED`.
    #[schema(example = "CAPPED")]
    pub status: String,
    /// How many chats may be begun until then, where WhatsApp tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// How many were begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<u64>,
    /// When counting begins anew, where WhatsApp tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// A limit that is not just near.
const CAPPED: &str = "CAPPED";

impl Restriction {
    /// As it is after WhatsApp has told this. `None`: it is about something else.
    pub fn after(&self, payload: &Value, now: DateTime<Utc>) -> Option<Self> {
        let answers = payload.get("data").unwrap_or(payload);
        if let Some(lock) = answers.get(REACH_OUT) {
            return Some(Self {
                reach_out: ReachOut::read(lock, now),
                ..self.clone()
            });
        }
        let limit = answers.get(NEW_CHATS)?;
        Some(Self {
            new_chats: NewChats::read(limit),
            ..self.clone()
        })
    }

    /// What of it still holds.
    pub fn at(&self, now: DateTime<Utc>) -> Self {
        let reach_out = self.reach_out.clone().filter(|lock| lock.until > now);
        let new_chats = self.new_chats.clone();
        Self {
            reach_out,
            new_chats: new_chats.filter(|limit| limit.until.is_none_or(|until| until > now)),
        }
    }

    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// When the next part of it ends.
    pub fn next_end(&self) -> Option<DateTime<Utc>> {
        let lock = self.reach_out.as_ref().map(|lock| lock.until);
        let limit = self.new_chats.as_ref().and_then(|limit| limit.until);
        [lock, limit].into_iter().flatten().min()
    }

    /// WhatsApp's code with which it would refuse the beginning of a chat, and until when, if it would.
    pub fn refuses_new_chats(&self) -> Option<(&'static str, Option<DateTime<Utc>>)> {
        if let Some(lock) = &self.reach_out {
            return Some(("463", Some(lock.until)));
        }
        let limit = self.new_chats.as_ref();
        let capped = limit.filter(|limit| limit.status == CAPPED)?;
        Some(("475", capped.until))
    }
}

impl ReachOut {
    /// `None`: there is no such lock. WhatsApp tells of one with all fields absent, too.
    fn read(lock: &Value, now: DateTime<Utc>) -> Option<Self> {
        if lock.get("is_active").and_then(Value::as_bool) == Some(false) {
            return None;
        }
        let end = number(lock.get("time_enforcement_ends")).filter(|end| *end > 0);
        let soon = u64::try_from(now.timestamp()).unwrap_or_default() + UNKNOWN_END;
        Some(Self {
            until: told::seconds(end.unwrap_or(soon)),
            enforcement_type: text(lock.get("enforcement_type")),
        })
    }
}

impl NewChats {
    fn read(limit: &Value) -> Option<Self> {
        let status = text(limit.get("capping_status")).filter(|status| status != "NONE")?;
        let end = number(limit.get("cycle_end_timestamp")).filter(|end| *end > 0);
        Some(Self {
            status,
            total: number(limit.get("total_quota")),
            used: number(limit.get("used_quota")),
            until: end.map(told::seconds),
        })
    }
}

/// Numbers come as texts, too.
fn number(value: Option<&Value>) -> Option<u64> {
    let value = value?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn text(value: Option<&Value>) -> Option<String> {
    Some(value?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn now() -> DateTime<Utc> {
        told::seconds(1_800_000_000)
    }

    #[test]
    fn a_timelock_is_told_ends_and_is_lifted() {
        let told =
            |lock| Restriction::default().after(&json!({ "data": { REACH_OUT: lock } }), now());
        let lock = json!({ "is_active": true, "time_enforcement_ends": "1800000100", "enforcement_type": "RESTRICT_ALL_COMPANIONS" });
        let locked = told(lock).expect("it is about that");
        let until = told::seconds(1_800_000_100);
        assert_eq!(locked.refuses_new_chats(), Some(("463", Some(until))));
        assert_eq!(locked.next_end(), Some(until));
        assert!(!locked.at(now()).is_none());
        assert!(locked.at(until).is_none());
        assert!(told(json!({ "is_active": false })).is_some_and(|lifted| lifted.is_none()));
        let unsaid = told(json!({})).and_then(|lock| lock.next_end());
        assert_eq!(unsaid, Some(told::seconds(1_800_000_060)));
        let other = json!({ "data": { "xwa2_notify_newsletter_on_join": {} } });
        assert_eq!(Restriction::default().after(&other, now()), None);
    }

    #[test]
    fn a_limit_of_new_chats_refuses_them_only_when_it_is_reached() {
        let told = |status| {
            let limit = json!({ "capping_status": status, "total_quota": 30, "used_quota": "30", "cycle_end_timestamp": 1_800_000_100 });
            Restriction::default()
                .after(&json!({ NEW_CHATS: limit }), now())
                .expect("it is about that")
        };
        assert!(told("NONE").is_none());
        assert_eq!(told("FIRST_WARNING").refuses_new_chats(), None);
        let capped = told(CAPPED);
        let until = told::seconds(1_800_000_100);
        assert_eq!(capped.refuses_new_chats(), Some(("475", Some(until))));
        let limit = capped.new_chats.expect("a limit");
        assert_eq!((limit.total, limit.used), (Some(30), Some(30)));
    }
}
