//! What WhatsApp says of a newsletter. Its numbers come as texts, its words in capitals, and any part may be missing.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{NOT_FOUND, Newsletter, Picture, Written};
use crate::device::session::failures;
use crate::failure::Failure;

/// One of them. Of one that nobody knows WhatsApp says so, and of one that is gone, too: both are [`NOT_FOUND`].
pub(super) fn newsletter(told: &Value) -> Result<Newsletter, Failure> {
    let state = word(&told["state"]["type"]).unwrap_or_default();
    if matches!(state.as_str(), "non_existing" | "deleted") {
        return Err(NOT_FOUND);
    }
    let jid = told["id"].as_str().ok_or_else(failures::unreadable)?;
    let (thread, viewer) = (&told["thread_metadata"], &told["viewer_metadata"]);
    let seconds = number(&thread["creation_time"]).and_then(|at| i64::try_from(at).ok());
    Ok(Newsletter {
        jid: jid.to_owned(),
        state,
        created_at: seconds.and_then(|at| DateTime::from_timestamp(at, 0)),
        name: written(&thread["name"]),
        description: written(&thread["description"]),
        invite: text(&thread["invite"]),
        picture: picture(&thread["picture"]).or_else(|| picture(&thread["preview"])),
        subscribers: number(&thread["subscribers_count"]),
        verification: word(&thread["verification"]),
        role: word(&viewer["role"]),
        muted: muted(viewer),
    })
}

/// Newer answers say it in a list of settings, older ones in one word.
fn muted(viewer: &Value) -> Option<bool> {
    let mut settings = viewer["settings"].as_array().into_iter().flatten();
    let posts = settings.find(|setting| setting["type"] == "MUTE_FOLLOWER_ACTIVITY");
    let said = posts.map_or(&viewer["mute"], |setting| &setting["value"]);
    word(said).map(|word| word == "on")
}

fn written(told: &Value) -> Written {
    Written {
        id: text(&told["id"]),
        text: told["text"].as_str().unwrap_or_default().to_owned(),
        at: number(&told["update_time"]).and_then(microseconds),
    }
}

fn microseconds(at: u64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(i64::try_from(at).ok()?)
}

/// An empty path: there is none.
fn picture(told: &Value) -> Option<Picture> {
    Some(Picture {
        id: text(&told["id"]),
        direct_path: text(&told["direct_path"])?,
    })
}

fn text(told: &Value) -> Option<String> {
    let text = told.as_str().filter(|text| !text.is_empty());
    text.map(str::to_owned)
}

fn word(told: &Value) -> Option<String> {
    text(told).map(|word| word.to_lowercase())
}

fn number(told: &Value) -> Option<u64> {
    told.as_u64().or_else(|| told.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_of_whatsapp_is_read_whichever_parts_it_has() {
        let told = json!({
            "id": "120363021234567890@newsletter",
            "state": { "type": "ACTIVE" },
            "thread_metadata": {
                "creation_time": "1750000000",
                "name": { "id": "1", "text": "News", "update_time": "1750000000123456" },
                "description": { "id": "2", "text": "", "update_time": "0" },
                "handle": null,
                "invite": "0029Va4K0PZ5a245NkngBA2M",
                "picture": { "id": "3", "type": "IMAGE", "direct_path": "/m1/v/t24/x" },
                "subscribers_count": "42",
                "verification": "UNVERIFIED",
            },
            "viewer_metadata": { "role": "OWNER", "settings": [{ "type": "MUTE_FOLLOWER_ACTIVITY", "value": "ON" }] },
        });
        let read = newsletter(&told).unwrap();
        assert_eq!(read.state, "active");
        assert_eq!(read.subscribers, Some(42));
        assert_eq!(
            (read.role.as_deref(), read.muted),
            (Some("owner"), Some(true))
        );
        assert!(read.is_led());
        let older =
            json!({ "id": "1@newsletter", "viewer_metadata": { "role": "GUEST", "mute": "OFF" } });
        let read = newsletter(&older).unwrap();
        assert_eq!((read.muted, read.subscribers), (Some(false), None));
        assert!(!read.is_led());
        let none =
            json!({ "id": null, "state": { "type": "NON_EXISTING" }, "thread_metadata": null });
        assert_eq!(newsletter(&none).unwrap_err(), NOT_FOUND);
        assert_eq!(newsletter(&json!({})).unwrap_err(), failures::unreadable());
    }
}
