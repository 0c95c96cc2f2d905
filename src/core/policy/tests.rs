use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::super::checkpoint::Checkpoint;
use super::super::checkpoint::tests::{CT, CT_KEY, CT_TIME, CT_WITNESSES};
use super::super::cosignature::{Cosigner, CosigningKey};
use super::super::hash::Hash;
use super::super::key::SecretKey;
use super::*;

pub(super) const ORIGIN: &str = "example.com/log";

fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

fn public(seed: u8) -> PublicKey {
    secret(seed).public().unwrap()
}

fn log(seed: u8) -> String {
    VerifierKey::ed25519(ORIGIN, public(seed)).unwrap().to_string()
}

fn witness_key(seed: u8) -> VerifierKey {
    VerifierKey::cosignature(&format!("w{seed}.example"), public(seed)).unwrap()
}

/// Lines for witnesses 1 to `count`, by the names W1, W2 and so on.
fn witnesses(count: u8) -> String {
    (1..=count).map(|seed| format!("witness W{seed} {}\n", witness_key(seed))).collect()
}

/// A policy of the log 100, the witnesses and the further lines.
pub(super) fn policy(count: u8, lines: &str) -> Policy {
    let text = format!("log {}\n{}{lines}", log(100), witnesses(count));
    Policy::parse(text.as_bytes()).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
}

fn witness(seed: u8) -> Cosigner {
    Cosigner::new(witness_key(seed).name(), CosigningKey::Ed25519(secret(seed))).unwrap()
}

/// A checkpoint by the log 100, cosigned by those witnesses; each at 1000 and its number.
pub(super) fn checkpoint(cosigners: &[u8]) -> SignedCheckpoint {
    let checkpoint = Checkpoint { origin: ORIGIN.into(), size: 1, root: Hash::leaf(b"entry") };
    let mut signed = SignedCheckpoint::sign(checkpoint, &secret(100)).unwrap();
    for &seed in cosigners {
        let line = witness(seed).cosign(&signed, 1000 + u64::from(seed)).unwrap();
        signed.add_signature(line).unwrap();
    }
    signed
}

#[test]
fn the_specifications_own_policy() {
    // The example of tlog-policy, with keys: X1 to X3 are W1 to W3, Y1 to Y3 are W4 to W6.
    let policy = policy(
        6,
        "\ngroup X-witnesses 2 W1 W2 W3\n\ngroup Y-witnesses any W4 W5 W6\n\
         \ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
    );
    for set in 0u8..64 {
        let cosigners: Vec<u8> = (1..=6).filter(|seed| set >> (seed - 1) & 1 == 1).collect();
        let expected = (set & 0b111).count_ones() >= 2 && set & 0b11_1000 != 0;
        let result = policy.check(&checkpoint(&cosigners));
        match result {
            Ok(cosignatures) => {
                let found: Vec<_> = cosignatures.into_iter().map(|c| (c.name, c.timestamp)).collect();
                let all: Vec<_> =
                    cosigners.iter().map(|seed| (format!("w{seed}.example"), 1000 + u64::from(*seed))).collect();
                assert!(expected && found == all, "{cosigners:?}: {found:?}");
            }
            Err(fault) => assert!(!expected && fault.code == Code::QuorumNotMet, "{cosigners:?}: {fault}"),
        }
    }
    let fault = policy.check(&checkpoint(&[1, 2])).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "quorum-not-met: expected 2 of the 2 members of group \"X-and-Y\", found 1 (\"X-witnesses\")"
    );
}

