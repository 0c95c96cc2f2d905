//! Who vouches for what, as `candour verify` says it.

#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::process::Command;

use serde_json::{Value, json};

use crate::corpus::disk;

fn verdict(case: &disk::Found) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candour"));
    command.args(["verify", "--json"]).arg(&case.bundle).arg("--policy").arg(&case.policy);
    for pin in &case.pins {
        command.arg("--pin").arg(pin);
    }
    serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
}

#[test]
fn the_stretches_of_every_verified_ledger_are_all_of_it_and_a_falsified_one_has_none() {
    let (mut verified, mut falsified, mut pinned) = (0, 0, 0);
    for case in disk::found() {
        let said = verdict(&case);
        let stretches = said["vouched"].as_array().unwrap();
        if said["verdict"] != "verified" {
            assert!(stretches.is_empty(), "{}", case.name);
            falsified += 1;
            continue;
        }
        verified += 1;
        pinned += usize::from(!case.pins.is_empty());
        let mut next = 0;
        for stretch in stretches {
            assert_eq!(stretch["first"], next, "{}", case.name);
            next = stretch["last"].as_u64().unwrap() + 1;
        }
        assert_eq!(said["size"], next, "{}", case.name);
        assert_eq!(stretches.iter().any(|stretch| stretch["pinned"] == true), !case.pins.is_empty(), "{}", case.name);
    }
    assert!(
        verified > 9 && falsified > 99 && pinned > 0,
        "{verified} verified, {falsified} falsified, {pinned} pinned"
    );
}

#[test]
fn a_witness_vouches_up_to_what_it_cosigned_and_since_when() {
    let case = disk::found().into_iter().find(|case| case.name == "honest-with-an-earlier-cosignature").unwrap();
    let said = verdict(&case);
    let stretches = said["vouched"].as_array().unwrap();
    let told: Vec<Value> = stretches
        .iter()
        .map(|stretch| {
            let witnesses = stretch["witnesses"].as_array().unwrap().iter().map(|witness| {
                assert_eq!(witness["from"], witness["to"], "each cosigned once");
                witness["name"].as_str().unwrap().replace("witness.example/", "")
            });
            let authors = stretch["authors"].as_array().unwrap().iter().map(|author| &author["actor"]);
            let (witnesses, authors): (Vec<_>, Vec<_>) = (witnesses.collect(), authors.collect());
            assert_eq!(stretch["parties"], witnesses.len() + authors.len());
            json!([stretch["first"], stretch["last"], witnesses.join(" "), authors, stretch["existed_by"]])
        })
        .collect();
    let by = "2026-01-03T00:26:40Z";
    assert_eq!(json!(told), json!([[0, 18, "a b c", ["acme"], by], [19, 24, "a b", [], by]]));
}
