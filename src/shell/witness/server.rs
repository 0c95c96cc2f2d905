//! The witness's server: HTTP/1.1 without TLS, which is for a reverse proxy, and with a limit on all that a stranger can
//! send or hold.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::http::MAX_AT_WORK;
use super::{Witness, http};

/// Connections at once, at most. Others wait until one ends.
pub const MAX_CONNECTIONS: usize = 512;
/// Bytes of a request's first line and headers, at most.
pub const MAX_HEAD_BYTES: usize = 1 << 14;
/// Headers of a request, at most.
pub const MAX_HEADERS: usize = 64;
/// How long a request's first line and headers may take, and a connection may be idle before them.
pub const HEAD_TIME: Duration = Duration::from_secs(15);
/// How long a connection may last, whatever happens on it; after that it ends with the answer to the request it is at.
pub const CONNECTION_TIME: Duration = Duration::from_secs(300);
/// How long a connection, and at the end the whole server, has to come to an end in order.
pub const STOP_TIME: Duration = Duration::from_secs(10);
/// How long the server rests when the system has no connection to give, such as when it is out of files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// No prefix of a path.
    #[error("expected a prefix like /witness, found {0:?}")]
    Prefix(String),
    /// The system refused.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl ServerError {
    /// The stable name of what went wrong.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Prefix(_) => "prefix-malformed",
            Self::Io(_) => "server-io",
        }
    }
}

/// A witness that is ready to serve.
pub struct Server {
    router: Router,
    listener: TcpListener,
}

impl Server {
    /// Takes its place at an address. Clients that connect from now on are answered once it [runs](Self::run).
    ///
    /// # Errors
    /// [`ServerError`].
    pub fn bind(witness: Witness, address: SocketAddr, prefix: &str) -> Result<Self, ServerError> {
        let part = |part: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
            !part.is_empty() && part.bytes().all(plain)
        };
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        if !prefix.is_empty() && !prefix.strip_prefix('/').is_some_and(|parts| parts.split('/').all(part)) {
            return Err(ServerError::Prefix(prefix.to_owned()));
        }
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(Self { router: http::router(witness, prefix), listener })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system's.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until the process is asked to end (SIGTERM or SIGINT), then finishes what it is at.
    ///
    /// # Errors
    /// The system's.
    pub fn run(self) -> Result<(), ServerError> {
        self.run_until(asked_to_end())
    }

    /// Serves until `stop`, then finishes what it is at.
    ///
    /// # Errors
    /// The system's.
    pub fn run_until(self, stop: impl Future<Output = io::Result<()>>) -> Result<(), ServerError> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(MAX_AT_WORK + 1).build()?;
        runtime.block_on(self.serve(stop))?;
        // What is still being written is finished, or left to the next start: either is safe.
        runtime.shutdown_timeout(STOP_TIME);
        Ok(())
    }

    async fn serve(self, stop: impl Future<Output = io::Result<()>>) -> Result<(), ServerError> {
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let (end, ending) = watch::channel(());
        let mut stop = pin!(stop);
        loop {
            let next = async {
                let place = Arc::clone(&places).acquire_owned().await.ok();
                (place, listener.accept().await)
            };
            tokio::select! {
                stopped = &mut stop => {
                    stopped?;
                    break;
                }
                (Some(place), accepted) = next => match accepted {
                    Ok((stream, _)) => drop(tokio::spawn(converse(self.router.clone(), stream, place, ending.clone()))),
                    Err(_) => sleep(ACCEPT_PAUSE).await,
                },
                else => break,
            }
        }
        drop(listener);
        let _ = end.send(());
        // All places are free once all connections have ended.
        let _ = timeout(STOP_TIME, places.acquire_many(MAX_CONNECTIONS as u32)).await;
        Ok(())
    }
}

/// All that happens on one connection.
async fn converse(router: Router, stream: TcpStream, place: OwnedSemaphorePermit, mut ending: watch::Receiver<()>) {
    let _place = place;
    // Answers are short: none waits for more to come.
    let _ = stream.set_nodelay(true);
    let mut builder = auto::Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD_BYTES)
        .half_close(true);
    let service = TowerToHyperService::new(router);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = sleep(CONNECTION_TIME) => {}
        _ = ending.changed() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(STOP_TIME, connection).await;
}

#[cfg(unix)]
async fn asked_to_end() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}

#[cfg(not(unix))]
async fn asked_to_end() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
