//! The URL table: a line per endpoint, with the contract's name of it.
//!
//! `command::<…>` is what a live device does: its file is `src/commands/<area>/<name>.rs`. `endpoint::<…>` is everything
//! else, in `src/http/<area>/<name>.rs`. To add one: a file there with the request and the reply as types and
//! `impl Command` or `impl Endpoint`, its `pub mod` in the area's file, its line here, a test file
//! `tests/wutsd/<area>/<name>.rs` that begins with `//! GET /its/path`, and its line in README's table. Which status and
//! text a failure has is in `http/wire.rs`; the document and `/docs` follow from the types.

use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig, resource, route, scope};
use actix_web::{HttpRequest, HttpResponse, Resource, Route, guard};

use super::links::by_link::ByLink;
use super::table::{Area, Entry, command, endpoint};
use super::{
    console, devices, envelope, health, links, messages, openapi, ryze, statuses, tenants, tokens,
    users, webhooks,
};
use crate::commands::{
    self, appstate, calls, chats, communities, contacts, groups, newsletters, payments, presence,
    privacy, profile, send, status,
};
use crate::contract::operation::{Envelope, Operation};
use crate::failure::Failure;

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;
const PATCH: Method = Method::PATCH;

const UNKNOWN: Operation = Operation::new("request", Envelope::Flat);

