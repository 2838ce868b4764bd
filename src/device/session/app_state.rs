//! App-state collections that somebody asked for by name.

use tokio::time::timeout;
use wacore::request::InfoQuery;
use wacore::store::traits::AppSyncStore;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, NodeContent, NodeRef, Server};

use super::Session;
use super::failures::unanswered;
pub use crate::device::life::app_state::Collection;
use crate::failure::Failure;

/// What is new at WhatsApp by the time that everything was fetched is fetched too, this often.
const ROUNDS: usize = 3;

/// What the phone shares with its devices.
pub struct AppState<'a>(&'a Session);

impl Session {
    /// What the phone shares with its devices.
    pub fn app_state(&self) -> AppState<'_> {
        AppState(self)
    }
}

impl AppState<'_> {
    /// Fetches these collections and makes sure that nothing is left to fetch. `full`: everything anew, by snapshot.
    /// Those who ask at the same time share one fetch.
    pub async fn sync(&self, collections: &[Collection], full: bool) -> Result<(), Failure> {
        let mut missing = collections.to_vec();
        for round in 0..ROUNDS {
            self.fetch(&missing, full && round == 0).await?;
            missing = self.behind(&missing).await?;
            if missing.is_empty() {
                return Ok(());
            }
        }
        Err(not_synced(missing[0], true))
    }

    async fn fetch(&self, collections: &[Collection], full: bool) -> Result<(), Failure> {
        self.0.life.owed.want(collections.iter().copied(), full);
        for collection in collections {
            let fetched = self.0.life.owed.fetched(*collection);
            match timeout(self.0.query_timeout(), fetched).await {
                Ok(true) => {}
                Ok(false) => return Err(not_synced(*collection, true)),
                Err(_) => return Err(not_synced(*collection, false)),
            }
        }
        Ok(())
    }

    /// How far this collection has come.
    async fn version(&self, name: Collection) -> Result<u64, Failure> {
        let state = self.0.life.records.get_version(name.as_str()).await;
        state.map(|state| state.version).map_err(|error| {
            Failure::internal("the version of a collection could not be read", &error)
        })
    }

    /// Those of which WhatsApp has more than is here.
    async fn behind(&self, collections: &[Collection]) -> Result<Vec<Collection>, Failure> {
        let mut nodes = Vec::with_capacity(collections.len());
        for collection in collections {
            let version = self.version(*collection).await?;
            let node = NodeBuilder::new("collection")
                .attr("name", collection.as_str())
                .attr("version", version)
                .attr("return_snapshot", "false");
            nodes.push(node.build());
        }
        let asked = NodeBuilder::new("sync").children(nodes).build();
        let content = Some(NodeContent::Nodes(vec![asked]));
        let query = InfoQuery::set("w:sync:app:state", Jid::new("", Server::Pn), content);
        let answered = async { self.0.client.send_iq(query).await.map_err(unanswered) };
        let answer = self.0.query(answered).await?;
        let up_to_date = |collection: &Collection| is_up_to_date(answer.get(), *collection);
        let behind = collections
            .iter()
            .filter(|collection| !up_to_date(collection));
        Ok(behind.copied().collect())
    }
}

fn is_up_to_date(answer: &NodeRef<'_>, collection: Collection) -> bool {
    let Some(sync) = answer.get_optional_child("sync") else {
        return false;
    };
    let attr = |node: &NodeRef<'_>, name, value: &str| {
        node.get_attr(name)
            .is_some_and(|found| found.as_str() == value)
    };
    let found = sync
        .get_children_by_tag("collection")
        .find(|node| attr(node, "name", collection.as_str()));
    found.is_some_and(|found| {
        let patches = found.get_optional_child("patches");
        let none = patches
            .and_then(|patches| patches.children())
            .is_none_or(<[_]>::is_empty);
        none && !attr(found, "type", "error") && !attr(found, "has_more_patches", "true")
    })
}

fn not_synced(collection: Collection, in_time: bool) -> Failure {
    Failure::NotSynced {
        collection: collection.as_str().to_owned(),
        in_time,
    }
}
