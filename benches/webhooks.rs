//! Events to webhooks, from "tell" to the receiver's handler: how long it takes at a steady rate.
//!
//! `cargo bench --bench webhooks [-- --json FILE]`. Store, dispatcher and receiver are the real ones, on loopback and in one process; there is
//! no WhatsApp. The time contains the wait for the commit, so that it is more than from "stored" to "delivered".
#![expect(clippy::print_stdout, reason = "the figures are the answer")]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use chrono::Utc;
use serde::Serialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use utoipa::ToSchema;
use wutsd::config::Config;
use wutsd::ids::{TenantId, UserId};
use wutsd::store::accounts::{Credentials, Role, Tenant, User};
use wutsd::store::webhooks::Owner;
use wutsd::store::{DeviceNumber, Options, SealingKey, Store};
use wutsd::webhooks::catalog::EventName;
use wutsd::webhooks::event::Told;
use wutsd::webhooks::settings::Wanted;
use wutsd::webhooks::{Webhooks, dispatcher};

const DEVICES: usize = 50;
/// Events per second, all devices together.
const RATE: u32 = 500;
const SECONDS: u32 = 20;

/// What is told: when it was, in milliseconds since the beginning, and as much text as a message has.
#[derive(Serialize, ToSchema)]
struct Measured {
    sent: f64,
    content: String,
}

impl Told for Measured {
    const NAME: EventName = EventName::MessageReceived;
}

/// Milliseconds that each event has taken.
type Times = Arc<Mutex<Vec<f64>>>;

fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    actix::System::new().block_on(run());
}

async fn run() {
    let (times, begun) = (Times::default(), Instant::now());
    let url = receiver(times.clone(), begun);
    let folder = TempDir::new().expect("a folder");
    let (webhooks, devices) = prepare(folder.path(), &url).await;

    let mut tick = tokio::time::interval(Duration::from_secs(1) / RATE);
    let all = RATE * SECONDS;
    for turn in 0..all {
        tick.tick().await;
        let device = devices[turn as usize % devices.len()];
        let sent = begun.elapsed().as_secs_f64() * 1000.0;
        let content = "x".repeat(200);
        webhooks.tell(device, &Measured { sent, content });
    }
    let told = begun.elapsed();
    while times.lock().unwrap_or_else(PoisonError::into_inner).len() < all as usize {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    report(&times, told);
}

fn report(times: &Times, told: Duration) {
    let mut times = times.lock().unwrap_or_else(PoisonError::into_inner).clone();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    let rate = times.len() as f64 / told.as_secs_f64();
    println!(
        "{} events of {DEVICES} devices at {rate:.0}/s: p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
        times.len(),
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0),
    );
    if let Some(file) = std::env::args().skip_while(|word| word != "--json").nth(1) {
        let row = json!([{
            "events": times.len(), "devices": DEVICES, "per_second": rate,
            "p50_ms": at(0.5), "p90_ms": at(0.9), "p99_ms": at(0.99), "longest_ms": at(1.0),
        }]);
        std::fs::write(file, row.to_string()).expect("a file");
    }
}

/// Answers at once and notes the time; its address.
fn receiver(times: Times, begun: Instant) -> String {
    let handler = move |body: web::Json<Value>, times: web::Data<Times>| async move {
        let sent = body["data"]["sent"].as_f64().unwrap_or_default();
        let taken = begun.elapsed().as_secs_f64() * 1000.0 - sent;
        times
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(taken);
        HttpResponse::Ok().finish()
    };
    let app = move || {
        App::new()
            .app_data(web::Data::new(times.clone()))
            .route("/hook", web::post().to(handler))
    };
    let server = HttpServer::new(app).workers(1).disable_signals();
    let server = server.bind("127.0.0.1:0").expect("a socket");
    let address = server.addrs()[0];
    actix::spawn(server.run());
    format!("http://{address}/hook")
}

/// A store with devices whose events all go to this URL, and a dispatcher at work.
async fn prepare(folder: &std::path::Path, url: &str) -> (Webhooks, Vec<DeviceNumber>) {
    let allowed = ["webhooks.allow_http", "webhooks.allow_private_addresses"];
    let mut settings = allowed.map(|key| (key, "true".to_owned())).to_vec();
    // Also for a build that is only for the sandbox.
    settings.push(("whatsapp.url", "ws://127.0.0.1/ws/chat".to_owned()));
    let config = Config::load(None, &settings).expect("a configuration");
    let key = SealingKey::from_bytes([7; 32]);
    let store = Store::open(Options::new(folder, key)).expect("a store");
    let (webhooks, intake) = Webhooks::new(store.clone(), &config.webhooks);
    let roots = rustls::RootCertStore::empty();
    let tls = rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let started = dispatcher::start(webhooks.clone(), intake, &config.webhooks, tls).await;
    // Until the end of the process.
    std::mem::forget(started.expect("a dispatcher"));

    let (tenant, user) = house(&store).await;
    let mut devices = Vec::with_capacity(DEVICES);
    for _ in 0..DEVICES {
        let device = store.create_device(tenant, user, "bench").await;
        let device = device.expect("a device");
        let owner = Owner {
            device: device.id,
            tenant,
            user,
        };
        let wanted =
            json!({ "webhook_url": url, "enabled_events": ["message.received"], "secret": "s" });
        let wanted: Wanted = serde_json::from_value(wanted).expect("a webhook");
        webhooks.write(owner, wanted).await.expect("a webhook");
        devices.push(device.number);
    }
    (webhooks, devices)
}

async fn house(store: &Store) -> (TenantId, UserId) {
    let now = Utc::now();
    let tenant = Tenant {
        id: TenantId::random(),
        name: "bench".into(),
        created_at: now,
        updated_at: now,
    };
    let user = User {
        id: UserId::random(),
        tenant_id: tenant.id,
        email: "bench@example.com".into(),
        role: Role::Admin,
        active: true,
        created_at: now,
        updated_at: now,
    };
    let credentials = Credentials {
        password_hash: String::new(),
        token_hash: [0; 32],
        webhook_url: None,
    };
    let registered = store.register(&tenant, &user, credentials).await;
    registered.expect("a tenant");
    (tenant.id, user.id)
}