/// By area, in the order in which somebody would read them.
#[rustfmt::skip]
pub fn areas() -> Vec<Area> {
    vec![
        ("Status", vec![
            command::<status::text::PostStatusText>("postStatusText", POST, "/status/text"),
            command::<status::audio::PostStatusAudio>("postStatusAudio", POST, "/status/audio"),
            command::<status::media::PostStatusMedia>("postStatusMedia", POST, "/status/media"),
            command::<status::privacy::UpdateStatusPrivacy>("updateStatusPrivacy", PUT, "/status/privacy"),
            endpoint::<statuses::show::GetPostedStatus>("getPostedStatus", GET, "/status/{message_id}"),
            command::<commands::statuses::list::GetStatuses>("getStatuses", GET, "/statuses"),
            command::<commands::statuses::read::ReadStatus>("readStatus", POST, "/statuses/{message_id}/read"),
            endpoint::<statuses::views::GetStatusViews>("getStatusViews", GET, "/status/{message_id}/views"),
            command::<status::delete::DeleteStatus>("deleteStatus", DELETE, "/status/{message_id}"),
        ]),
        ("Messages", vec![
            command::<send::text::SendText>("sendText", POST, "/send/text"),
            command::<send::text_mentions::SendTextMentions>("sendTextMentions", POST, "/send/text/mentions"),
            command::<send::image::SendImage>("sendImageMessage", POST, "/send/image"),
            command::<send::video::SendVideo>("sendVideoMessage", POST, "/send/video"),
            command::<send::audio::SendAudio>("sendAudioMessage", POST, "/send/audio"),
            command::<send::document::SendDocument>("sendDocumentMessage", POST, "/send/document"),
            command::<send::sticker::SendSticker>("sendStickerMessage", POST, "/send/sticker"),
            command::<send::contact::SendContact>("sendContact", POST, "/send/contact"),
            command::<send::contacts::SendContacts>("sendContacts", POST, "/send/contacts"),
            command::<send::location::SendLocation>("sendLocation", POST, "/send/location"),
            command::<send::live_location::SendLiveLocation>("sendLiveLocation", POST, "/send/live-location"),
            command::<send::poll::SendPoll>("sendPollMessage", POST, "/send/poll"),
            command::<send::reaction::SendReaction>("sendReaction", POST, "/send/reaction"),
            command::<commands::messages::edit::EditMessage>("editMessage", PUT, "/messages/{messageId}"),
            command::<commands::messages::delete::DeleteMessage>("deleteMessage", DELETE, "/messages/delete"),
            endpoint::<messages::status::GetMessageStatus>("getMessageStatus", GET, "/messages/{id}/status"),
            endpoint::<messages::media::GetMessageMedia>("getMessageMedia", GET, "/messages/{id}/media"),
            command::<commands::messages::read::MarkRead>("markMessageRead", POST, "/messages/{id}/read"),
            command::<commands::messages::delivered::MarkDelivered>("markMessageDelivered", POST, "/messages/{id}/delivered"),
            command::<send::buttons::SendButtons>("sendButtonsMessage", POST, "/send/buttons"),
            command::<send::buttons_response::SendButtonsResponse>("sendButtonsResponseMessage", POST, "/send/buttons-response"),
            command::<send::interactive::SendInteractive>("sendInteractiveListMessage", POST, "/send/interactive"),
            command::<send::list_response::SendListResponse>("sendListResponseMessage", POST, "/send/list-response"),
            command::<send::template::SendTemplate>("sendTemplateMessage", POST, "/send/template"),
            command::<send::product::SendProduct>("sendProduct", POST, "/send/product"),
            command::<send::catalog::SendCatalog>("sendCatalog", POST, "/send/catalog"),
        ]),
        ("Contacts", vec![
            command::<contacts::list::GetContacts>("getContacts", GET, "/contacts"),
            command::<contacts::block::BlockContact>("blockContact", POST, "/contacts/block"),
            command::<contacts::block::UnblockContact>("unblockContact", POST, "/contacts/unblock"),
            command::<contacts::blocklist::GetBlocklist>("getBlocklist", GET, "/contacts/blocklist"),
            command::<contacts::profile::GetContactProfile>("getContactProfile", GET, "/contacts/profile"),
            command::<contacts::picture::GetContactProfilePicture>("getContactProfilePicture", GET, "/contacts/profile-picture"),
            command::<contacts::resolve::ResolveContacts>("resolveContacts", POST, "/contacts/resolve"),
            command::<appstate::SyncAppState>("appstateSync", POST, "/appstate/sync"),
            command::<contacts::check::CheckContacts>("checkContactsOnWhatsApp", POST, "/contact/check"),
        ]),
        ("Chats", vec![
            command::<chats::list::GetChats>("getChats", GET, "/chats"),
            command::<chats::archive::ArchiveChat>("archiveChat", POST, "/chats/{jid}/archive"),
            command::<chats::mute::MuteChat>("muteChat", POST, "/chats/{jid}/mute"),
            command::<chats::pin::PinChat>("pinChat", POST, "/chats/{jid}/pin"),
            command::<chats::pin::UnpinChat>("unpinChat", DELETE, "/chats/{jid}/pin"),
            command::<chats::typing::SendChatTyping>("sendChatTyping", POST, "/chats/{jid}/typing"),
            command::<chats::disappearing::UpdateChatDisappearing>("updateChatDisappearing", PUT, "/chats/{jid}/disappearing"),
            command::<presence::set::SendPresence>("sendPresence", POST, "/presence"),
            command::<presence::subscribe::SubscribePresence>("subscribePresence", POST, "/presence/subscribe"),
        ]),
        ("Groups", vec![
            command::<groups::create::CreateGroup>("createGroup", POST, "/groups"),
            command::<groups::list::ListGroups>("listGroups", GET, "/groups"),
            command::<groups::show::GetGroup>("getGroup", GET, "/groups/{jid}"),
            command::<groups::update::UpdateGroup>("updateGroup", PATCH, "/groups/{jid}"),
            command::<groups::participants::AddGroupParticipants>("addGroupParticipants", POST, "/groups/{jid}/participants"),
            command::<groups::participants::RemoveGroupParticipants>("removeGroupParticipants", DELETE, "/groups/{jid}/participants"),
            command::<groups::invite::GetGroupInviteLink>("getGroupInviteLink", GET, "/groups/{jid}/invite"),
            command::<groups::invite::ResetGroupInviteLink>("resetGroupInviteLink", POST, "/groups/{jid}/invite/reset"),
            command::<groups::join::JoinGroup>("joinGroup", POST, "/groups/join"),
            command::<groups::leave::LeaveGroup>("leaveGroup", DELETE, "/groups/{jid}/leave"),
            command::<groups::ephemeral::SetGroupEphemeral>("setGroupEphemeral", PUT, "/groups/{jid}/ephemeral"),
            command::<groups::picture::SetGroupPicture>("setGroupPicture", POST, "/groups/{jid}/picture"),
            command::<groups::picture::RemoveGroupPicture>("removeGroupPicture", DELETE, "/groups/{jid}/picture"),
            command::<groups::requests::ListGroupRequests>("listGroupRequests", GET, "/groups/{jid}/requests"),
            command::<groups::requests::DecideGroupRequests>("decideGroupRequests", POST, "/groups/{jid}/requests"),
        ]),
        ("Calls", vec![
            command::<calls::reject::RejectCall>("rejectCall", POST, "/calls/reject"),
        ]),
        ("Payments", vec![
            command::<payments::request::Wanted>("requestPayment", POST, "/payment/request"),
            command::<payments::send::SendPaymentNotification>("sendPaymentNotification", POST, "/payment/send"),
            command::<payments::cancel::CancelPayment>("cancelPayment", POST, "/payment/cancel"),
            command::<payments::decline::DeclinePayment>("declinePayment", POST, "/payment/decline"),
        ]),
        ("Newsletters", vec![
            command::<newsletters::create::CreateNewsletter>("createNewsletter", POST, "/newsletters"),
            command::<newsletters::list::ListNewsletters>("listSubscribedNewsletters", GET, "/newsletters"),
            command::<newsletters::show::GetNewsletter>("getNewsletterInfo", GET, "/newsletters/{jid}"),
            command::<newsletters::invite::GetNewsletterInvite>("getNewsletterInvite", GET, "/newsletters/{jid}/invite"),
            command::<newsletters::subscribe::SubscribeNewsletter>("subscribeNewsletter", POST, "/newsletters/{jid}/subscribe"),
            command::<newsletters::subscribe::UnsubscribeNewsletter>("unsubscribeNewsletter", DELETE, "/newsletters/{jid}/subscribe"),
            command::<newsletters::mute::MuteNewsletter>("muteNewsletter", POST, "/newsletters/{jid}/mute"),
            command::<newsletters::read::MarkNewsletterRead>("markNewsletterRead", POST, "/newsletters/{jid}/read"),
            command::<newsletters::message::SendNewsletterMessage>("sendNewsletterMessage", POST, "/newsletters/{jid}/messages"),
            command::<newsletters::media::SendNewsletterMedia>("sendNewsletterMedia", POST, "/newsletters/{jid}/media"),
        ]),
        ("Communities", vec![
            command::<communities::create::CreateCommunity>("createCommunity", POST, "/communities"),
            command::<communities::show::GetCommunity>("getCommunity", GET, "/communities/{jid}"),
            command::<communities::participants::AddCommunityParticipants>("addCommunityParticipants", POST, "/communities/{jid}/participants"),
            command::<communities::participants::RemoveCommunityParticipants>("removeCommunityParticipants", DELETE, "/communities/{jid}/participants"),
            command::<communities::links::LinkGroups>("linkGroup", POST, "/communities/{jid}/groups"),
            command::<communities::links::UnlinkGroups>("unlinkGroup", DELETE, "/communities/{jid}/groups"),
        ]),
        ("Instances", vec![
            endpoint::<devices::create::CreateDevice>("createDevice", POST, "/devices"),
            endpoint::<devices::list::ListDevices>("listDevices", GET, "/devices"),
            endpoint::<devices::rename::RenameDevice>("renameDevice", PATCH, "/devices/{deviceID}"),
            endpoint::<devices::offline::DisconnectDevice>("disconnectDevice", DELETE, "/devices/{deviceID}"),
            endpoint::<devices::history::GetDeviceHistory>("getDeviceHistory", GET, "/devices/{deviceID}/history"),
            endpoint::<devices::statuses::GetDeviceStatuses>("getDeviceStatuses", GET, "/devices/{deviceID}/statuses"),
            endpoint::<links::create::CreatePairingLink>("createPairingLink", POST, "/devices/{deviceID}/pairing-links"),
            endpoint::<links::list::ListPairingLinks>("listPairingLinks", GET, "/devices/{deviceID}/pairing-links"),
            endpoint::<links::delete::DeletePairingLink>("deletePairingLink", DELETE, "/devices/{deviceID}/pairing-links/{id}"),
            endpoint::<links::state::GetPairingState>("getPairingState", GET, "/pair/{secret}/state"),
            endpoint::<links::code::AskForCode>("askForPairCodeByLink", POST, "/pair/{secret}/code"),
            endpoint::<ByLink<devices::passkey::AnswerPasskey>>("answerPasskeyByLink", POST, "/pair/{secret}/passkey"),
            endpoint::<ByLink<devices::passkey_confirm::ConfirmPasskey>>("confirmPasskeyByLink", POST, "/pair/{secret}/passkey/confirm"),
            endpoint::<devices::mine::GetMyDevices>("getMyDevices", GET, "/user/devices"),
            endpoint::<devices::qr_status::GetQrStatus>("getSessionQrStatus", GET, "/qr/status"),
            endpoint::<devices::qr::GenerateQrCode>("generateSessionQrCode", GET, "/qr"),
            endpoint::<devices::paircode::GeneratePairCode>("generateSessionPairCode", POST, "/paircode"),
            endpoint::<devices::passkey::AnswerPasskey>("answerPasskey", POST, "/pair/passkey"),
            endpoint::<devices::passkey_confirm::ConfirmPasskey>("confirmPasskey", POST, "/pair/passkey/confirm"),
            endpoint::<devices::status::GetStatus>("checkSessionStatus", GET, "/status"),
            endpoint::<devices::connect::ConnectSession>("connectSession", POST, "/connect"),
            endpoint::<devices::disconnect::DisconnectSession>("disconnectSession", POST, "/disconnect"),
            endpoint::<devices::logout::LogoutInstance>("logoutInstance", POST, "/logout"),
            command::<privacy::get::GetPrivacy>("getPrivacySettings", GET, "/privacy"),
            command::<profile::picture::SetProfilePicture>("setProfilePicture", POST, "/profile/picture"),
        ]),
        ("Tokens", vec![
            endpoint::<tokens::create::CreateToken>("createToken", POST, "/tokens"),
            endpoint::<tokens::list::ListTokens>("listTokens", GET, "/tokens"),
            endpoint::<tokens::delete::DeleteToken>("deleteToken", DELETE, "/tokens/{id}"),
        ]),
        ("Webhooks", vec![
            endpoint::<webhooks::configure::ConfigureWebhook>("configureWebhook", POST, "/webhook"),
            endpoint::<webhooks::show::GetWebhook>("getWebhook", GET, "/webhook"),
            endpoint::<webhooks::delete::DeleteWebhook>("deleteWebhook", DELETE, "/webhook"),
            endpoint::<webhooks::test::TestWebhook>("testWebhook", POST, "/webhook/test"),
            endpoint::<webhooks::events::ListEvents>("getAvailableWebhookEvents", GET, "/webhook/events"),
            endpoint::<webhooks::pending::SetUserWebhookUrl>("setUserWebhookURL", POST, "/user/webhook"),
            endpoint::<webhooks::list::ListDeliveries>("listDeliveries", GET, "/webhook/deliveries"),
            endpoint::<webhooks::purge::PurgeDeadLetters>("purgeDeadLetters", DELETE, "/webhook/deliveries"),
            endpoint::<webhooks::replay::ReplayDeadLetters>("replayDeadLetters", POST, "/webhook/deliveries/replay"),
            endpoint::<webhooks::purge::DeleteDeadLetter>("deleteDeadLetter", DELETE, "/webhook/deliveries/{id}"),
            endpoint::<webhooks::replay::ReplayDeadLetter>("replayDeadLetter", POST, "/webhook/deliveries/{id}/replay"),
        ]),
        ("Users and admin", vec![
            endpoint::<users::create::CreateUser>("createUser", POST, "/users"),
            endpoint::<users::list::ListUsers>("listUsers", GET, "/users"),
            endpoint::<users::show::GetUser>("getUserById", GET, "/users/{id}"),
            endpoint::<users::update::UpdateUser>("updateUser", PUT, "/users/{id}"),
            endpoint::<users::delete::DeleteUser>("deleteUser", DELETE, "/users/{id}"),
            endpoint::<users::promote::PromoteUser>("promoteUser", POST, "/users/{id}/promote"),
            endpoint::<tenants::register::RegisterTenant>("superAdminRegisterTenant", POST, "/register"),
            endpoint::<tenants::list::ListTenants>("superAdminListTenants", GET, "/tenants"),
            // The id may be missing here: the contract has a text for that.
            endpoint::<tenants::show::GetTenant>("superAdminGetTenant", GET, "/global/tenants/{id}").also("/global/tenants"),
            endpoint::<tenants::delete::DeleteTenant>("superAdminDeleteTenant", DELETE, "/global/tenants/{id}").also("/global/tenants"),
        ]),
        // Behind a gate of its own
        ("RyzeAPI", vec![
            endpoint::<ryze::create::CreateInstance>("ryzeCreateInstance", POST, ryze::create::PATH),
            endpoint::<ryze::list::ListInstances>("ryzeListInstances", GET, "/api/instance/list"),
            endpoint::<ryze::connect::ConnectInstance>("ryzeConnectInstance", GET, "/api/instance/connect/{instance}"),
            endpoint::<ryze::reconnect::ReconnectInstance>("ryzeReconnectInstance", POST, "/api/instance/reconnect/{instance}"),
            endpoint::<ryze::logout::LogoutInstance>("ryzeLogoutInstance", DELETE, "/api/instance/logout/{instance}"),
            endpoint::<ryze::delete::DeleteInstance>("ryzeDeleteInstance", DELETE, "/api/instance/delete/{instance}"),
            endpoint::<ryze::privacy::UpdatePrivacySettings>("ryzeUpdatePrivacy", POST, "/api/profile/privacy/{instance}"),
            endpoint::<ryze::privacy::GetPrivacySettings>("ryzeGetPrivacy", GET, "/api/profile/getPrivacy/{instance}"),
            endpoint::<ryze::privacy::GetPrivacySettings>("ryzeGetPrivacyAlias", GET, "/api/profile/privacy/{instance}"),
            endpoint::<ryze::status::PostInstanceStatus>("ryzePostStatus", POST, "/api/message/status/{instance}"),
            endpoint::<ryze::message_state::GetMessageState>("ryzeGetMessageState", GET, "/api/chat/status/{instance}"),
        ]),
        ("The daemon itself", itself()),
    ]
}

