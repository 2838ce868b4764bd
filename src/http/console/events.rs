//! GET /console/events — the devices that somebody may see, as they are and as they change: server-sent events.
//!
//! `snapshot` begins with all of them; `devices` are some, as they are now; `gone` are no more; `waiting` has all devices with
//! events that wait to be delivered, and since when; `ready` says that everything up to its id has been told. Whoever comes back
//! with that id is told what has changed since, or everything anew where that is not remembered.

mod shown;

use std::collections::{HashMap, HashSet, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, HeaderName};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use chrono::{DateTime, SubsecRound, Utc};
use futures::stream;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use self::shown::Shown;
use super::session::{Session, is_of_this_origin};
use super::{Console, StreamPlace};
use crate::contract::operation::{Envelope, Operation};
use crate::failure::Failure;
use crate::http::auth::MasterOrCaller;
use crate::http::connection::Connection;
use crate::http::endpoint::{Admitted, Needs};
use crate::http::{Api, envelope, routes};
use crate::ids::{DeviceId, TenantId, UserId};
use crate::store::accounts::Scope;
use crate::store::console::FleetDevice;
use crate::supervision::feed::Change;
use crate::supervision::supervisor::FollowAll;

const ADDRESS: &str = "/console/events";
const OPERATION: Operation = Operation::new("events", Envelope::Data);
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// A sign of life, at which is also seen whether the session still holds, and what waits to be delivered.
const BEAT: Duration = Duration::from_secs(15);
/// Changes of so long are told at once: a fleet that comes back changes thousands of times.
const PAUSE: Duration = Duration::from_millis(150);
/// When no more change at once their names are looked up: somebody may have given one another name.
const FEW: usize = 20;
/// Devices in one event.
const CHUNK: usize = 200;

pub fn configure(app: &mut ServiceConfig) {
    let routes = vec![(Method::GET, web::route().to(follow))];
    app.service(routes::aside(&[ADDRESS], routes));
}

/// A page cannot add a header to this request. It changes nothing, and no page of another origin can read its answer.
async fn follow(request: HttpRequest, api: Data<Api>) -> HttpResponse {
    match Stream::begin(&request, api).await {
        Ok(stream) => {
            let parts = stream::unfold(stream, |mut stream| async {
                let part = stream.next().await?;
                Some((Ok::<_, Infallible>(part), stream))
            });
            HttpResponse::Ok()
                .content_type("text/event-stream")
                .insert_header((CACHE_CONTROL, "no-store"))
                // Some proxies would hold it back.
                .insert_header(("x-accel-buffering", "no"))
                .streaming(parts)
        }
        Err(failure) => envelope::refuse(&OPERATION, &failure),
    }
}

/// Whose devices somebody may see.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Sight {
    /// `None`: everybody's.
    owner: Option<(TenantId, UserId)>,
    /// The only one of them; `None`: all.
    only: Option<DeviceId>,
}

impl Sight {
    fn of(who: &MasterOrCaller) -> Result<Self, Failure> {
        Needs::Scope(Scope::Read).check(who.grant())?;
        Ok(match who {
            MasterOrCaller::Master => Self {
                owner: None,
                only: None,
            },
            MasterOrCaller::Caller(caller) => Self {
                owner: Some((caller.tenant, caller.user)),
                only: caller.only(),
            },
        })
    }

    fn reaches(&self, change: &Change) -> bool {
        let owner = (change.tenant, change.user);
        self.owner.is_none_or(|own| own == owner) && self.shows(change.device)
    }

    fn shows(&self, device: DeviceId) -> bool {
        self.only.is_none_or(|only| only == device)
    }
}

/// One page that follows its devices.
struct Stream {
    api: Data<Api>,
    console: Arc<Console>,
    session: Session,
    sight: Sight,
    connection: Option<Connection>,
    /// Counts what happens to devices.
    changes: watch::Receiver<u64>,
    looks: watch::Receiver<u64>,
    /// So much of it is told, or is in `todo`.
    seen: u64,
    /// At the last look at the session.
    tokens: u64,
    /// What people know the devices by.
    known: HashMap<DeviceId, FleetDevice>,
    /// Devices that are yet to be told.
    todo: Vec<DeviceId>,
    /// What is ready to be sent.
    ready: VecDeque<Bytes>,
    next_beat: Instant,
    _place: StreamPlace,
}

/// Why there may be something to tell.
#[derive(PartialEq, Eq)]
enum Wake {
    Changes,
    Look,
    Beat,
}

