//! What a status and a text cost the store: counted, since no clock here is to be trusted.

use serde_json::{Value, json};

use crate::support::{User, World, until_ok};

/// Sent and counted.
const COUNT: usize = 20;

/// What the store has done, or may do for one message.
#[derive(Debug)]
struct Work {
    /// Changes that became durable.
    writes: f64,
    /// How often the disk was waited for; what is written at the same time becomes durable together.
    commits: f64,
    reads: f64,
}

impl Work {
    async fn so_far(user: &User) -> Self {
        let metrics = user.api.get("/metrics").await.text;
        let of = |name: &str| {
            let mut lines = metrics.lines();
            let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            value.expect(name).parse().expect("a number")
        };
        Self {
            writes: of("wutsd_store_commit_writes_sum"),
            commits: of("wutsd_store_commit_writes_count"),
            reads: of("wutsd_store_read_duration_seconds_count"),
        }
    }

    /// For each of the messages since then.
    fn each_since(&self, before: &Self) -> Self {
        let each = |now: f64, before: f64| (now - before) / COUNT as f64;
        Self {
            writes: each(self.writes, before.writes),
            commits: each(self.commits, before.commits),
            reads: each(self.reads, before.reads),
        }
    }

    fn is_within(&self, bound: &Self) -> bool {
        self.writes <= bound.writes && self.commits <= bound.commits && self.reads <= bound.reads
    }
}

/// A connected user and two contacts.
struct Cast {
    world: World,
    user: User,
    contacts: [String; 2],
}

impl Cast {
    /// Posts some statuses, each of which both phones show before the next.
    async fn post(&self, count: usize) {
        let mut last = Value::Null;
        for _ in 0..count {
            let posted = self.user.api.post_status("hello").await.expect(200);
            last = posted["message_id"].clone();
            for phone in &self.contacts {
                self.world.control.wait_for_message(phone, &last).await;
            }
        }
        let path = format!("/status/{}/views", last.as_str().expect("an id"));
        self.until(&path, |views| views["counts"]["delivered"] == 2)
            .await;
    }

    /// The same with texts to the first.
    async fn send(&self, count: usize) {
        let mut last = Value::Null;
        let [to, _] = &self.contacts;
        for _ in 0..count {
            let body = json!({ "number": to, "text": "hello" });
            let sent = self.user.api.post("/send/text", body).await.expect(200);
            last = sent["message_id"].clone();
            self.world.control.wait_for_message(to, &last).await;
        }
        let path = format!("/messages/{}/status", last.as_str().expect("an id"));
        self.until(&path, |known| known["status"] == "delivered")
            .await;
    }

    async fn until(&self, path: &str, is: impl Fn(&Value) -> bool) {
        until_ok("what was told of the last is known", async || {
            let seen = self.user.api.get(path).await.expect(200);
            match is(&seen) {
                true => Ok(()),
                false => Err(seen.to_string()),
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_status_and_a_text_are_a_bounded_amount_of_work() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let ada = world.control.contact_of(&phone, "Ada").await;
    let grace = world.control.contact_of(&phone, "Grace").await;
    user.api.wait_for_contact(&grace).await;
    let cast = Cast {
        world,
        user,
        contacts: [ada, grace],
    };
    // Everybody has the key, and their devices are known.
    cast.post(3).await;
    cast.send(3).await;

    let before = Work::so_far(&cast.user).await;
    cast.post(COUNT).await;
    let status = Work::so_far(&cast.user).await.each_since(&before);
    // The status, its copy for whoever asks again, the answer and the end, two views, and what Signal has turned on by.
    let bound = Work {
        writes: 9.0,
        commits: 6.0,
        reads: 4.0,
    };
    assert!(status.is_within(&bound), "{status:?} for each status");

    let before = Work::so_far(&cast.user).await;
    cast.send(COUNT).await;
    let text = Work::so_far(&cast.user).await.each_since(&before);
    let bound = Work {
        writes: 10.0,
        commits: 7.0,
        reads: 14.0,
    };
    assert!(text.is_within(&bound), "{text:?} for each text");
}
