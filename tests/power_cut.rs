//! The power fails: everything acknowledged is there when it comes back, nothing half done shows, and work goes on.
//!
//! Once on a disk that is simulated, weaker than any that is sold, at every moment ([`simulated`]); and once for real, on a
//! file system whose disk is copied while it is at work ([`real`]).

#![allow(clippy::panic, clippy::print_stdout, reason = "tests, outside of the functions that clippy knows as such")]

mod audited;
mod children;
mod house;
mod judge;
mod loop_disk;
mod real;
mod simulated;
mod states;
mod tree;
mod ways;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}
