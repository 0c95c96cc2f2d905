//! How whoever runs a command that goes on tells it to stop.

use std::future::poll_fn;
use std::io;
use std::process::exit;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

/// The exit code after a second signal: it was not finished.
const SECOND_SIGNAL: i32 = 2;

/// Hears SIGINT and SIGTERM from here on. The first lets what was begun be finished; the second ends the process as it is.
pub struct Stop(Receiver<()>);

impl Stop {
    /// Begins to listen.
    pub fn listen() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut signals = Signals::listen(&runtime)?;
        let (tell, told) = channel();
        thread::spawn(move || {
            runtime.block_on(async {
                signals.next().await;
                let _ = tell.send(());
                signals.next().await;
                exit(SECOND_SIGNAL);
            });
        });
        Ok(Self(told))
    }

    /// Waits so long. Returns whether it was told to stop.
    pub fn within(&self, time: Duration) -> bool {
        !matches!(self.0.recv_timeout(time), Err(RecvTimeoutError::Timeout))
    }
}

#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 2]);

#[cfg(unix)]
impl Signals {
    fn listen(runtime: &Runtime) -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let _entered = runtime.enter();
        Ok(Self([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?]))
    }

    async fn next(&mut self) {
        poll_fn(|context| {
            // Both are asked, so that both wake this up.
            let [interrupt, end] = &mut self.0;
            let heard = [interrupt.poll_recv(context), end.poll_recv(context)];
            if heard.iter().any(Poll::is_ready) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[allow(clippy::unnecessary_wraps, reason = "as on unix")]
    fn listen(_: &Runtime) -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
