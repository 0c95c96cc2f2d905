//! Where bytes are kept. A store is a disk, not a witness: what it gives back is raw, and untrusted.
//!
//! A *bundle* is a whole ledger as named plain files. The modules, lowest first; each uses only those above it:
//!
//! - [`name`]: which names a file in a bundle may have.
//! - [`scratch_files`]: where what is too much for memory is written meanwhile.
//! - [`bundle`]: what every bundle can do, its limits, and what can go wrong.
//! - [`memory_bundle`], [`folder_bundle`], [`zip_bundle`]: a bundle held in memory, in a folder, in one zip archive.
//! - [`layout`], [`frozen`]: which of a ledger's files a bundle has, and the bundle as of one moment.
//! - [`bundle_writer`], [`folder_writer`], [`zip_writer`]: how a bundle is written, whole or not at all.
//! - [`whole_file`]: likewise a single file that somebody asked for.
//! - [`http`], [`http_bundle`]: asking over HTTP and HTTPS, and a bundle that a web server serves.
//! - `plain`, `durable`, `lock`: how files are opened, get their places, and have one writer.
//! - [`store`], [`memory_store`], [`folder_store`]: where the one writer keeps a ledger as it grows.
//! - [`read_ahead`]: how files are read and hashed on all cores.
//! - [`run_files`]: what of a state grows with every entry, kept beyond a process.
//! - [`site`]: a folder that a web server serves, and how files get there.
//! - [`progress_folder`]: where somebody who follows a ledger keeps how far it was followed, and evidence.
//! - [`index`]: the read model beside a live ledger, which can be lost at any moment.
//! - [`witness_store`]: what a witness remembers, and what it keeps as evidence.

use std::path::Path;

pub mod name;
pub mod scratch_files;
pub mod bundle;
pub mod memory_bundle;
pub mod folder_bundle;
mod zip_section;
mod zip_directory;
pub mod zip_bundle;
pub mod layout;
pub mod frozen;
pub mod bundle_writer;
pub mod folder_writer;
pub mod zip_writer;
pub mod whole_file;
pub mod http;
pub mod http_bundle;
pub mod store;
pub mod memory_store;
mod plain;
mod durable;
pub mod read_ahead;
mod lock;
pub mod folder_store;
pub mod run_files;
pub mod site;
pub mod progress_folder;
pub mod index;
pub mod witness_store;

use bundle::{Bundle, Trouble};
use folder_bundle::FolderBundle;
use http_bundle::HttpBundle;
use zip_bundle::ZipBundle;

/// Opens the bundle at a path: what begins with `http://` or `https://` over the network, a folder as it is, anything else
/// as a zip archive. The path itself may be a link.
///
/// # Errors
/// A missing or unreadable path is [`Trouble::Io`]; an archive that is refused is [`Trouble::Faults`], as
/// [`ZipBundle::open`] says; of a URL, what [`HttpBundle::open`] says.
pub fn open_bundle(path: &Path) -> Result<Box<dyn Bundle>, Trouble> {
    if let Some(url) = path.to_str().filter(|path| http_bundle::is_url(path)) {
        return Ok(Box::new(HttpBundle::open(url)?));
    }
    let metadata = path.metadata().map_err(|source| Trouble::io(path, source))?;
    if metadata.is_dir() { Ok(Box::new(FolderBundle::open(path)?)) } else { Ok(Box::new(ZipBundle::open(path)?)) }
}
