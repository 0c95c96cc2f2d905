//! The kinds of text in a statement. Each type holds only what FORMAT.md, section 2, allows: parsing is the check.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Bytes in an origin, at most.
pub const MAX_ORIGIN_BYTES: usize = 128;
/// Bytes in a slug, at most.
pub const MAX_SLUG_BYTES: usize = 64;
/// Bytes in a label, at most.
pub const MAX_LABEL_BYTES: usize = 200;
/// Bytes in a text, at most.
pub const MAX_TEXT_BYTES: usize = 4_000;

/// Says what a text should have been, and a bounded part of what it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{expected}, not {found:?}")]
pub struct TextError {
    /// What the type allows.
    pub expected: &'static str,
    /// The beginning of what was found.
    pub found: String,
}

/// The beginning of a text from outside, short enough for a message.
pub fn excerpt(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A text as a message repeats it, with whatever [`deceives`] escaped: it may be meant to look like another line of a
/// report, or like other words.
pub struct OneLine<'a>(pub &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .chars()
            .try_for_each(|c| if deceives(c) { write!(f, "{}", c.escape_default()) } else { write!(f, "{c}") })
    }
}

/// Reads a text, and from it what it says, without keeping a copy of the text.
pub(crate) fn read<'de, D: Deserializer<'de>, T, E: fmt::Display>(
    deserializer: D,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, D::Error> {
    struct Reader<F>(F);

    impl<T, E: fmt::Display, F: FnOnce(&str) -> Result<T, E>> de::Visitor<'_> for Reader<F> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<R: de::Error>(self, text: &str) -> Result<T, R> {
            (self.0)(text).map_err(R::custom)
        }
    }

    deserializer.deserialize_str(Reader(parse))
}

macro_rules! text_type {
    ($(#[doc = $doc:literal])+ $name:ident, $expected:literal, $allows:expr) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                let allows: fn(&str) -> bool = $allows;
                if allows(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(TextError { expected: $expected, found: excerpt(text) })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read(deserializer, str::parse)
            }
        }
    };
}

text_type! {
    /// A name that identifies: an actor, a service, an item of a request. Lower-case words joined by hyphens.
    Slug, "a slug is [a-z0-9]+(-[a-z0-9]+)* of at most 64 bytes", is_slug
}

text_type! {
    /// A ledger's origin, as in its checkpoints: a URL without its scheme.
    Origin, "an origin is [A-Za-z0-9][A-Za-z0-9._/-]* of at most 128 bytes", |text| {
        text.len() <= MAX_ORIGIN_BYTES
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'/' | b'-'))
    }
}

text_type! {
    /// A line of text: a name, a title, a category in its publisher's own words.
    Label, "a label is 1 to 200 bytes on one line, without control characters or spaces at its ends", |text| {
        (1..=MAX_LABEL_BYTES).contains(&text.len())
            && !text.starts_with(' ')
            && !text.ends_with(' ')
            && (is_printable_ascii(text) || !text.chars().any(|c| c == '\n' || is_forbidden(c)))
    }
}

text_type! {
    /// Free text, bounded: a question, a reason, a note. It may have several lines.
    Text, "a text is 1 to 4000 bytes without control characters other than line feeds", |text| {
        (1..=MAX_TEXT_BYTES).contains(&text.len()) && !text.chars().any(is_forbidden)
    }
}

text_type! {
    /// The name of a document (a request, a response, a disclosure, a service, a decision): its author's slug, a slash,
    /// and a slug that the author chose.
    DocumentId, "a document is named actor/slug", |text| {
        text.split_once('/').is_some_and(|(author, name)| is_slug(author) && is_slug(name))
    }
}

text_type! {
    /// Where a figure is for: ISO 3166-1 or -2, `EU`, or a UN M.49 code (`001` is the world).
    Jurisdiction, "a jurisdiction is like GB, GB-SCT, EU or 001", is_jurisdiction
}

text_type! {
    /// A currency: three letters of ISO 4217.
    Currency, "a currency is three letters of ISO 4217", |text| {
        text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())
    }
}

impl DocumentId {
    /// The document's name without its author.
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, name)| name)
    }

    /// The actor who named the document.
    pub fn author(&self) -> &str {
        self.0.split_once('/').map_or("", |(author, _)| author)
    }
}

fn is_slug(text: &str) -> bool {
    // Whether a word may end here: there is a letter or a digit before.
    let mut may_end = false;
    let goes_on = |byte: u8| {
        let after_word = std::mem::replace(&mut may_end, byte != b'-');
        if byte == b'-' { after_word } else { byte.is_ascii_lowercase() || byte.is_ascii_digit() }
    };
    text.len() <= MAX_SLUG_BYTES && text.bytes().all(goes_on) && may_end
}

