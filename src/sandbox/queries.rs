//! `iq` requests of logged-in devices: one file per namespace, and an answer for every one.

mod blocklist;
mod communities;
mod encrypt;
mod groups;
mod linked;
mod mex;
mod privacy;
mod profile;
mod session;

use wacore_binary::Node;

use super::address::Address;
use super::after::After;
use super::faults::QueryFault;
use super::iq::{Query, Reply};
use super::world::World;
use super::{appstate, channels, stanza, usync};

pub use profile::{ABOUT, PICTURE};

impl World {
    /// Answers a request of a logged-in device, unless a fault keeps the answer back.
    pub fn take_iq(&mut self, device: &Address, iq: &Node) {
        let kind = stanza::attr(iq, "type").unwrap_or_default();
        if kind != "get" && kind != "set" {
            // The answer to a request of ours; a logged-in device is asked nothing that matters.
            return;
        }
        self.count(|seen| seen.queries += 1);
        let namespace = stanza::attr(iq, "xmlns").unwrap_or_default();
        let fault = self.faults.query(device, &namespace);
        let reply = match fault {
            Some(QueryFault::Silence) => return,
            Some(QueryFault::Error(code, _)) => Err((code, fault_text(code))),
            Some(QueryFault::Late(_)) | None => {
                let query = Query {
                    device,
                    iq,
                    is_set: kind == "set",
                };
                self.answer(&namespace, &query)
            }
        };
        let id = stanza::id(iq);
        let node = match reply {
            Ok(children) => stanza::result(&id, children),
            Err((code, text)) => {
                self.count(|seen| seen.queries_refused += 1);
                tracing::debug!(xmlns = %namespace, code, "a query is refused");
                let backoff = match fault {
                    Some(QueryFault::Error(_, backoff)) => backoff,
                    _ => None,
                };
                stanza::refusal(&id, code, text, backoff)
            }
        };
        let Some(connection) = self.connections.get(device) else {
            return;
        };
        match fault {
            Some(QueryFault::Late(delay)) => {
                let link = connection.link.clone();
                let answer = After::Answered { link, answer: node };
                self.later(delay, answer);
            }
            _ => connection.link.send(node),
        }
    }

    fn answer(&mut self, namespace: &str, query: &Query) -> Reply {
        match namespace {
            "encrypt" => encrypt::answer(self, query),
            "usync" => usync::answer(self, query),
            "blocklist" => blocklist::answer(self, query),
            "privacy" => privacy::answer(self, query),
            "status" => profile::status(self, query),
            "w:profile:picture" => profile::picture(self, query),
            "w:mex" => mex::answer(self, query),
            "w:g2" => groups::answer(self, query),
            "newsletter" => channels::query::answer(self, query),
            "md" => linked::answer(self, query),
            "w:sync:app:state" => appstate::query::answer(self, query),
            _ => session::answer(self, namespace, query),
        }
    }
}

fn fault_text(code: u16) -> &'static str {
    match code {
        400 => "bad-request",
        401 => "not-authorized",
        403 => "forbidden",
        404 => "item-not-found",
        405 => "not-allowed",
        406 => "not-acceptable",
        409 => "conflict",
        429 => "rate-overlimit",
        501 => "feature-not-implemented",
        503 => "service-unavailable",
        _ => "internal-server-error",
    }
}
