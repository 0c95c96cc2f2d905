//! The command `candour`: one file per command. It parses, calls the library, and prints.
//!
//! The verdict goes to standard output, errors and hints to standard error. Exit codes: 0 verified or done; 1 the
//! evidence is bad; 2 could not judge; 3, of `candour monitor` alone, verified and something new to report.

mod as_of;
mod bundle;
mod command;
mod deadline;
mod demo;
mod exhibit;
mod failure;
mod figures;
mod filing;
mod importing;
mod keys;
mod output;
mod publishing;
mod stop;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

/// What one thread takes, another gives back, for every entry of a ledger: the system's own spent an eighth of the time of
/// `candour verify` on that.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// A public, tamper-evident ledger of child-safety disclosures, requests and refusals.
#[derive(Parser)]
#[command(name = "candour", version, arg_required_else_help = true)]
struct Arguments {
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: command::Command,
}

fn main() -> ExitCode {
    // A key must not end up in a core file. Where the system cannot promise that, the command still has to work.
    let _ = candour::shell::core_dumps::forbid_core_dumps();
    let Arguments { json, command } = Arguments::parse();
    let output = output::Output { json };
    match command.run(&output) {
        Ok(exit) => exit,
        Err(failure) => failure.report(),
    }
}
