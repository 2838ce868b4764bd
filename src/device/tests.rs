//! How a life ends: panics must not leave the one that they happen in, and nothing of it stays.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::exit::ExitReason;
use super::life::blocking::Blocking;
use super::life::runtime::ShardRuntime;
use super::life::start;
use super::messages::Observed;
use super::shared::Shared;
use super::{DeviceActor, News, Plan, Report, Stop};
use crate::config::Config;
use crate::ids::DeviceId;
use crate::store::{DeviceNumber, Options, SealingKey, Store};
use crate::webhooks::Webhooks;
use wacore::runtime::Runtime;

const PATIENCE: Duration = Duration::from_secs(30);

/// Collects what a life reports.
struct Supervisor(mpsc::UnboundedSender<News>);

impl Actor for Supervisor {
    type Context = Context<Self>;
}

impl Handler<Report> for Supervisor {
    type Result = ();

    fn handle(&mut self, report: Report, _: &mut Context<Self>) {
        self.0.send(report.news).expect("the test listens");
    }
}

/// Is told what happens, and does nothing about it.
struct Bystander;

impl Actor for Bystander {
    type Context = Context<Self>;
}

impl Handler<Observed> for Bystander {
    type Result = ();

    fn handle(&mut self, _: Observed, _: &mut Context<Self>) {}
}

/// Makes the actor itself panic.
#[derive(Message)]
#[rtype(result = "()")]
struct Panic;

impl Handler<Panic> for DeviceActor {
    type Result = ();

    fn handle(&mut self, _: Panic, _: &mut Context<Self>) {
        panic!("a defect in the actor");
    }
}

/// What a life is begun with.
struct Ground {
    plan: Plan,
    shared: Arc<Shared>,
    store: Store,
    reports: mpsc::UnboundedReceiver<News>,
    folder: TempDir,
}

impl Ground {
    /// For a life that tries to reach a WhatsApp that accepts connections and says nothing.
    fn new() -> Self {
        let silent = Box::leak(Box::new(
            std::net::TcpListener::bind("127.0.0.1:0").unwrap(),
        ));
        let url = format!("ws://{}/ws/chat", silent.local_addr().unwrap());
        let config = Config::load(None, &[("whatsapp.url", url)]).unwrap();
        let folder = TempDir::new().unwrap();
        let store =
            Store::open(Options::new(folder.path(), SealingKey::from_bytes([7; 32]))).unwrap();
        let (webhooks, _) = Webhooks::new(store.clone(), &config.webhooks);
        let shared = Shared::new(&config, store.clone(), webhooks).unwrap();
        let (sender, reports) = mpsc::unbounded_channel();
        let number = DeviceNumber(1);
        let plan = Plan {
            device: DeviceId::random(),
            number,
            life: store.begin_life(number),
            is_first: false,
            reports: Supervisor(sender).start().recipient(),
        };
        Self {
            plan,
            shared: Arc::new(shared),
            store,
            reports,
            folder,
        }
    }
}

struct Life {
    address: Addr<DeviceActor>,
    reports: mpsc::UnboundedReceiver<News>,
    store: Store,
    _folder: TempDir,
}

impl Life {
    fn start() -> Self {
        let ground = Ground::new();
        Self {
            address: DeviceActor::new(ground.plan, ground.shared).start(),
            reports: ground.reports,
            store: ground.store,
            _folder: ground.folder,
        }
    }

    async fn exit(&mut self) -> ExitReason {
        let exited = async {
            loop {
                if let Some(News::Exited(reason)) = self.reports.recv().await {
                    return reason;
                }
            }
        };
        tokio::time::timeout(PATIENCE, exited)
            .await
            .expect("it ends")
    }
}

#[actix::test]
async fn a_life_that_panics_reports_it_and_the_thread_goes_on() {
    let (mut life, mut neighbour) = (Life::start(), Life::start());
    life.address.do_send(Panic);
    assert_eq!(life.exit().await, ExitReason::Panicked);
    neighbour.address.do_send(Stop(ExitReason::Shutdown));
    assert_eq!(neighbour.exit().await, ExitReason::Shutdown);
    life.store.close().await;
}

#[actix::test]
async fn the_first_reason_wins() {
    let mut life = Life::start();
    life.address.do_send(Stop(ExitReason::Disconnected));
    life.address
        .do_send(Observed::Ended(ExitReason::ConnectionLost));
    assert_eq!(life.exit().await, ExitReason::Disconnected);
}

#[actix::test]
async fn a_life_that_was_closed_is_freed() {
    let ground = Ground::new();
    let actor = Bystander.start().recipient();
    let started = start::start(ground.plan, ground.shared, actor).await;
    let (running, signs) = started.unwrap();
    running.catch_up();
    let life = Arc::downgrade(&running.life);
    let client = Arc::downgrade(&running.client);
    running.close(None).await.unwrap();
    drop(signs);
    let freed = async {
        while life.strong_count() + client.strong_count() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let freed = tokio::time::timeout(PATIENCE, freed).await;
    freed.expect("nobody holds it any more");
    ground.store.close().await;
}

/// Before it is connected: what the library and we hold for it on this thread, with the first of its tasks.
const BEGUN: i64 = 80 * 1024;

#[test]
fn a_life_that_has_begun_holds_little() {
    let system = System::new();
    let ground = system.block_on(async { Ground::new() });
    let actor = system.block_on(async { Bystander.start().recipient() });
    // What is shared by all is made by the first.
    let first = start::start(ground.plan.clone(), ground.shared.clone(), actor.clone());
    let first = system.block_on(first).unwrap();
    let mut second = None;
    let held = allocation_counter::measure(|| {
        let started = start::start(ground.plan.clone(), ground.shared.clone(), actor);
        second = Some(system.block_on(started).unwrap());
    });
    assert!(held.bytes_current < BEGUN, "{held:?}");
    drop((first, second));
    system.block_on(ground.store.close());
}

#[actix::test]
async fn a_panic_in_a_task_of_the_library_is_told() {
    let (told, mut panics) = mpsc::unbounded_channel();
    let runtime = ShardRuntime::here(Blocking::here(), move || {
        told.send(()).expect("the test listens")
    });
    runtime.spawn_detached(Box::pin(async { panic!("a defect in a task") }));
    runtime
        .spawn(Box::pin(async { panic!("another") }))
        .detach();
    runtime.spawn_blocking(Box::new(|| panic!("a third"))).await;
    for _ in 0..3 {
        tokio::time::timeout(PATIENCE, panics.recv())
            .await
            .expect("it is told");
    }
}
