//! Many signatures at once: one equation for all of them, and each bad one named all the same.
//!
//! The equation is the sum of the cofactored equations of the rule, each times a coefficient `z` of 128 bits. Sound
//! signatures always satisfy it, for each of the terms vanishes. Others do for one choice of coefficients in 2^128:
//! after the cofactor is multiplied in, the left side lies in the group of prime order, where a bad signature's term is
//! not zero and takes `z` to as many different points as there are values of it. The equation knows nothing of whether
//! `R` is canonical; that is asked of every signature by itself.
//!
//! Nothing in the core is random, so the coefficients are drawn from a hash of all that the equation speaks of: every
//! key, message and signature, and how many there are. Whoever makes signatures to fit the coefficients changes these by
//! making them (as in the transformation of Fiat and Shamir), and has one chance in 2^128 each time. But for that chance a
//! verdict is the same on every machine, as with one signature at a time; which key gets which coefficients is the
//! library's own choice each time.

use std::convert::Infallible;
use std::ops::Range;

use rand_core::{TryCryptoRng, TryRng};

use super::{PublicKey, Signature, is_canonical_point};
use crate::core::hash::{Hash, Hasher};

/// Signatures in one equation, at most. Twice as many would gain 3% more.
const MAX_BATCH: usize = 4096;

/// Fewer signatures than that are checked one by one: an equation for so few gains little.
const MIN_BATCH: usize = 8;

/// After a batch failed, how many signatures go into smaller batches, for each signature in it: finding one bad
/// signature takes 2 at most, and with more of them than this finds, those not yet decided are checked one by one. So a
/// batch costs at most its own equation, this many times as much, and every signature by itself.
const RETRIES: usize = 3;

/// The order of the group, little-endian: `S` is below it (RFC 8032, section 5.1.7).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Claims that keys signed messages, to be verified together. Of each message its hash is kept.
#[derive(Default)]
pub struct Claims(Vec<Option<Hashed>>);

impl Claims {
    /// None yet, and room for so many.
    pub fn with_capacity(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    /// Claims that the key signed the message.
    pub fn claim(&mut self, key: &PublicKey, message: &[u8], signature: &Signature) {
        // What is not even spelled as a signature is false, and would only make a batch fail.
        self.0.push(is_spelled(signature).then(|| Hashed::of(key, message, signature)));
    }

    /// Whether each claim is true, as [`PublicKey::verify`] says of it.
    pub fn verify(&self) -> Vec<bool> {
        let mut verdicts = vec![false; self.0.len()];
        let spelled: Vec<(usize, &Hashed)> =
            (0..).zip(&self.0).filter_map(|(place, claim)| Some((place, claim.as_ref()?))).collect();
        for batch in spelled.chunks(MAX_BATCH) {
            let together = |range: Range<usize>| batch.get(range).is_some_and(holds);
            let alone =
                |place: usize| batch.get(place).is_some_and(|(_, claim)| claim.item.clone().verify_single().is_ok());
            for ((place, _), verdict) in batch.iter().zip(decide(batch.len(), together, alone)) {
                verdicts.get_mut(*place).into_iter().for_each(|of| *of = verdict);
            }
        }
        verdicts
    }
}

/// Which of so many are good: by `together`, which says whether all in a range are, as long as that is worth it, and by
/// `alone`.
fn decide(
    count: usize,
    mut together: impl FnMut(Range<usize>) -> bool,
    mut alone: impl FnMut(usize) -> bool,
) -> Vec<bool> {
    let mut good = vec![false; count];
    let mut left = count.saturating_mul(RETRIES + 1);
    // Ranges that are not decided, and whether something in them is known to be bad.
    let mut open = vec![(0..count, false)];
    while let Some((range, bad)) = open.pop() {
        if range.len() < MIN_BATCH || range.len() > left {
            range.for_each(|place| good.get_mut(place).into_iter().for_each(|it| *it = alone(place)));
            continue;
        }
        if !bad {
            left = left.saturating_sub(range.len());
            if together(range.clone()) {
                good.get_mut(range).into_iter().flatten().for_each(|it| *it = true);
            } else {
                open.push((range, true));
            }
            continue;
        }
        let middle = range.start.midpoint(range.end);
        let (first, second) = (range.start..middle, middle..range.end);
        left = left.saturating_sub(first.len());
        if together(first.clone()) {
            good.get_mut(first).into_iter().flatten().for_each(|it| *it = true);
            open.push((second, true));
        } else {
            open.extend([(second, false), (first, true)]);
        }
    }
    good
}

/// A claim whose signature is spelled as the rule asks, and whose message needs no more hashing, however often it is asked
/// after.
struct Hashed {
    item: ed25519_zebra::batch::Item,
    /// The hash of all that the claim says: the key and the signature, of one length each, and the message.
    said: Hash,
}

impl Hashed {
    fn of(key: &PublicKey, message: &[u8], signature: &Signature) -> Self {
        let mut said = Hasher::default();
        said.update(&key.to_bytes());
        said.update(&signature.0);
        said.update(message);
        let key = ed25519_zebra::VerificationKeyBytes::from(key.to_bytes());
        Self { item: (key, signature.0.into(), message).into(), said: said.finish() }
    }
}

/// Whether the equation of all of them holds.
fn holds(claims: &[(usize, &Hashed)]) -> bool {
    let (mut batch, mut said) = (ed25519_zebra::batch::Verifier::new(), Hasher::default());
    said.update(b"candour: coefficients of a batch of ed25519 signatures");
    said.update(&(claims.len() as u64).to_le_bytes());
    for (_, claim) in claims {
        said.update(&claim.said.0);
        batch.queue(claim.item.clone());
    }
    batch.verify(Coefficients { seed: said.finish(), drawn: 0 }).is_ok()
}

/// Whether the bytes are spelled as the rule asks: `R` as the one encoding of what it encodes, `S` below the order.
fn is_spelled(signature: &Signature) -> bool {
    let (r, s) = signature.0.split_at(32);
    r.first_chunk().is_some_and(is_canonical_point) && s.iter().rev().lt(ORDER.iter().rev())
}

/// A stream of bytes that follow from a seed: SHA-256 of it and of a counter, again and again.
struct Coefficients {
    seed: Hash,
    drawn: u64,
}

impl TryRng for Coefficients {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for piece in bytes.chunks_mut(Hash::LENGTH) {
            let mut next = Hasher::default();
            next.update(&self.seed.0);
            next.update(&self.drawn.to_le_bytes());
            self.drawn = self.drawn.wrapping_add(1);
            piece.iter_mut().zip(next.finish().0).for_each(|(byte, drawn)| *byte = drawn);
        }
        Ok(())
    }
}

impl TryCryptoRng for Coefficients {}

#[cfg(test)]
mod tests;
