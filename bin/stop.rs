//! How whoever runs a command that goes on tells it to stop.

use std::future::poll_fn;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;

/// Hears SIGINT and SIGTERM from here on, which then do not end the process.
pub struct Stop(Receiver<()>);

impl Stop {
    /// Begins to listen.
    pub fn listen() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (tell, told) = channel();
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let entered = runtime.enter();
            let mut signals = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
            drop(entered);
            thread::spawn(move || {
                runtime.block_on(poll_fn(|context| {
                    let heard = signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
                    if heard { Poll::Ready(()) } else { Poll::Pending }
                }));
                let _ = tell.send(());
            });
        }
        #[cfg(not(unix))]
        thread::spawn(move || {
            let _ = runtime.block_on(tokio::signal::ctrl_c());
            let _ = tell.send(());
        });
        Ok(Self(told))
    }

    /// Waits so long. Returns whether it was told to stop.
    pub fn within(&self, time: Duration) -> bool {
        !matches!(self.0.recv_timeout(time), Err(RecvTimeoutError::Timeout))
    }
}
