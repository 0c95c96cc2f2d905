//! A small lawful ledger for tests.
//!
//! Entry 0 opens it, entry 1 enrols one platform, and every later one is a disclosure by that platform. Keys, times and
//! bytes follow from the seed alone.

use std::sync::OnceLock;

use super::chain::{Chain, Mark, Sealed};
use super::checkpoint::{Checkpoint, SignedCheckpoint};
use super::event::observation::{Observation, Status};
use super::event::registry::{ActorEnrolled, CheckpointRules, LedgerOpened, Party, Role};
use super::event::{Attachment, DisclosureFiled, Event};
use super::json::{Count, List, Positive, Set};
use super::key::SecretKey;
use super::statement::{Envelope, Seen, Statement};
use super::tile::Tiler;
use super::time::{Millis, Period, Time};

/// When entry 0 is recorded, in seconds since 1970; every later entry a second after the one before.
pub(crate) const OPENED_AT: u64 = 1_600_000_000;

/// How many entries [`shared`] has: two full entry bundles and some more.
pub(crate) const SHARED_ENTRIES: u64 = 800;

/// A ledger with an operator, one authority (`regulator`) and one platform (`platform`), each with one key.
pub(crate) struct Ledger {
    origin: String,
    seed: u8,
    chain: Chain,
    sealed: Vec<Sealed>,
    authority_nth: i64,
    platform_nth: i64,
    seen: Option<Seen>,
}

/// One long ledger of seed 1 for all tests that only read: sealing is what takes time.
pub(crate) fn shared() -> &'static Ledger {
    static LEDGER: OnceLock<Ledger> = OnceLock::new();
    LEDGER.get_or_init(|| Ledger::with(1, SHARED_ENTRIES))
}

impl Ledger {
    /// A ledger without entries.
    pub(crate) fn new(seed: u8) -> Self {
        let origin = format!("candour.example/{seed}");
        Self { origin, seed, chain: Chain::new(), sealed: Vec::new(), authority_nth: 0, platform_nth: 0, seen: None }
    }

    /// A ledger of that many entries.
    pub(crate) fn with(seed: u8, entries: u64) -> Self {
        let mut ledger = Self::new(seed);
        (0..entries).for_each(|_| drop(ledger.next()));
        ledger
    }

    /// A checkpoint of that size was published, and seen by whoever signs from now on.
    pub(crate) fn seeing(&mut self, size: u64) {
        let root = self.tree(size).root();
        self.chain.earlier_checkpoint_published(size, Mark { root, operator: None });
        self.seen = Some(Seen { root, size: Positive::new(size as i64).unwrap() });
    }

    /// The next entry, whatever comes next.
    pub(crate) fn next(&mut self) -> Sealed {
        match self.chain.size() {
            0 => self.open(),
            1 => self.enrol(),
            size => {
                let event = self.disclosure(size);
                self.platform_says(event)
            }
        }
    }

    /// The next entry, a disclosure that names these attachments and has no other figures.
    pub(crate) fn disclose(&mut self, attachments: Vec<Attachment>) -> Sealed {
        while self.chain.size() < 2 {
            self.next();
        }
        let Event::DisclosureFiled(mut event) = self.disclosure(self.chain.size()) else { unreachable!() };
        (event.observations, event.attachments) = (None, Set::new(attachments));
        self.platform_says(Event::DisclosureFiled(event))
    }

    /// The next entry, by the platform, once it is enrolled.
    pub(crate) fn platform_says(&mut self, event: Event) -> Sealed {
        self.platform_nth += 1;
        self.seal("platform", self.platform_nth - 1, event, &[self.platform_key()])
    }

    /// The next entry, by the authority and co-signers.
    pub(crate) fn authority_says(&mut self, event: Event, cosigner: Option<SecretKey>) -> Sealed {
        self.authority_nth += 1;
        let keys: Vec<_> = [self.authority_key()].into_iter().chain(cosigner).collect();
        self.seal("regulator", self.authority_nth - 1, event, &keys)
    }

    /// Every entry so far.
    pub(crate) fn entries(&self) -> &[Sealed] {
        &self.sealed
    }

    /// The chain after the last entry.
    pub(crate) fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The tree of the first `size` entries.
    pub(crate) fn tree(&self, size: u64) -> Tiler {
        let mut tree = Tiler::new();
        for sealed in self.sealed.iter().take(size as usize) {
            let _full = tree.push(sealed.link().leaf);
        }
        assert_eq!(tree.size(), size, "the ledger has as many entries");
        tree
    }

