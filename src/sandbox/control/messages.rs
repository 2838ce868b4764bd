//! What a person does in the chats of a phone.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;
use wacore_binary::{Jid, JidExt as _};

use super::accounts::{account_named, known};
use super::answer::{Answer, Data, Rejected, parse};
use crate::sandbox::phone::reading::Attention;
use crate::sandbox::phone::say::{Saying, Unsaid};
use crate::sandbox::world::World;

/// The phone sends a message of any kind.
pub async fn send(shared: Data, phone: web::Path<String>, body: web::Bytes) -> Answer {
    let mut saying: Saying = parse(&body)?;
    let id = shared.with(|world| {
        known(world, &phone)?;
        for person in &mut saying.mentions {
            *person = account_named(world, "mentions", person)?;
        }
        let chat = match &saying.to {
            Some(to) => place(world, &phone, to)?,
            None => {
                let about = saying.content.about();
                let other = about.or(saying.quoted.as_deref());
                let other = other.ok_or_else(|| Rejected::invalid("to is required"))?;
                let known = world.phone_has(&phone, other)?;
                match about.is_none() && known.chat.is_status_broadcast() {
                    // One answers a status by writing to whoever has posted it.
                    true => place(world, &phone, &known.author)?,
                    false => known.chat,
                }
            }
        };
        Ok::<_, Rejected>(world.phone_says(&phone, &chat, saying)?)
    })?;
    Ok(HttpResponse::Ok().json(json!({ "id": id })))
}

/// A chat, as the phone calls it.
fn place(world: &World, phone: &str, to: &str) -> Result<Jid, Rejected> {
    if let Some(group) = to.strip_suffix("@g.us") {
        let group = world
            .group(group)
            .filter(|group| group.participants.contains(phone));
        let group = group.ok_or_else(|| Rejected::not_found("to is not a group of the phone"))?;
        return Ok(group.jid());
    }
    let other = account_named(world, "to", to)?;
    let chat = world.called_by_phones(&other);
    chat.ok_or_else(|| Rejected::not_found("to has no account"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attend {
    #[serde(rename = "type")]
    attention: Attention,
    /// Ids.
    messages: Vec<String>,
    /// Whose status they are, by phone number: of those nobody asks whether the phone has them.
    status_of: Option<String>,
}

/// The phone reads messages, or plays them.
pub async fn attend(shared: Data, phone: web::Path<String>, body: web::Bytes) -> Answer {
    let request: Attend = parse(&body)?;
    shared.with(|world| {
        known(world, &phone)?;
        let (ids, attention) = (&request.messages, request.attention);
        match &request.status_of {
            Some(author) => {
                let author = account_named(world, "status_of", author)?;
                world.phone_claims_to_attend(&phone, &author, ids, attention);
            }
            None => world.phone_attends(&phone, ids, attention)?,
        }
        Ok::<_, Rejected>(())
    })?;
    Ok(HttpResponse::NoContent().finish())
}

impl From<Unsaid> for Rejected {
    fn from(unsaid: Unsaid) -> Self {
        match unsaid {
            Unsaid::UnknownMessage(_) | Unsaid::UnknownChoice(_) => Self::not_found(unsaid),
            _ => Self::invalid(unsaid),
        }
    }
}
