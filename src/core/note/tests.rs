use super::super::hash::Hash;
use super::super::key::{PublicKey, Signature};
use super::*;

/// The example of signed-note.
const EXAMPLE: &str = "This is an example message.\n\n— example.com/foo \
    Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
const EXAMPLE_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

fn refused(note: impl AsRef<[u8]>) {
    let note = note.as_ref();
    let fault = Note::parse(note).expect_err(&String::from_utf8_lossy(note));
    assert_eq!(fault.code, Code::NoteMalformed);
    assert!(fault.to_string().len() < 600, "{fault}");
}

#[test]
fn the_specifications_own_example() {
    let note = Note::parse(EXAMPLE.as_bytes()).unwrap();
    assert_eq!(note.text(), "This is an example message.\n");
    assert_eq!(note.to_string(), EXAMPLE);

    let key = VerifierKey::parse(EXAMPLE_KEY).unwrap();
    assert_eq!((key.name(), key.id(), key.to_string().as_str()), ("example.com/foo", 0x530d903a, EXAMPLE_KEY));
    let KeyKind::Ed25519(public) = key.kind() else { panic!("{key:?}") };
    assert_eq!(VerifierKey::ed25519("example.com/foo", *public), Ok(key.clone()));
    let signatures: Vec<_> = note.signatures_of(&key).collect();
    let [signature] = signatures[..] else { panic!("{signatures:?}") };
    let signature = Signature(signature.bytes().try_into().unwrap());
    assert!(public.verify(note.text().as_bytes(), &signature));
    assert!(!public.verify(b"This is an example message!\n", &signature));
}

#[test]
fn the_poem_keeps_its_empty_lines() {
    let poem = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n";
    let signature = "— quasimodo.example/salvatore \
        NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
    let text = format!("{poem}\n{signature}");
    let note = Note::parse(text.as_bytes()).unwrap();
    assert_eq!(note.text(), poem);
    assert_eq!(note.to_string(), text);
}

#[test]
fn notes_round_trip_or_are_refused() {
    let line = "— a AAAAAAA=\n";
    let accepted = [
        format!("t\n\n{line}"),
        format!("\n\n{line}"),
        format!("t\n\n\n{line}"),
        format!("t\n\n{line}\n{line}"),
        format!("t\n\n{line}— b AAAAAQA=\n{line}"),
        format!("— a AAAAAAA=\n\n{line}"),
        format!("t\x7f\u{85}\u{a0}\n\n{line}"),
        format!("t\n\n{}", line.repeat(16)),
        format!("t\n\n{}", line.repeat(MAX_NOTE_SIGNATURES)),
        "t\n\n— wörld/\u{1f600} AAAAAAA=\n".to_owned(),
    ];
    for note in accepted {
        assert_eq!(Note::parse(note.as_bytes()).unwrap().to_string(), note);
    }
    for note in [
        "",
        "\n",
        "t\n",
        "t\n\n",
        "t",
        "t\n— a AAAAAAA=\n",
        "— a AAAAAAA=\n",
        "\n— a AAAAAAA=\n",
        // The end, and between the lines.
        "t\n\n— a AAAAAAA=",
        "t\n\n— a AAAAAAA=\n\n",
        "t\n\n— a AAAAAAA=\nx\n",
        "t\n\n— a AAAAAAA=\n ",
        // Separators.
        "t\n\n- a AAAAAAA=\n",
        "t\n\n—a AAAAAAA=\n",
        "t\n\n—  a AAAAAAA=\n",
        "t\n\n— a  AAAAAAA=\n",
        "t\n\n— a AAAAAAA= \n",
        "t\n\n — a AAAAAAA=\n",
        "t\r\n\r\n— a AAAAAAA=\r\n",
        "t\n\n— a\n",
        "t\n\n— a \n",
        // Names.
        "t\n\n—  AAAAAAA=\n",
        "t\n\n— a+b AAAAAAA=\n",
        "t\n\n— a\u{a0}b AAAAAAA=\n",
        "t\n\n— a\u{2003}b AAAAAAA=\n",
        "t\n\n— a\u{85}b AAAAAAA=\n",
        "t\n\n— a\u{3000}b AAAAAAA=\n",
        "t\n\n— a b AAAAAAA=\n",
        // Base64: unpadded, stray bits, another alphabet, too short for an id and a signature.
        "t\n\n— a AAAAAAA\n",
        "t\n\n— a AAAAAAB=\n",
        "t\n\n— a AAAAAA==\n",
        "t\n\n— a AAAA_AA=\n",
        "t\n\n— a AAAA\n",
        "t\n\n— a AAAAAA=A\n",
        "t\n\n— a AAAAAAA==\n",
        // Control characters, in the text and in a line.
        "t\0\n\n— a AAAAAAA=\n",
        "t\tt\n\n— a AAAAAAA=\n",
        "t\x1f\n\n— a AAAAAAA=\n",
        "t\n\n— a\x01 AAAAAAA=\n",
    ] {
        refused(note);
    }
    refused(b"t\xff\n\n\xe2\x80\x94 a AAAAAAA=\n");
    refused(b"t\xed\xa0\x80\n\n\xe2\x80\x94 a AAAAAAA=\n");
    refused(format!("t\n\n{}", line.repeat(MAX_NOTE_SIGNATURES + 1)));
    let longest = MAX_NOTE_BYTES - line.len() - 2;
    assert!(Note::parse(format!("{}\n\n{line}", "t".repeat(longest)).as_bytes()).is_ok());
    refused(format!("{}\n\n{line}", "t".repeat(longest + 1)));
    refused(format!("t\n\n{}", "x".repeat(100_000)));
}

