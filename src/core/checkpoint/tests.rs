use super::super::cosignature::{Cosigner, CosigningKey};
use super::*;

/// A checkpoint of Go's checksum database, whose origin is not its key's name.
const GO: &str = "go.sum database tree\n35225469\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n\n\
    — sum.golang.org Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=\n";
const GO_KEY: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

/// A checkpoint of a public Certificate Transparency log: signed by a key of type 0x05 and one of type 0x01, and
/// cosigned by four witnesses.
pub(in super::super) const CT: &str = "arche2025h1.staging.ct.transparency.dev\n1432088532\n\
    U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n\n\
    — arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIg\
    IpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=\n\
    — arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei5\
    9RA23oHP7Ry1k3ZFWwQ=\n\
    — transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4Ascyl\
    P3v7sEodkRAErumC2q44vdgJY096st5BQ==\n\
    — witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNW\
    VuE0tgh0XwzdZsDsUAQ==\n\
    — remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0Dr\
    AWfBw==\n\
    — witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvK\
    FYe/TmN9DAg==\n";
pub(in super::super) const CT_KEY: &str =
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f";
pub(in super::super) const CT_WITNESSES: [&str; 3] = [
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
];
pub(in super::super) const CT_TIME: u64 = 1_779_573_024;

fn key(text: &str) -> VerifierKey {
    VerifierKey::parse(text).unwrap()
}

#[test]
fn public_logs_checkpoints_verify() {
    let go = SignedCheckpoint::parse(GO.as_bytes()).unwrap();
    assert_eq!((go.checkpoint().origin.as_str(), go.checkpoint().size), ("go.sum database tree", 35_225_469));
    assert_eq!(go.to_string(), GO);
    assert_eq!(go.signed_by(&key(GO_KEY)), Ok(true));
    assert_eq!(go.signed_by(&key(CT_KEY)), Ok(false));

    let ct = SignedCheckpoint::parse(CT.as_bytes()).unwrap();
    assert_eq!(ct.to_string(), CT);
    assert_eq!(ct.signed_by(&key(CT_KEY)), Ok(true));
    assert_eq!(ct.cosigned_by(&key(CT_KEY)), Ok(None), "a log's signature is no cosignature");
    for witness in CT_WITNESSES {
        assert_eq!(ct.cosigned_by(&key(witness)), Ok(Some(CT_TIME)), "{witness}");
        assert_eq!(go.cosigned_by(&key(witness)), Ok(None), "{witness}");
    }
}

