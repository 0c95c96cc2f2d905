use super::*;
use crate::core::event::disclosure::Holds;
use crate::core::event::table::{Lines, rows};
use crate::core::json::Count;
use crate::core::merkle::Prover;
use crate::core::note::VerifierKey;
use crate::core::policy::Policy;
use crate::core::sample::Ledger;

/// A table of so many rows, no two alike.
fn table(rows: u64) -> String {
    let mut table = HEADER.join(",") + "\n";
    (0..rows).for_each(|row| table += &format!("video,reports,,,,,,,,2021,given,integer,{row},,,\n"));
    table
}

/// The proof of a line of a table that a ledger's latest disclosure attaches.
fn made(table: &str, line: u64) -> (RowProof, Policy) {
    let (mut prover, mut row) = (Prover::new(line - FIRST_ROW), String::new());
    let mut lines = Lines::default();
    lines
        .push(table.as_bytes(), |at, bytes| {
            if at >= FIRST_ROW {
                prover.push(Hash::leaf(bytes));
            }
            if at == line {
                row = str::from_utf8(bytes).unwrap().to_owned();
            }
            Ok::<_, Fault>(())
        })
        .unwrap();
    let named = Attachment {
        holds: Some(Holds::Observations),
        length: Count::new(table.len() as i64).unwrap(),
        media_type: "text/csv".parse().unwrap(),
        name: "figures.csv".parse().unwrap(),
        rows: rows(prover.tree()),
        sha256: Hash::of(table.as_bytes()),
    };
    let mut ledger = Ledger::with(3, 5);
    ledger.disclose(vec![named]);
    let size = ledger.entries().len() as u64;
    let checkpoint = ledger.checkpoint(size);
    let mut entries = Prover::new(size - 1);
    ledger.entries().iter().for_each(|entry| entries.push(Hash::leaf(entry.bytes())));
    let receipt = Receipt {
        entry: ledger.entries().last().unwrap().bytes().to_vec(),
        index: size - 1,
        proof: entries.finish().unwrap().1,
        checkpoint,
    };
    let proof =
        RowProof { attachment: Hash::of(table.as_bytes()), line, row, proof: prover.finish().unwrap().1, receipt };
    let origin = &proof.receipt.checkpoint.checkpoint().origin;
    let operator = VerifierKey::ed25519(origin, ledger.operator_key().public().unwrap()).unwrap();
    let policy = Policy::parse(format!("log {operator}\nquorum none\n").as_bytes()).unwrap();
    (proof, policy)
}

/// As `candour check` checks it.
fn check(text: &[u8], policy: &Policy) -> Result<Observation, Fault> {
    let proof = RowProof::parse(text)?;
    let (_, statement) = proof.receipt.content()?;
    proof.receipt.verify(policy)?;
    Ok(proof.check(&statement)?.1)
}

#[test]
fn each_row_is_proven() {
    for rows in [1, 2, 3, 255, 256, 257] {
        let table = table(rows);
        for row in [0, 1, rows / 2, rows - 1].into_iter().filter(|row| *row < rows) {
            let (proof, policy) = made(&table, row + FIRST_ROW);
            let text = proof.to_string();
            assert_eq!(RowProof::parse(text.as_bytes()).as_ref(), Ok(&proof), "row {row} of {rows}");
            let figure = check(text.as_bytes(), &policy).unwrap().value.unwrap().to_string();
            assert_eq!(figure, row.to_string(), "of {rows}");
        }
    }
}