impl Stream {
    async fn begin(request: &HttpRequest, api: Data<Api>) -> Result<Self, Failure> {
        let console = api.console.clone().ok_or(Failure::Unauthorized)?;
        if !is_of_this_origin(request.headers()) {
            return Err(Failure::Unauthorized);
        }
        let looks = console.looks.subscribe();
        let tokens = api.tokens.changes();
        let session = Session::of(request, &api).await?;
        let who = session.who(&api).await?.ok_or(Failure::Unauthorized)?;
        let place = console
            .streams
            .enter(who.holder())
            .ok_or(Failure::Overloaded)?;
        let changes = console.feed.follow();
        let mut stream = Self {
            sight: Sight::of(&who)?,
            connection: request.conn_data::<Connection>().cloned(),
            seen: 0,
            known: HashMap::new(),
            todo: Vec::new(),
            ready: VecDeque::new(),
            next_beat: Instant::now() + BEAT,
            _place: place,
            api,
            console,
            session,
            changes,
            looks,
            tokens,
        };
        let last = request.headers().get(LAST_EVENT_ID);
        stream.greet(last.and_then(|id| id.to_str().ok())).await?;
        Ok(stream)
    }

    /// Everything, or what has changed since this event.
    async fn greet(&mut self, last: Option<&str>) -> Result<(), Failure> {
        self.ready.push_back(Bytes::from_static(b"retry: 2000\n\n"));
        let seen = last.and_then(|id| self.console.events_seen(id));
        let missed = seen.and_then(|seen| self.console.feed.after(seen));
        match missed {
            Some((changes, count)) => {
                self.look_up().await?;
                self.seen = count;
                self.take_on(changes);
            }
            None => self.begin_anew().await?,
        }
        self.tell_waiting();
        Ok(())
    }

    async fn begin_anew(&mut self) -> Result<(), Failure> {
        // Before the devices are listed: what changes meanwhile is told once more.
        self.seen = *self.changes.borrow_and_update();
        self.look_up().await?;
        let total = self.known.len();
        self.push("snapshot", &json!({ "total": total }));
        self.todo = self.known.keys().copied().collect();
        if self.todo.is_empty() {
            self.push_ready();
        }
        Ok(())
    }

    /// What people know the devices by.
    async fn look_up(&mut self) -> Result<(), Failure> {
        let fleet = self.api.store.fleet(self.sight.owner).await;
        let fleet =
            fleet.map_err(|error| Failure::of_store("devices could not be listed", &error))?;
        self.known = fleet
            .into_iter()
            .filter(|device| self.sight.shows(device.id))
            .map(|device| (device.id, device))
            .collect();
        Ok(())
    }

    /// The next part; `None`: there is none any more.
    async fn next(&mut self) -> Option<Bytes> {
        while self.ready.is_empty() {
            match self.advance().await {
                Ok(true) => {}
                // The page comes back, and finds out.
                Ok(false) | Err(_) => return None,
            }
        }
        if let Some(connection) = &self.connection {
            connection.go_on(BEAT);
        }
        self.ready.pop_front()
    }

    /// `false`: it is over.
    async fn advance(&mut self) -> Result<bool, Failure> {
        if !self.todo.is_empty() {
            self.tell_some().await?;
            return Ok(true);
        }
        let wake = tokio::select! {
            _ = self.looks.changed() => Wake::Look,
            () = sleep_until(self.next_beat) => Wake::Beat,
            _ = self.changes.changed() => {
                sleep(PAUSE).await;
                Wake::Changes
            }
        };
        if !self.goes_on(&wake).await? {
            return Ok(false);
        }
        match wake {
            Wake::Look => {}
            Wake::Beat => self.beat().await?,
            Wake::Changes => self.catch_up().await?,
        }
        Ok(true)
    }

    /// Nobody is told anything whose session, or whose token, has ended.
    async fn goes_on(&mut self, wake: &Wake) -> Result<bool, Failure> {
        if self.api.draining.load(std::sync::atomic::Ordering::Relaxed) {
            return Ok(false);
        }
        let tokens = self.api.tokens.changes();
        let told_to_look = *wake == Wake::Look || self.looks.has_changed().unwrap_or(true);
        if *wake == Wake::Changes && !told_to_look && tokens == self.tokens {
            return Ok(true);
        }
        self.tokens = tokens;
        let who = self.session.who(&self.api).await?;
        Ok(who.is_some_and(|who| Sight::of(&who) == Ok(self.sight)))
    }