/// For whoever watches it.
fn itself() -> Vec<Entry> {
    vec![
        endpoint::<health::IsAlive>("isAlive", GET, "/healthz"),
        endpoint::<health::IsReady>("isReady", GET, "/readyz"),
        endpoint::<health::GetMetrics>("getMetrics", GET, "/metrics"),
    ]
}

/// Lets the application serve health and metrics, and nothing else.
pub fn configure_health(app: &mut ServiceConfig) {
    for entry in itself() {
        app.service(serve(entry.paths.clone(), vec![entry], UNKNOWN));
    }
    app.default_service(route().to(|request| unknown(request, UNKNOWN)));
}

/// The same with the console.
pub fn configure_with_console(app: &mut ServiceConfig) {
    // After the API, whose addresses go before those that it leaves open.
    configure(app);
    console::configure(app);
}

/// Lets the application serve the whole table.
pub fn configure(app: &mut ServiceConfig) {
    let mut below_api = scope(ryze::ROOT).wrap(from_fn(ryze::gate::gate));
    for (paths, entries) in by_path() {
        match paths[0].strip_prefix(ryze::ROOT) {
            Some(path) => {
                below_api = below_api.service(serve(vec![path], entries, ryze::OPERATION))
            }
            None => drop(app.service(serve(paths, entries, UNKNOWN))),
        }
    }
    let unknown_instance = |request| unknown(request, ryze::OPERATION);
    app.service(below_api.default_service(route().to(unknown_instance)));
    let document = vec![(GET, web::route().to(openapi::show))];
    app.service(aside(&[openapi::ADDRESS], document));
    openapi::configure(app);
    app.default_service(route().to(|request| unknown(request, UNKNOWN)));
}