#[test]
fn every_byte_counts() {
    let (proof, policy) = made(&table(5), 4);
    let text = proof.to_string();
    check(text.as_bytes(), &policy).unwrap();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1 << (at % 8);
        assert!(check(&bytes, &policy).is_err(), "byte {at}");
        assert!(check(&text.as_bytes()[..at], &policy).is_err(), "cut at {at}");
    }
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let (sound, policy) = made(&table(5), 4);
    let (other, _) = made(&table(6), 4);
    let mut unsaid = sound.clone();
    unsaid.attachment = Hash::of(b"another");
    type Change<'a> = &'a dyn Fn(&mut RowProof);
    let cases: [(&str, Code, Change); 12] = [
        ("another row", Code::ProofInvalid, &|proof| proof.row = proof.row.replace(",2,", ",3,")),
        ("the same figure, spelled otherwise", Code::ProofInvalid, &|proof| {
            proof.row = proof.row.replace("reports", "\"reports\"");
        }),
        ("another line", Code::ProofInvalid, &|proof| proof.line = 5),
        ("a line after the last", Code::ProofInvalid, &|proof| proof.line = 7),
        ("a hash short", Code::ProofInvalid, &|proof| proof.proof.truncate(1)),
        ("a hash more", Code::ProofInvalid, &|proof| proof.proof.push(Hash::ZERO)),
        ("the hashes turned round", Code::ProofInvalid, &|proof| proof.proof.reverse()),
        ("another table", Code::ProofInvalid, &|proof| proof.attachment = Hash::of(b"another")),
        ("the rows of another count", Code::ProofInvalid, &|proof| proof.proof.clone_from(&other.proof)),
        ("another statement", Code::ProofInvalid, &|proof| proof.receipt.clone_from(&other.receipt)),
        ("a carriage return", Code::ProofInvalid, &|proof| proof.row.push('\r')),
        ("the line of the header", Code::RowProofMalformed, &|proof| proof.line = 1),
    ];
    for (what, expected, change) in cases {
        let mut proof = sound.clone();
        change(&mut proof);
        let fault = check(proof.to_string().as_bytes(), &policy).expect_err(what);
        assert_eq!(fault.code, expected, "{what}: {fault}");
    }
}

#[test]
fn a_row_that_is_no_observation_proves_nothing() {
    let (proof, policy) = made(&table(3).replace(",given,integer,1,", ",given,integer,01,"), 3);
    assert_eq!(check(proof.to_string().as_bytes(), &policy).unwrap_err().code, Code::AttachmentMalformed);
}

#[test]
fn texts_are_read_strictly() {
    let (proof, _) = made(&table(3), 3);
    let text = proof.to_string();
    let hash = proof.proof[0].to_base64() + "\n";
    // (what is replaced, once, by what)
    let spoilt = [
        ("row-proof/v1\n", "row-proof/v2\n"),
        ("row-proof/v1\n", "row-proof/v1\r\n"),
        ("row-proof/v1\n", "row-proof/v1\n\n"),
        ("attachment ", "attachment  "),
        ("attachment ", "Attachment "),
        ("line 3\n", ""),
        ("line 3\n", "line 03\n"),
        ("line 3\n", "line +3\n"),
        ("line 3\n", "line 0\n"),
        ("line 3\n", "line 3 \n"),
        ("line 3\n", "line 3\nline 3\n"),
        ("line 3\n", "line 9223372036854775807\n"),
        ("service,metric,", "metric,service,"),
        ("service,metric,", "\"service\",metric,"),
        (",rounded_to\n", ",rounded_to\r\n"),
        (",rounded_to\n", ",rounded_to,\n"),
        (&hash, "\n"),
        (&hash, "AAAA\n"),
        ("\n\nc2sp.org", "\nc2sp.org"),
    ];
    for (from, to) in spoilt {
        let spoilt = text.replacen(from, to, 1);
        assert_ne!(spoilt, text, "{from:?} is there to be replaced");
        let fault = RowProof::parse(spoilt.as_bytes()).expect_err(&spoilt);
        let malformed = [Code::RowProofMalformed, Code::ReceiptMalformed].contains(&fault.code);
        assert!(malformed, "{from:?} to {to:?}: {fault}");
    }
}

#[test]
fn limits() {
    let (mut proof, _) = made(&table(1), 2);
    let rowless = proof.to_string().replacen(&format!("{}\n", proof.row), "", 1);
    assert_eq!(RowProof::parse(rowless.as_bytes()).unwrap_err().code, Code::RowProofMalformed);
    (proof.proof, proof.row) = (vec![Hash::ZERO; MAX_PROOF], "x".repeat(MAX_ROW_BYTES));
    assert_eq!(RowProof::parse(proof.to_string().as_bytes()).as_ref(), Ok(&proof));
    let mut more = proof.clone();
    more.proof.push(Hash::ZERO);
    proof.row.push('x');
    for text in [more.to_string(), proof.to_string(), "x".repeat(MAX_ROW_PROOF_BYTES + 1)] {
        assert_eq!(RowProof::parse(text.as_bytes()).unwrap_err().code, Code::RowProofMalformed);
    }
}