    async fn catch_up(&mut self) -> Result<(), Failure> {
        let Some((changes, count)) = self.console.feed.after(self.seen) else {
            return self.begin_anew().await;
        };
        self.changes.mark_unchanged();
        self.seen = count;
        let own = self.own(&changes);
        if own.is_empty() {
            return Ok(());
        }
        let strange = own.iter().any(|id| !self.known.contains_key(id));
        if strange || own.len() <= FEW {
            self.look_up().await?;
        }
        self.todo = own;
        Ok(())
    }

    fn take_on(&mut self, changes: Vec<Change>) {
        self.todo = self.own(&changes);
        if self.todo.is_empty() {
            self.push_ready();
        }
    }

    /// Each device once, of those that somebody may see.
    fn own(&self, changes: &[Change]) -> Vec<DeviceId> {
        let is_own = |change: &&Change| self.sight.reaches(change);
        let own: HashSet<DeviceId> = changes
            .iter()
            .filter(is_own)
            .map(|change| change.device)
            .collect();
        own.into_iter().collect()
    }

    /// Tells the next few devices as they are now.
    async fn tell_some(&mut self) -> Result<(), Failure> {
        let rest = self.todo.len().saturating_sub(CHUNK);
        let ids = self.todo.split_off(rest);
        let watches = self.api.ask(FollowAll(ids.clone())).await?;
        let (mut devices, mut gone) = (Vec::new(), Vec::new());
        for (id, watch) in ids.into_iter().zip(watches) {
            match (self.known.get(&id), watch) {
                (Some(device), Some(watch)) => devices.push(json!(Shown::of(
                    device,
                    &watch.now(),
                    self.api.webhooks.url(device.number).is_some()
                ))),
                _ => gone.push(id),
            }
        }
        for id in &gone {
            self.known.remove(id);
        }
        if !devices.is_empty() {
            self.push("devices", &json!({ "now": now(), "devices": devices }));
        }
        if !gone.is_empty() {
            self.push("gone", &json!({ "devices": gone }));
        }
        if self.todo.is_empty() {
            self.push_ready();
        }
        Ok(())
    }

    /// Names change without the supervisor, and what waits does.
    async fn beat(&mut self) -> Result<(), Failure> {
        self.next_beat = Instant::now() + BEAT;
        self.ready
            .push_back(Bytes::from_static(b": still here\n\n"));
        let before = std::mem::take(&mut self.known);
        self.look_up().await?;
        let names = |device: &FleetDevice| (device.name.clone(), device.email.clone());
        let renamed = self.known.values().filter(|device| {
            before
                .get(&device.id)
                .is_none_or(|old| names(old) != names(device))
        });
        self.todo = renamed.map(|device| device.id).collect();
        let waited = |(id, device): (&DeviceId, &FleetDevice)| (*id, device.waiting_since);
        let mut old: Vec<_> = before.iter().map(waited).collect();
        let mut new: Vec<_> = self.known.iter().map(waited).collect();
        old.retain(|(_, since)| since.is_some());
        new.retain(|(_, since)| since.is_some());
        let differs = old.len() != new.len() || new.iter().any(|one| !old.contains(one));
        if differs {
            self.tell_waiting();
        }
        Ok(())
    }

    fn tell_waiting(&mut self) {
        let waiting = self.known.values();
        let waiting =
            waiting.filter_map(|device| Some((device.id.to_string(), device.waiting_since?)));
        let waiting: HashMap<_, _> = waiting.collect();
        self.push("waiting", &json!({ "devices": waiting }));
    }

    fn push(&mut self, event: &str, data: &serde_json::Value) {
        // JSON has no line breaks of its own.
        let part = format!("event: {event}\ndata: {data}\n\n");
        self.ready.push_back(part.into());
    }

    fn push_ready(&mut self) {
        let id = self.console.event_id(self.seen);
        let part = format!(
            "event: ready\nid: {id}\ndata: {}\n\n",
            json!({ "now": now() })
        );
        self.ready.push_back(part.into());
    }
}

impl Console {
    /// Counts of another life of the daemon mean nothing.
    fn event_id(&self, seen: u64) -> String {
        format!("{}-{seen}", self.life)
    }

    fn events_seen(&self, id: &str) -> Option<u64> {
        let (life, seen) = id.split_once('-')?;
        (life == self.life).then(|| seen.parse().ok()).flatten()
    }
}

fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(3)
}
