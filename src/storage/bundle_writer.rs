//! How a bundle is written: whole, or not at all.

use std::io::{self, Read, Write};
use std::path::Path;

use super::bundle::{Bundle, FaultList, MAX_FILE_BYTES, Trouble, too_large};
use super::name;

/// Takes the files of a bundle, sorted by name. Nothing appears at the target before [`BundleWriter::finish`]; a writer
/// that is dropped before takes back what it wrote.
pub trait BundleWriter: Sized {
    /// Adds a file.
    ///
    /// # Errors
    /// `bundle-path-unsafe`, `bundle-too-large`; whatever fault the content's reader tells; [`Trouble::Io`] if the name
    /// does not sort after the one before, or if reading or writing fails.
    fn add(&mut self, name: &str, content: &mut dyn Read) -> Result<(), Trouble>;

    /// Makes it durable, then moves it to the target, which must still not be there.
    ///
    /// # Errors
    /// `bundle-name-duplicate` for names that clash; [`Trouble::Io`] if writing fails.
    fn finish(self) -> Result<(), Trouble>;
}

/// Writes all files of a bundle, and finishes.
///
/// # Errors
/// Those of the bundle and of the writer; [`Trouble::Io`] if a file of the bundle has gone.
pub fn copy(bundle: &dyn Bundle, mut writer: impl BundleWriter) -> Result<(), Trouble> {
    for name in bundle.names()? {
        let gone = || Trouble::io(&bundle.locate(&name), io::ErrorKind::NotFound.into());
        writer.add(&name, &mut bundle.open(&name)?.ok_or_else(gone)?)?;
    }
    writer.finish()
}

/// The names written so far: what a reader would refuse is not written.
#[derive(Default)]
pub(super) struct Written {
    names: Vec<String>,
    /// How many of them were written to the end.
    complete: usize,
}

impl Written {
    /// Takes the next name.
    pub(super) fn push(&mut self, name: &str, target: &Path) -> Result<(), Trouble> {
        name::check(name)?;
        if let Some(last) = self.names.last().filter(|last| last.as_str() >= name) {
            let error = io::Error::new(io::ErrorKind::InvalidInput, format!("{name} was to be written after {last}"));
            return Err(Trouble::io(target, error));
        }
        self.names.push(name.into());
        Ok(())
    }

    /// Notes that the file was written to the end.
    pub(super) fn complete(&mut self) {
        self.complete += 1;
    }

    /// Checks that all files are whole, and that their names can stand beside each other.
    pub(super) fn finish(&self, target: &Path) -> Result<(), Trouble> {
        if self.complete != self.names.len() {
            return Err(Trouble::io(target, io::Error::other("a file could not be written to its end")));
        }
        let mut faults = FaultList::default();
        faults.push_clashes(self.names.iter().map(String::as_str));
        faults.finish()
    }
}

/// Copies a file's content, telling errors of reading from errors of writing.
pub(super) fn pump(name: &str, content: &mut dyn Read, out: &mut dyn Write, target: &Path) -> Result<(), Trouble> {
    let mut buffer = vec![0; 1 << 16];
    let mut content = content.take(MAX_FILE_BYTES + 1);
    loop {
        let read = match content.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Trouble::reading(Path::new(name), error)),
        };
        if content.limit() == 0 {
            return Err(too_large(MAX_FILE_BYTES, "more").in_file(name).into());
        }
        match buffer.get(..read) {
            None | Some([]) => return Ok(()),
            Some(bytes) => out.write_all(bytes).map_err(|source| Trouble::io(target, source))?,
        }
    }
}

/// The folder that the target will be in.
pub(super) fn parent(target: &Path) -> &Path {
    target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the entries of a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), Trouble> {
    #[cfg(unix)]
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(|source| Trouble::io(folder, source))?;
    #[cfg(not(unix))]
    let _ = folder; // Elsewhere a folder cannot be opened as a file; renaming is what there is.
    Ok(())
}

#[cfg(test)]
mod tests;
