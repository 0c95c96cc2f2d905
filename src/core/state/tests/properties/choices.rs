//! What might be said of services, matters, documents, breaches and audits, over the story of the role matrix.

use serde_json::json;

use super::Say;

/// How many sorts of things are said here.
pub(super) const KINDS: u8 = 33;

/// Something that a regulator, a platform or somebody else might say.
pub(super) fn say(what: u8, regulator: String, platform: String, which: u8, by: impl Fn(&str) -> Say) -> Say {
    let (r, p, n) = (regulator.as_str(), platform.as_str(), which % 4);
    let one = |names: &[&str]| names[usize::from(which) % names.len()].to_owned();
    let (of_r, of_p) = (|letter: &str| format!("{r}/{letter}{n}"), |letter: &str| format!("{p}/{letter}{n}"));
    let request = one(&["ofcom/r1", &of_r("r")]);
    match what {
        21 => by(p).registers(&of_p("s")),
        22 => by(r).designates(&of_r("g"), &one(&["alpha/video", &of_p("s")])).set("/category", "uk_category_2a"),
        23 => by(r).ends(&one(&["ofcom/g1", &of_r("g")])),
        24 => by(p).classifies(&of_p("k")).set("/version", (n % 2).to_string()),
        25 => by(p).defines(&of_p("w"), &format!("metric {}", n % 2)),
        26 => by(p).recounts(&of_p("h"), "reports"),
        27 => by(r).drafts(&of_r("t")),
        28 => by(p).represents(&of_p("v"), &one(&["ofcom/t1", &of_r("n"), &of_r("t")])),
        29 => by(p).acknowledges(&request),
        30 if n == 0 => by(r).inquires(&of_r("q"), &request).set("/to", p),
        30 => by(p).inquires(&of_p("q"), &request),
        31 if n == 0 => by(p).clarifies(&of_r("q")),
        31 => by(r).clarifies(&one(&["alpha/q1", &of_p("q")])),
        32 => by(p).needs_time(&of_p("x"), &request, "2026-11-30"),
        33 => by(r).extends(&request, "2026-10-31").set("/extension", one(&["alpha/x1", &of_p("x")])),
        34 => by(r).refuses_time(&one(&["alpha/x1", &of_p("x")])),
        35 => by(p).needs_change(&of_p("m"), &request),
        36 => by(r).refuses_change(&one(&["alpha/m1", &of_p("m")])),
        37 => by(r).preserves(&of_r("j")),
        38 => by(p).publishes(&one(&["alpha/d1", &of_p("d")])),
        39 => by(p).retracts(&one(&["alpha/d1", &of_p("d"), &of_p("c"), &of_p("a"), &of_p("w"), &of_p("z")])),
        40 if n < 2 => by(p).assesses(&of_p("z")),
        40 => by(p).assesses(&of_p("z")).set("/supersedes", format!("{p}/z{}", n - 2)),
        41 => by(p).researches(&of_p("o")),
        42 if n == 0 => by(p).redesigns(&of_p("p")),
        42 => by(p).redesigns_for(&of_p("p"), &of_p("z")),
        43 => by(p).replies(&of_p("y"), &[u64::from(which)]),
        44 => by(r).investigates(&of_r("i")).set("/respondents", json!([p])),
        45 => by(r).gives_notice(&of_r("n"), &one(&["ofcom/i1", &of_r("i")])),
        46 => by(r).decides(&of_r("b"), &one(&["ofcom/n2", &of_r("n")])),
        47 => by(r).fines(&of_r("f"), &one(&["ofcom/b1", &of_r("b"), "ofcom/r1"])),
        48 => by(r).complied(&one(&["ofcom/f1", &of_r("f")]), "2026-01-05"),
        49 => by(p).appeals(&of_p("l"), &one(&["ofcom/b1", &of_r("f"), &of_r("b")])),
        50 => by("tribunal").determines(&one(&["alpha/l1", &of_p("l")]), &one(&["allowed", "dismissed", "withdrawn"])),
        51 => by(r).closes(&one(&["ofcom/i1", &of_r("i")])),
        _ => audit(p, n, by),
    }
}

fn audit(platform: &str, n: u8, by: impl Fn(&str) -> Say) -> Say {
    let name = |letter: &str| format!("auditor/{letter}{n}");
    match platform {
        "alpha" if n == 0 => by("auditor").engages("auditor/u9"),
        "alpha" if n == 1 => by("auditor").opines("auditor/o1", "auditor/u1"),
        "alpha" if n == 2 => by("auditor").finds("auditor/z2", "auditor/u1"),
        "alpha" => by("alpha").implements("alpha/z9", "auditor/u2"),
        _ if n < 2 => by("auditor").raises(&name("y"), "alpha/d1").set("/audit", "auditor/u1"),
        _ => by("alpha").explains(&format!("auditor/y{}", n - 2)),
    }
}
