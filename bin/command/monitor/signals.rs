//! Being told to stop.

use std::io;
use std::sync::mpsc::{Receiver, channel};
#[cfg(unix)]
use std::task::{Context, Poll};

use crate::failure::Failure;

/// Hears of an interruption or a request to end: the first is sent on, so that a look can be finished; a second one ends
/// the process as it is, which costs no more than that look.
pub fn stop_signals() -> Result<Receiver<()>, Failure> {
    let (sender, receiver) = channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::unjudged)?;
    let (ready, listening) = channel();
    std::thread::spawn(move || {
        runtime.block_on(async {
            let signals = signals();
            let _ = ready.send(signals.as_ref().map(drop).map_err(ToString::to_string));
            let Ok(mut signals) = signals else { return };
            signals.next().await;
            let _ = sender.send(());
            signals.next().await;
            std::process::exit(i32::from(SECOND_SIGNAL));
        });
    });
    match listening.recv() {
        Ok(Ok(())) => Ok(receiver),
        Ok(Err(error)) => Err(Failure::unjudged(error)),
        Err(error) => Err(Failure::unjudged(error)),
    }
}

/// The exit code after a second signal: it was not finished.
const SECOND_SIGNAL: u8 = 2;

#[cfg(unix)]
struct Signals(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
fn signals() -> io::Result<Signals> {
    use tokio::signal::unix::{SignalKind, signal};
    Ok(Signals(signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
}

#[cfg(unix)]
impl Signals {
    async fn next(&mut self) {
        let Self(interrupt, end) = self;
        let either = |context: &mut Context<'_>| match (interrupt.poll_recv(context), end.poll_recv(context)) {
            (Poll::Pending, Poll::Pending) => Poll::Pending,
            _ => Poll::Ready(()),
        };
        std::future::poll_fn(either).await;
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
fn signals() -> io::Result<Signals> {
    Ok(Signals)
}

#[cfg(not(unix))]
impl Signals {
    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
