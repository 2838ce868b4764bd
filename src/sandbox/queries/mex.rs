//! `xmlns=w:mex`: questions and changes in JSON, of which an ordinary account has two.

use serde::Deserialize;
use serde_json::{Value, json};

use super::communities;
use super::profile::about;
use crate::sandbox::channels;
use crate::sandbox::iq::{BAD_REQUEST, Query, Reply};
use crate::sandbox::routing::restrictions::timelock;
use crate::sandbox::stanza;
use crate::sandbox::world::World;

#[derive(Deserialize)]
struct Request {
    variables: Variables,
}

/// Queries are numbered, and every version of a client has numbers of its own, so they are known by
/// what they carry.
#[derive(Deserialize)]
#[serde(untagged)]
enum Variables {
    About {
        input: TextStatus,
    },
    Community(communities::Question),
    /// The one question that needs to say nothing.
    ReachOutLock(Nothing),
}

/// The about text.
#[derive(Deserialize)]
struct TextStatus {
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

pub fn answer(world: &mut World, query: &Query) -> Reply {
    if let Some(answer) = of_channels(world, query) {
        return Ok(vec![stanza::leaf("result", answer.to_string())]);
    }
    let asked = query.child("query").and_then(stanza::bytes);
    let asked = asked.and_then(|asked| serde_json::from_slice::<Request>(asked).ok());
    let data = match asked.ok_or(BAD_REQUEST)?.variables {
        Variables::About { input } => {
            about(world, query.device, &input.text)?;
            json!({ "xwa2_update_text_status": { "result": "SUCCESS" } })
        }
        Variables::Community(question) => {
            return communities::in_json(world, &query.device.phone, &question);
        }
        Variables::ReachOutLock(Nothing {}) => {
            let lock = timelock(world.reach_out_lock(query.device));
            json!({ "xwa2_fetch_account_reachout_timelock": lock })
        }
    };
    let answer = json!({ "data": data });
    Ok(vec![stanza::leaf("result", answer.to_string())])
}

/// The answer to a query about channels.
fn of_channels(world: &mut World, query: &Query) -> Option<Value> {
    let asked = query.child("query")?;
    let number = stanza::attr(asked, "query_id").unwrap_or_default();
    let request: Value = serde_json::from_slice(stanza::bytes(asked)?).ok()?;
    channels::mex::answer(world, query.device, &number, &request["variables"])
}
