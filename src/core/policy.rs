//! Whom the reader trusts: C2SP tlog-policy.

use std::collections::BTreeSet;

use super::checkpoint::SignedCheckpoint;
use super::fault::{Code, Fault};
use super::key::PublicKey;
use super::note::{KeyKind, VerifierKey, quote};

mod parse;

/// Bytes in the longest policy that is read.
pub const MAX_POLICY_BYTES: usize = 1 << 20;

/// Logs in a policy, at most.
pub const MAX_LOGS: usize = 64;

/// Witnesses in a policy, at most. A note has room for a cosignature by each.
pub const MAX_WITNESSES: usize = 64;

/// Groups in a policy, at most.
pub const MAX_GROUPS: usize = 64;

/// Logs, witnesses, and how many of which must have cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    /// Everything that has a name. A group's members stand before it.
    nodes: Vec<Node>,
    /// What must have witnessed a checkpoint. `None` is the quorum `none`.
    quorum: Option<usize>,
}

/// A log that the reader trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Its key; the key's name is the log's origin.
    pub key: VerifierKey,
    /// Where to reach it, if the policy says.
    pub url: Option<Vec<u8>>,
}

/// A witness that the reader knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Its name within the policy.
    pub name: Vec<u8>,
    /// Its key.
    pub key: VerifierKey,
    /// Where to reach it, if the policy says.
    pub url: Option<Vec<u8>>,
}

/// A witness's word for a checkpoint, verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// The name of the witness's key.
    pub name: String,
    /// When it saw the checkpoint as the latest, in seconds since 1970; 0 where it does not say (see
    /// [`SignedCheckpoint::cosigned_by`]).
    pub timestamp: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Node {
    name: Vec<u8>,
    rule: Rule,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    /// The witness at this place of the policy's witnesses.
    Witness(usize),
    /// At least so many of the nodes at these places.
    Group { threshold: usize, members: Vec<usize> },
}

