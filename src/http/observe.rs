//! What every request passes: its id, its clock, its figures; and a panic ends here.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use futures::FutureExt;
use tokio::time::timeout;
use tracing::{Instrument, error, info_span, warn};
use uuid::Uuid;

use super::connection::Connection;
use super::{Api, envelope};
use crate::contract::operation::{Envelope, Operation};
use crate::failure::Failure;
use crate::metrics::InProgress;
use crate::telemetry::Chain;

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const REQUEST: Operation = Operation::new("request", Envelope::Flat);
const TOO_SLOW: Failure = Failure::documented(504, "the request took too long");

/// Gives a request an id that its caller can quote and its logs have, ends it in time, counts it and times it.
pub async fn observe(
    api: web::Data<Api>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let observed = Observed::begin(&api, &request);
    let span = info_span!("request", request.id = %observed.id, method = %request.method());
    let answered = bounded(api.limits.request, next.call(request));
    match answered.instrument(span).await {
        Ok(mut response) => {
            // The pattern, not the path: paths hold ids.
            let route = response.request().match_pattern();
            let (status, size) = (response.status(), response.response().body().size());
            observed.answered(&api, route.as_deref(), status, size);
            observed.identify(response.headers_mut());
            let is_old = observed.connection.as_ref().is_some_and(Connection::is_old);
            if is_old || api.draining.load(Ordering::Relaxed) {
                let head = response.response_mut().head_mut();
                head.set_connection_type(ConnectionType::Close);
            }
            Ok(response)
        }
        Err(failure) => {
            let mut response = envelope::refuse(&REQUEST, &failure);
            observed.answered(&api, None, response.status(), response.body().size());
            observed.identify(response.headers_mut());
            Err(InternalError::from_response(failure, response).into())
        }
    }
}

/// Waits for the answer of a handler, but not for ever; neither a late one nor a panic is anybody else's business.
async fn bounded<B>(
    limit: Duration,
    handled: impl Future<Output = Result<ServiceResponse<B>, Error>>,
) -> Result<ServiceResponse<B>, Failure> {
    match timeout(limit, AssertUnwindSafe(handled).catch_unwind()).await {
        Ok(Ok(Ok(response))) => Ok(response),
        Ok(Ok(Err(error))) => {
            error!(error = %Chain(&error), "a request was not handled");
            Err(Failure::Internal)
        }
        Ok(Err(_panic)) => Err(Failure::Internal),
        Err(_) => {
            warn!("a request took longer than any may");
            Err(TOO_SLOW)
        }
    }
}

struct Observed {
    id: String,
    under_way: InProgress,
    connection: Option<Connection>,
}

impl Observed {
    fn begin(api: &Api, request: &ServiceRequest) -> Self {
        let connection = request.conn_data::<Connection>().cloned();
        if let Some(connection) = &connection {
            connection.work();
        }
        Self {
            id: Uuid::new_v4().to_string(),
            under_way: api.metrics.request_begun(),
            connection,
        }
    }

    fn answered(&self, api: &Api, route: Option<&str>, status: StatusCode, size: BodySize) {
        let route = route.unwrap_or("unknown");
        api.metrics.request_answered(&self.under_way, route, status);
        if let Some(connection) = &self.connection {
            connection.rest(size);
        }
    }

    fn identify(&self, headers: &mut HeaderMap) {
        if let Ok(id) = HeaderValue::from_str(&self.id) {
            headers.insert(REQUEST_ID, id);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test]
    async fn a_handler_that_panics_or_never_ends_is_answered_all_the_same() {
        let limit = Duration::from_secs(30);
        let panics = bounded::<()>(limit, async { panic!("a defect") }).await;
        assert_eq!(panics.err(), Some(Failure::Internal));
        let never = bounded::<()>(Duration::ZERO, pending()).await;
        assert_eq!(never.err(), Some(TOO_SLOW));
    }
}