#[test]
fn verifier_keys_round_trip_or_are_refused() {
    let ml_dsa =
        |id: &str, bytes: usize| format!("test+{id}+{}", BASE64_STANDARD.encode([vec![6], vec![7; bytes]].concat()));
    let accepted = [
        (EXAMPLE_KEY, 1),
        ("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", 1),
        ("TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6", 1),
        ("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2", 4),
        ("other+00000000+AgEB", 2),
        ("other+12345678+/wEB", 255),
    ];
    for (text, kind) in accepted {
        let key = VerifierKey::parse(text).unwrap();
        assert_eq!((key.kind().byte(), key.to_string().as_str()), (kind, text));
    }
    // SHA-256("test" ‖ newline ‖ 0x06 ‖ key), cut to four bytes.
    let id = hex::encode(&Hash::of(&[&b"test\n\x06"[..], &[7; 1312]].concat()).0[..4]);
    let key = VerifierKey::parse(&ml_dsa(&id, 1312)).unwrap();
    assert!(matches!(key.kind(), KeyKind::CosignatureMlDsa44(_)) && key.kind().key_bytes() == [7; 1312]);
    assert_eq!((key.kind().byte(), key.to_string()), (6, ml_dsa(&id, 1312)));

    let long = format!("a+00000000+{}", "A".repeat(MAX_VERIFIER_KEY_BYTES));
    let (wrong_id, short) = (ml_dsa("00000000", 1312), ml_dsa(&id, 1311));
    let refused = [
        "",
        "a",
        "a+530d903a",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        // The id: another, upper case, short, with a sign.
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "sum.golang.org+33de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org++33de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        // A type without a key, nothing, bad base64, a short key, a key of type 1 under type 4's id.
        "a+00000000+AQ==",
        "a+00000000+",
        "a+00000000+!!!!",
        "a+00000000+AQEB",
        "example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "a b+00000000+AgEB",
        "a\u{2003}b+00000000+AgEB",
        "a\n+00000000+AgEB",
        "a+00000000+AgEB\n",
        &wrong_id,
        &short,
        &long,
    ];
    for text in refused {
        let fault = VerifierKey::parse(text).expect_err(text);
        assert_eq!(fault.code, Code::NoteMalformed, "{text}");
        assert!(fault.to_string().len() < 600);
    }
    let small = format!("a+00000000+{}", BASE64_STANDARD.encode([&[1][..], &[0; 32]].concat()));
    assert_eq!(VerifierKey::parse(&small).unwrap_err().code, Code::KeyInvalid);
}

#[test]
fn what_is_signed_verifies_and_one_key_has_one_line() {
    let (first, second) = (SecretKey::from_seed(&[1; 32]), SecretKey::from_seed(&[2; 32]));
    let mut note = Note::sign("text\n".to_owned(), "a", &first).unwrap();
    let line = sign("text\n", "a", &second).unwrap();
    note.add(line.clone()).unwrap();
    note.add(line.clone()).unwrap();
    assert_eq!(note.signatures().len(), 2);
    assert_eq!(NoteSignature::parse(&line.to_string()), Ok(line));
    let note = Note::parse(note.to_string().as_bytes()).unwrap();
    for secret in [&first, &second] {
        let public: PublicKey = secret.public().unwrap();
        let key = VerifierKey::ed25519("a", public).unwrap();
        let lines: Vec<_> = note.signatures_of(&key).collect();
        assert_eq!(lines.len(), 1);
        assert!(public.verify(b"text\n", &Signature(lines[0].bytes().try_into().unwrap())));
        assert_eq!(note.signatures_of(&VerifierKey::ed25519("b", public).unwrap()).count(), 0);
        assert_eq!(note.signatures_of(&VerifierKey::cosignature("a", public).unwrap()).count(), 0);
    }
    for (text, name) in
        [("text", "a"), ("", "a"), ("te\txt\n", "a"), ("text\n", ""), ("text\n", "a b"), ("text\n", "a+b")]
    {
        assert!(Note::sign(text.to_owned(), name, &first).is_err(), "{text:?} {name:?}");
    }
    let mut full = Note::parse(format!("t\n\n{}", "— a AAAAAAA=\n".repeat(MAX_NOTE_SIGNATURES)).as_bytes()).unwrap();
    let other = NoteSignature::parse("— b AAAAAAA=").unwrap();
    assert_eq!(full.add(other).unwrap_err().code, Code::NoteMalformed);
    full.add(NoteSignature::parse("— a AAAAAAA=").unwrap()).unwrap();
    assert_eq!(full.signatures().len(), 1);
}
