//! The URL table: a line per endpoint.

use actix_web::web::{ServiceConfig, delete, get, post, put, route};

use super::execute::execute;
use super::{health, instances, tenants, users, webhooks};
use crate::commands::contacts::block::{Block, Unblock};
use crate::commands::contacts::blocklist::GetBlocklist;
use crate::commands::contacts::check::Check;
use crate::commands::contacts::list::GetContacts;
use crate::commands::contacts::picture::GetPicture;
use crate::commands::contacts::profile::GetProfile;
use crate::commands::contacts::resolve::Resolve;
use crate::commands::privacy::get::GetPrivacy;
use crate::commands::status::media::PostMedia;
use crate::commands::status::privacy::PutPrivacy;
use crate::commands::status::text::PostText;

#[rustfmt::skip]
pub fn configure(app: &mut ServiceConfig) {
    app
        // Status
        .route("/status/text", post().to(execute::<PostText>))
        .route("/status/media", post().to(execute::<PostMedia>))
        .route("/status/privacy", put().to(execute::<PutPrivacy>))
        // Contacts
        .route("/contacts", get().to(execute::<GetContacts>))
        .route("/contacts/block", post().to(execute::<Block>))
        .route("/contacts/unblock", post().to(execute::<Unblock>))
        .route("/contacts/blocklist", get().to(execute::<GetBlocklist>))
        .route("/contacts/profile", get().to(execute::<GetProfile>))
        .route("/contacts/profile-picture", get().to(execute::<GetPicture>))
        .route("/contacts/resolve", post().to(execute::<Resolve>))
        .route("/contact/check", post().to(execute::<Check>))
        // Privacy
        .route("/privacy", get().to(execute::<GetPrivacy>))
        // Devices and pairing
        .route("/devices", post().to(instances::create::handle))
        .route("/devices", get().to(instances::list::handle))
        .route("/devices/{id}", delete().to(instances::offline::handle))
        .route("/user/devices", get().to(instances::mine::handle))
        .route("/qr/status", get().to(instances::qr_status::handle))
        .route("/qr", get().to(instances::qr::handle))
        .route("/paircode", post().to(instances::paircode::handle))
        .route("/status", get().to(instances::status::handle))
        .route("/connect", post().to(instances::connect::handle))
        .route("/disconnect", post().to(instances::disconnect::handle))
        .route("/logout", post().to(instances::logout::handle))
        // Webhooks
        .route("/webhook", post().to(webhooks::configure::handle))
        .route("/webhook", get().to(webhooks::show::handle))
        .route("/webhook", delete().to(webhooks::delete::handle))
        .route("/webhook/events", get().to(webhooks::events::handle))
        .route("/user/webhook", post().to(webhooks::pending::handle))
        .route("/webhook/deliveries", get().to(webhooks::deliveries::list))
        .route("/webhook/deliveries", delete().to(webhooks::deliveries::purge))
        .route("/webhook/deliveries/replay", post().to(webhooks::deliveries::replay))
        .route("/webhook/deliveries/{id}", delete().to(webhooks::deliveries::purge))
        .route("/webhook/deliveries/{id}/replay", post().to(webhooks::deliveries::replay))
        // Users and tenants
        .route("/users", post().to(users::create::handle))
        .route("/users", get().to(users::list::handle))
        .route("/users/{id}", get().to(users::show::handle))
        .route("/users/{id}", put().to(users::update::handle))
        .route("/users/{id}", delete().to(users::delete::handle))
        .route("/users/{id}/promote", post().to(users::promote::handle))
        .route("/register", post().to(tenants::register::handle))
        .route("/tenants", get().to(tenants::list::handle))
        // The id may be empty here: the contract has a text for that.
        .route("/global/tenants/{id:[^/]*}", get().to(tenants::show::handle))
        .route("/global/tenants/{id:[^/]*}", delete().to(tenants::delete::handle))
        // The daemon itself
        .route("/healthz", get().to(health::healthz))
        .route("/readyz", get().to(health::readyz))
        .route("/metrics", get().to(health::metrics))
        .default_service(route().to(instances::unknown));
}
