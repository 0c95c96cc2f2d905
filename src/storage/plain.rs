//! Files that are opened only where they are regular files: no link is followed to what somebody else keeps elsewhere, and no
//! pipe is waited for.
//!
//! Of a path this is about the last part. What can put a link there between the look and the opening of what is in it may
//! write to the folder anyway, as in [`super::folder_bundle`].

use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;

/// What is there is no file.
#[derive(Debug, thiserror::Error)]
#[error("expected a file, found {0}")]
pub(super) struct Other(&'static str);

/// What is at a path where no file could be opened, if something else is.
pub(super) fn other(error: &io::Error) -> Option<&'static str> {
    error.get_ref()?.downcast_ref::<Other>().map(|other| other.0)
}

/// Opens a file to read it.
pub(super) fn open(path: &Path) -> io::Result<File> {
    open_as(OpenOptions::new().read(true), path)
}

/// Makes a file to write, and to read back. One that is there loses its name and is not written over: it may be in its place
/// under another, where a power cut kept that and forgot that it had lost this one.
pub(super) fn create(path: &Path) -> io::Result<File> {
    match path.symlink_metadata() {
        Ok(there) if !there.is_file() => return Err(other_kind(there.file_type())),
        Ok(_) => fs::remove_file(path)?,
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Err(_) => {}
    }
    open_as(OpenOptions::new().read(true).write(true).create_new(true), path)
}

/// Opens a file in that way.
pub(super) fn open_as(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    }
    let opened = options.open(path).map_err(|error| match path.symlink_metadata() {
        Ok(there) if !there.is_file() => other_kind(there.file_type()),
        _ => error,
    })?;
    let kind = opened.metadata()?.file_type();
    if kind.is_file() { Ok(opened) } else { Err(other_kind(kind)) }
}

fn other_kind(kind: FileType) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, Other(said(kind)))
}

/// Checks that at that path is a folder, or nothing: no link to a folder elsewhere.
pub(super) fn check_folder(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(there) if !there.is_dir() => {
            let words = format!("expected a folder, found {}", said(there.file_type()));
            Err(io::Error::new(ErrorKind::InvalidInput, words))
        }
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn said(kind: FileType) -> &'static str {
    match kind {
        kind if kind.is_symlink() => "a link",
        kind if kind.is_dir() => "a folder",
        kind if kind.is_file() => "a file",
        _ => "a device, a pipe or a socket",
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    #[test]
    fn nothing_is_opened_but_files_and_no_folder_is_elsewhere() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        fs::write(at("file"), "precious").unwrap();
        fs::create_dir(at("folder")).unwrap();
        for (link, to) in [("to-file", "file"), ("to-folder", "folder"), ("to-nothing", "nothing")] {
            symlink(to, at(link)).unwrap();
        }
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status();
        assert!(made.unwrap().success());
        let _socket = UnixListener::bind(at("socket")).unwrap();
        let cases = [
            ("to-file", "a link"),
            ("to-folder", "a link"),
            ("to-nothing", "a link"),
            ("folder", "a folder"),
            ("pipe", "a device, a pipe or a socket"),
            ("socket", "a device, a pipe or a socket"),
        ];
        for (name, found) in cases {
            for open in [open, create] {
                let error = open(&at(name)).unwrap_err();
                assert_eq!(error.to_string(), format!("expected a file, found {found}"), "{name}");
            }
            let folder = check_folder(&at(name)).map_err(|error| error.to_string());
            let refused = Err(format!("expected a folder, found {found}"));
            assert_eq!(folder, if name == "folder" { Ok(()) } else { refused }, "{name}");
        }
        assert_eq!(fs::read(at("file")).unwrap(), b"precious");
        assert!(!at("nothing").exists());
        assert_eq!(open(&at("nothing")).unwrap_err().kind(), ErrorKind::NotFound);
        check_folder(&at("nothing")).unwrap();
        fs::hard_link(at("file"), at("in its place")).unwrap();
        drop(create(&at("file")).unwrap());
        assert_eq!(fs::read(at("file")).unwrap(), b"");
        assert_eq!(fs::read(at("in its place")).unwrap(), b"precious");
    }
}