fn is_jurisdiction(text: &str) -> bool {
    let upper = |part: &str| part.bytes().all(|b| b.is_ascii_uppercase());
    let upper_or_digit = |part: &str| part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    match text.split_once('-') {
        Some((country, part)) => {
            country.len() == 2 && upper(country) && (1..=3).contains(&part.len()) && upper_or_digit(part)
        }
        None => (text.len() == 2 && upper(text)) || (text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit())),
    }
}

/// Most texts are: asked first, as it needs no look at single characters.
fn is_printable_ascii(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn is_forbidden(c: char) -> bool {
    c != '\n' && deceives(c)
}

/// Whether a character is a control character, or one that the eye does not see or that reorders or breaks lines for it:
/// what is read must be what was signed. The two joiners, which spell words in Persian and in Indic scripts, are not among
/// them (FORMAT.md, section 2).
pub fn deceives(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    const ALONE: &[char] = &[
        '\u{ad}', '\u{34f}', '\u{61c}', '\u{115f}', '\u{1160}', '\u{17b4}', '\u{17b5}', '\u{200b}', '\u{200e}',
        '\u{200f}', '\u{3164}', '\u{feff}', '\u{ffa0}',
    ];
    let ranges = ['\u{180b}'..='\u{180f}', '\u{2028}'..='\u{202e}', '\u{2060}'..='\u{206f}', '\u{fe00}'..='\u{fe0f}'];
    let more = [
        '\u{fff0}'..='\u{fffb}',
        '\u{13430}'..='\u{1343f}',
        '\u{1bca0}'..='\u{1bca3}',
        '\u{1d173}'..='\u{1d17a}',
        '\u{e0000}'..='\u{e0fff}',
    ];
    c.is_control() || ALONE.contains(&c) || ranges.iter().chain(&more).any(|range| range.contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_holds_only_what_the_format_allows() {
        let long = "a".repeat(65);
        let slugs = [
            ("meta", true),
            ("a-b-2", true),
            (&long[..64], true),
            (&long[..], false),
            ("", false),
            ("-a", false),
            ("a-", false),
            ("a--b", false),
            ("A", false),
            ("a_b", false),
            ("é", false),
        ];
        for (text, allowed) in slugs {
            assert_eq!(text.parse::<Slug>().is_ok(), allowed, "{text:?}");
        }
        for (text, allowed) in [("a/b", true), ("a", false), ("a/b/c", false), ("/b", false), ("a/", false)] {
            assert_eq!(text.parse::<DocumentId>().is_ok(), allowed, "{text:?}");
        }
        let places = [("GB", true), ("GB-SCT", true), ("US-6", true), ("001", true), ("EU", true), ("gb", false)];
        for (text, allowed) in
            places.into_iter().chain([("GBR", false), ("GB-", false), ("GB-ABCD", false), ("01", false)])
        {
            assert_eq!(text.parse::<Jurisdiction>().is_ok(), allowed, "{text:?}");
        }
        let origins = [("candour.example/uk", true), ("a b", false), ("a+b", false), ("/a", false), ("é", false)];
        for (text, allowed) in origins {
            assert_eq!(text.parse::<Origin>().is_ok(), allowed, "{text:?}");
        }
    }

    #[test]
    fn nothing_in_a_text_deceives_the_eye() {
        for c in [
            '\0',
            '\t',
            '\r',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{2028}',
            '\u{202e}',
            '\u{2066}',
            '\u{200f}',
            '\u{feff}',
            '\u{200b}',
            '\u{ad}',
            '\u{e0041}',
            '\u{fff0}',
            '\u{13430}',
            '\u{1bca3}',
            '\u{1d17a}',
        ] {
            let text = format!("a{c}b");
            assert!(text.parse::<Label>().is_err() && text.parse::<Text>().is_err(), "{c:?}");
        }
        assert!("a\nb".parse::<Text>().is_ok() && "a\nb".parse::<Label>().is_err());
        assert!("Barnardo’s – Ünïcode 子".parse::<Label>().is_ok());
        // As in Persian for "I want", and in Sinhala for "Sri".
        assert!("می\u{200c}خواهم ශ්\u{200d}රී".parse::<Label>().is_ok());
        assert!(" a".parse::<Label>().is_err() && "a ".parse::<Label>().is_err() && "".parse::<Text>().is_err());
        for (bytes, allowed) in [(MAX_LABEL_BYTES - 1, true), (MAX_LABEL_BYTES, true), (MAX_LABEL_BYTES + 1, false)] {
            assert_eq!("a".repeat(bytes).parse::<Label>().is_ok(), allowed, "label of {bytes}");
        }
        for (bytes, allowed) in [(MAX_TEXT_BYTES - 1, true), (MAX_TEXT_BYTES, true), (MAX_TEXT_BYTES + 1, false)] {
            assert_eq!("a".repeat(bytes).parse::<Text>().is_ok(), allowed, "text of {bytes}");
        }
    }
}
