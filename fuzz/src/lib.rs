//! What is fuzzed, and what must hold whatever the bytes are. One module a target: `run` takes what the fuzzer made up,
//! and panics where an invariant does not hold; `seeds` is where the fuzzer starts, made of the repository's fixtures.
//!
//! Beyond "no panic" the invariants are of four kinds:
//!
//! - what parses prints back: to the same bytes where the format is strict, to a fixed point elsewhere;
//! - what verifies was not altered: nobody here has a key, so what still verifies is what was signed;
//! - two ways of reading agree: a plain one, often written here a second time, and the one that is used;
//! - memory is bounded by the input: each `BYTES` says how many bytes one byte of input may cost, at most. Time is for
//!   libFuzzer to bound (`-timeout`), and so is the size of the whole process.
//!
//! Where nothing verifies, nothing can be found altered: so `seeds` asserts that some of what it makes does verify.

use std::fs;
use std::path::{Path, PathBuf};

use candour::core::fault::Fault;
use candour::core::hash::Hash;
use peak_alloc::PeakAlloc;

pub mod fixtures;
pub mod ledger;
pub mod server;

macro_rules! targets {
    ($($name:ident)+) => {
        $(pub mod $name;)+

        /// The name of every target: that of its module, and of its file in `fuzz_targets/`.
        pub const TARGETS: &[&str] = &[$(stringify!($name)),+];
    };
}

targets! {
    statement envelope entry note policy receipt row_proof evidence tile signature
    table import event holidays keyfile
    bundle zip http witness answers progress
}

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What any run may allocate, whatever its input: a decoder's tables, buffers of a fixed size, a ledger to edit.
const BASE_BYTES: usize = 16 << 20;

/// A message may repeat some of what was found, but no more than this of it.
const MAX_MESSAGE_BYTES: usize = 1500;

/// Makes a fuzz target of the module of that name.
#[macro_export]
macro_rules! fuzz {
    ($target:ident) => {
        libfuzzer_sys::fuzz_target!(
            init: $crate::plant(stringify!($target), $crate::$target::seeds()),
            |data: &[u8]| $crate::bounded(data, $crate::$target::BYTES, $crate::$target::run)
        );
    };
}

/// Runs a target, and holds what it allocates to [`BASE_BYTES`], and so many bytes for each byte of the input.
pub fn bounded(data: &[u8], bytes: usize, run: fn(&[u8])) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    run(data);
    let peak = ALLOCATOR.peak_usage().saturating_sub(before);
    let limit = BASE_BYTES + bytes * data.len();
    assert!(peak <= limit, "{} bytes of input took {peak} bytes of memory, of at most {limit}", data.len());
}

/// Writes the seeds of a target into its corpus, before the fuzzer reads that.
pub fn plant(target: &str, seeds: Vec<Vec<u8>>) {
    let folder = root().join("corpus").join(target);
    let planted = fs::create_dir_all(&folder).and_then(|()| {
        seeds.iter().try_for_each(|seed| {
            let name: String = Hash::of(seed).to_string().chars().take(16).collect();
            fs::write(folder.join(format!("seed-{name}")), seed)
        })
    });
    planted.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
}

/// The folder of this package.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder for files that a run needs, in memory where the system has that.
fn temporary() -> tempfile::TempDir {
    let memory = PathBuf::from("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.unwrap_or_else(|error| panic!("a temporary folder: {error}"))
}

/// A message is of bounded length, and one line: it may end in a log or a terminal.
fn bounded_message(says: &str) {
    assert!(says.len() <= MAX_MESSAGE_BYTES, "a message of {} bytes: {says:.200}", says.len());
    assert!(!says.contains(candour::core::text::deceives), "a message that deceives: {says:?}");
}

/// Likewise, of a fault.
fn refused<T>(result: Result<T, Fault>) -> Option<T> {
    result.map_err(|fault| bounded_message(&fault.to_string())).ok()
}
