//! What is no statement, no envelope and no entry, and the code for each.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use candour::core::entry::Entry;
use candour::core::fault::Fault;
use candour::core::statement::{Envelope, PAYLOAD_TYPE, Statement};
use serde_json::{Value, json};

use super::changes::{
    Change, MALFORMED, NOT_CANONICAL, calendar, change, deadlines, encodings, fields, registry, values,
};
use super::statements::{counted, disclosure, enrolment, opening, statement};
use super::{key, ledger, pin, public};

fn envelopes(sound: &str) -> Vec<Change> {
    let refused = |what, from: &str, to: &str| change(what, from, to, "envelope-malformed");
    let accepted = |what, from: &str, to: &str| change(what, from, to, "ok");
    let envelope: Value = serde_json::from_str(sound).unwrap();
    let signature = envelope["signatures"][0].to_string();
    let (sig, payload) = (envelope["signatures"][0]["sig"].as_str().unwrap(), envelope["payload"].as_str().unwrap());
    let keyid = public("regulator");
    vec![
        accepted("as it is", "{", "{"),
        accepted("white space", r#"{"payload":"#, "\n{ \"payload\" :\t"),
        accepted("a line feed at the end", r#"}]}"#, "}]}\n"),
        accepted(
            "another order",
            &format!(r#""payloadType":"{PAYLOAD_TYPE}","signatures":[{signature}]}}"#),
            &format!(r#""signatures":[{signature}],"payloadType":"{PAYLOAD_TYPE}"}}"#),
        ),
        refused("no json", "{", ""),
        refused("more after the end", "}]}", "}]}{}"),
        refused("a field missing", &format!(r#""payloadType":"{PAYLOAD_TYPE}","#), ""),
        refused("a field unknown", r#"{"payload":"#, r#"{"extra":0,"payload":"#),
        refused("a field twice", r#"{"payload":"#, r#"{"payload":"","payload":"#),
        refused("another type of payload", PAYLOAD_TYPE, "application/json"),
        refused("no signature", &format!("[{signature}]"), "[]"),
        refused("129 signatures", &format!("[{signature}]"), &format!("[{}]", vec![signature.as_str(); 129].join(","))),
        refused("a field of a signature unknown", r#"{"keyid":"#, r#"{"cert":"","keyid":"#),
        refused("a signature without its key", &format!(r#""keyid":"{keyid}","#), ""),
        refused("a key in capitals", &keyid, &keyid.to_uppercase()),
        refused("a key of 63 digits", &keyid, &keyid[1..]),
        refused("a signature of 63 bytes", sig, &BASE64_STANDARD.encode([1; 63])),
        refused("a signature of 65 bytes", sig, &BASE64_STANDARD.encode([1; 65])),
        refused("base64 without padding", sig, sig.trim_end_matches('=')),
        refused("base64 for URLs", payload, &format!("-{}", &payload[1..])),
        refused("base64 with a line feed", payload, &format!("{}\\n{}", &payload[..4], &payload[4..])),
        refused("a signature that is null", &format!("\"{sig}\""), "null"),
        refused("base64 with bits to spare", sig, &format!("{}B==", "A".repeat(85))),
    ]
}

fn entries(sound: &str) -> Vec<(&'static str, String, &'static str)> {
    let at = |byte: usize, digits: &str| format!("{}{digits}{}", &sound[..2 * byte], &sound[2 * byte + digits.len()..]);
    let payload = usize::from_str_radix(&format!("{}{}", &sound[98..100], &sound[96..98]), 16).unwrap();
    let signatures = 56 + payload;
    let many = format!("{}{:02x}{}{}", &sound[..2 * signatures], 129, "00".repeat(7), "11".repeat(129 * 96));
    let malformed = "entry-malformed";
    vec![
        ("as it is", sound.to_owned(), "ok"),
        ("no signature", format!("{}{}", &sound[..2 * signatures], "00".repeat(8)), "ok"),
        ("recorded in the last millisecond there is", at(8, &hex::encode(253_402_300_799_999_u64.to_le_bytes())), "ok"),
        ("nothing", String::new(), malformed),
        ("less than all", sound[..sound.len() - 2].to_owned(), malformed),
        ("more than all", format!("{sound}00"), malformed),
        ("recorded in the year 10000", at(8, &hex::encode(253_402_300_800_000_u64.to_le_bytes())), malformed),
        ("a payload that does not end", at(48, "ffffffffffffffff"), malformed),
        ("a payload longer by one", at(48, &hex::encode((payload as u64 + 1).to_le_bytes())), malformed),
        ("more signatures than there are", at(signatures, "ff"), malformed),
        ("fewer signatures than there are", at(signatures, "01"), malformed),
        ("129 signatures", many, malformed),
    ]
}

fn changed(sound: &str, (what, from, to, code): Change) -> (&'static str, String, &'static str) {
    let text = sound.replacen(&from, &to, 1);
    assert!(sound.contains(&from), "{what}: there is no {from:?}");
    (what, text, code)
}

fn code<T>(judged: Result<T, Fault>) -> &'static str {
    judged.map_or_else(|fault| fault.code.as_str(), |_| "ok")
}

fn statements() -> Vec<(&'static str, String, &'static str)> {
    let text = |author, event| String::from_utf8(statement(author, 0, event).encode().unwrap()).unwrap();
    let (disclosure, enrolment) = (text("platform", disclosure()), text("regulator", enrolment()));
    let opening = text("operator", opening());
    let (of_enrolment, of_opening) = registry();
    let mut cases = vec![("as it is", disclosure.clone(), "ok")];
    cases
        .extend([encodings(), fields(), values(), calendar()].into_iter().flatten().map(|it| changed(&disclosure, it)));
    let request = text("charity", counted());
    cases.extend(deadlines().into_iter().map(|it| changed(&request, it)));
    cases.extend(of_enrolment.into_iter().map(|it| changed(&enrolment, it)));
    cases.extend(of_opening.into_iter().map(|it| changed(&opening, it)));
    cases.extend([
        ("nothing", String::new(), NOT_CANONICAL),
        ("a list", "[]".into(), MALFORMED),
        ("null", "null".into(), MALFORMED),
        ("a text", "\"statement\"".into(), MALFORMED),
        ("a number", "7".into(), MALFORMED),
        ("a byte-order mark before it", format!("\u{feff}{disclosure}"), NOT_CANONICAL),
    ]);
    cases
}

#[test]
fn each_with_its_code() {
    let mut wrong = Vec::new();
    let mut judge = |what: &str, found: &str, expected: &str| {
        if found != expected {
            wrong.push(format!("{what}: expected {expected}, found {found}"));
        }
    };
    let of_statements: Vec<_> = statements()
        .into_iter()
        .map(|(what, text, expected)| {
            judge(what, code(Statement::parse(text.as_bytes())), expected);
            json!({"code": expected, "statement": text, "what": what})
        })
        .collect();
    let made = statement("regulator", 0, enrolment());
    let envelope = Envelope::sign(&made, &[key("regulator")]).unwrap().to_json().unwrap();
    let of_envelopes: Vec<_> = envelopes(&envelope)
        .into_iter()
        .map(|it| changed(&envelope, it))
        .map(|(what, text, expected)| {
            judge(what, code(Envelope::parse(text.as_bytes())), expected);
            json!({"code": expected, "envelope": text, "what": what})
        })
        .collect();
    let of_entries: Vec<_> = entries(&hex::encode(ledger::entries()[1].bytes()))
        .into_iter()
        .map(|(what, digits, expected)| {
            judge(what, code(Entry::parse(&hex::decode(&digits).unwrap())), expected);
            json!({"code": expected, "entry": digits, "what": what})
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let not_utf8 = Statement::parse(b"{\"author\":\"\xff\"}").map(drop);
    assert_eq!(code(not_utf8), NOT_CANONICAL);
    pin(
        "refused.json",
        &json!({
            "says": "What is no statement, no envelope and no entry, each with its code; and some that are, with ok.",
            "entries": of_entries,
            "envelopes": of_envelopes,
            "statements": of_statements,
        }),
    );
}
