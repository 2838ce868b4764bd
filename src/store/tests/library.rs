//! The protocol library builds a client on the store.

use std::pin::Pin;

use async_trait::async_trait;
use wacore::net::{
    HttpClient, HttpRequest, HttpResponse, Transport, TransportEvent, TransportFactory,
};
use wacore::runtime::{AbortHandle, Runtime};
use wacore::store::commands::DeviceCommand;
use whatsapp_rust::store::persistence_manager::PersistenceManager;
use whatsapp_rust::{Client, InboundDurabilityHook, anyhow, async_channel};

use super::*;

struct Nothing;

#[async_trait]
impl Runtime for Nothing {
    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) -> AbortHandle {
        let task = tokio::spawn(future);
        AbortHandle::new(move || task.abort())
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn spawn_blocking(
        &self,
        work: Box<dyn FnOnce() + Send>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async { drop(tokio::task::spawn_blocking(work).await) })
    }

    fn yield_now(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        Some(Box::pin(tokio::task::yield_now()))
    }
}

#[async_trait]
impl TransportFactory for Nothing {
    async fn create_transport(
        &self,
    ) -> anyhow::Result<(Arc<dyn Transport>, async_channel::Receiver<TransportEvent>)> {
        anyhow::bail!("there is no network")
    }
}

#[async_trait]
impl HttpClient for Nothing {
    async fn execute(&self, _request: HttpRequest) -> anyhow::Result<HttpResponse> {
        anyhow::bail!("there is no network")
    }
}

#[async_trait]
impl InboundDurabilityHook for Nothing {
    async fn on_messages(
        &self,
        _client: Arc<Client>,
        _batch: &[wacore::types::events::InboundMessage],
    ) -> anyhow::Result<()> {
        Ok(())
    }
}

async fn build(backend: Arc<RecordBackend>) -> Result<Arc<Client>, String> {
    let persistence = PersistenceManager::new(backend)
        .await
        .map_err(|error| error.to_string())?;
    let build = Client::builder()
        .with_persistence_manager(Arc::new(persistence))
        .with_runtime(Nothing)
        .with_transport_factory(Nothing)
        .with_http_client(Nothing)
        .with_inbound_durability_hook(Nothing)
        .with_background_saver_interval(Duration::from_secs(1))
        .with_version_override((2, 3000, 1))
        .build()
        .await
        .map_err(|error| error.to_string())?;
    Ok(build.into_client())
}

#[tokio::test]
async fn a_client_with_a_durability_hook_builds_on_it_and_finds_its_device_again() {
    let folder = Folder::new();
    let store = folder.open();
    let client = build(backend(&store, 1)).await.unwrap();
    let persistence = client.persistence_manager();
    let key = persistence.get_device_snapshot().noise_key.public_key;
    persistence
        .process_command(DeviceCommand::SetPushName("name".to_owned()))
        .await;
    persistence.flush().await.unwrap();
    client.disconnect().await;
    store.close().await;

    let store = folder.open();
    let client = build(backend(&store, 1)).await.unwrap();
    let device = client.persistence_manager().get_device_snapshot();
    assert_eq!(device.noise_key.public_key, key);
    assert_eq!(device.push_name, "name");
    client.disconnect().await;
    store.close().await;
}

#[tokio::test]
async fn a_device_that_cannot_be_read_is_never_replaced_by_a_new_one() {
    let folder = Folder::new();
    let store = folder.open();
    build(backend(&store, 1)).await.unwrap().disconnect().await;
    folder.sabotage("UPDATE record SET value = CAST(x'01' || value AS BLOB) WHERE kind = 1");
    assert!(build(backend(&store, 1)).await.is_err());
    store.close().await;
}
