//! The URL table: a line per endpoint, with the contract's name of it and what it says of itself in /openapi.json.

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig, route, scope};
use actix_web::{FromRequest, Handler, Responder, Route};

use super::execute::execute;
use super::openapi::about::{About, command};
use super::{health, instances, openapi, ryze, tenants, users, webhooks};
use crate::commands::appstate::SyncAppState;
use crate::commands::contacts::block::{Block, Unblock};
use crate::commands::contacts::blocklist::GetBlocklist;
use crate::commands::contacts::check::Check;
use crate::commands::contacts::list::GetContacts;
use crate::commands::contacts::picture::GetPicture;
use crate::commands::contacts::profile::GetProfile;
use crate::commands::contacts::resolve::Resolve;
use crate::commands::privacy::get::GetPrivacy;
use crate::commands::profile::picture::PostPicture;
use crate::commands::status::media::PostMedia;
use crate::commands::status::privacy::PutPrivacy;
use crate::commands::status::text::PostText;

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;

/// One line of the table.
pub struct Endpoint {
    /// The contract's `operationId`.
    pub id: &'static str,
    pub method: Method,
    pub path: &'static str,
    route: Route,
    pub about: fn() -> About,
}

/// By area, in the order in which somebody would read them.
#[rustfmt::skip]
pub fn areas() -> Vec<(&'static str, Vec<Endpoint>)> {
    vec![
        ("Status", vec![
            line("postStatusText", POST, "/status/text", execute::<PostText>, command::<PostText>),
            line("postStatusMedia", POST, "/status/media", execute::<PostMedia>, command::<PostMedia>),
            line("updateStatusPrivacy", PUT, "/status/privacy", execute::<PutPrivacy>, command::<PutPrivacy>),
        ]),
        ("Contacts", vec![
            line("getContacts", GET, "/contacts", execute::<GetContacts>, command::<GetContacts>),
            line("blockContact", POST, "/contacts/block", execute::<Block>, command::<Block>),
            line("unblockContact", POST, "/contacts/unblock", execute::<Unblock>, command::<Unblock>),
            line("getBlocklist", GET, "/contacts/blocklist", execute::<GetBlocklist>, command::<GetBlocklist>),
            line("getContactProfile", GET, "/contacts/profile", execute::<GetProfile>, command::<GetProfile>),
            line("getContactProfilePicture", GET, "/contacts/profile-picture", execute::<GetPicture>, command::<GetPicture>),
            line("resolveContacts", POST, "/contacts/resolve", execute::<Resolve>, command::<Resolve>),
            line("appstateSync", POST, "/appstate/sync", execute::<SyncAppState>, command::<SyncAppState>),
            line("checkContactsOnWhatsApp", POST, "/contact/check", execute::<Check>, command::<Check>),
        ]),
        ("Privacy", vec![
            line("getPrivacySettings", GET, "/privacy", execute::<GetPrivacy>, command::<GetPrivacy>),
        ]),
        ("Profile", vec![
            line("setProfilePicture", POST, "/profile/picture", execute::<PostPicture>, command::<PostPicture>),
        ]),
        ("Devices and pairing", vec![
            line("createDevice", POST, "/devices", instances::create::handle, instances::create::about),
            line("listDevices", GET, "/devices", instances::list::handle, instances::list::about),
            line("disconnectDevice", DELETE, "/devices/{id}", instances::offline::handle, instances::offline::about),
            line("getMyDevices", GET, "/user/devices", instances::mine::handle, instances::mine::about),
            line("getSessionQrStatus", GET, "/qr/status", instances::qr_status::handle, instances::qr_status::about),
            line("generateSessionQrCode", GET, "/qr", instances::qr::handle, instances::qr::about),
            line("generateSessionPairCode", POST, "/paircode", instances::paircode::handle, instances::paircode::about),
            line("checkSessionStatus", GET, "/status", instances::status::handle, instances::status::about),
            line("connectSession", POST, "/connect", instances::connect::handle, instances::connect::about),
            line("disconnectSession", POST, "/disconnect", instances::disconnect::handle, instances::disconnect::about),
            line("logoutInstance", POST, "/logout", instances::logout::handle, instances::logout::about),
        ]),
        ("Webhooks", vec![
            line("configureWebhook", POST, "/webhook", webhooks::configure::handle, webhooks::configure::about),
            line("getWebhook", GET, "/webhook", webhooks::show::handle, webhooks::show::about),
            line("deleteWebhook", DELETE, "/webhook", webhooks::delete::handle, webhooks::delete::about),
            line("getAvailableWebhookEvents", GET, "/webhook/events", webhooks::events::handle, webhooks::events::about),
            line("setUserWebhookURL", POST, "/user/webhook", webhooks::pending::handle, webhooks::pending::about),
            line("listDeliveries", GET, "/webhook/deliveries", webhooks::list::handle, webhooks::list::about),
            line("purgeDeadLetters", DELETE, "/webhook/deliveries", webhooks::purge::handle, webhooks::purge::about),
            line("replayDeadLetters", POST, "/webhook/deliveries/replay", webhooks::replay::handle, webhooks::replay::about),
            line("deleteDeadLetter", DELETE, "/webhook/deliveries/{id}", webhooks::purge::handle, webhooks::purge::about_one),
            line("replayDeadLetter", POST, "/webhook/deliveries/{id}/replay", webhooks::replay::handle, webhooks::replay::about_one),
        ]),
        ("Users", vec![
            line("createUser", POST, "/users", users::create::handle, users::create::about),
            line("listUsers", GET, "/users", users::list::handle, users::list::about),
            line("getUserById", GET, "/users/{id}", users::show::handle, users::show::about),
            line("updateUser", PUT, "/users/{id}", users::update::handle, users::update::about),
            line("deleteUser", DELETE, "/users/{id}", users::delete::handle, users::delete::about),
            line("promoteUser", POST, "/users/{id}/promote", users::promote::handle, users::promote::about),
        ]),
        ("Tenants", vec![
            line("superAdminRegisterTenant", POST, "/register", tenants::register::handle, tenants::register::about),
            line("superAdminListTenants", GET, "/tenants", tenants::list::handle, tenants::list::about),
            // The id may be empty here: the contract has a text for that.
            line("superAdminGetTenant", GET, "/global/tenants/{id:[^/]*}", tenants::show::handle, tenants::show::about),
            line("superAdminDeleteTenant", DELETE, "/global/tenants/{id:[^/]*}", tenants::delete::handle, tenants::delete::about),
        ]),
        // Behind a gate of its own
        ("RyzeAPI", vec![
            line("ryzeCreateInstance", POST, "/api/instance/new", ryze::create::handle, ryze::create::about),
            line("ryzeListInstances", GET, "/api/instance/list", ryze::list::handle, ryze::list::about),
            line("ryzeConnectInstance", GET, "/api/instance/connect/{instance}", ryze::connect::handle, ryze::connect::about),
            line("ryzeReconnectInstance", POST, "/api/instance/reconnect/{instance}", ryze::reconnect::handle, ryze::reconnect::about),
            line("ryzeLogoutInstance", DELETE, "/api/instance/logout/{instance}", ryze::logout::handle, ryze::logout::about),
            line("ryzeDeleteInstance", DELETE, "/api/instance/delete/{instance}", ryze::delete::handle, ryze::delete::about),
            line("ryzeUpdatePrivacy", POST, "/api/profile/privacy/{instance}", ryze::privacy::update, ryze::privacy::about_update),
            line("ryzeGetPrivacy", GET, "/api/profile/getPrivacy/{instance}", ryze::privacy::read, ryze::privacy::about_read),
            line("ryzeGetPrivacyAlias", GET, "/api/profile/privacy/{instance}", ryze::privacy::read, ryze::privacy::about_read),
        ]),
        ("The daemon itself", vec![
            line("isAlive", GET, "/healthz", health::healthz, health::about_healthz),
            line("isReady", GET, "/readyz", health::readyz, health::about_readyz),
            line("getMetrics", GET, "/metrics", health::metrics, health::about_metrics),
        ]),
    ]
}

pub fn configure(app: &mut ServiceConfig) {
    let mut ryze = scope(ryze::ROOT).wrap(from_fn(ryze::gate::gate));
    for endpoint in areas().into_iter().flat_map(|(_, endpoints)| endpoints) {
        match endpoint.path.strip_prefix(ryze::ROOT) {
            Some(path) => ryze = ryze.route(path, endpoint.route),
            None => drop(app.route(endpoint.path, endpoint.route)),
        }
    }
    app.service(ryze.default_service(route().to(ryze::unknown)));
    openapi::configure(app);
    app.default_service(route().to(instances::unknown));
}

fn line<F, Args>(
    id: &'static str,
    method: Method,
    path: &'static str,
    handler: F,
    about: fn() -> About,
) -> Endpoint
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Endpoint {
        id,
        path,
        route: web::method(method.clone()).to(handler),
        method,
        about,
    }
}