#[test]
fn quorums() {
    // (witnesses, lines, cosigners, met)
    let cases: [(u8, &str, &[u8], bool); 14] = [
        (0, "quorum none\n", &[], true),
        (2, "quorum none\n", &[1], true),
        (1, "quorum W1\n", &[1], true),
        (1, "quorum W1\n", &[], false),
        (2, "quorum W1\n", &[2], false),
        (1, "group g any W1\nquorum g\n", &[1], true),
        (3, "group g any W1 W2 W3\nquorum g\n", &[3], true),
        (3, "group g any W1 W2 W3\nquorum g\n", &[], false),
        (3, "group g all W1 W2 W3\nquorum g\n", &[1, 2, 3], true),
        (3, "group g all W1 W2 W3\nquorum g\n", &[1, 3], false),
        (3, "group g 3 W1 W2 W3\nquorum W2\n", &[2], true),
        (3, "group g 2 W1 W2\ngroup h 1 g W3\nquorum h\n", &[1], false),
        (3, "group g 2 W1 W2\ngroup h 1 g W3\nquorum h\n", &[3], true),
        // A witness of another policy counts for nothing.
        (2, "group g 2 W1 W2\nquorum g\n", &[1, 9], false),
    ];
    for (count, lines, cosigners, met) in cases {
        let result = policy(count, lines).check(&checkpoint(cosigners));
        assert_eq!(result.map_err(|fault| fault.code).is_ok(), met, "{lines} {cosigners:?}");
        if !met {
            let fault = policy(count, lines).quorum(&checkpoint(cosigners)).unwrap_err();
            assert_eq!(fault.code, Code::QuorumNotMet, "{fault}");
        }
    }
}

#[test]
fn a_known_witness_who_did_not_sign_this_spoils_it() {
    let mut signed = checkpoint(&[1]);
    let other = SignedCheckpoint::sign(Checkpoint { size: 2, ..signed.checkpoint().clone() }, &secret(100)).unwrap();
    signed.add_signature(witness(2).cosign(&other, 1000).unwrap()).unwrap();
    for (count, lines, code) in [
        (1, "quorum W1\n", None),
        (2, "quorum W1\n", Some(Code::CosignatureInvalid)),
        (2, "quorum none\n", Some(Code::CosignatureInvalid)),
    ] {
        assert_eq!(policy(count, lines).check(&signed).err().map(|fault| fault.code), code, "{lines}");
    }
}

#[test]
fn whose_checkpoint_is_trusted() {
    let trusted = policy(0, "quorum none\n");
    assert!(trusted.trusts_log(ORIGIN, &public(100)));
    assert!(!trusted.trusts_log("example.com/other", &public(100)));
    assert!(!trusted.trusts_log(ORIGIN, &public(101)));

    let (good, code) =
        (checkpoint(&[]), |result: Result<_, Fault>| result.map(|_: Vec<_>| ()).map_err(|fault| fault.code));
    assert_eq!(code(trusted.check(&good)), Ok(()));
    let by = |origin: &str, seed| {
        SignedCheckpoint::sign(Checkpoint { origin: origin.into(), ..good.checkpoint().clone() }, &secret(seed))
            .unwrap()
    };
    assert_eq!(code(trusted.check(&by("example.com/other", 100))), Err(Code::CheckpointUntrusted));
    assert_eq!(code(trusted.check(&by(ORIGIN, 101))), Err(Code::CheckpointUntrusted));
    let altered = good.to_string().replace("\n1\n", "\n2\n");
    let altered = SignedCheckpoint::parse(altered.as_bytes()).unwrap();
    assert_eq!(code(trusted.check(&altered)), Err(Code::CheckpointSignatureInvalid));

    // Two keys of one log: either will do, but what is there must verify.
    let two = Policy::parse(format!("log {}\nlog {}\nquorum none\n", log(100), log(101)).as_bytes()).unwrap();
    assert_eq!((code(two.check(&good)), code(two.check(&by(ORIGIN, 101)))), (Ok(()), Ok(())));
    let mut torn = good.clone();
    torn.add_signature(by(ORIGIN, 101).note().signatures()[0].clone()).unwrap();
    assert_eq!(code(two.check(&torn)), Ok(()));
    torn.add_signature(by("example.com/other", 101).note().signatures()[0].clone()).unwrap();
    assert_eq!(code(two.check(&torn)), Ok(()), "a line by a name that nobody listed");
    let bad = format!("{good}{}\n", altered_line(&by(ORIGIN, 101)));
    assert_eq!(
        code(two.check(&SignedCheckpoint::parse(bad.as_bytes()).unwrap())),
        Err(Code::CheckpointSignatureInvalid)
    );

    let nobody = Policy::parse(b"quorum none\n").unwrap();
    assert_eq!(code(nobody.check(&good)), Err(Code::CheckpointUntrusted));
    assert_eq!(code(nobody.quorum(&good)), Ok(()));
}

