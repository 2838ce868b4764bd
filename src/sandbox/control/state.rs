//! `/control/state`: everything there is, with counters.

use actix_web::HttpResponse;
use serde_json::json;

use super::accounts;
use super::answer::{Answer, Data};
use crate::sandbox::address::Form;

pub async fn show(shared: Data) -> Answer {
    let state = shared.with(|world| {
        let accounts: Vec<_> = world
            .accounts
            .values()
            .map(|account| accounts::describe(world, account))
            .collect();
        let connections: Vec<_> = world
            .connections
            .iter()
            .filter_map(|(device, connection)| {
                let jid = world.jid(device, Form::Pn)?.to_string();
                Some(json!({ "jid": jid, "live": connection.live, "active": connection.active }))
            })
            .collect();
        json!({
            "accounts": accounts,
            "connections": connections,
            "registrations": world.registrations.len(),
            "counters": world.counters(),
        })
    });
    Ok(HttpResponse::Ok().json(state))
}
