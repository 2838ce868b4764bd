//! The control API: what a person would do with the simulated phones, and faults on request.
//!
//! | request under `/control` | effect |
//! |---|---|
//! | `POST accounts {phone?,name?,hidden?,also?}` · `GET accounts` | makes an account with a phone · lists them |
//! | `POST accounts/{phone}/crowd {count}` | makes so many accounts that are contacts of this one; returns their `phones` |
//! | `POST accounts/{phone}/also {number}` | people find the account by this number, too; its JID stays |
//! | `POST accounts/{phone}/contacts {phone,name?}` or a list of these · `GET` | adds to the phone's address book · lists it |
//! | `DELETE accounts/{phone}/contacts/{contact}` | takes a contact out of it |
//! | `POST accounts/{phone}/chats {chat,pinned?,archived?,muted_until?,read?,deleted?}` · `GET` | does something with a chat on the phone, which is named by JID · shows how the chats stand there |
//! | `GET accounts/{phone}/settings` | name, about, picture, privacy, status privacy, blocked users |
//! | `POST accounts/{phone}/profile {name?,about?,picture?}` | changes the profile; picture in base64, empty for none |
//! | `POST accounts/{phone}/privacy {name,value,add?,remove?}` | changes a privacy category on the phone |
//! | `POST accounts/{phone}/status-privacy {type,users?}` | `contacts`, `whitelist` or `blacklist` |
//! | `POST accounts/{phone}/blocklist {jid,action?}` | `block` (or absent) or `unblock` |
//! | `GET accounts/{phone}/inbox[?id=…]` | what that phone decrypted |
//! | `GET accounts/{phone}/receipts` | what that phone was told of messages to others: `id`, `type` (empty: delivered), `from` |
//! | `POST scan {qr,account?}` | a phone scans a QR text; without account somebody new does; 202 where the account's passkey is asked for |
//! | `POST code {phone,code}` | the code is typed into that number's phone |
//! | `POST accounts/{phone}/passkey {timeout?,withheld?,silent?}` · `DELETE` | the owner makes a passkey, which from now on is asked for (for `timeout` seconds) before a device is linked; `withheld`: the companion has to ask for the options; `silent`: the phone does nothing after a good answer · deletes it |
//! | `GET accounts/{phone}/passkey` | how the check of a link stands: `state` (`asked`, `answered`, `compared`, `linking`, `ended`, or null) and the `code` that the phone shows |
//! | `POST accounts/{phone}/passkey/answer {options,origin?}` | what the owner's browser gives for these options, on a page of `origin` (absent: WhatsApp's) |
//! | `POST accounts/{phone}/passkey/cancel` | the phone does not link the device after all |
//! | `POST kick {jid}` | the phone unlinks that device |
//! | `POST inbound {to,text or media,from?}` | a phone sends to an account, or to a group that it is in |
//! | `POST accounts/{phone}/send {to?,content,quoted?,mentions?,mention_all?,view_once?,expiration?}` | that phone sends anything |
//! | `POST accounts/{phone}/calls {to,video?}` · `GET` | that phone calls somebody, whose devices ring · shows its calls and their `state` |
//! | `POST accounts/{phone}/calls/{id} {action}` | takes a call or not (`accept`, `decline`), or ends it (`hang_up`; `give_up`: nobody took it) |
//! | `POST accounts/{phone}/receipts {type,messages,status_of?}` | it reads messages that it has (`read`), or plays them (`played`); with `status_of` it claims so of statuses of that account, whether it has them or not |
//! | `POST accounts/{phone}/status {text or media}` | that phone posts a status, to whom its privacy says |
//! | `POST groups {subject,participants,by_number?}` · `GET` | makes a group, the first participant its creator · lists them |
//! | `POST groups/{jid}/participants {add?,remove?}` | changes who is in a group; members do the rest by protocol |
//! | `POST accounts/{phone}/groups {"do",…}` | a phone acts in groups: `join {code}`, `accept {message}` (the id of an invitation), `leave {group}`, and `add`, `remove`, `promote`, `demote`, `approve`, `reject {group,people}` |
//! | `POST communities {subject,participants,general?,closed?,members_create?}` | makes a community with its announcement group, the first participant its creator; `general` for a group in which everybody talks, `closed` where admins decide who comes in |
//! | `POST communities/{jid}/groups {link?,unlink?,deactivate?}` | its creator links groups to it, unlinks them, or ends it |
//! | `POST channels {name,description?,owner,followers?}` · `GET` | makes a channel, which everybody in `followers` follows · lists them with who follows |
//! | `POST channels/{jid}/followers {phone,role?,muted?}` | somebody follows on the phone (`subscriber`), is made `admin`, follows no longer (`guest`), mutes it |
//! | `POST channels/{jid}/posts {text or media,from?}` · `GET` | an admin's phone posts, the owner's without `from` · lists posts with who has seen them and who has reacted how |
//! | `POST channels/{jid}/reactions {phone,server_id,emoji}` | somebody reacts to a post on the phone; an empty emoji takes that back |
//! | `POST channels/{jid}/state {state}` | `active`, `suspended` or `deleted` |
//! | `POST accounts/{phone}/channel-terms {accepted}` | `false`: the account has to accept the terms before it makes a channel |
//! | `DELETE media[?on_phones=true]` | every file expires: downloads are answered with 410; senders' phones upload again what they are asked for, unless it is gone there, too |
//! | `POST corrupt {jid}` | the next message to that device arrives spoilt |
//! | `POST ask-again {jid,id}` | whoever has read this status of that device loses its key and asks for it again, all at once |
//! | `POST faults {jid,fault,…,times?}` · `GET` · `DELETE` | sets, lists with hits, and clears faults |
//! | `DELETE faults/{id}` | clears one fault |
//! | `POST webhooks` (any JSON) · `GET` · `DELETE` | receives webhooks · shows the last 1,000 · forgets them |
//! | `GET state` | accounts, devices, connections and counters |
//!
//! Phone numbers have 7 to 15 digits. A `hidden` account shows others its LID and never its number. Whom
//! somebody dials in another spelling (Brazil's ninth digit, Mexico's 1, Argentina's 9) is found without
//! `also`; the answer names the account by its own number.
//!
//! Media is `{type,caption?,mimetype?,data_base64}` with type image, video, audio, document or
//! sticker. An inbox entry has `id`, `from`, `chat`, `kind`, `text?` (a caption, too), `caption?`,
//! `media? {type,mimetype,size,sha256,width?,height?,seconds?,thumbnail?}` of the decrypted file, `times` (how often it came; it is shown once) and `timestamp`; whatever is
//! more than a text has `message` (a status that its author has taken back is `deleted`, and nothing else is left of it), which is all of it under WhatsApp's own names, bytes in base64.
//!
//! The `content` that a phone sends has a `type` and what that needs; the types and their fields are the variants of
//! [`Say`](super::phone::say::Say). A file is `{data_base64,mimetype?}`. Ids in `quoted`, and in the `message` that a reaction,
//! a vote, an answer, an edit or a revoke is about, are of messages that the phone has sent or received; `to` may then be absent.
//!
//! A fault's `jid` is a device, an account (all its devices; its number will do) or `*`, which includes clients without
//! an account. It acts `times` times, or until it is cleared. The faults, with the fields they need, are the
//! variants of [`Fault`](super::faults::Fault).
//!
//! Refusals are `{"error":"…"}` with a 4xx status; unknown fields are refused.