#[test]
fn two_quorums_share_as_many_witnesses_as_must_deceive() {
    // (witnesses, lines, how many must deceive)
    let table = [
        (0, "quorum none\n", 0),
        (1, "quorum none\n", 0),
        (1, "quorum W1\n", 1),
        (3, "group g 1 W1 W2 W3\nquorum g\n", 0),
        (3, "group g 2 W1 W2 W3\nquorum g\n", 1),
        (3, "group g all W1 W2 W3\nquorum g\n", 3),
        (4, "group g 2 W1 W2 W3 W4\nquorum g\n", 0),
        (5, "group g 4 W1 W2 W3 W4 W5\nquorum g\n", 3),
        (5, "group a 2 W1 W2 W3\ngroup b any W4 W5\ngroup g all a b\nquorum g\n", 1),
        (6, "group a all W1 W2\ngroup b all W3 W4\ngroup c all W5 W6\ngroup g 2 a b c\nquorum g\n", 2),
        (6, "group a 2 W1 W2 W3\ngroup g 3 a W4 W5 W6\nquorum g\n", 2),
        (6, "group a any W1 W2 W3\ngroup g 3 a W4 W5 W6\nquorum g\n", 1),
        (6, "group a any W1 W2 W3\ngroup g all a W4\nquorum g\n", 1),
    ];
    for (count, lines, expected) in table {
        let policy = policy(count, lines);
        assert_eq!((fewest_in_common(&policy), policy.witnesses_to_deceive()), (expected, expected), "{lines}");
    }
}

#[test]
fn keys_of_one_name_are_one_witness() {
    // (names of the keys of W1, W2 and so on; lines; how many must deceive; what is said, where that is less)
    let table = [
        ("aab", "group a any W1 W2\ngroup g all a W3\nquorum g\n", 2, 2),
        ("aabc", "group a any W1 W2\ngroup g 2 a W3 W4\nquorum g\n", 1, 1),
        ("aabc", "group a all W1 W2\ngroup g all a W3 W4\nquorum g\n", 3, 3),
        ("aa", "group g any W1 W2\nquorum g\n", 1, 1),
        ("aa", "group g all W1 W2\nquorum g\n", 1, 1),
        ("aab", "group g all W1 W2 W3\nquorum g\n", 2, 2),
        ("aab", "group g 2 W1 W2 W3\nquorum g\n", 1, 0),
        ("abab", "group l all W1 W2\ngroup r all W3 W4\ngroup g all l r\nquorum g\n", 2, 2),
        ("abab", "group l all W1 W2\ngroup r all W3 W4\ngroup g any l r\nquorum g\n", 2, 0),
    ];
    for (names, lines, expected, said) in table {
        let keys = names.chars().zip(1..).map(|(name, seed): (char, u8)| {
            format!("witness W{seed} {}\n", VerifierKey::cosignature(&name.to_string(), public(seed)).unwrap())
        });
        let policy = Policy::parse(format!("{}{lines}", keys.collect::<String>()).as_bytes()).unwrap();
        assert_eq!((fewest_in_common(&policy), policy.witnesses_to_deceive()), (expected, said), "{names} {lines}");
    }
}

#[test]
fn an_operator_that_cosigns_its_own_checkpoints_is_no_witness() {
    for (operator, lines, expected) in [
        (1, "quorum W1\n", 0),
        (9, "quorum W1\n", 1),
        (1, "group g all W1 W2\nquorum g\n", 1),
        (9, "group g all W1 W2\nquorum g\n", 2),
        (3, "group g 2 W1 W2 W3\nquorum g\n", 0),
    ] {
        let log = VerifierKey::ed25519("log.example", public(operator)).unwrap();
        let keys = (1..=3_u8).map(|seed| {
            format!("witness W{seed} {}\n", VerifierKey::cosignature(&format!("w{seed}"), public(seed)).unwrap())
        });
        let text = format!("log {log}\n{}{lines}", keys.collect::<String>());
        assert_eq!(Policy::parse(text.as_bytes()).unwrap().witnesses_to_deceive(), expected, "{operator} {lines}");
    }
}

