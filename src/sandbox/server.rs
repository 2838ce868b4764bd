//! The listener: WebSocket, media and control on one port, on loopback only.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServerHandle, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use tokio::sync::watch;

use super::error::SandboxError;
use super::shared::Shared;
use super::{connection, control, media_http};

/// Clients that wait in the listen queue.
const BACKLOG: u32 = 4096;
const CONNECTIONS: usize = 20_000;
/// How long a caller may leave a connection unused. Callers keep theirs for up to 90 seconds, and one that
/// is dropped in the moment in which it is used again loses a request.
const UNUSED: Duration = Duration::from_secs(120);
/// Time for connections to end when the server stops.
const STOP: u64 = 2;

/// Binds before anything is started, so that a taken port is a plain error.
pub fn bind(listen: SocketAddr) -> Result<TcpListener, SandboxError> {
    if !listen.ip().is_loopback() {
        return Err(SandboxError::NotLoopback(listen));
    }
    let failed = |source| SandboxError::Bind {
        address: listen,
        source,
    };
    let listener = TcpListener::bind(listen).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok(listener)
}

/// The server on a bound listener, to be awaited. `shutdown` ends its WebSockets.
pub fn build(
    listener: TcpListener,
    shared: Arc<Shared>,
    shutdown: watch::Receiver<bool>,
) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(shared.clone()))
            .app_data(web::Data::new(shutdown.clone()))
            .wrap(from_fn(kept))
            .route("/ws/chat", web::get().to(upgrade))
            .configure(media_http::routes)
            .configure(control::routes)
    })
    .on_connect(connection::Socket::keep)
    .workers(1)
    .backlog(BACKLOG)
    .max_connections(CONNECTIONS)
    .keep_alive(UNUSED)
    // A client that is dropped by a fault is gone at once, not after a polite wait.
    .client_disconnect_timeout(Duration::ZERO)
    .shutdown_timeout(STOP)
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(server)
}

/// What an answer tells of is on disk.
async fn kept(
    shared: web::Data<Arc<Shared>>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let response = next.call(request).await;
    let progress = shared.progress();
    progress.kept(progress.now()).await;
    response
}

async fn upgrade(
    shared: web::Data<Arc<Shared>>,
    shutdown: web::Data<watch::Receiver<bool>>,
    request: HttpRequest,
    body: web::Payload,
) -> actix_web::Result<HttpResponse> {
    let (response, session, stream) = actix_ws::handle(&request, body)?;
    let shared = shared.get_ref().clone();
    let shutdown = shutdown.get_ref().clone();
    let socket = connection::Socket::of(&request);
    let serving = connection::serve(session, stream, socket, shared, shutdown);
    actix_web::rt::spawn(serving);
    Ok(response)
}

/// Ends the server within a bounded time.
pub async fn stop(handle: ServerHandle) {
    let graceful = tokio::time::timeout(Duration::from_secs(STOP + 1), handle.stop(true)).await;
    if graceful.is_err() {
        handle.stop(false).await;
    }
}
