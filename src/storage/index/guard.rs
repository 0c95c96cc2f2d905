//! sled panics where its files are damaged. Here that becomes a value, and nobody sees the message.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;
use std::thread;

use super::Why;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What sled calls the threads that write for it.
const SLED_THREADS: &str = "sled-io-";

/// Runs what may panic in sled. Whatever it worked on must not be used again after an error.
pub(super) fn guarded<T>(work: impl FnOnce() -> sled::Result<T>) -> Result<T, Why> {
    quieten();
    let before = GUARDED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Why::Damaged(crate::core::text::excerpt(&error.to_string()))),
        Err(_) => Err(Why::Damaged("the database panicked".to_owned())),
    }
}

/// Installs, once in a process, a panic hook that is silent about guarded work and sled's own threads, and leaves every
/// other panic to the hook that was there before.
fn quieten() {
    static INSTALLED: Once = Once::new();
    // A hook cannot be changed while its thread is unwinding; then this work's message is one among others.
    if thread::panicking() {
        return;
    }
    INSTALLED.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let of_sled = thread::current().name().is_some_and(|name| name.starts_with(SLED_THREADS));
            if !of_sled && !GUARDED.try_with(Cell::get).unwrap_or(false) {
                others(panic);
            }
        }));
    });
}
