//! The policy's lines.

use super::super::fault::{Code, Fault};
use super::super::note::{VerifierKey, decimal};
use super::{Log, MAX_GROUPS, MAX_LOGS, MAX_POLICY_BYTES, MAX_WITNESSES, Node, Policy, Rule, Witness, shown};

/// What is wrong with a line, before it is known which: what was expected, and what was found.
type Wrong = (String, String);

/// The one name that is always there, and that only a quorum line may use.
const NONE: &[u8] = b"none";

/// Types of key that signed-note assigns to something else than a witness's cosignature.
const NO_WITNESS: [u8; 4] = [0x01, 0x02, 0x03, 0x05];

pub(super) fn policy(bytes: &[u8]) -> Result<Policy, Fault> {
    if bytes.len() > MAX_POLICY_BYTES {
        let expected = format!("at most {MAX_POLICY_BYTES} bytes");
        return Err(Fault::new(Code::PolicyMalformed, expected, format!("{} bytes", bytes.len())));
    }
    let mut draft = Draft::default();
    let mut count = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        count += 1;
        draft.line(line).map_err(|(expected, found)| {
            Fault::new(Code::PolicyMalformed, format!("{expected} on line {count}"), found)
        })?;
    }
    let quorum = draft
        .quorum
        .ok_or_else(|| Fault::new(Code::PolicyMalformed, "a quorum line", format!("none by the end, line {count}")))?;
    Ok(Policy { logs: draft.logs, witnesses: draft.witnesses, nodes: draft.nodes, quorum })
}

#[derive(Default)]
struct Draft {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    nodes: Vec<Node>,
    /// The nodes that are a group's member already.
    members: Vec<usize>,
    quorum: Option<Option<usize>>,
}

impl Draft {
    fn line(&mut self, line: &[u8]) -> Result<(), Wrong> {
        let line = line.strip_suffix(b"\n").ok_or_else(|| wrong("a newline at the end", line))?;
        if let Some(&octet) = line.iter().find(|&&octet| !matches!(octet, b'\t' | 0x20..=0x7e | 0x80..)) {
            return Err(("no control character but tab".to_owned(), format!("0x{octet:02x}")));
        }
        let items = line.split(|octet| matches!(octet, b' ' | b'\t')).filter(|item| !item.is_empty());
        let items: Vec<_> = items.collect();
        match items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key] => self.log(key, None),
            [b"log", key, url] => self.log(key, Some(url)),
            [b"witness", name, key] => self.witness(name, key, None),
            [b"witness", name, key, url] => self.witness(name, key, Some(url)),
            [b"group", name, threshold, members @ ..] if !members.is_empty() => self.group(name, threshold, members),
            [b"quorum", name] => self.quorum(name),
            [b"log", ..] => Err(wrong("log <vkey> [<url>]", line)),
            [b"witness", ..] => Err(wrong("witness <name> <vkey> [<url>]", line)),
            [b"group", ..] => Err(wrong("group <name> all|any|<k> <name>...", line)),
            [b"quorum", ..] => Err(wrong("quorum <name>", line)),
            [keyword, ..] => Err(wrong("log, witness, group or quorum", keyword)),
        }
    }

    fn log(&mut self, key: &[u8], url: Option<&[u8]>) -> Result<(), Wrong> {
        limit(self.logs.len(), MAX_LOGS, "logs")?;
        let key = verifier_key(key)?;
        if self.logs.iter().any(|log| log.key.kind().key_bytes() == key.kind().key_bytes()) {
            return Err(wrong("a log with another public key than those before", key.name().as_bytes()));
        }
        self.logs.push(Log { key, url: url.map(<[u8]>::to_vec) });
        Ok(())
    }

    fn witness(&mut self, name: &[u8], key: &[u8], url: Option<&[u8]>) -> Result<(), Wrong> {
        limit(self.witnesses.len(), MAX_WITNESSES, "witnesses")?;
        let key = verifier_key(key)?;
        if NO_WITNESS.contains(&key.kind().byte()) {
            let found = format!("type 0x{:02x}", key.kind().byte());
            return Err(("a witness's key, type 0x04 or 0x06".to_owned(), found));
        }
        if self.witnesses.iter().any(|witness| witness.key.kind().key_bytes() == key.kind().key_bytes()) {
            return Err(wrong("a witness with another public key than those before", name));
        }
        // Ids are short: whoever tries for long enough makes another key of the same, and each would spoil the other's lines.
        if self.witnesses.iter().any(|witness| (witness.key.name(), witness.key.id()) == (key.name(), key.id())) {
            return Err(wrong("a key with another name or id than those before", name));
        }
        self.define(name, Rule::Witness(self.witnesses.len()))?;
        self.witnesses.push(Witness { name: name.to_vec(), key, url: url.map(<[u8]>::to_vec) });
        Ok(())
    }

    fn group(&mut self, name: &[u8], threshold: &[u8], names: &[&[u8]]) -> Result<(), Wrong> {
        limit(self.nodes.len() - self.witnesses.len(), MAX_GROUPS, "groups")?;
        let threshold = match threshold {
            b"all" => names.len(),
            b"any" => 1,
            number => str::from_utf8(number)
                .ok()
                .and_then(decimal)
                .and_then(|number| usize::try_from(number).ok())
                .filter(|number| (1..=names.len()).contains(number))
                .ok_or_else(|| wrong(&format!("all, any, or a number from 1 to {}", names.len()), number))?,
        };
        let mut members = Vec::with_capacity(names.len().min(MAX_WITNESSES + MAX_GROUPS));
        for member in names {
            let node = self.find(member)?;
            if self.members.contains(&node) {
                return Err(wrong("a name that is no group's member yet", member));
            }
            self.members.push(node);
            members.push(node);
        }
        self.define(name, Rule::Group { threshold, members })
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), Wrong> {
        if self.quorum.is_some() {
            return Err(wrong("one quorum line", name));
        }
        self.quorum = Some(if name == NONE { None } else { Some(self.find(name)?) });
        Ok(())
    }

    fn define(&mut self, name: &[u8], rule: Rule) -> Result<(), Wrong> {
        if name == NONE || self.nodes.iter().any(|node| node.name == name) {
            return Err(wrong("a name that is not taken", name));
        }
        self.nodes.push(Node { name: name.to_vec(), rule });
        Ok(())
    }

    fn find(&self, name: &[u8]) -> Result<usize, Wrong> {
        let place = self.nodes.iter().position(|node| node.name == name);
        place.ok_or_else(|| wrong("a witness or group of a line before", name))
    }
}

fn verifier_key(text: &[u8]) -> Result<VerifierKey, Wrong> {
    let text = str::from_utf8(text).map_err(|_| wrong("a verifier key", text))?;
    VerifierKey::parse(text).map_err(|fault| (fault.expected, fault.found))
}

fn limit(count: usize, limit: usize, what: &str) -> Result<(), Wrong> {
    if count < limit {
        return Ok(());
    }
    Err((format!("at most {limit} {what}"), "one more".to_owned()))
}

fn wrong(expected: &str, found: &[u8]) -> Wrong {
    (expected.to_owned(), shown(found))
}
