//! What a status costs the store: counted, since no clock here is to be trusted.

use super::Crowd;
use crate::support::until_ok;

/// Posted and counted.
const STATUSES: usize = 20;
/// Writes of one status to two people who say that it has reached them: the status, its copy for whoever asks again, the
/// answer and the end, two views, and what Signal has turned on by.
const WRITES: f64 = 10.0;

impl Crowd {
    /// Writes that the daemon has committed since it was started.
    async fn writes(&self) -> f64 {
        let metrics = self.user.api.get("/metrics").await.text;
        let line = metrics
            .lines()
            .find_map(|line| line.strip_prefix("wutsd_store_commit_writes_sum "));
        line.expect("a metric").parse().expect("a number")
    }

    /// Posts some, each of which everybody gets before the next.
    async fn post_some(&self, count: usize) {
        for _ in 0..count {
            let posted = self.user.api.post_status("hello").await.expect(200);
            let id = posted["message_id"].as_str().expect("an id");
            let path = format!("/status/{id}/views");
            until_ok("everybody has it", async || {
                let views = self.user.api.get(&path).await.expect(200);
                match views["counts"]["delivered"] == 2 {
                    true => Ok(()),
                    false => Err(views.to_string()),
                }
            })
            .await;
        }
    }
}

#[tokio::test]
async fn a_status_to_two_people_is_a_bounded_number_of_writes() {
    let crowd = Crowd::open(2).await;
    let last = crowd.contacts.last().expect("somebody");
    crowd.user.api.wait_for_contact(last).await;
    // Everybody has the key.
    crowd.post_some(3).await;
    let before = crowd.writes().await;
    crowd.post_some(STATUSES).await;
    let each = (crowd.writes().await - before) / STATUSES as f64;
    assert!(each <= WRITES, "{each} writes for each status");
}
