//! What becomes of posts: who has seen them, what people think of them, and who is told of that while it happens.

use std::time::{Duration, Instant};

use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use super::shown;
use crate::sandbox::address::Address;
use crate::sandbox::after::After;
use crate::sandbox::channel::Post;
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// How long a device is told what becomes of posts, once it has asked.
pub const DURATION: Duration = Duration::from_secs(90);
/// The newest posts of which a device is told when it asks.
const FULL: usize = 100;

impl World {
    /// From now on a device is told, for a while; first all of what there is.
    pub fn watch_channel(&mut self, device: &Address, id: &str) {
        let now = Instant::now();
        let live = &mut self.channels_mut().live;
        live.retain(|_, until| *until > now);
        live.insert((id.to_owned(), device.clone()), now + DURATION);
        self.then(After::Watched {
            device: device.clone(),
            channel: id.to_owned(),
        });
    }

    /// Tells a device of the newest posts.
    pub fn push_all(&self, device: &Address, id: &str) {
        let newest = self.channels().posts(id).rev().take(FULL);
        let mut newest: Vec<Node> = newest.map(shown::tally).collect();
        newest.reverse();
        self.push(device, id, newest);
    }

    /// Tells those who want to know of some posts.
    pub fn push_changes(&self, id: &str, numbers: &[u32]) {
        let now = Instant::now();
        let live = self.channels().live.iter();
        let watchers = live.filter(|((channel, _), until)| channel == id && **until > now);
        for ((_, device), _) in watchers {
            let posts = numbers
                .iter()
                .filter_map(|number| self.channels().post(id, *number));
            self.push(device, id, posts.map(shown::tally).collect());
        }
    }

    /// What is worth nothing later is not queued.
    fn push(&self, device: &Address, id: &str, rows: Vec<Node>) {
        let (Ok(channel), Some(connection)) = (self.channel(id), self.connection(device)) else {
            return;
        };
        if rows.is_empty() || !connection.live || connection.link.is_behind() {
            return;
        }
        let messages = NodeBuilder::new("messages")
            .attr("jid", channel.jid())
            .attr("t", stanza::now())
            .children(rows)
            .build();
        let updates = NodeBuilder::new("live_updates").children([messages]);
        let news = stanza::notification(channel.jid(), "newsletter", updates.build());
        connection.link.send(news);
    }

    /// Somebody has seen posts of a channel.
    pub fn note_views(&mut self, phone: &str, id: &str, receipt: &Node) {
        let items = stanza::child(receipt, "list").map(stanza::children);
        let numbers = items
            .unwrap_or_default()
            .iter()
            .filter_map(|item| stanza::attr(item, "server_id")?.parse::<u32>().ok());
        let mut seen = Vec::new();
        for number in numbers {
            let Some(mut post) = self.channels().post(id, number).cloned() else {
                continue;
            };
            if post.views.insert(phone.to_owned()) {
                self.keep_post(id, post);
                seen.push(number);
            }
        }
        if !seen.is_empty() {
            self.push_changes(id, &seen);
        }
    }

    /// What somebody has said about posts, newest first.
    pub fn own_addons<'a>(
        &'a self,
        phone: &'a str,
        id: &str,
    ) -> impl Iterator<Item = &'a Post> + use<'a> {
        let posts = self.channels().posts(id).rev();
        let posts: Vec<&Post> = posts
            .filter(|post| post.reactions.contains_key(phone) || post.votes.contains_key(phone))
            .collect();
        posts.into_iter()
    }
}
