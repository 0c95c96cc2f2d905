//! `candour export`: a ledger as plain files that anyone can verify.

use std::path::PathBuf;
use std::process::ExitCode;

use candour::storage::bundle_writer::copy;
use candour::storage::folder_writer::FolderWriter;
use candour::storage::frozen::Frozen;
use candour::storage::zip_writer::{Packing, ZipWriter};
use clap::Args;

use crate::bundle::BundleArgument;
use crate::failure::Failure;
use crate::output::Output;

/// Copy a ledger.
#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    bundle: BundleArgument,
    /// A new folder, or a new zip where the name ends in `.zip`
    #[arg(value_name = "OUT")]
    out: PathBuf,
}

impl Export {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let bundle = self.bundle.open_whole()?;
        let frozen = Frozen::of(bundle.as_ref())?;
        self.bundle.check_promised(&frozen)?;
        if self.out.extension().is_some_and(|extension| extension == "zip") {
            copy(&frozen, ZipWriter::create(&self.out, Packing::Deflated)?)?;
        } else {
            copy(&frozen, FolderWriter::create(&self.out)?)?;
        }
        if output.json {
            output.json(&serde_json::json!({ "exported": self.out }));
        } else {
            output.line(format!("{}: exported", self.out.display()));
        }
        Ok(ExitCode::SUCCESS)
    }
}
