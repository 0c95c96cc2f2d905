//! What is claimed of candour's speed is measured here, on generated ledgers: see the project's README, "How fast".
//!
//! Every figure is by the machine's monotonic clock, in one process and run with what it is compared to.

mod append;
mod beside;
mod bound;
mod cores;
mod curves;
mod machine;
mod made;
mod once;
mod output;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Measures candour.
#[derive(Parser)]
#[command(name = "candour-bench")]
struct Arguments {
    /// Print JSON instead of tables
    #[arg(long, global = true)]
    json: bool,
    /// Print tables in Markdown
    #[arg(long, global = true, conflicts_with = "json")]
    markdown: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Verification beside the work in it that cannot be avoided, on the same bytes
    Bound(bound::Bound),
    /// Candour beside SQLite, git, and a plain loop, on the same events
    Beside(beside::Beside),
    /// Durable appends by 1 to 256 filers, beside one write and fdatasync
    Append(append::Append),
    /// The cost of an entry over the size of the ledger, as tables and a plot
    Curves(curves::Curves),
    /// One measurement in a process of its own, whose memory is then its own too
    #[command(hide = true)]
    Once(once::Once),
}

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc; // as in `candour`

fn main() -> ExitCode {
    let Arguments { json, markdown, command } = Arguments::parse();
    let output = output::Output { json, markdown };
    let done = match command {
        Command::Bound(command) => command.run(&output),
        Command::Beside(command) => command.run(&output),
        Command::Append(command) => command.run(&output),
        Command::Curves(command) => command.run(&output),
        Command::Once(command) => command.run(&output),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output.error(error.as_ref());
            ExitCode::from(2)
        }
    }
}
