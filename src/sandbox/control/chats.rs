//! `/control/accounts/{phone}/chats`: how chats stand on the phone, and what a person does with them there.

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use wacore_binary::Jid;

use super::accounts::known;
use super::answer::{Answer, Data, Rejected, parse};
use crate::sandbox::appstate::ChatChange;

/// By the names under which the phone has them in the app state.
pub async fn list(shared: Data, phone: web::Path<String>) -> Answer {
    let chats: Value = shared.with(|world| {
        let account = known(world, &phone)?;
        Ok::<_, Rejected>(json!({ "chats": account.profile.chats }))
    })?;
    Ok(HttpResponse::Ok().json(chats))
}

pub async fn change(shared: Data, phone: web::Path<String>, body: web::Bytes) -> Answer {
    let change: ChatChange = parse(&body)?;
    if change.chat.parse::<Jid>().is_err() {
        return Err(Rejected::invalid("chat is not a JID"));
    }
    shared.with(|world| {
        known(world, &phone)?;
        world.phone_changes_chat(&phone, &change);
        Ok::<_, Rejected>(())
    })?;
    list(shared, phone).await
}