mod accounts;
mod answer;
mod calls;
mod channels;
mod chats;
mod communities;
mod faults;
mod groups;
mod messages;
mod pairing;
mod passkey;
mod settings;
mod state;
mod webhooks;

use actix_web::{HttpResponse, web};

use answer::Rejected;

/// Bodies are a few fields, a long list of contacts, or a file in base64.
const BODY: usize = 32 * 1024 * 1024;

/// Everything under `/control`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/control")
            .app_data(web::PayloadConfig::new(BODY))
            .route("/accounts", web::post().to(accounts::create))
            .route("/accounts", web::get().to(accounts::list))
            .route(
                "/accounts/{phone}/contacts",
                web::post().to(accounts::add_contacts),
            )
            .route(
                "/accounts/{phone}/contacts/{contact}",
                web::delete().to(accounts::remove_contact),
            )
            .route(
                "/accounts/{phone}/contacts",
                web::get().to(accounts::contacts),
            )
            .route(
                "/accounts/{phone}/receipts",
                web::get().to(accounts::receipts),
            )
            .route("/accounts/{phone}/inbox", web::get().to(accounts::inbox))
            .service(
                web::scope("/accounts/{phone}")
                    .route("/also", web::post().to(accounts::find_also))
                    .route("/crowd", web::post().to(accounts::crowd))
                    .route("/channel-terms", web::post().to(channels::terms))
                    .route("/chats", web::get().to(chats::list))
                    .route("/chats", web::post().to(chats::change))
                    .route("/calls", web::get().to(calls::list))
                    .route("/calls", web::post().to(calls::begin))
                    .route("/calls/{id}", web::post().to(calls::touch))
                    .route("/groups", web::post().to(groups::act))
                    .route("/passkey", web::get().to(passkey::show))
                    .route("/passkey", web::post().to(passkey::make))
                    .route("/passkey", web::delete().to(passkey::delete))
                    .route("/passkey/answer", web::post().to(passkey::answer))
                    .route("/passkey/cancel", web::post().to(passkey::cancel))
                    .route("/send", web::post().to(messages::send))
                    .route("/receipts", web::post().to(messages::attend))
                    .route("/status", web::post().to(accounts::status))
                    .route("/settings", web::get().to(settings::show))
                    .route("/status-privacy", web::post().to(settings::status_privacy))
                    .route("/blocklist", web::post().to(settings::blocklist))
                    .route("/privacy", web::post().to(settings::privacy))
                    .route("/profile", web::post().to(settings::profile)),
            )
            .route("/scan", web::post().to(pairing::scan))
            .route("/code", web::post().to(pairing::code))
            .route("/kick", web::post().to(pairing::kick))
            .route("/corrupt", web::post().to(faults::corrupt))
            .route("/ask-again", web::post().to(faults::ask_again))
            .route("/groups", web::post().to(groups::create))
            .route("/groups", web::get().to(groups::list))
            .route("/groups/{jid}/participants", web::post().to(groups::change))
            .route("/communities", web::post().to(communities::create))
            .route(
                "/communities/{jid}/groups",
                web::post().to(communities::change),
            )
            .route("/channels", web::post().to(channels::create))
            .route("/channels", web::get().to(channels::list))
            .service(
                web::scope("/channels/{jid}")
                    .route("/followers", web::post().to(channels::follow))
                    .route("/posts", web::post().to(channels::post))
                    .route("/posts", web::get().to(channels::posts))
                    .route("/reactions", web::post().to(channels::react))
                    .route("/state", web::post().to(channels::set_state)),
            )
            .route("/media", web::delete().to(accounts::expire_media))
            .route("/inbound", web::post().to(accounts::inbound))
            .route("/state", web::get().to(state::show))
            .route("/webhooks", web::post().to(webhooks::receive))
            .route("/webhooks", web::get().to(webhooks::list))
            .route("/webhooks", web::delete().to(webhooks::clear))
            .route("/faults", web::post().to(faults::add))
            .route("/faults", web::get().to(faults::list))
            .route("/faults", web::delete().to(faults::clear))
            .route("/faults/{id}", web::delete().to(faults::remove))
            .default_service(web::to(|| async {
                Err::<HttpResponse, _>(Rejected::not_found("no such control endpoint"))
            })),
    );
}
