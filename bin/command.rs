//! The commands, each in a file of its own.

mod answers;
mod check;
mod checkpoint;
mod convert;
mod correct;
mod demo;
mod diff;
mod disclose;
mod enrol;
mod evidence;
mod export;
mod file;
mod findings;
mod generate;
mod import;
mod init;
mod key;
mod kinds;
mod log;
mod maps;
mod monitor;
mod prove;
mod publish;
mod repair;
mod replay;
mod request;
mod respond;
mod restore;
mod show;
mod status;
mod table;
mod timeline;
mod verify;
mod witness;

use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Failure;
use crate::output::Output;

/// What can be asked of `candour`.
#[derive(Subcommand)]
pub enum Command {
    /// Tell the letters' story on a new ledger, and try to tamper with it
    Demo(demo::Demo),
    /// Verify a whole ledger against a policy: a folder, an export, a zip or a URL
    Verify(verify::Verify),
    /// Follow a ledger: verify what is new, and report findings, silence and forks
    Monitor(Box<monitor::Monitor>),
    /// Show the state of a ledger, now or at any point of its history
    Replay(replay::Replay),
    /// List the entries of a ledger
    Log(log::Log),
    /// Show one entry: its statement exactly as signed
    Show(show::Show),
    /// Make the receipt of an entry from a copy of the ledger
    Prove(prove::Prove),
    /// Verify a receipt, offline, with nothing but a policy
    Check(check::Check),
    /// Prove that a key contradicted itself: two histories, a broken receipt, two statements under one number
    Evidence(evidence::Evidence),
    /// Compare two copies of a ledger: one extends the other, or where they fork
    Diff(diff::Diff),
    /// Copy a ledger into a folder or a zip that anyone can verify
    Export(export::Export),
    /// Keep a folder up to date that any web server can serve
    Publish(publish::Publish),
    /// Answer the three questions: reports received, how quickly acted on, how much taken down
    Answers(answers::Answers),
    /// Show what is due, answered, late, refused, overdue or silent
    Status(status::Status),
    /// List what the replay noticed: silent restatements, missed deadlines
    Findings(findings::Findings),
    /// Tell the whole story of a platform, a request or an investigation, in order
    Timeline(Box<timeline::Timeline>),
    /// Write observations, requests, responses, findings, actors or entries as CSV, JSON or Parquet
    Table(table::Table),
    /// Ask platforms for something, by a deadline
    Request(Box<request::Request>),
    /// Disclose figures
    Disclose(Box<disclose::Disclose>),
    /// Disclose a published table by a map: its figures, and the file as it was
    Import(Box<import::Import>),
    /// Turn a published table into observations by a map; needs no ledger and no key
    Convert(convert::Convert),
    /// List the maps that ship with the command, or print one to start from
    Maps(maps::Maps),
    /// Answer a request by disclosures, or refuse items of it
    Respond(Box<respond::Respond>),
    /// Refuse items of a request on one ground
    Refuse(Box<respond::Refuse>),
    /// Replace figures in a disclosure; what was said before stays
    Correct(Box<correct::Correct>),
    /// Sign and file any event, written as a small JSON or TOML file
    File(Box<file::File>),
    /// Add a co-signature to a signed envelope
    Sign(file::Sign),
    /// File a signed envelope
    Submit(file::Submit),
    /// List the kinds of events that can be filed, or show how one is written
    Kinds(kinds::Kinds),
    /// Make or show a key file
    Key(key::Key),
    /// Open a ledger
    Init(Box<init::Init>),
    /// Admit an actor to a ledger
    Enrol(Box<enrol::Enrol>),
    /// Sign and publish a checkpoint of a ledger
    Checkpoint(checkpoint::Checkpoint),
    /// Make a ledger's folder anew from a copy: a folder, a zip, or a mirror's URL
    Restore(restore::Restore),
    /// Say what is wrong with a ledger's folder, and mend it
    Repair(repair::Repair),
    /// Cosign ledgers' checkpoints over HTTP, each only if it extends the last
    Witness(witness::Witness),
    /// Write a ledger of made-up statements, to measure with
    #[command(hide = true)]
    Generate(generate::Generate),
}

impl Command {
    /// Runs the command.
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        match self {
            Self::Demo(command) => command.run(output),
            Self::Verify(command) => command.run(output),
            Self::Monitor(command) => command.run(output),
            Self::Replay(command) => command.run(output),
            Self::Log(command) => command.run(output),
            Self::Show(command) => command.run(output),
            Self::Prove(command) => command.run(output),
            Self::Check(command) => command.run(output),
            Self::Evidence(command) => command.run(output),
            Self::Diff(command) => command.run(output),
            Self::Export(command) => command.run(output),
            Self::Publish(command) => command.run(output),
            Self::Answers(command) => command.run(output),
            Self::Status(command) => command.run(output),
            Self::Findings(command) => command.run(output),
            Self::Timeline(command) => command.run(output),
            Self::Table(command) => command.run(output),
            Self::Request(command) => command.run(output),
            Self::Disclose(command) => command.run(output),
            Self::Import(command) => command.run(output),
            Self::Convert(command) => command.run(output),
            Self::Maps(command) => command.run(output),
            Self::Respond(command) => command.run(output),
            Self::Refuse(command) => command.run(output),
            Self::Correct(command) => command.run(output),
            Self::File(command) => command.run(output),
            Self::Sign(command) => command.run(output),
            Self::Submit(command) => command.run(output),
            Self::Kinds(command) => command.run(output),
            Self::Key(command) => command.run(output),
            Self::Init(command) => command.run(output),
            Self::Enrol(command) => command.run(output),
            Self::Checkpoint(command) => command.run(output),
            Self::Restore(command) => command.run(output),
            Self::Repair(command) => command.run(output),
            Self::Witness(command) => command.run(output),
            Self::Generate(command) => command.run(output),
        }
    }
}
