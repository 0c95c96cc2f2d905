use std::cell::Cell;

use serde_json::Value;

use super::*;
use crate::core::key::{KeyId, SecretKey};

/// Numbers that follow from a seed (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}

fn seed() -> u64 {
    let seed = std::env::var("CANDOUR_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    println!("CANDOUR_SEED={seed}");
    seed
}

/// A claim that owns its message.
#[derive(Clone)]
struct Said(PublicKey, Vec<u8>, Signature);

fn one_by_one(said: &[Said]) -> Vec<bool> {
    said.iter().map(|Said(key, message, signature)| key.verify(message, signature)).collect()
}

fn in_a_batch(said: &[Said]) -> Vec<bool> {
    let mut claims = Claims::default();
    said.iter().for_each(|Said(key, message, signature)| claims.claim(key, message, signature));
    claims.verify()
}

fn sound(keys: u64, count: u64) -> Vec<Said> {
    let secrets: Vec<_> = (0..keys).map(|n| SecretKey::from_seed(&[n as u8 + 1; 32])).collect();
    let said = (0..count).map(|n| {
        let (secret, message) = (&secrets[(n % keys) as usize], format!("statement {n}").into_bytes());
        Said(secret.public().unwrap(), message.clone(), secret.sign(&message))
    });
    said.collect()
}

/// The cases of `fixtures/vectors` whose key is one.
fn vectors() -> Vec<(String, Said)> {
    let mut all = Vec::new();
    for (file, text) in [
        ("signatures", include_str!("../../../../fixtures/vectors/signatures.json")),
        ("published", include_str!("../../../../fixtures/vectors/ed25519.json")),
    ] {
        let table: Value = serde_json::from_str(text).unwrap();
        for (n, case) in table["cases"].as_array().unwrap().iter().enumerate() {
            let hex = |field: &str| hex::decode(case[field].as_str().unwrap()).unwrap();
            let key = hex("key").try_into().ok().and_then(|bytes| KeyId(bytes).parse().ok());
            let said = key.map(|key| Said(key, hex("message"), Signature(hex("signature").try_into().unwrap())));
            let verifies = said.as_ref().is_some_and(|Said(key, message, signature)| key.verify(message, signature));
            assert!(case["verifies"].as_bool().is_none_or(|expected| expected == verifies), "{file} {n}");
            said.into_iter().for_each(|said| all.push((format!("{file} {n}"), said)));
        }
    }
    assert!(all.len() > 150, "{} cases", all.len());
    all
}

#[test]
fn a_batch_says_of_each_what_it_is_alone() {
    let mut dice = Dice(seed());
    for round in 0..24 {
        let mut said = sound([1, 3, 200][round % 3], 1 + dice.roll(220));
        let bad = [0, 1, 2, 5, said.len() as u64][dice.roll(5) as usize];
        for _ in 0..bad {
            let (at, other) = (dice.roll(said.len() as u64) as usize, dice.roll(said.len() as u64) as usize);
            let (bit, other) = (dice.roll(512) as usize, said[other].clone());
            let Said(key, message, signature) = &mut said[at];
            match dice.roll(5) {
                0 => signature.0[bit / 8] ^= 1 << (bit % 8),
                1 => *signature = other.2,
                2 => *key = other.0,
                3 => message.push(0),
                _ => signature.0[32..].fill(0xff),
            }
        }
        assert_eq!(in_a_batch(&said), one_by_one(&said), "round {round}");
    }
}

#[test]
fn published_cases_are_the_same_in_every_company() {
    let good = sound(3, 20);
    let mut all = Vec::new();
    for (name, case) in vectors() {
        let alone = case.0.verify(&case.1, &case.2);
        // What verifies strictly verifies: nothing else would let a writer check once.
        assert!(alone || !case.0.verify_strict(&case.1, &case.2), "{name}");
        assert_eq!(in_a_batch(std::slice::from_ref(&case)), [alone], "{name}, alone");
        for place in [0, 11, 20] {
            let mut said = good.clone();
            said.insert(place, case.clone());
            let mut expected = vec![true; 21];
            expected[place] = alone;
            assert_eq!(in_a_batch(&said), expected, "{name} at {place}");
        }
        // The same one often enough for a batch of nothing else.
        assert_eq!(in_a_batch(&vec![case.clone(); 9]), [alone; 9], "{name}, nine times");
        all.push(case);
    }
    assert_eq!(in_a_batch(&all), one_by_one(&all), "all of them");
    all.retain(|Said(key, message, signature)| key.verify(message, signature));
    assert!(all.len() > 60 && in_a_batch(&all).into_iter().all(|good| good));
}

#[test]
fn errors_that_cancel_out_are_both_found() {
    // One more in one S and one less in another: with equal coefficients their sum would be right.
    let mut said = sound(1, 16);
    let s = |said: &Said| u64::from_le_bytes(said.2.0[32..40].try_into().unwrap());
    let up = said.iter().position(|said| s(said) < u64::MAX).unwrap();
    let down = said.iter().rposition(|said| s(said) > 0).unwrap();
    let (more, less) = (s(&said[up]) + 1, s(&said[down]) - 1);
    said[up].2.0[32..40].copy_from_slice(&more.to_le_bytes());
    said[down].2.0[32..40].copy_from_slice(&less.to_le_bytes());
    let verdicts = in_a_batch(&said);
    assert_eq!(verdicts, one_by_one(&said));
    assert_eq!(verdicts.iter().filter(|good| !**good).count(), 2);
}

#[test]
fn bad_ones_cost_a_small_multiple_however_many_there_are() {
    // (how many, every how many-eth is bad, from where)
    for (count, every, from) in [
        (1, 1, 0),
        (7, 2, 0),
        (64, 64, 9),
        (4096, 4096, 4095),
        (4096, 4096, 0),
        (4096, 64, 3),
        (4096, 2, 1),
        (4096, 1, 0),
        (256, 3, 0),
        (256, 5, 1),
        (256, 1, 0),
        (1000, 7, 2),
    ] {
        let good = |place: usize| place % every != from % every;
        let (together, alone) = (Cell::new(0), Cell::new(0));
        let verdicts = decide(
            count,
            |range| {
                together.set(together.get() + range.len());
                range.into_iter().all(good)
            },
            |place| {
                alone.set(alone.get() + 1);
                good(place)
            },
        );
        assert!(verdicts.into_iter().enumerate().all(|(place, it)| it == good(place)), "{count}, {every}");
        let (together, alone) = (together.get(), alone.get());
        assert!(alone <= count && together <= (RETRIES + 1) * count, "{count}, {every}: {together} and {alone}");
        if every == count && count > MIN_BATCH {
            assert!(alone <= MIN_BATCH && together <= 3 * count, "one bad of {count}: {together} and {alone}");
        }
    }
}

#[test]
fn coefficients_follow_from_everything_that_is_said() {
    let draw = |seed: Hash| {
        let mut stream = Coefficients { seed, drawn: 0 };
        [(); 4].map(|()| stream.try_next_u64().unwrap())
    };
    let drawn = draw(Hash::ZERO);
    assert_eq!(drawn, draw(Hash::ZERO));
    assert_ne!(drawn, draw(Hash([1; 32])));
    assert!(drawn.iter().enumerate().all(|(i, one)| !drawn[..i].contains(one)));
}
