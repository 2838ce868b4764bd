//! `xmlns=w:mex`: questions and changes in JSON, of which an ordinary account has one.

use serde::Deserialize;
use serde_json::json;

use super::profile::about;
use crate::sandbox::iq::{BAD_REQUEST, Query, Reply};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

#[derive(Deserialize)]
struct Request {
    variables: Variables,
}

#[derive(Deserialize)]
struct Variables {
    input: TextStatus,
}

/// The about text. Queries are numbered, and every version of a client has numbers of its own, so
/// this one is known by what it carries.
#[derive(Deserialize)]
struct TextStatus {
    text: String,
}

pub fn answer(world: &mut World, query: &Query) -> Reply {
    let asked = query.child("query").and_then(stanza::bytes);
    let asked = asked.and_then(|asked| serde_json::from_slice::<Request>(asked).ok());
    let text = asked.ok_or(BAD_REQUEST)?.variables.input.text;
    about(world, query.device, &text)?;
    let answer = json!({ "data": { "xwa2_update_text_status": { "result": "SUCCESS" } } });
    Ok(vec![stanza::leaf("result", answer.to_string())])
}
