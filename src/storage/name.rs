//! Which names a file in a bundle may have.
//!
//! One strict grammar, so that a name means the same file on every system and leads nowhere else: segments of
//! `A-Z a-z 0-9 . _ -` joined by `/`, none of them `.` or `..`. No two names may differ only by case, nor may a file be
//! another's folder.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::core::fault::{Code, Fault};

/// Most bytes in a name.
pub const MAX_NAME_BYTES: usize = 255;

/// Most segments in a name.
pub const MAX_SEGMENTS: usize = 16;

/// Most characters of an unsafe name that a fault repeats.
const MAX_SHOWN: usize = 80;

/// Checks a name against the grammar.
///
/// # Errors
/// `bundle-path-unsafe`, in the file of that name (escaped and cut, where it is not a safe one).
pub fn check(name: &str) -> Result<(), Fault> {
    parse(name.as_bytes()).map(|_| ())
}

/// A name from the bytes that an archive or a folder has for it.
///
/// # Errors
/// As [`check`].
pub fn parse(bytes: &[u8]) -> Result<&str, Fault> {
    let unsafe_name =
        |expected: String, found: String| Fault::new(Code::BundlePathUnsafe, expected, found).in_file(shown(bytes));
    if bytes.len() > MAX_NAME_BYTES {
        let found = format!("{} bytes", bytes.len());
        return Err(unsafe_name(format!("a name of at most {MAX_NAME_BYTES} bytes"), found));
    }
    let depth = bytes.split(|&byte| byte == b'/').count();
    if depth > MAX_SEGMENTS {
        return Err(unsafe_name(format!("a name of at most {MAX_SEGMENTS} segments"), format!("{depth} segments")));
    }
    if !bytes.split(|&byte| byte == b'/').all(is_segment) {
        let expected = "segments of A-Z, a-z, 0-9, '.', '_' and '-', joined by '/'";
        return Err(unsafe_name(expected.into(), format!("\"{}\"", shown(bytes))));
    }
    std::str::from_utf8(bytes).map_err(|_| unsafe_name("a name in ASCII".into(), format!("\"{}\"", shown(bytes))))
}

/// Every name among these that clashes with one before it in the order of their bytes, once: two of one name, two that
/// differ only by case or whose folders do, and a file that is another's folder. Each must pass [`check`].
pub fn clashes<'a>(names: impl IntoIterator<Item = &'a str>) -> impl Iterator<Item = Fault> {
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_unstable();
    let (mut taken, mut told) = (Taken::default(), None);
    names.into_iter().filter_map(move |name| {
        let (expected, found) = taken.insert(name)?;
        let fault = Fault::new(Code::BundleNameDuplicate, expected, found).in_file(name);
        (told.replace(name) != Some(name)).then_some(fault)
    })
}

/// The files and folders that names have taken so far, by their paths in lower case, each with its first spelling. The
/// first is enough: in the order of bytes, whatever lies in a folder of one spelling comes before all of another's.
#[derive(Default)]
struct Taken<'a> {
    files: HashMap<Cow<'a, str>, &'a str>,
    folders: HashMap<Cow<'a, str>, &'a str>,
}

impl<'a> Taken<'a> {
    /// Takes a name; what was expected and found if it clashes with one before.
    fn insert(&mut self, name: &'a str) -> Option<(&'static str, String)> {
        let path = folded(name);
        let mut clash = match self.files.get(&path) {
            Some(&other) if other == name => Some(("one file of a name", "two".into())),
            Some(other) => Some(("names that differ by more than case", format!("{other} beside it"))),
            None => None,
        };
        let both = "a folder or a file, not both";
        clash = clash.or_else(|| self.folders.get(&path).map(|other| (both, format!("the folder {other}"))));
        self.files.entry(path).or_insert(name);
        for folder in name.match_indices('/').filter_map(|(end, _)| name.get(..end)) {
            let path = folded(folder);
            clash = clash.or_else(|| self.files.get(&path).map(|other| (both, format!("the file {other}"))));
            let first = *self.folders.entry(path).or_insert(folder);
            if clash.is_none() && first != folder {
                clash = Some(("folders that differ by more than case", format!("{first} beside it")));
            }
        }
        clash
    }
}

/// The same path on a system that does not tell cases apart.
fn folded(path: &str) -> Cow<'_, str> {
    if path.bytes().any(|byte| byte.is_ascii_uppercase()) { path.to_ascii_lowercase().into() } else { path.into() }
}

