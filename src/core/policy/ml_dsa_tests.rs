//! Witnesses and logs with ML-DSA-44 keys.

use super::super::cosignature::{Cosigner, CosigningKey};
use super::super::key::ml_dsa;
use super::super::note::NoteSignature;
use super::tests::{ORIGIN, checkpoint, policy};
use super::*;

fn ml_dsa_cosigner(name: &str, seed: u8) -> Cosigner {
    Cosigner::new(name, CosigningKey::MlDsa44(ml_dsa::SecretKey::from_seed(&[seed; 32]))).unwrap()
}

#[test]
fn witnesses_with_either_type_of_key_count_alike() {
    let (m, n) = (ml_dsa_cosigner("m.example", 1), ml_dsa_cosigner("n.example", 2));
    let lines = format!("witness M {}\nwitness N {}\ngroup g 2 W1 M N\nquorum g\n", m.verifier(), n.verifier());
    let policy = policy(1, &lines);
    let check = |ed25519: &[u8], ml_dsa: &[&Cosigner]| {
        let mut signed = checkpoint(ed25519);
        for cosigner in ml_dsa {
            signed.add_signature(cosigner.cosign(&signed, 2000).unwrap()).unwrap();
        }
        policy.check(&SignedCheckpoint::parse(signed.to_string().as_bytes()).unwrap()).map_err(|fault| {
            // No key here is of a type that is not verified.
            assert!(!fault.to_string().contains("types"), "{fault}");
            fault.code
        })
    };
    let names =
        |cosigned: Vec<Cosignature>| cosigned.into_iter().map(|one| (one.name, one.timestamp)).collect::<Vec<_>>();
    assert_eq!(names(check(&[1], &[&n]).unwrap()), [("w1.example".to_owned(), 1001), ("n.example".to_owned(), 2000)]);
    assert_eq!(check(&[], &[&n, &m]).unwrap().len(), 2);
    assert_eq!(check(&[1], &[]), Err(Code::QuorumNotMet));
    assert_eq!(check(&[], &[&m]), Err(Code::QuorumNotMet));
    // The same key under another name is nobody whom the policy knows, and a spoilt line spoils the whole.
    assert_eq!(check(&[1], &[&ml_dsa_cosigner("n.example/2", 2)]), Err(Code::QuorumNotMet));
    let mut spoilt = checkpoint(&[1]);
    let line = m.cosign(&checkpoint(&[]), 2000).unwrap();
    let mut bytes = line.bytes().to_vec();
    bytes[100] ^= 1;
    spoilt.add_signature(n.cosign(&spoilt, 2000).unwrap()).unwrap();
    spoilt.add_signature(NoteSignature::new(m.verifier(), bytes)).unwrap();
    assert_eq!(policy.check(&spoilt).unwrap_err().code, Code::CosignatureInvalid);
}

#[test]
fn an_ml_dsa_key_is_one_witness_or_one_log() {
    let (m, same) = (ml_dsa_cosigner("m.example", 1), ml_dsa_cosigner("n.example", 1));
    let text = format!("witness M {}\nwitness N {}\nquorum none\n", m.verifier(), same.verifier());
    assert_eq!(Policy::parse(text.as_bytes()).unwrap_err().code, Code::PolicyMalformed);
    let log = ml_dsa_cosigner(ORIGIN, 2);
    let text = format!("log {}\nwitness M {}\nquorum none\n", log.verifier(), m.verifier());
    let policy = Policy::parse(text.as_bytes()).unwrap();
    let mut signed = checkpoint(&[]);
    assert_eq!(policy.check(&signed).unwrap_err().code, Code::CheckpointUntrusted);
    signed.add_signature(log.cosign(&signed, 7).unwrap()).unwrap();
    assert!(policy.check(&signed).is_ok());
}
