use super::*;

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
    assert!(Map::parse(&" ".repeat(MAX_MAP_BYTES + 1)).unwrap_err().says.contains("bytes"));
    let many = "[[value]]\ncolumn = \"a\"\nkind = \"integer\"\n".repeat(MAX_VALUES);
    assert_eq!(Map::parse(&format!("{SOUND}{many}")).unwrap_err().key.as_deref(), Some("value"));
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