fn is_segment(segment: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    !segment.is_empty() && segment != b"." && segment != b".." && segment.iter().all(plain)
}

/// What a fault calls the file of that name: as it is if it passes [`check`], else escaped and cut.
pub(super) fn label(bytes: &[u8]) -> String {
    parse(bytes).map_or_else(|_| shown(bytes), str::to_owned)
}

/// The bytes as they may be printed: escaped, and cut.
pub(super) fn shown(bytes: &[u8]) -> String {
    let escaped = bytes.iter().take(MAX_SHOWN).flat_map(|&byte| std::ascii::escape_default(byte));
    let mut text: String = escaped.map(char::from).collect();
    if bytes.len() > MAX_SHOWN {
        text.push_str("...");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_of_names() {
        let longest = "x".repeat(MAX_NAME_BYTES);
        let deepest = ["d"; MAX_SEGMENTS].join("/");
        let accepted: [&[u8]; 9] = [
            b"checkpoint",
            b"tile/0/x001/067.p/5",
            b"attachments/sha256/00ff",
            b".hidden",
            b"...",
            b"a..b/-_.",
            b"con",
            longest.as_bytes(),
            deepest.as_bytes(),
        ];
        for name in accepted {
            assert_eq!(parse(name).map(str::as_bytes), Ok(name));
        }
        let (long, deep) = (format!("{longest}x"), format!("{deepest}/d"));
        // (name, how the fault shows it)
        let refused: [(&[u8], &str); 20] = [
            (b"", ""),
            (b".", "."),
            (b"..", ".."),
            (b"/", "/"),
            (b"/etc/passwd", "/etc/passwd"),
            (b"../x", "../x"),
            (b"a/../b", "a/../b"),
            (b"a/./b", "a/./b"),
            (b"a/..", "a/.."),
            (b"a//b", "a//b"),
            (b"a/", "a/"),
            (b"a\\b", r"a\\b"),
            (b"C:x", "C:x"),
            (b"a b", "a b"),
            (b"a\0b", r"a\x00b"),
            (b"a\x1b[2J", r"a\x1b[2J"),
            ("é".as_bytes(), r"\xc3\xa9"),
            (b"\xff", r"\xff"),
            (long.as_bytes(), &format!("{}...", "x".repeat(MAX_SHOWN))),
            (deep.as_bytes(), &deep),
        ];
        for (name, shown) in refused {
            let fault = parse(name).expect_err(shown);
            assert_eq!((fault.code, fault.file.as_deref()), (Code::BundlePathUnsafe, Some(shown)));
        }
    }

    #[test]
    fn names_that_clash() {
        // (names, the files at fault)
        let table: [(&[&str], &[&str]); 18] = [
            (&[], &[]),
            (&["a", "b", "a-b", "a.b", "ab"], &[]),
            (&["tile/0/000", "tile/0/001", "tile/entries/000"], &[]),
            (&["a", "a"], &["a"]),
            (&["a", "b", "a", "a"], &["a"]),
            (&["a", "A"], &["a"]),
            (&["aB", "ab", "AB"], &["aB", "ab"]),
            (&["tile/X001/000", "tile/x001/000"], &["tile/x001/000"]),
            (&["Tile/0", "tile/1", "tile/2", "Tile/3"], &["tile/1", "tile/2"]),
            (&["d/Tile/0/0", "d/tile/1"], &["d/tile/1"]),
            (&["a", "a-b", "a.b", "a/b"], &["a/b"]),
            (&["a", "a/b", "a/c"], &["a/b", "a/c"]),
            (&["a", "A/b"], &["a"]),
            (&["A", "a/b", "a/c"], &["a/b", "a/c"]),
            (&["a", "A/b", "a/c"], &["a", "a/c"]),
            (&["a/b", "a/b/c/d"], &["a/b/c/d"]),
            (&["x/a/b/c", "x/A", "x/y"], &["x/a/b/c"]),
            (&["A/B/c", "A/b"], &["A/b"]),
        ];
        for (names, expected) in table {
            let faults: Vec<Fault> = clashes(names.iter().copied()).collect();
            let files: Vec<&str> = faults.iter().filter_map(|fault| fault.file.as_deref()).collect();
            assert_eq!(files, expected, "{names:?}");
            assert!(faults.iter().all(|fault| fault.code == Code::BundleNameDuplicate));
        }
    }
}
