use super::*;
use crate::shell::import::{MAX_FORMATS, MAX_SKIPPED_LINES};

const SOUND: &str = r#"
about = "A table"
service = "example"
metric = "Reports"
period = "2021"

[[value]]
column = "Number"
kind = "integer"
"#;

#[test]
fn a_map_is_read_strictly() {
    assert!(Map::parse(SOUND).is_ok());
    // (what is put in the place of what, and what the error says)
    let table = [
        ("about = \"A table\"", "", "about"),
        ("about", "abuot", "line 2"),
        ("about = \"A table\"", "about = \"\"", "line 2"),
        ("service = \"example\"", "service = \"An Example\"", "key service"),
        ("service = \"example\"", "service = 7", "line 3"),
        ("service = \"example\"", "service = { }", "exactly one of constant, column and columns"),
        ("service = \"example\"", "service = { column = \"a\", columns = [\"b\"] }", "exactly one"),
        ("service = \"example\"", "service = { constant = \"a\", fill_down = true }", "expected a column"),
        ("service = \"example\"", "service = { column = \"a\", otherwise = \"guess\" }", "guess"),
        ("service = \"example\"", "service = { column = \"a\", otherwise = \"keep\", default = \"b\" }", "not both"),
        ("service = \"example\"", "service = { column = \"a\", lookup = { A = \"An A\" } }", "key service"),
        ("service = \"example\"", "service = { column = \"a\", format = [\"YYYY\"] }", "service.format"),
        ("metric = \"Reports\"", "", "value[0].metric"),
        ("period = \"2021\"", "period = \"2021Q1\"", "key period"),
        ("period = \"2021\"", "period = { column = \"a\", format = [\"Qn\"] }", "YYYY"),
        ("period = \"2021\"", "jurisdiction = \"gb\"", "key jurisdiction"),
        ("period = \"2021\"", "status = \"perhaps\"", "key status"),
        ("kind = \"integer\"", "kind = \"number\"", "value[0].kind"),
        ("kind = \"integer\"", "", "kind"),
        ("kind = \"integer\"", "kind = \"integer\"\nrounded_to = 0", "line"),
        ("kind = \"integer\"", "kind = \"integer\"\ninexact = \"yes\"", "line 10"),
        ("[[value]]", "[values]", "values"),
        ("[[value]]", "[table]\ndelimiter = \"\\\"\"\n[[value]]", "table.delimiter"),
        ("[[value]]", "[table]\ndelimiter = \"é\"\n[[value]]", "table.delimiter"),
        ("[[value]]", "[table]\ndelimiter = \"ab\"\n[[value]]", "line 8"),
        ("[[value]]", "[table]\nskip_lines = 1001\n[[value]]", "table.skip_lines"),
        ("[[value]]", "[numbers]\ndecimal = \"1\"\n[[value]]", "numbers.decimal"),
        ("[[value]]", "[numbers]\nthousands = \".\"\n[[value]]", "numbers.thousands"),
        ("[[value]]", "[numbers]\nwords = { \"2x\" = 2 }\n[[value]]", "numbers.words"),
        ("[[value]]", "[statuses]\n\"-\" = \"given\"\n[[value]]", "statuses"),
        ("[[value]]", "[statuses]\n\"-\" = \"missing\"\n[[value]]", "missing"),
        ("[[value]]", "[marks]\n\"*\" = \"suppressed\"\n[[value]]", "marks"),
        ("[[value]]", "[[skip]]\nname = \"x\"\n[[value]]", "skip[0]"),
        ("[[value]]", "[[skip]]\nname = \"x\"\ncolumn = \"a\"\n[[value]]", "skip[0]"),
        ("[[value]]", "[[skip]]\nname = \"x\"\ncolumn = \"a\"\nstarts_with = [\"\"]\n[[value]]", "skip[0]"),
        ("[[value]]", "[harm]\ntaxonomy = \"t\"\ncategory = \"c\"\n[[value]]", "key harm"),
        (
            "[[value]]",
            "[harm]\ntaxonomy = \"t\"\ncategory = \"c\"\n[[harm.versions]]\nversion = \"1\"\nuntil = \"2021-01-01\"\n[[value]]",
            "harm.versions",
        ),
        (
            "[[value]]",
            "[harm]\ntaxonomy = \"t\"\ncategory = \"c\"\nversion = \"1\"\n[[harm.versions]]\nversion = \"1\"\n[[value]]",
            "key harm",
        ),
    ];
    for (from, to, says) in table {
        assert!(SOUND.contains(from), "{from}");
        let error = Map::parse(&SOUND.replacen(from, to, 1)).map(drop).expect_err(to).to_string();
        assert!(error.contains(says), "{to:?}\nexpected {says:?} in: {error}");
    }
    let long =
        Map::parse(&format!("\"\u{202e}{}\" = 1\n{SOUND}", "x".repeat(10_000))).map(drop).unwrap_err().to_string();
    assert!(long.contains(r"unknown field `\u{202e}xx") && long.len() < 500, "{} bytes", long.len());
}

/// A limit, what is said beyond it, and a map that has so many.
type Limit<'a> = (usize, &'a str, &'a dyn Fn(usize) -> String);

#[test]
fn a_map_is_read_up_to_its_limits() {
    let with = |what: &str| SOUND.replacen("[[value]]", &format!("{what}\n[[value]]"), 1);
    let table: [Limit<'_>; 5] = [
        (MAX_MAP_BYTES, "bytes", &|bytes| format!("{SOUND}#{}", "x".repeat(bytes - SOUND.len() - 1))),
        (MAX_SKIPPED_LINES as usize, "key table.skip_lines", &|n| with(&format!("[table]\nskip_lines = {n}"))),
        (MAX_SKIPS, "rules", &|n| with(&"[[skip]]\nname = \"x\"\nempty = true\n".repeat(n))),
        (MAX_VALUES, "key value", &|n| {
            SOUND.to_owned() + &"[[value]]\ncolumn = \"a\"\nkind = \"integer\"\n".repeat(n - 1)
        }),
        (MAX_FORMATS, "formats", &|n| {
            let formats = format!("period = {{ column = \"a\", format = [{}] }}", "\"YYYY\", ".repeat(n));
            SOUND.replacen("period = \"2021\"", &formats, 1)
        }),
    ];
    for (limit, says, map) in table {
        for most in [limit - 1, limit] {
            assert!(Map::parse(&map(most)).is_ok(), "{most} of {says}");
        }
        let error = Map::parse(&map(limit + 1)).map(drop).expect_err(says).to_string();
        let told = ["at most", "1 to"].iter().any(|words| error.contains(&format!("{words} {limit}")));
        assert!(told && error.contains(says), "{error}");
    }
}

#[test]
fn the_documentation_is_a_map() {
    let page = include_str!("../../import.rs");
    let blocks: Vec<String> = page
        .split("```toml\n")
        .skip(1)
        .filter_map(|block| block.split_once("//! ```"))
        .map(|(block, _)| {
            block.lines().map(|line| line.trim_start_matches("//!").trim_start()).collect::<Vec<_>>().join("\n")
        })
        .collect();
    assert_eq!(blocks.len(), 1);
    for block in blocks {
        Map::parse(&block).unwrap_or_else(|error| panic!("{error}\n{block}"));
    }
}