/// The fewest names that any two quorums have in common.
fn fewest_in_common(policy: &Policy) -> usize {
    let count = policy.witnesses.len();
    let quorums = (0_u32..1 << count).filter(|set| {
        let met = policy.met(|witness| set >> witness & 1 == 1);
        policy.quorum.is_none_or(|quorum| met[quorum])
    });
    let names = quorums.map(|set| {
        let members = (0..count).filter(|witness| set >> witness & 1 == 1);
        members.map(|witness| policy.witnesses[witness].key.name()).collect::<BTreeSet<_>>()
    });
    let names: Vec<_> = names.collect();
    names.iter().flat_map(|a| names.iter().map(|b| a.intersection(b).count())).min().unwrap()
}

/// The first line's signature with one bit flipped.
fn altered_line(signed: &SignedCheckpoint) -> String {
    let line = signed.note().signatures()[0].to_string();
    let (head, base64) = line.rsplit_once(' ').unwrap();
    let mut bytes = BASE64_STANDARD.decode(base64).unwrap();
    bytes[10] ^= 1;
    format!("{head} {}", BASE64_STANDARD.encode(bytes))
}

#[test]
fn a_public_log_and_its_witnesses() {
    let [a, b, c] = CT_WITNESSES;
    let text = format!(
        "log {CT_KEY} https://ct.example/\nwitness a {a}\nwitness b {b} https://b.example/\nwitness c {c}\n\
                        group all all a b c\nquorum all\n"
    );
    let policy = Policy::parse(text.as_bytes()).unwrap();
    let signed = SignedCheckpoint::parse(CT.as_bytes()).unwrap();
    let cosignatures = policy.check(&signed).unwrap();
    assert_eq!(cosignatures.len(), 3);
    assert!(cosignatures.iter().all(|cosignature| cosignature.timestamp == CT_TIME));
    assert_eq!(policy.logs()[0].url.as_deref(), Some(&b"https://ct.example/"[..]));
    let urls: Vec<_> = policy.witnesses().iter().map(|witness| witness.url.as_deref()).collect();
    assert_eq!(urls, [None, Some(&b"https://b.example/"[..]), None]);
}

#[test]
fn a_type_of_key_of_tomorrow_is_let_pass_and_never_counts() {
    let policy = policy(1, "witness M m.example+00000000+dwE=\ngroup g any M W1\nquorum g\n");
    assert!(policy.check(&checkpoint(&[1])).is_ok());
    let fault = policy.check(&checkpoint(&[])).unwrap_err();
    assert!(fault.to_string().contains("1 witnesses have keys of types that are not verified here"), "{fault}");

    let only = Policy::parse(format!("log {ORIGIN}+00000000+dwE=\nquorum none\n").as_bytes()).unwrap();
    assert_eq!(only.check(&checkpoint(&[])).unwrap_err().code, Code::CheckpointUntrusted);
}