/// The entries of each path, plain paths before those with parameters, which would take them for a value.
fn by_path() -> Vec<(Vec<&'static str>, Vec<Entry>)> {
    let mut resources: Vec<(Vec<&'static str>, Vec<Entry>)> = Vec::new();
    for entry in areas().into_iter().flat_map(|(_, entries)| entries) {
        match resources
            .iter_mut()
            .find(|(paths, _)| *paths == entry.paths)
        {
            Some((_, entries)) => entries.push(entry),
            None => resources.push((entry.paths.clone(), vec![entry])),
        }
    }
    resources.sort_by_key(|(paths, _)| paths[0].matches('{').count());
    resources
}

/// One path with its methods.
fn serve(paths: Vec<&'static str>, entries: Vec<Entry>, operation: Operation) -> Resource {
    let methods = entries.iter().map(|entry| entry.method.to_string());
    let mut methods: Vec<String> = methods.collect();
    if methods.iter().any(|method| method == "GET") {
        methods.push("HEAD".to_owned());
    }
    let routes = entries.into_iter().map(|entry| entry.route).collect();
    resource_of(&paths, routes, methods, operation)
}

/// Paths of what is no part of the API, with their methods.
pub fn aside(paths: &[&str], routes: Vec<(Method, Route)>) -> Resource {
    let mut methods = Vec::new();
    let mut guarded = Vec::new();
    for (method, route) in routes {
        methods.push(method.to_string());
        guarded.push(match method {
            Method::GET => {
                methods.push("HEAD".to_owned());
                route.guard(guard::Any(guard::Get()).or(guard::Head()))
            }
            method => route.method(method),
        });
    }
    resource_of(paths, guarded, methods, UNKNOWN)
}

/// These paths, each with and without a slash at its end; other methods are refused with the list of these.
fn resource_of(
    paths: &[&str],
    routes: Vec<Route>,
    mut methods: Vec<String>,
    operation: Operation,
) -> Resource {
    methods.push("OPTIONS".to_owned());
    let methods = methods.join(", ");
    let slashed = paths.iter().map(|path| format!("{path}/"));
    let paths: Vec<String> = paths
        .iter()
        .map(|path| (*path).to_owned())
        .chain(slashed)
        .collect();
    let resource = routes.into_iter().fold(resource(paths), Resource::route);
    resource.default_service(
        route().to(move |request| other_method(request, methods.clone(), operation)),
    )
}

async fn other_method(request: HttpRequest, methods: String, operation: Operation) -> HttpResponse {
    let mut response = match *request.method() {
        Method::OPTIONS => HttpResponse::NoContent().finish(),
        _ => {
            let text = format!(
                "there is no {} {}: use {methods}",
                request.method(),
                request.path()
            );
            envelope::refuse(&operation, &Failure::told(405, text))
        }
    };
    if let Ok(methods) = HeaderValue::from_str(&methods) {
        response.headers_mut().insert(ALLOW, methods);
    }
    response
}

/// Whatever no route knows.
async fn unknown(request: HttpRequest, operation: Operation) -> HttpResponse {
    let text = format!("there is no {} {}", request.method(), request.path());
    envelope::refuse(&operation, &Failure::told(404, text))
}
