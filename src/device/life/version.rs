//! Which version of WhatsApp Web to claim: asked once a day for all devices, and again when WhatsApp has refused it.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::{Instant, timeout};
use wacore::net::HttpClient;
use whatsapp_rust::version::fetch_latest_app_version;

/// As WhatsApp Web writes it: `2.3000.<revision>`.
pub type Number = (u32, u32, u32);

/// As often as WhatsApp Web itself looks.
const GOOD_FOR: Duration = Duration::from_secs(24 * 3600);
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(20);

/// What is known of the newest version.
pub struct Version {
    http: Arc<dyn HttpClient>,
    known: Mutex<Option<Known>>,
    /// One lookup at a time; the others wait for its answer.
    lookup: tokio::sync::Mutex<()>,
}

#[derive(Clone, Copy)]
struct Known {
    number: Number,
    /// `None`: only good for want of a better one.
    until: Option<Instant>,
}

impl Version {
    /// `http`: the way to WhatsApp's page.
    pub fn new(http: Arc<dyn HttpClient>) -> Self {
        Self {
            http,
            known: Mutex::default(),
            lookup: tokio::sync::Mutex::default(),
        }
    }

    /// The version to claim. The last one that was known, if WhatsApp's page cannot be asked.
    pub async fn claim(&self) -> anyhow::Result<Number> {
        if let Some(number) = self.good() {
            return Ok(number);
        }
        let _one = self.lookup.lock().await;
        if let Some(number) = self.good() {
            return Ok(number);
        }
        match timeout(LOOKUP_TIMEOUT, fetch_latest_app_version(&self.http)).await {
            Ok(Ok(number)) => {
                let until = Some(Instant::now() + GOOD_FOR);
                *self.known.lock() = Some(Known { number, until });
                Ok(number)
            }
            Ok(Err(error)) => self.any().ok_or(error),
            Err(late) => self.any().ok_or(late.into()),
        }
    }

    /// WhatsApp refuses the version that was claimed: look again before the next login.
    pub fn doubt(&self) {
        if let Some(known) = self.known.lock().as_mut() {
            known.until = None;
        }
    }

    fn good(&self) -> Option<Number> {
        let known = (*self.known.lock())?;
        let until = known.until?;
        (Instant::now() < until).then_some(known.number)
    }

    fn any(&self) -> Option<Number> {
        self.known.lock().map(|known| known.number)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use async_trait::async_trait;
    use wacore::net::{HttpRequest, HttpResponse};

    use super::*;

    /// WhatsApp's page: a newer version each time, and nothing after the second.
    #[derive(Default)]
    struct Page(AtomicU32);

    #[async_trait]
    impl HttpClient for Page {
        async fn execute(&self, _: HttpRequest) -> anyhow::Result<HttpResponse> {
            tokio::task::yield_now().await;
            let asked = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            let body = format!("\"client_revision\":10{asked},");
            Ok(HttpResponse {
                status_code: if asked > 2 { 503 } else { 200 },
                body: body.into_bytes(),
            })
        }
    }

    #[tokio::test]
    async fn it_is_asked_once_for_all_and_again_when_it_was_refused() {
        let page = Arc::new(Page::default());
        let version = Version::new(page.clone());
        let both = tokio::join!(version.claim(), version.claim());
        let (first, second) = (both.0.unwrap(), both.1.unwrap());
        assert_eq!((first.2, second.2), (101, 101));
        assert_eq!(page.0.load(Ordering::SeqCst), 1);
        version.doubt();
        assert_eq!(version.claim().await.unwrap().2, 102);
        assert_eq!(version.claim().await.unwrap().2, 102);
        assert_eq!(page.0.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn the_last_known_one_serves_while_the_page_cannot_be_asked() {
        let version = Version::new(Arc::new(Page(AtomicU32::new(1))));
        assert_eq!(version.claim().await.unwrap().2, 102);
        version.doubt();
        assert_eq!(version.claim().await.unwrap().2, 102);
        let never = Version::new(Arc::new(Page(AtomicU32::new(2))));
        assert!(never.claim().await.is_err());
    }
}
