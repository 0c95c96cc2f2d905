//! The integration tests: one binary, one file per subject.

mod answers;
mod author;
mod command_line;
mod corpus;
#[cfg(target_os = "linux")] // the disk between the command and its disk is a filter of system calls
mod crash;
mod demo;
mod dependencies;
#[cfg(target_os = "linux")]
mod disk;
#[cfg(unix)]
mod elsewhere;
mod evidence;
mod findings;
mod format;
mod http;
mod import;
mod index;
mod keys;
mod limits;
mod memory;
mod model;
mod monitor;
#[cfg(target_os = "linux")]
mod power_cut;
mod readers;
mod readme;
mod rot;
mod scenarios;
mod secrets;
mod simulation;
mod split_view;
mod tables;
mod tamper;
mod timeline;
mod tools;
mod vectors;
mod vouching;
mod witness;
mod witnessing;