impl Policy {
    /// Reads a policy.
    ///
    /// Names are octets and mean nothing outside the policy. Keys of types that cannot be verified here are let pass: a
    /// log of such a key never signed, a witness of such a key never cosigned.
    ///
    /// # Errors
    /// `policy-malformed`, with the line.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        parse::policy(bytes)
    }

    /// The text of the policy that trusts one log, and asks for no witness.
    pub fn text_for(log: &VerifierKey) -> String {
        format!("log {log}\nquorum none\n")
    }

    /// The logs, in the policy's order.
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The witnesses, in the policy's order, in the quorum or not.
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// Whether it lists a log of that origin and key.
    pub fn trusts_log(&self, origin: &str, key: &PublicKey) -> bool {
        self.logs.iter().any(|log| log.key.name() == origin && log.key.ed25519_key() == Some(*key))
    }

    /// Checks that a log of the policy signed the checkpoint and that the quorum cosigned it. Returns every known
    /// witness's cosignature.
    ///
    /// # Errors
    /// `checkpoint-untrusted`: the policy has no log of that origin, or none of its keys for it signed;
    /// `checkpoint-signature-invalid`: one of them signed something else; and those of [`Self::quorum`].
    pub fn check(&self, signed: &SignedCheckpoint) -> Result<Vec<Cosignature>, Fault> {
        let origin = &signed.checkpoint().origin;
        let mut logs = self.logs.iter().filter(|log| log.key.name() == origin).peekable();
        if logs.peek().is_none() {
            return Err(Fault::new(Code::CheckpointUntrusted, "the origin of a log of the policy", quote(origin)));
        }
        let mut trusted = false;
        for log in logs {
            trusted |= signed.signed_by(&log.key)?;
        }
        if !trusted {
            let expected = format!("a signature by a key of the policy for {}", quote(origin));
            return Err(Fault::new(Code::CheckpointUntrusted, expected, "none"));
        }
        self.quorum(signed)
    }

    /// Checks that the quorum cosigned the checkpoint. Returns every known witness's cosignature, those beyond the
    /// quorum too, in the policy's order.
    ///
    /// # Errors
    /// `cosignature-invalid`: a known witness's line does not verify, whether the quorum needs it or not;
    /// `quorum-not-met`.
    pub fn quorum(&self, signed: &SignedCheckpoint) -> Result<Vec<Cosignature>, Fault> {
        let times = self.times(signed)?;
        let met = self.met(|witness| times.get(witness).is_some_and(Option::is_some));
        let is_met = |node: usize| met.get(node).copied().unwrap_or(false);
        if let Some(quorum) = self.quorum.filter(|&quorum| !is_met(quorum)) {
            return Err(self.not_met(quorum, is_met));
        }
        Ok(self.named(times))
    }

    /// Every known witness's cosignature, in the policy's order, whatever they come to.
    ///
    /// # Errors
    /// `cosignature-invalid`: a known witness's line does not verify.
    pub fn cosignatures(&self, signed: &SignedCheckpoint) -> Result<Vec<Cosignature>, Fault> {
        Ok(self.named(self.times(signed)?))
    }

    /// Which nodes have witnessed, if those witnesses cosigned.
    fn met(&self, cosigned: impl Fn(usize) -> bool) -> Vec<bool> {
        let mut met: Vec<bool> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            met.push(match &node.rule {
                Rule::Witness(witness) => cosigned(*witness),
                Rule::Group { threshold, members } => {
                    let count = members.iter().filter(|&&member| met.get(member).copied().unwrap_or(false)).count();
                    count >= *threshold
                }
            });
        }
        met
    }

    /// When each witness cosigned.
    fn times(&self, signed: &SignedCheckpoint) -> Result<Vec<Option<u64>>, Fault> {
        self.witnesses.iter().map(|witness| signed.cosigned_by(&witness.key)).collect()
    }

    fn named(&self, times: Vec<Option<u64>>) -> Vec<Cosignature> {
        let cosigned = self.witnesses.iter().zip(times);
        let cosigned = cosigned.filter_map(|(witness, time)| Some((witness.key.name().to_owned(), time?)));
        cosigned.map(|(name, timestamp)| Cosignature { name, timestamp }).collect()
    }

    /// How many of its witnesses must deceive, together with the log's operator, before two readers of this policy can be
    /// shown two histories: the fewest witnesses, each a line of the policy, that two quorums have in common. 0 where the
    /// operator alone can.
    ///
    /// A witness whose key is a log's is that operator, and none. Keys of one name are one witness. Where such keys stand in different groups, this may be too few, never too many.
    pub fn witnesses_to_deceive(&self) -> usize {
        let parties = self.parties();
        let (mut shared, mut counted) = (Vec::with_capacity(self.nodes.len()), BTreeSet::new());
        for (node, party) in self.nodes.iter().zip(&parties) {
            shared.push(match (&node.rule, party) {
                // Whichever of its keys are used, and however often: this takes one witness.
                (_, Some(_)) => 1,
                (Rule::Witness(_), None) => 0,
                (Rule::Group { threshold, members }, None) => {
                    // Two sets of that many members have at least so many in common. A member that is in both was
                    // witnessed twice, and what that takes it takes whatever is chosen elsewhere: no member has two groups.
                    let common = (2 * threshold).saturating_sub(members.len());
                    let mut costs: Vec<usize> = Vec::with_capacity(members.len());
                    for &member in members {
                        let again = parties.get(member).cloned().flatten().is_some_and(|party| !counted.insert(party));
                        costs.push(if again { 0 } else { shared.get(member).copied().unwrap_or(0) });
                    }
                    costs.sort_unstable();
                    costs.into_iter().take(common).sum()
                }
            });
        }
        self.quorum.and_then(|quorum| shared.get(quorum).copied()).unwrap_or(0)
    }

    /// For each node, the one name of the keys of all witnesses in it, if there is one, and it is not a log's.
    fn parties(&self) -> Vec<Option<&str>> {
        let mut parties: Vec<Option<&str>> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            parties.push(match &node.rule {
                Rule::Witness(witness) => {
                    let witness = self.witnesses.get(*witness).filter(|witness| !self.is_log(&witness.key));
                    witness.map(|witness| witness.key.name())
                }
                Rule::Group { members, .. } => {
                    let mut names = members.iter().map(|&member| parties.get(member).copied().flatten());
                    let first = names.next().flatten();
                    first.filter(|_| names.all(|name| name == first))
                }
            });
        }
        parties
    }

    /// Whether a log of the policy signs with that key, whatever either is called.
    fn is_log(&self, key: &VerifierKey) -> bool {
        self.logs.iter().any(|log| log.key.kind().key_bytes() == key.kind().key_bytes())
    }

    fn not_met(&self, quorum: usize, is_met: impl Fn(usize) -> bool) -> Fault {
        let name = |node: usize| self.nodes.get(node).map_or_else(String::new, |node| shown(&node.name));
        let (expected, found) = match self.nodes.get(quorum).map(|node| &node.rule) {
            Some(Rule::Group { threshold, members }) => {
                let met: Vec<_> =
                    members.iter().filter(|&&member| is_met(member)).map(|&member| name(member)).collect();
                let of = format!("{threshold} of the {} members of group {}", members.len(), name(quorum));
                (of, format!("{} ({})", met.len(), if met.is_empty() { "none".to_owned() } else { met.join(", ") }))
            }
            _ => (format!("a cosignature by witness {}", name(quorum)), "none".to_owned()),
        };
        let opaque =
            self.witnesses.iter().filter(|witness| matches!(witness.key.kind(), KeyKind::Other { .. })).count();
        let uncounted = if opaque == 0 {
            String::new()
        } else {
            format!("; {opaque} witnesses have keys of types that are not verified here")
        };
        Fault::new(Code::QuorumNotMet, expected, found + &uncounted)
    }
}

fn shown(octets: &[u8]) -> String {
    quote(&String::from_utf8_lossy(octets))
}

#[cfg(test)]
mod ml_dsa_tests;
#[cfg(test)]
mod tests;