    /// The checkpoint of the first `size` entries, signed by the operator.
    pub(crate) fn checkpoint(&self, size: u64) -> SignedCheckpoint {
        let root = self.tree(size).root();
        SignedCheckpoint::sign(Checkpoint { origin: self.origin.clone(), size, root }, &self.operator_key()).unwrap()
    }

    /// The operator's key.
    pub(crate) fn operator_key(&self) -> SecretKey {
        self.key(0)
    }

    /// The authority's key.
    pub(crate) fn authority_key(&self) -> SecretKey {
        self.key(1)
    }

    /// The platform's key.
    pub(crate) fn platform_key(&self) -> SecretKey {
        self.key(2)
    }

    /// A key of this ledger that nobody has yet, one for each number from 3 on.
    pub(crate) fn key(&self, number: u8) -> SecretKey {
        let mut seed = [self.seed; 32];
        seed[0] = number;
        SecretKey::from_seed(&seed)
    }

    /// The ledger's time of its next entry, in seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        OPENED_AT + self.chain.size()
    }

    fn open(&mut self) -> Sealed {
        let party = |id: &str, key: SecretKey| Party {
            id: id.parse().unwrap(),
            key: key.public().unwrap(),
            name: id.parse().unwrap(),
        };
        let limit = |value| Positive::new(value).unwrap();
        let event = Event::LedgerOpened(LedgerOpened {
            authorities: Set::new(vec![party("regulator", self.authority_key())]).unwrap(),
            operator: party("operator", self.operator_key()),
            rules: CheckpointRules { max_entries: limit(1000), max_seconds: limit(86_400) },
            threshold: limit(1),
        });
        self.seal("operator", 0, event, &[self.operator_key(), self.authority_key()])
    }

    fn enrol(&mut self) -> Sealed {
        let event = Event::ActorEnrolled(ActorEnrolled {
            actor: "platform".parse().unwrap(),
            authority: None,
            key: self.platform_key().public().unwrap(),
            name: "Platform".parse().unwrap(),
            role: Role::Platform,
        });
        self.authority_says(event, Some(self.platform_key()))
    }

    /// A disclosure of a length that varies a little from one to the next.
    fn disclosure(&self, number: u64) -> Event {
        let (service, period) = ("video".parse().unwrap(), Period::parse("2021-Q2").unwrap());
        let observation = Observation {
            age_band: None,
            detection: None,
            harm: None,
            jurisdiction: Some("GB".parse().unwrap()),
            metric: "reports".parse().unwrap(),
            outcome: None,
            period,
            precision: None,
            service,
            status: Status::NotCollected,
            value: None,
        };
        Event::DisclosureFiled(DisclosureFiled {
            attachments: None,
            confidential_until: None,
            disclosure: format!("platform/disclosure-{number}").parse().unwrap(),
            observations: List::new(vec![observation]),
            period,
            service: "video".parse().unwrap(),
            subject: format!("Reports{}", ".".repeat((number % 7) as usize)).parse().unwrap(),
        })
    }

    fn seal(&mut self, author: &str, nth: i64, event: Event, keys: &[SecretKey]) -> Sealed {
        let statement = Statement {
            author: author.parse().unwrap(),
            event,
            issued_at: Time::from_unix(self.now()).unwrap(),
            ledger: self.origin.parse().unwrap(),
            nth: Count::new(nth).unwrap(),
            seen: self.seen,
        };
        let now = Millis::from_unix_ms(self.now() * 1000).unwrap();
        let sealed = self.chain.seal(Envelope::sign(&statement, keys).unwrap(), now).unwrap();
        self.sealed.push(sealed.clone());
        sealed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::hash::Hash;
    use crate::core::statement::Rule;

    #[test]
    fn an_audit_finds_nothing_in_it() {
        let mut ledger = Ledger::with(7, 20);
        let attachment = Attachment {
            holds: None,
            length: Count::new(7).unwrap(),
            media_type: "text/plain".parse().unwrap(),
            name: "figures".parse().unwrap(),
            rows: None,
            sha256: Hash::of(b"figures"),
        };
        ledger.disclose(vec![attachment]);
        let (mut chain, mut faults) = (Chain::new(), Vec::new());
        for sealed in ledger.entries() {
            chain.extend(sealed.bytes(), Rule::Strict, &mut faults);
        }
        assert_eq!(faults, []);
        assert_eq!(&chain, ledger.chain());
        assert_eq!(ledger.checkpoint(21).checkpoint().root, chain.root());
    }
}