#[test]
fn policies_are_read_as_the_specification_says() {
    let (l, w, x) = (log(100), witness_key(1), witness_key(2));
    let good: Vec<Vec<u8>> = vec![
        b"quorum none\n".to_vec(),
        format!("log {l}\nquorum none\n").into_bytes(),
        format!("quorum none\nlog {l}\nwitness W {w}\n").into_bytes(),
        format!("\n \t\n# comment\n\t # another\n#\n\t log\t{l} \t url \t\n quorum  none \n\n").into_bytes(),
        format!("witness W {w}\nquorum W\ngroup g any W\n").into_bytes(),
        format!("witness all {w}\nwitness any {x}\ngroup 1 1 all any\nquorum 1\n").into_bytes(),
        format!("witness #W {w}\nquorum #W\n").into_bytes(),
        // A log's key may be a witness's too, and of a witness's type.
        format!("log {w}\nwitness W {w}\nquorum W\n").into_bytes(),
        // Names are octets: no UTF-8, and a Kelvin sign is no K.
        [b"# \xff\nwitness \xfe\xff ", w.to_string().as_bytes(), b" \x80\nquorum \xfe\xff\n"].concat(),
        format!("witness K {w}\nwitness \u{212a} {x}\ngroup g all K \u{212a}\nquorum g\n").into_bytes(),
    ];
    for text in &good {
        if let Err(fault) = Policy::parse(text) {
            panic!("{fault}\n{}", String::from_utf8_lossy(text));
        }
    }
}

#[test]
fn what_is_no_policy_is_refused_with_its_line() {
    let (l, w, x) = (log(100), witness_key(1), witness_key(2));
    let bad: Vec<(u32, String)> = vec![
        // No newline at the end, other control characters, another keyword.
        (1, "quorum none".into()),
        (2, "# c\nquorum none\r\n".into()),
        (1, "quorum\x0bnone\n".into()),
        (1, "quorum none \x7f\n".into()),
        (1, "# \0\nquorum none\n".into()),
        (1, "Quorum none\n".into()),
        (1, "quorum\u{a0}none\n".into()),
        (2, "quorum none\nlogs\n".into()),
        // The quorum line: exactly one, one name, defined before.
        (0, String::new()),
        (1, "# nothing\n".into()),
        (2, "quorum none\nquorum none\n".into()),
        (1, "quorum\n".into()),
        (1, "quorum none none\n".into()),
        (1, "quorum none # comment\n".into()),
        (1, "quorum W\n".into()),
        (1, format!("quorum W\nwitness W {w}\n")),
        (2, format!("witness W {w}\nquorum w\n")),
        // Logs.
        (1, "log\nquorum none\n".into()),
        (1, format!("log {l} url more\nquorum none\n")),
        (1, "log example.com/log+00000000+AQ==\nquorum none\n".into()),
        (1, "log \u{e9}\nquorum none\n".into()),
        (2, format!("log {l}\nlog {l}\nquorum none\n")),
        (2, format!("log {l}\nlog {}\nquorum none\n", VerifierKey::ed25519("other", public(100)).unwrap())),
        (2, format!("log {l}\nlog {}\nquorum none\n", VerifierKey::cosignature("other", public(100)).unwrap())),
        // Witnesses.
        // Types of tomorrow make their ids as they like: these two share one.
        (2, "witness V w+01020304+9wE=\nwitness W w+01020304+9wI=\nquorum none\n".into()),
        (1, format!("witness {w}\nquorum none\n")),
        (1, format!("witness W {w} url more\nquorum none\n")),
        (1, format!("witness none {w}\nquorum none\n")),
        (1, format!("witness W {l}\nquorum none\n")),
        (1, "witness W w+00000000+AgEB\nquorum none\n".into()),
        (2, format!("witness W {w}\nwitness W {x}\nquorum none\n")),
        (2, format!("witness W {w}\nwitness V {w}\nquorum none\n")),
        (2, format!("witness W {w}\nwitness V {}\nquorum none\n", VerifierKey::cosignature("v", public(1)).unwrap())),
        // Groups.
        (2, format!("witness W {w}\ngroup\nquorum none\n")),
        (2, format!("witness W {w}\ngroup g any\nquorum none\n")),
        (2, format!("witness W {w}\ngroup g 0 W\nquorum none\n")),
        (2, format!("witness W {w}\ngroup g 2 W\nquorum none\n")),
        (2, format!("witness W {w}\ngroup g 01 W\nquorum none\n")),
        (2, format!("witness W {w}\ngroup g +1 W\nquorum none\n")),
        (2, format!("witness W {w}\ngroup g -1 W\nquorum none\n")),
        (2, format!("witness W {w}\ngroup g 18446744073709551617 W\nquorum none\n")),
        (2, format!("witness W {w}\ngroup g ALL W\nquorum none\n")),
        (2, format!("witness W {w}\ngroup g any W W\nquorum none\n")),
        (2, format!("witness W {w}\ngroup g any none\nquorum none\n")),
        (2, format!("witness W {w}\ngroup none any W\nquorum none\n")),
        (2, format!("witness W {w}\ngroup W any W\nquorum none\n")),
        (2, format!("witness W {w}\ngroup g any g\nquorum none\n")),
        (1, format!("group g any W\nwitness W {w}\nquorum none\n")),
        (3, format!("witness W {w}\ngroup g any W\ngroup h any W\nquorum none\n")),
        (4, format!("witness W {w}\nwitness V {x}\ngroup g any W\ngroup g any V\nquorum none\n")),
        (4, format!("witness W {w}\nwitness V {x}\ngroup g any W\ngroup h any V W\nquorum none\n")),
        (3, format!("witness W {w}\ngroup g any W\nwitness g {x}\nquorum none\n")),
        (1, format!("{}\nquorum none\n", "x".repeat(100_000))),
    ];
    for (line, text) in bad {
        let fault = Policy::parse(text.as_bytes()).expect_err(&text);
        assert_eq!(fault.code, Code::PolicyMalformed, "{text}");
        assert!(fault.to_string().contains(&format!("line {line}")), "{fault}\n{text}");
        assert!(fault.to_string().len() < 600, "{fault}");
    }
}

