//! Text that keys have signed, and the keys that verify it: C2SP signed-note.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::fault::{Code, Fault};
use super::key::SecretKey;

mod verifier;

pub use verifier::{KeyKind, MAX_VERIFIER_KEY_BYTES, VerifierKey};

/// Bytes in the longest note that is read.
pub const MAX_NOTE_BYTES: usize = 1 << 20;

/// Signature lines in a note, at most.
pub const MAX_NOTE_SIGNATURES: usize = 128;

/// A text with the signatures under it. Well-formed; says nothing of whether any signature verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// Reads a note. Printing it gives the same bytes back.
    ///
    /// # Errors
    /// `note-malformed`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(malformed(format!("at most {MAX_NOTE_BYTES} bytes"), format!("{} bytes", bytes.len())));
        }
        let note = str::from_utf8(bytes).map_err(|error| malformed("UTF-8", format!("{error}")))?;
        check_characters(note)?;
        // The last empty line parts text and signatures; the text keeps its own last newline.
        let (text, lines) = note.rsplit_once("\n\n").ok_or_else(|| malformed("an empty line", "none"))?;
        let text = format!("{text}\n");
        let lines = lines.strip_suffix('\n').ok_or_else(|| malformed("a newline at the end", quote(lines)))?;
        if lines.split('\n').count() > MAX_NOTE_SIGNATURES {
            return Err(malformed(format!("at most {MAX_NOTE_SIGNATURES} signatures"), "more"));
        }
        let signatures = lines.split('\n').map(NoteSignature::parse).collect::<Result<_, _>>()?;
        Ok(Self { text, signatures })
    }

    /// A note with one signature, by a note key (type 0x01).
    ///
    /// # Errors
    /// `note-malformed`: a text with control characters or no newline at its end, or a name that is no key's.
    pub fn sign(text: String, name: &str, key: &SecretKey) -> Result<Self, Fault> {
        check_characters(&text)?;
        if !text.ends_with('\n') || text.len() > MAX_NOTE_BYTES {
            let expected = format!("at most {MAX_NOTE_BYTES} bytes of text, the last one a newline");
            return Err(malformed(expected, quote(&text)));
        }
        let signature = sign(&text, name, key)?;
        Ok(Self { text, signatures: vec![signature] })
    }

    /// The text that was signed, with its last newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, in order; at least one.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// The signatures under that key's name and id.
    pub fn signatures_of<'a>(&'a self, key: &'a VerifierKey) -> impl Iterator<Item = &'a NoteSignature> {
        self.signatures.iter().filter(|signature| signature.name == key.name() && signature.id == key.id())
    }

    /// Adds a signature, in place of any of the same name and key id.
    ///
    /// # Errors
    /// `note-malformed`: the note is full.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), Fault> {
        let same = |other: &NoteSignature| other.name == signature.name && other.id == signature.id;
        if self.signatures.iter().filter(|other| !same(other)).count() >= MAX_NOTE_SIGNATURES {
            return Err(malformed(format!("at most {MAX_NOTE_SIGNATURES} signatures"), "one more"));
        }
        self.signatures.retain(|other| !same(other));
        self.signatures.push(signature);
        Ok(())
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

/// One signature of a note: a key's name and id, and what that key's type makes of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    id: u32,
    bytes: Vec<u8>,
}

impl NoteSignature {
    /// A signature of the key's type, already made.
    pub(super) fn new(key: &VerifierKey, bytes: Vec<u8>) -> Self {
        Self { name: key.name().to_owned(), id: key.id(), bytes }
    }

    /// Reads a signature line, without its newline.
    ///
    /// # Errors
    /// `note-malformed`.
    pub fn parse(line: &str) -> Result<Self, Fault> {
        let expected = || malformed("an em dash, a key's name and a signature in base64", quote(line));
        let (name, base64) = line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')).ok_or_else(expected)?;
        check_name(name)?;
        let bytes = BASE64_STANDARD.decode(base64).map_err(|_| expected())?;
        match bytes.split_first_chunk() {
            Some((id, bytes)) if !bytes.is_empty() => {
                Ok(Self { name: name.to_owned(), id: u32::from_be_bytes(*id), bytes: bytes.to_vec() })
            }
            _ => Err(expected()),
        }
    }

    /// The name of the key that signed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the key that signed.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The signature after the key id, as its type lays it out.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The signature line, without its newline.
impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id.to_be_bytes(), self.bytes.as_slice()].concat();
        write!(f, "— {} {}", self.name, BASE64_STANDARD.encode(bytes))
    }
}

/// Signs a text with a note key (type 0x01) of that name.
///
/// # Errors
/// `note-malformed`: the name is no key's.
pub fn sign(text: &str, name: &str, key: &SecretKey) -> Result<NoteSignature, Fault> {
    let verifier = VerifierKey::ed25519(name, key.public()?)?;
    Ok(NoteSignature::new(&verifier, key.sign(text.as_bytes()).0.to_vec()))
}

/// The number, if that is the one way to write it: ASCII decimal without sign or leading zeroes.
pub(super) fn decimal(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

/// The text between quotes, escaped, and cut where it is long: for messages.
pub(super) fn quote(text: &str) -> String {
    const SHOWN: usize = 80;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}...", &text[..end]),
        None => format!("{text:?}"),
    }
}

fn malformed(expected: impl Into<String>, found: impl Into<String>) -> Fault {
    Fault::new(Code::NoteMalformed, expected, found)
}

fn check_characters(text: &str) -> Result<(), Fault> {
    match text.chars().find(|&character| character < ' ' && character != '\n') {
        Some(control) => Err(malformed("no control character but newline", format!("{control:?}"))),
        None => Ok(()),
    }
}

fn check_name(name: &str) -> Result<(), Fault> {
    let refused = |character: char| character.is_whitespace() || character == '+' || character < ' ';
    if name.is_empty() || name.contains(refused) {
        return Err(malformed("a key's name, without spaces or plus", quote(name)));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
