//! Writes a bundle as one zip archive.

use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System};

use super::bundle::Trouble;
use super::bundle_writer::{BundleWriter, Written, parent, pump, sync_folder};

/// Writes a bundle as one zip archive: the same files make the same bytes. Times are 1980-01-01, modes 0644, and there
/// are no extra fields but those of zip64 where the archive has outgrown four bytes.
pub struct ZipWriter {
    target: PathBuf,
    archive: zip::ZipWriter<UntilItFails<BufWriter<NamedTempFile>>>,
    options: SimpleFileOptions,
    written: Written,
}

/// How files are packed in a zip archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// As they are. The archive's bytes then depend on no compressor, nor on its version.
    Stored,
    /// By deflate (RFC 1951).
    Deflated,
}

impl ZipWriter {
    /// Starts an archive beside the target.
    ///
    /// # Errors
    /// [`Trouble::Io`], of kind `AlreadyExists` if there is anything at the target.
    pub fn create(target: &Path, packing: Packing) -> Result<Self, Trouble> {
        let io = |source| Trouble::io(target, source);
        if target.symlink_metadata().is_ok() {
            return Err(io(io::ErrorKind::AlreadyExists.into()));
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".candour-").suffix(".partial");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        let file = builder.tempfile_in(parent(target)).map_err(io)?;
        let method = match packing {
            Packing::Stored => CompressionMethod::Stored,
            Packing::Deflated => CompressionMethod::Deflated,
        };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default())
            .system(System::Unix)
            .unix_permissions(0o644);
        let archive = zip::ZipWriter::new(UntilItFails::new(BufWriter::new(file)));
        Ok(Self { target: target.into(), archive, options, written: Written::default() })
    }

    fn io(&self, error: impl Into<io::Error>) -> Trouble {
        Trouble::io(&self.target, error.into())
    }
}

impl BundleWriter for ZipWriter {
    fn add(&mut self, name: &str, content: &mut dyn Read) -> Result<(), Trouble> {
        self.written.push(name, &self.target)?;
        self.archive.start_file(name, self.options).map_err(|error| self.io(error))?;
        pump(name, content, &mut self.archive, &self.target)?;
        self.written.complete();
        Ok(())
    }

    fn finish(self) -> Result<(), Trouble> {
        self.written.finish(&self.target)?;
        let io = |source| Trouble::io(&self.target, source);
        let file = self.archive.finish().map_err(|error| io(error.into()))?;
        if file.failed {
            return Err(io(io::Error::other("a file could not be written to its end")));
        }
        let file = file.inner.into_inner().map_err(|error| io(error.into_error()))?;
        file.as_file().sync_all().map_err(io)?;
        file.persist_noclobber(&self.target).map_err(|error| io(error.error))?;
        sync_folder(parent(&self.target))
    }
}

/// Fails once. What comes then goes nowhere: the archive is lost, but the library goes on to its end, and would print, on
/// standard error, that it cannot.
struct UntilItFails<W> {
    inner: W,
    failed: bool,
    /// Where it is, or would be had it not failed, and how far it went.
    at: u64,
    end: u64,
}

impl<W: Write + Seek> UntilItFails<W> {
    fn new(inner: W) -> Self {
        Self { inner, failed: false, at: 0, end: 0 }
    }

    /// Does something; or, once something failed, only says that it did.
    fn unless_failed<T>(&mut self, otherwise: T, work: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        if self.failed {
            return Ok(otherwise);
        }
        let done = work(&mut self.inner);
        self.failed = done.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        done
    }
}

impl<W: Write + Seek> Write for UntilItFails<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.unless_failed(bytes.len(), |inner| inner.write(bytes))?;
        self.at = self.at.saturating_add(written as u64);
        self.end = self.end.max(self.at);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_failed((), Write::flush)
    }
}

impl<W: Write + Seek> Seek for UntilItFails<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let otherwise = match to {
            SeekFrom::Start(to) => to,
            // The library, which failed while it was further up, takes it to be at the end, and asserts that.
            SeekFrom::Current(by) | SeekFrom::End(by) => self.end.saturating_add_signed(by),
        };
        self.at = self.unless_failed(otherwise, |inner| inner.seek(to))?;
        Ok(self.at)
    }
}
