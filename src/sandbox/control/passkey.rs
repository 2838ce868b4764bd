//! `/control/accounts/{phone}/passkey`: the passkey of an account, and the browser of its owner.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::accounts::known;
use super::answer::{Answer, Data, Rejected, parse};
use crate::sandbox::account::AccountError;
use crate::sandbox::edit::Edit;
use crate::sandbox::passkey::{ORIGIN, Passkey, TIMEOUT, Terms};
use crate::sandbox::world::World;

pub async fn make(shared: Data, phone: web::Path<String>, body: web::Bytes) -> Answer {
    let terms: Terms = parse(&body)?;
    if !(1..=TIMEOUT).contains(&terms.timeout) {
        return Err(Rejected::invalid("timeout must be 1 to 600 seconds"));
    }
    shared.with(|world| set(world, &phone, Some(Passkey::create(terms))))?;
    show(shared, phone).await
}

pub async fn delete(shared: Data, phone: web::Path<String>) -> Answer {
    shared.with(|world| set(world, &phone, None))?;
    Ok(HttpResponse::NoContent().finish())
}

fn set(world: &mut World, phone: &str, passkey: Option<Passkey>) -> Result<(), AccountError> {
    let unknown = || AccountError::Unknown(phone.to_owned());
    let Edit {
        account, journal, ..
    } = world.edit(phone).ok_or_else(unknown)?;
    account.profile.passkey = passkey;
    account.save(journal);
    Ok(())
}

pub async fn show(shared: Data, phone: web::Path<String>) -> Answer {
    let shown = shared.with(|world| {
        let account = known(world, &phone)?;
        let check = world.checked_link(&phone).map(|(_, check)| check);
        Ok::<Value, AccountError>(json!({
            "passkey": account.profile.passkey.is_some(),
            "state": check.map(|check| check.state()),
            "code": check.and_then(|check| check.code()),
        }))
    })?;
    Ok(HttpResponse::Ok().json(shown))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// `PublicKeyCredentialRequestOptions` in their JSON form.
    options: Value,
    /// Of the page that asks.
    origin: Option<String>,
}

pub async fn answer(shared: Data, phone: web::Path<String>, body: web::Bytes) -> Answer {
    let ask: Ask = parse(&body)?;
    let origin = ask.origin.as_deref().unwrap_or(ORIGIN);
    let given = shared.with(|world| {
        let passkey = known(world, &phone)?.profile.passkey.as_ref();
        let passkey = passkey.ok_or_else(|| Rejected::not_found("the account has no passkey"))?;
        let given = passkey.get(&ask.options, origin);
        given.ok_or_else(|| Rejected::invalid("options have no challenge"))
    })?;
    Ok(HttpResponse::Ok().json(given))
}

pub async fn cancel(shared: Data, phone: web::Path<String>) -> Answer {
    shared.with(|world| {
        known(world, &phone)?;
        let none = || Rejected::not_found("no link of this account is being checked");
        let (id, _) = world.checked_link(&phone).ok_or_else(none)?;
        world.give_link_up(id);
        Ok::<_, Rejected>(())
    })?;
    Ok(HttpResponse::NoContent().finish())
}