#[test]
fn a_log_that_signs_as_sigsum_does() {
    // From torchwood's tests of its witness: three checkpoints, and the proofs between them.
    let origin = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
    let public = hex::decode("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f").unwrap();
    let log = VerifierKey::ed25519(origin, PublicKey::parse(&public).unwrap()).unwrap();
    let checkpoints = [
        (
            "1\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=",
        ),
        (
            "3\nRcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=",
            "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=",
        ),
        (
            "5\nQrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=",
            "UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=",
        ),
    ];
    let checkpoints = checkpoints.map(|(lines, signature)| {
        let signed =
            SignedCheckpoint::parse(format!("{origin}\n{lines}\n\n— {origin} {signature}\n").as_bytes()).unwrap();
        assert_eq!(signed.signed_by(&log), Ok(true), "{lines}");
        signed.checkpoint().clone()
    });
    let proofs = [
        (0, 1, vec!["KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]),
        (
            0,
            2,
            vec![
                "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=",
                "KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            ],
        ),
        (
            1,
            2,
            vec![
                "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "KgMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "wgiIFdZfYNv6WU1OllBKsWnLYIS/DBMqt8Uh/S4OukE=",
                "KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            ],
        ),
    ];
    for (old, new, proof) in proofs {
        let (old, new) = (&checkpoints[old], &checkpoints[new]);
        let proof: Vec<_> = proof.into_iter().map(|hash| Hash::from_base64(hash).unwrap()).collect();
        let verified = super::super::merkle::verify_consistency(old.size, old.root, new.size, new.root, &proof);
        assert_eq!(verified, Ok(()), "{} to {}", old.size, new.size);
    }
}

#[test]
fn texts_are_read_strictly() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let accepted = [
        (format!("a\n0\n{root}\n"), 0),
        (format!("go.sum database tree\n1\n{root}\n"), 1),
        (format!("a\n9223372036854775807\n{root}\n"), MAX_SIZE),
        (format!("a\n20852163\n{root}\nextension\n another\n"), 20_852_163),
    ];
    for (text, size) in accepted {
        let checkpoint = Checkpoint::parse(&text).unwrap();
        assert_eq!((checkpoint.size, checkpoint.root.to_base64().as_str()), (size, root));
        assert!(text.starts_with(&checkpoint.to_string()));
    }
    let refused = [
        String::new(),
        "\n".into(),
        "a\n1\n".into(),
        format!("a\n1\n{root}"),
        format!("\n1\n{root}\n"),
        format!("a\n\n{root}\n"),
        format!("a\n1\n{root}\n\n"),
        format!("a\n1\n{root}\n\nx\n"),
        format!("a\n01\n{root}\n"),
        format!("a\n+1\n{root}\n"),
        format!("a\n-1\n{root}\n"),
        format!("a\n 1\n{root}\n"),
        format!("a\n1 \n{root}\n"),
        format!("a\n0x1\n{root}\n"),
        format!("a\n٣\n{root}\n"),
        format!("a\n9223372036854775808\n{root}\n"),
        format!("a\n18446744073709551616\n{root}\n"),
        format!("a\n1\n{}\n", &root[..43]),
        format!("a\n1\n{root} \n"),
        format!("a\n1\n{}\n", root.replace("q2I=", "q2J=")),
        format!("a\n1\n{}\n", root.replace('/', "_")),
        format!("a\n1\n{}\n", "A".repeat(44)),
        format!("a\n1\n{}\n", "x".repeat(10_000)),
    ];
    for text in refused {
        let fault = Checkpoint::parse(&text).expect_err(&text);
        assert_eq!(fault.code, Code::CheckpointMalformed, "{text:?}");
        assert!(fault.to_string().len() < 300);
    }
}

fn made() -> (SignedCheckpoint, SecretKey) {
    let secret = SecretKey::from_seed(&[3; 32]);
    let checkpoint = Checkpoint { origin: "example.com/log".into(), size: 5, root: Hash::of(b"root") };
    (SignedCheckpoint::sign(checkpoint, &secret).unwrap(), secret)
}

fn cosigner(seed: u8) -> Cosigner {
    Cosigner::new("witness.example", CosigningKey::Ed25519(SecretKey::from_seed(&[seed; 32]))).unwrap()
}

#[test]
fn what_is_signed_and_cosigned_verifies() {
    let (mut signed, log) = made();
    let witness = SecretKey::from_seed(&[4; 32]);
    let line = cosigner(4).cosign(&signed, 1_679_315_147).unwrap();
    signed.add_signature(line).unwrap();
    let read = SignedCheckpoint::parse(signed.to_string().as_bytes()).unwrap();
    assert_eq!(read, signed);

    let log_key = VerifierKey::ed25519("example.com/log", log.public().unwrap()).unwrap();
    let witness_key = VerifierKey::cosignature("witness.example", witness.public().unwrap()).unwrap();
    assert_eq!(read.signed_by(&log_key), Ok(true));
    assert_eq!(read.cosigned_by(&witness_key), Ok(Some(1_679_315_147)));
    assert_eq!(read.signed_by(&witness_key), Ok(true), "a log may sign with a key of a witness's type");
    // Another name, another type, another key: not that key's line, and none of its business.
    for (name, key) in [("example.com/log", &witness), ("example.com/other", &log)] {
        let key = key.public().unwrap();
        assert_eq!(read.signed_by(&VerifierKey::ed25519(name, key).unwrap()), Ok(false));
        assert_eq!(read.cosigned_by(&VerifierKey::cosignature(name, key).unwrap()), Ok(None));
    }
    // A later cosignature takes the earlier one's place; of two that stand there, the later counts.
    let later = cosigner(4).cosign(&signed, 1_700_000_000).unwrap();
    let both = format!("{signed}{later}\n");
    assert_eq!(SignedCheckpoint::parse(both.as_bytes()).unwrap().cosigned_by(&witness_key), Ok(Some(1_700_000_000)));
    signed.add_signature(later).unwrap();
    assert_eq!(signed.note().signatures().len(), 2);
    assert_eq!(signed.cosigned_by(&witness_key), Ok(Some(1_700_000_000)));
}

#[test]
fn the_cosigned_message_is_that_of_the_specification() {
    let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    let signed = SignedCheckpoint::parse(format!("{text}\n— a AAAAAAA=\n").as_bytes()).unwrap();
    let message = format!("cosignature/v1\ntime 1679315147\n{text}");
    assert_eq!(signed.cosigned_message(1_679_315_147), message.into_bytes());
}

#[test]
fn a_known_keys_bad_line_is_a_fault() {
    let (mut signed, log) = made();
    let witness = SecretKey::from_seed(&[4; 32]);
    signed.add_signature(cosigner(4).cosign(&signed, 7).unwrap()).unwrap();
    let log_key = VerifierKey::ed25519("example.com/log", log.public().unwrap()).unwrap();
    let witness_key = VerifierKey::cosignature("witness.example", witness.public().unwrap()).unwrap();
    let text = signed.to_string();
    let both = |text: &str| {
        let read = SignedCheckpoint::parse(text.as_bytes()).unwrap();
        (read.signed_by(&log_key).map_err(|f| f.code), read.cosigned_by(&witness_key).map_err(|f| f.code))
    };
    assert_eq!(both(&text), (Ok(true), Ok(Some(7))));
    let bad = (Err(Code::CheckpointSignatureInvalid), Err(Code::CosignatureInvalid));
    assert_eq!(both(&text.replacen("\n5\n", "\n6\n", 1)), bad);
    assert_eq!(both(&text.replacen("\n\n", "\nextension\n\n", 1)), bad);
    // Any byte of a line after the key id; the witness's line has its time there too.
    for position in 0..72 {
        for (line, expected) in [(0, (bad.0, Ok(Some(7)))), (1, (Ok(true), bad.1))] {
            let mut lines: Vec<_> = signed.note().signatures().to_vec();
            let mut bytes = lines[line].bytes().to_vec();
            let Some(byte) = bytes.get_mut(position) else { continue };
            *byte ^= 0x40;
            let key = if line == 0 { &log_key } else { &witness_key };
            lines[line] = NoteSignature::new(key, bytes);
            let text = format!("{}\n{}\n{}\n", signed.note().text(), lines[0], lines[1]);
            assert_eq!(both(&text), expected, "byte {position} of line {line}");
        }
    }
    for bytes in [vec![0], vec![0; 7], vec![0; 8], vec![0; 63], vec![0; 64], vec![0; 71], vec![0; 73], vec![0xff; 72]] {
        let line = |key| NoteSignature::new(key, bytes.clone());
        let text = format!("{}\n{}\n{}\n", signed.note().text(), line(&log_key), line(&witness_key));
        assert_eq!(both(&text), bad, "{} bytes", bytes.len());
    }
    // A time that is too late, though the witness signed it.
    for (timestamp, expected) in [(MAX_TIMESTAMP, Ok(Some(MAX_TIMESTAMP))), (MAX_TIMESTAMP + 1, bad.1)] {
        let signature = witness.sign(&signed.cosigned_message(timestamp)).0;
        let line = NoteSignature::new(&witness_key, [&timestamp.to_be_bytes()[..], &signature].concat());
        assert_eq!(both(&format!("{}\n{line}\n", signed.note().text())).1, expected, "{timestamp}");
    }
    // One good line does not make up for a bad one of the same key.
    let torn = NoteSignature::new(&log_key, vec![0; 64]);
    assert_eq!(both(&format!("{text}{torn}\n")).0, bad.0);
}

#[test]
fn what_cannot_be_read_back_is_not_signed() {
    let secret = SecretKey::from_seed(&[3; 32]);
    let refused = [("", 5), ("a b", 5), ("a+b", 5), ("a\nb", 5), ("a\n1\nb", 5), ("a\tb", 5), ("a", MAX_SIZE + 1)];
    for (origin, size) in refused {
        let checkpoint = Checkpoint { origin: origin.into(), size, root: Hash::ZERO };
        assert!(SignedCheckpoint::sign(checkpoint, &secret).is_err(), "{origin:?} {size}");
    }
    let (signed, _) = made();
    for time in [0, MAX_TIMESTAMP + 1] {
        assert_eq!(cosigner(4).cosign(&signed, time).unwrap_err().code, Code::CosignatureInvalid);
    }
    assert!(Cosigner::new("a b", CosigningKey::Ed25519(secret)).is_err());
    assert!(cosigner(4).cosign(&signed, MAX_TIMESTAMP).is_ok());
}
