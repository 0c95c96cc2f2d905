//! Cosignatures with ML-DSA-44.

use super::super::cosignature::{Cosigner, CosigningKey};
use super::super::key::ml_dsa;
use super::*;

const NAME: &str = "witness.example";

fn cosigner(name: &str, seed: u8) -> Result<Cosigner, Fault> {
    Cosigner::new(name, CosigningKey::MlDsa44(ml_dsa::SecretKey::from_seed(&[seed; 32])))
}

fn of(origin: &str) -> SignedCheckpoint {
    let checkpoint = Checkpoint { origin: origin.into(), size: 5, root: Hash::of(b"root") };
    SignedCheckpoint::sign(checkpoint, &SecretKey::from_seed(&[3; 32])).unwrap()
}

/// The checkpoint with that line, read as it comes.
fn with(signed: &SignedCheckpoint, line: &NoteSignature) -> SignedCheckpoint {
    SignedCheckpoint::parse(format!("{signed}{line}\n").as_bytes()).unwrap()
}

#[test]
fn the_message_is_that_of_the_specification() {
    let text = "example.com/log\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nan extension\n";
    let signed = SignedCheckpoint::parse(format!("{text}\n— a AAAAAAA=\n").as_bytes()).unwrap();
    let message = signed.cosigned_tree_message("w1", 1_679_315_147).unwrap();
    let spelled = concat!(
        "737562747265652f76310a00", // label
        "027731",                   // cosigner_name
        "000000006418",
        "50cb",                                                             // timestamp
        "0f6578616d706c652e636f6d2f6c6f67",                                 // log_origin
        "0000000000000000",                                                 // start
        "00000000013e2dc3",                                                 // end
        "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"  // hash
    );
    assert_eq!(hex::encode(message), spelled);
}

#[test]
fn what_is_cosigned_verifies_and_extensions_are_not_covered() {
    let (signed, witness) = (of("example.com/log"), cosigner(NAME, 4).unwrap());
    let line = witness.cosign(&signed, 7).unwrap();
    assert_eq!(line.bytes().len(), 8 + ml_dsa::PublicKey::SIGNATURE_LENGTH);
    let read = with(&signed, &line);
    assert_eq!(read.cosigned_by(witness.verifier()), Ok(Some(7)));
    assert_eq!(read.signed_by(witness.verifier()), Ok(true), "a log may sign with a key of a witness's type");
    let later = with(&read, &witness.cosign(&signed, 9).unwrap());
    assert_eq!(later.cosigned_by(witness.verifier()), Ok(Some(9)));
    let extended = read.to_string().replacen("\n\n", "\nextension\n\n", 1);
    let extended = SignedCheckpoint::parse(extended.as_bytes()).unwrap();
    assert_eq!(extended.cosigned_by(witness.verifier()), Ok(Some(7)));
    for other in [cosigner(NAME, 5), cosigner("other.example", 4)] {
        assert_eq!(read.cosigned_by(other.unwrap().verifier()), Ok(None));
    }
}

#[test]
fn any_byte_changed_spoils_it() {
    let (signed, witness) = (of("example.com/log"), cosigner(NAME, 4).unwrap());
    let bytes = witness.cosign(&signed, 7).unwrap().bytes().to_vec();
    let judge = |bytes: Vec<u8>| {
        let read = with(&signed, &NoteSignature::new(witness.verifier(), bytes));
        read.cosigned_by(witness.verifier()).map_err(|fault| fault.code)
    };
    assert_eq!(judge(bytes.clone()), Ok(Some(7)));
    let bad = Err(Code::CosignatureInvalid);
    for at in 0..bytes.len() {
        let mut forged = bytes.clone();
        forged[at] ^= 1 << (at % 8);
        assert_eq!(judge(forged), bad, "byte {at}");
    }
    for length in [1, 7, 8, 72, bytes.len() - 1] {
        assert_eq!(judge(bytes[..length].to_vec()), bad, "{length} bytes");
    }
    assert_eq!(judge([bytes, vec![0]].concat()), bad);
    let torn = with(&signed, &NoteSignature::new(witness.verifier(), vec![0; 2428]));
    assert_eq!(torn.signed_by(witness.verifier()).unwrap_err().code, Code::CheckpointSignatureInvalid);
}

#[test]
fn names_have_a_byte_for_their_length() {
    let (long, longer) = ("n".repeat(MAX_COSIGNED_NAME_BYTES), "n".repeat(MAX_COSIGNED_NAME_BYTES + 1));
    let (signed, witness) = (of(&long), cosigner(&long, 4).unwrap());
    let line = witness.cosign(&signed, 7).unwrap();
    assert_eq!(with(&signed, &line).cosigned_by(witness.verifier()), Ok(Some(7)));

    assert_eq!(cosigner(&longer, 4).err().map(|fault| fault.code), Some(Code::NoteMalformed));
    let signed = of(&longer);
    assert_eq!(witness.cosign(&signed, 7).unwrap_err().code, Code::CosignatureInvalid);
    let line = NoteSignature::new(witness.verifier(), line.bytes().to_vec());
    let read = with(&signed, &line);
    assert_eq!(read.cosigned_by(witness.verifier()).unwrap_err().code, Code::CosignatureInvalid);
    // An Ed25519 witness may have any name, and so may what it cosigns.
    let old = Cosigner::new(&longer, CosigningKey::Ed25519(SecretKey::from_seed(&[4; 32]))).unwrap();
    assert_eq!(with(&signed, &old.cosign(&signed, 7).unwrap()).cosigned_by(old.verifier()), Ok(Some(7)));
}
