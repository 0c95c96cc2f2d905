//! `candour publish`: a folder in the tlog-tiles layout that any web server can serve.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use candour::shell::publish::{Publication, PublishError, Publisher};
use candour::storage::bundle::Trouble;
use candour::storage::folder_store::FolderReader;
use candour::storage::open_bundle;
use clap::{Args, value_parser};

use crate::bundle::BundleArgument;
use crate::failure::Failure;
use crate::output::{Output, printable};
use crate::stop::Stop;

/// Publish a ledger.
#[derive(Args)]
pub struct Publish {
    #[command(flatten)]
    bundle: BundleArgument,
    /// The folder to serve; it is made if it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Go on, and look for what is new so many seconds after each time, until SIGINT or SIGTERM
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u64).range(1..))]
    every: Option<u64>,
}

impl Publish {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let mut publisher = Publisher::new(&self.folder);
        let Some(every) = self.every else {
            say(output, &self.folder, &self.publish(&mut publisher)?);
            return Ok(ExitCode::SUCCESS);
        };
        let stop = Stop::listen().map_err(Failure::unjudged)?;
        let mut first = true;
        loop {
            match self.publish(&mut publisher) {
                Ok(published) if first || published.files > 0 => {
                    say(output, &self.folder, &published);
                    first = false;
                }
                Ok(_) => {}
                // What could not be read now may be read the next time.
                Err(error @ (PublishError::Trouble(Trouble::Io { .. }) | PublishError::Changed(_))) => {
                    let _ = Failure::from(error).report();
                }
                Err(error) => return Err(error.into()),
            }
            if stop.within(Duration::from_secs(every)) {
                return Ok(ExitCode::SUCCESS);
            }
        }
    }

    fn publish(&self, publisher: &mut Publisher) -> Result<Publication, PublishError> {
        FolderReader::check_whole(&self.bundle.path)?;
        publisher.publish(open_bundle(&self.bundle.path)?.as_ref())
    }
}

fn say(output: &Output, folder: &std::path::Path, published: &Publication) {
    if output.json {
        output.json(published);
        return;
    }
    let Publication { origin, before, size, root, files } = published;
    let (folder, origin) = (folder.display(), printable(origin));
    output.line(match files {
        0 => format!("{folder}: up to date with {origin} at {size} entries, root {root}"),
        _ => format!("{folder}: published {origin} from {before} to {size} entries, {files} files, root {root}"),
    });
}
