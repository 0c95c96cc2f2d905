//! What makes a sound statement unsound, one change at a time.

use super::public;

pub const NOT_CANONICAL: &str = "statement-not-canonical";
pub const MALFORMED: &str = "statement-malformed";

/// What is wrong, which part of a sound text is replaced by what, and the code.
pub type Change = (&'static str, String, String, &'static str);

pub fn change(what: &'static str, from: impl Into<String>, to: impl Into<String>, code: &'static str) -> Change {
    (what, from.into(), to.into(), code)
}

pub fn encodings() -> Vec<Change> {
    vec![
        change("a space", r#"{"author":"#, r#"{ "author":"#, NOT_CANONICAL),
        change("a line feed", r#","issued_at""#, ",\n\"issued_at\"", NOT_CANONICAL),
        change(
            "another order",
            r#""ledger":"candour.example/vectors","nth":0"#,
            r#""nth":0,"ledger":"candour.example/vectors""#,
            NOT_CANONICAL,
        ),
        change(
            "a field twice",
            r#"{"author":"platform","#,
            r#"{"author":"platform","author":"platform","#,
            NOT_CANONICAL,
        ),
        change("a letter escaped", r#""author":"platform""#, r#""author":"pl\u0061tform""#, NOT_CANONICAL),
        change("a slash escaped", "candour.example/vectors", r"candour.example\/vectors", NOT_CANONICAL),
        change("a number with a fraction", r#""nth":0"#, r#""nth":0.0"#, NOT_CANONICAL),
        change("a number with an exponent", r#""nth":0"#, r#""nth":0e0"#, NOT_CANONICAL),
        change("minus zero", r#""nth":0"#, r#""nth":-0"#, NOT_CANONICAL),
        change("a leading zero", r#""nth":0"#, r#""nth":00"#, NOT_CANONICAL),
        change("half a number", r#""nth":0"#, r#""nth":0.5"#, NOT_CANONICAL),
        change("2^53", "25700000", "9007199254740992", NOT_CANONICAL),
        change("-2^53", "25700000", "-9007199254740992", NOT_CANONICAL),
        change("half a surrogate pair", "Child safety", r"Child \ud800", NOT_CANONICAL),
        change("a control character as it is", "Child safety", "Child\tsafety", NOT_CANONICAL),
        change("17 levels", r#""nth":0"#, format!(r#""nth":{}{}"#, "[".repeat(16), "]".repeat(16)), NOT_CANONICAL),
        change("16 levels", r#""nth":0"#, format!(r#""nth":{}{}"#, "[".repeat(15), "]".repeat(15)), MALFORMED),
        change("more after the end", r#""nth":0}"#, r#""nth":0}}"#, NOT_CANONICAL),
        change("less than all", r#""nth":0}"#, r#""nth":0"#, NOT_CANONICAL),
    ]
}

pub fn fields() -> Vec<Change> {
    vec![
        change("a field missing", r#","nth":0"#, "", MALFORMED),
        change("a field unknown", r#","nth":0"#, r#","nth":0,"zz":0"#, MALFORMED),
        change(
            "a field of the event unknown",
            r#""kind":"disclosure_filed""#,
            r#""key":0,"kind":"disclosure_filed""#,
            MALFORMED,
        ),
        change("a kind unknown", "disclosure_filed", "disclosure_made", MALFORMED),
        change("null", r#","nth":0"#, r#","nth":0,"seen":null"#, MALFORMED),
        change(
            "seen of size 0",
            r#","nth":0"#,
            format!(r#","nth":0,"seen":{{"root":"{}","size":0}}"#, "0".repeat(64)),
            MALFORMED,
        ),
        change("an empty optional list", r#"{"disclosure":"#, r#"{"attachments":[],"disclosure":"#, MALFORMED),
        change("a number below its range", r#""nth":0"#, r#""nth":-1"#, MALFORMED),
        change("a text for a number", r#""nth":0"#, r#""nth":"0""#, MALFORMED),
        change("a number for a text", r#""author":"platform""#, r#""author":0"#, MALFORMED),
        change("true for a number", r#""nth":0"#, r#""nth":true"#, MALFORMED),
        change("a slug in capitals", r#""author":"platform""#, r#""author":"Platform""#, MALFORMED),
        change("an empty slug", r#""author":"platform""#, r#""author":"""#, MALFORMED),
        change("a slug of 65 bytes", r#""author":"platform""#, format!(r#""author":"{}""#, "a".repeat(65)), MALFORMED),
        change("a slug that ends with a hyphen", r#""author":"platform""#, r#""author":"platform-""#, MALFORMED),
        change("an origin with a space", "candour.example/vectors", "candour.example vectors", MALFORMED),
        change("an origin of 129 bytes", "candour.example/vectors", "a".repeat(129), MALFORMED),
        change("a document without a slash", "platform/2021-q2", "platform", MALFORMED),
        change("a document with two", "platform/2021-q2", "platform/2021/q2", MALFORMED),
        change("a document of too long a name", "platform/2021-q2", format!("platform/{}", "a".repeat(65)), MALFORMED),
        change("an empty label", "Child safety, second quarter", "", MALFORMED),
        change("a label with a space before it", "Child safety", " Child safety", MALFORMED),
        change("a label with a line feed", "Child safety", r"Child\nsafety", MALFORMED),
        change("a label of 201 bytes", "Child safety, second quarter", "a".repeat(201), MALFORMED),
        change("a label of 101 characters and 202 bytes", "Child safety, second quarter", "é".repeat(101), MALFORMED),
        change("an escape character", "Child safety", r"Child\u001bsafety", MALFORMED),
        change("a delete character", "Child safety", "Child\u{7f}safety", MALFORMED),
        change("a next line", "Child safety", "Child\u{85}safety", MALFORMED),
        change("a right-to-left override", "Child safety", "Child\u{202e}safety", MALFORMED),
        change("an isolate", "Child safety", "Child\u{2066}safety", MALFORMED),
        change("a line separator", "Child safety", "Child\u{2028}safety", MALFORMED),
        change("a byte-order mark", "Child safety", "Child\u{feff}safety", MALFORMED),
        change("the end of a musical beam", "Child safety", "Child\u{1d174}safety", MALFORMED),
        change("a shorthand overlap", "Child safety", "Child\u{1bca0}safety", MALFORMED),
        change("a hieroglyph joiner", "Child safety", "Child\u{13430}safety", MALFORMED),
        change("an ignorable character that Unicode keeps", "Child safety", "Child\u{fff0}safety", MALFORMED),
        change("an Arabic letter mark", "Child safety", "Child\u{61c}safety", MALFORMED),
        change(
            "neither observation nor attachment",
            r#""observations":[{"metric":"Content actioned","period":"2021-Q2","service":"video","status":"given","value":{"integer":25700000}}],"#,
            "",
            MALFORMED,
        ),
        change(
            "a list that must not be empty",
            r#"[{"metric":"Content actioned","period":"2021-Q2","service":"video","status":"given","value":{"integer":25700000}}]"#,
            "[]",
            MALFORMED,
        ),
    ]
}

/// Changes of the value, and of its status.
pub fn values() -> Vec<Change> {
    let share = |what, fields: &str, code| {
        change(what, r#"{"integer":25700000}"#, format!(r#"{{"ratio_range":{{{fields}}}}}"#), code)
    };
    vec![
        share("a share within bounds", r#""denominator":100,"lower":0,"upper":100"#, "ok"),
        share("a share above one, which is for the law to say", r#""denominator":100,"lower":0,"upper":101"#, "ok"),
        share("a share with one bound", r#""denominator":100,"upper":100"#, MALFORMED),
        share("a share below nothing", r#""denominator":100,"lower":-1,"upper":100"#, MALFORMED),
        share("a share of nothing", r#""denominator":0,"lower":0,"upper":0"#, MALFORMED),
        change(
            "a value of two kinds",
            r#"{"integer":25700000}"#,
            r#"{"integer":25700000,"ratio":{"denominator":1,"numerator":1}}"#,
            MALFORMED,
        ),
        change("a value of no kind", r#"{"integer":25700000}"#, "{}", MALFORMED),
        change(
            "a ratio of nothing",
            r#"{"integer":25700000}"#,
            r#"{"ratio":{"denominator":0,"numerator":0}}"#,
            MALFORMED,
        ),
        change(
            "a duration in weeks",
            r#"{"integer":25700000}"#,
            r#"{"duration":{"amount":1,"unit":"week"}}"#,
            MALFORMED,
        ),
        change("a status unknown", r#""status":"given""#, r#""status":"guessed""#, MALFORMED),
        change("a status as an object", r#""status":"given""#, r#""status":{"given":null}"#, MALFORMED),
    ]
}

/// Changes of a counted deadline.
pub fn deadlines() -> Vec<Change> {
    let days =
        ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"].map(|day| format!("{day:?}"));
    let weekend = |what, to: &str, code| change(what, r#"["friday","saturday"]"#, to, code);
    let holidays = |what, to: &str, code| change(what, r#"["2025-02-25"]"#, to, code);
    let many: Vec<String> = (0..129).map(|day| format!("\"{}-01-01\"", 1970 + day)).collect();
    vec![
        change("a counted deadline", "{", "{", "ok"),
        change("a count of no days", r#""days":2"#, r#""days":0"#, MALFORMED),
        change("a count of too many days, which is for the law to say", r#""days":2"#, r#""days":3661"#, "ok"),
        change("a count of another kind", r#""kind":"working""#, r#""kind":"business""#, MALFORMED),
        change("a count from no day", r#""from":"2025-02-24","#, "", MALFORMED),
        weekend("a weekend of six days", &format!("[{}]", days[..6].join(",")), "ok"),
        weekend("a weekend of seven days", &format!("[{}]", days.join(",")), MALFORMED),
        weekend("a weekend of one day twice", r#"["friday","friday"]"#, MALFORMED),
        weekend("a weekend of a day that is none", r#"["Friday"]"#, MALFORMED),
        weekend("an empty weekend", "[]", MALFORMED),
        holidays("128 holidays", &format!("[{}]", many[..128].join(",")), "ok"),
        holidays("129 holidays", &format!("[{}]", many.join(",")), MALFORMED),
        holidays("holidays out of order, which is for the law to say", r#"["2025-02-26","2025-02-25"]"#, "ok"),
        holidays("a holiday that is no day", r#"["2025-02-29"]"#, MALFORMED),
        holidays("an empty list of holidays", "[]", MALFORMED),
        holidays("a holiday twice", r#"["2025-02-25","2025-02-25"]"#, MALFORMED),
    ]
}

pub fn calendar() -> Vec<Change> {
    let time = |what, to: &str| change(what, "2026-01-05T12:00:00Z", to, MALFORMED);
    let period = |what, to: &str| {
        change(
            what,
            r#""period":"2021-Q2","service":"video","subject""#,
            format!(r#""period":"{to}","service":"video","subject""#),
            MALFORMED,
        )
    };
    vec![
        time("an offset", "2026-01-05T12:00:00+00:00"),
        time("a fraction of a second", "2026-01-05T12:00:00.0Z"),
        time("a small t", "2026-01-05t12:00:00Z"),
        time("a leap second", "2016-12-31T23:59:60Z"),
        time("hour 24", "2026-01-05T24:00:00Z"),
        time("29 February", "2026-02-29T12:00:00Z"),
        time("the year 1969", "1969-12-31T23:59:59Z"),
        time("a date alone", "2026-01-05"),
        period("a fifth quarter", "2021-Q5"),
        period("a third semester", "2021-S3"),
        period("month 13", "2021-13"),
        period("week 53 of a year of 52", "2021-W53"),
        period("week 0", "2021-W00"),
        period("the week that begins in 1969", "1970-W01"),
        period("the week that ends in the year 10000", "9999-W52"),
        period("the year 1969", "1969"),
        period("an interval upside down", "2021-06-30/2021-04-01"),
        period("an interval of periods", "2021-Q1/2021-Q2"),
        period("30 February", "2021-02-30"),
    ]
}

/// Changes of the enrolment, and of the opening.
pub fn registry() -> (Vec<Change>, Vec<Change>) {
    let key = |what, to: String| change(what, public("platform"), to, MALFORMED);
    let enrolment = vec![
        change("a role unknown", r#""role":"platform""#, r#""role":"parent""#, MALFORMED),
        change(
            "authority that is false",
            r#""actor":"platform","#,
            r#""actor":"platform","authority":false,"#,
            MALFORMED,
        ),
        key("a key in capitals", public("platform").to_uppercase()),
        key("a key of 63 digits", public("platform")[1..].to_owned()),
        key("a key of 65 digits", format!("{}0", public("platform"))),
        key("the identity as a key", format!("01{}", "00".repeat(31))),
        key("a key of order 8", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a".into()),
        key("a key that is no point", format!("02{}", "00".repeat(31))),
    ];
    let opening = vec![
        change("a threshold of 0", r#""threshold":1"#, r#""threshold":0"#, MALFORMED),
        change(
            "two parties of one name",
            r#""operator":{"id":"operator""#,
            r#""operator":{"id":"regulator""#,
            MALFORMED,
        ),
        change("two parties of one key", public("regulator"), public("operator"), MALFORMED),
        change("no entry without a checkpoint", r#""max_entries":1000"#, r#""max_entries":0"#, MALFORMED),
    ];
    (enrolment, opening)
}