#[test]
fn limits() {
    let logs = |count: usize| {
        let line = |seed| format!("log {}\n", VerifierKey::ed25519("l", public(seed as u8)).unwrap());
        (0..count).map(line).collect::<String>() + "quorum none\n"
    };
    let all = |count: usize| witnesses(count as u8) + "quorum none\n";
    let groups = |count: usize| {
        let line = |group: usize| {
            format!("group g{} any {}\n", group + 1, if group == 0 { "W1".into() } else { format!("g{group}") })
        };
        witnesses(1) + &(0..count).map(line).collect::<String>() + &format!("quorum g{count}\n")
    };
    type Text<'a> = &'a dyn Fn(usize) -> String;
    let (logs, all, groups): (Text, Text, Text) = (&logs, &all, &groups);
    for (text, limit) in [(logs, MAX_LOGS), (all, MAX_WITNESSES), (groups, MAX_GROUPS)] {
        assert!(limit >= 32);
        assert!(Policy::parse(text(limit).as_bytes()).is_ok());
        assert_eq!(Policy::parse(text(limit + 1).as_bytes()).unwrap_err().code, Code::PolicyMalformed);
    }
    // A checkpoint that every witness cosigned is met through every group.
    let deepest = Policy::parse(groups(MAX_GROUPS).as_bytes()).unwrap();
    assert!(deepest.quorum(&checkpoint(&[1])).is_ok());
    assert_eq!(deepest.quorum(&checkpoint(&[])).unwrap_err().code, Code::QuorumNotMet);
    let most = Policy::parse(all(MAX_WITNESSES).as_bytes()).unwrap();
    let everybody: Vec<u8> = (1..=MAX_WITNESSES as u8).collect();
    let signed = SignedCheckpoint::parse(checkpoint(&everybody).to_string().as_bytes()).unwrap();
    assert_eq!(most.quorum(&signed).unwrap().len(), MAX_WITNESSES);
    let long = "#".repeat(MAX_POLICY_BYTES - 13);
    assert!(Policy::parse(format!("{long}\nquorum none\n").as_bytes()).is_ok());
    assert!(Policy::parse(format!("#{long}\nquorum none\n").as_bytes()).is_err());
}

#[test]
fn the_text_for_one_log() {
    let key = VerifierKey::parse(CT_KEY).unwrap();
    let policy = Policy::parse(Policy::text_for(&key).as_bytes()).unwrap();
    assert_eq!(policy.logs(), [Log { key, url: None }]);
    assert!(policy.check(&SignedCheckpoint::parse(CT.as_bytes()).unwrap()).is_ok());
}
