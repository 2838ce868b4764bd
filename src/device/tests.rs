//! Panics, which must not leave the life that they happen in.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::client::Shared;
use super::events::Observed;
use super::exit::ExitReason;
use super::heavy::Heavy;
use super::runtime::ShardRuntime;
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

struct Life {
    address: Addr<DeviceActor>,
    reports: mpsc::UnboundedReceiver<News>,
    store: Store,
    _folder: TempDir,
}

impl Life {
    /// A life that tries to reach a WhatsApp that accepts connections and says nothing.
    async fn start() -> Self {
        let silent = Box::leak(Box::new(
            std::net::TcpListener::bind("127.0.0.1:0").unwrap(),
        ));
        let url = format!("ws://{}/ws/chat", silent.local_addr().unwrap());
        let config = Config::load(None, &[("whatsapp.url", url)]).unwrap();
        let folder = TempDir::new().unwrap();
        let store =
            Store::open(Options::new(folder.path(), SealingKey::from_bytes([7; 32]))).unwrap();
        let (webhooks, _) = Webhooks::new(store.clone(), &config.webhooks);
        let shared = crate::app::share(&config, store.clone(), webhooks).unwrap();
        let (sender, reports) = mpsc::unbounded_channel();
        let number = DeviceNumber(1);
        let plan = Plan {
            device: DeviceId::random(),
            number,
            life: store.begin_life(number),
            reports: Supervisor(sender).start().recipient(),
        };
        let address = DeviceActor::new(plan, Arc::<Shared>::new(shared)).start();
        Self {
            address,
            reports,
            store,
            _folder: folder,
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
    let (mut life, mut neighbour) = (Life::start().await, Life::start().await);
    life.address.do_send(Panic);
    assert_eq!(life.exit().await, ExitReason::Panicked);
    neighbour.address.do_send(Stop(ExitReason::Shutdown));
    assert_eq!(neighbour.exit().await, ExitReason::Shutdown);
    life.store.close().await;
}

#[actix::test]
async fn the_first_reason_wins() {
    let mut life = Life::start().await;
    life.address.do_send(Stop(ExitReason::Disconnected));
    life.address
        .do_send(Observed::Ended(ExitReason::ConnectionLost));
    assert_eq!(life.exit().await, ExitReason::Disconnected);
}

#[actix::test]
async fn a_panic_in_a_task_of_the_library_is_told() {
    let (told, mut panics) = mpsc::unbounded_channel();
    let runtime = ShardRuntime::here(Heavy::here(), move || {
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
