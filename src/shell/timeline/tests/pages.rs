//! The page, read as a browser reads it.

use std::collections::BTreeSet;

use scraper::{Html, Selector};
use serde_json::Value;

use super::everything::{Line, bundle, lines};
use super::*;

/// The elements that a page may have.
const ELEMENTS: &str = "html head meta title style body main header section h1 h2 h3 p dl dt dd ul ol li code a strong br \
    span blockquote figure figcaption details summary table thead tbody tr th td svg desc text rect line polyline polygon \
    circle";

/// What would break out of a page that is glued together.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onload='alert(1)",
    "]]><b>--><b>*/",
    "</title></style></svg></text><iframe src=https://example.com>",
    "&lt;&#60;&amp;",
];

/// Fields that hold what an author writes as it likes.
const FREE: &[&str] = &[
    "age_group",
    "alternatives",
    "answer",
    "calendar",
    "categories",
    "content",
    "counting_unit",
    "declaration",
    "detail",
    "grounds",
    "meaning",
    "metric",
    "name",
    "note",
    "proposes",
    "provision",
    "question",
    "reason",
    "reasons",
    "recommendation",
    "subject",
    "title",
];

fn page(lines: &[Line], subject: Subject) -> String {
    told(&bundle(lines), subject, AsOf::Now(time(END))).unwrap().html()
}

fn elements(page: &Html) -> impl Iterator<Item = scraper::node::Element> {
    page.tree.nodes().filter_map(|node| node.value().as_element().cloned()).collect::<Vec<_>>().into_iter()
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    page.select(&Selector::parse(selector).unwrap()).map(|element| element.text().collect()).collect()
}

/// What holds of every page, whatever was filed.
fn check(text: &str) -> Html {
    let page = Html::parse_document(text);
    assert_eq!(page.errors, [] as [&str; 0], "well-formed");
    let allowed: BTreeSet<&str> = ELEMENTS.split_whitespace().collect();
    let (mut ids, mut links) = (BTreeSet::new(), BTreeSet::new());
    for element in elements(&page) {
        assert!(allowed.contains(element.name()), "<{}>", element.name());
        for (name, value) in element.attrs() {
            assert!(
                !name.starts_with("on") && !["src", "srcset", "style", "xlink:href"].contains(&name),
                "{name}={value}"
            );
            match name {
                "id" => assert!(ids.insert(value.to_owned()), "{value} twice"),
                "href" => drop(links.insert(value.strip_prefix('#').expect("a link within the page").to_owned())),
                "aria-labelledby" => links.extend(value.split(' ').map(str::to_owned)),
                _ => {}
            }
        }
    }
    assert!(links.is_subset(&ids), "{:?}", links.difference(&ids));
    let policy: Vec<_> = elements(&page).filter(|element| element.attr("http-equiv").is_some()).collect();
    assert!(policy[0].attr("content").unwrap().starts_with("default-src 'none'; style-src 'unsafe-inline'"));
    page
}

fn subjects() -> [Subject; 3] {
    [platform("alpha"), request("ofcom/notice"), Subject::Investigation("ofcom/inquiry".parse().unwrap())]
}

#[test]
fn a_page_is_whole_and_needs_nothing_else() {
    for subject in subjects() {
        let text = page(&lines(), subject);
        check(&text);
        assert!(!text.contains("://") && !text.contains("@import") && !text.contains("url("));
    }
}

#[test]
fn a_page_says_how_to_check_each_row() {
    let story = story(platform("alpha"));
    let page = check(&story.html());
    let entries = story.rows.iter().filter(|row| row.entry.is_some());
    for row in entries {
        let entry = row.entry.unwrap();
        let proof = texts(&page, &format!("#entry-{entry} .proof")).concat();
        for part in [
            format!("candour show LEDGER {entry}"),
            format!("candour prove LEDGER {entry}"),
            row.leaf.unwrap().to_string(),
            row.key.unwrap().to_string(),
        ] {
            assert!(proof.contains(&part), "{proof}: {part}");
        }
        assert!(texts(&page, &format!("#entry-{entry}")).concat().contains(&row.what), "{}", row.what);
    }
    let said = texts(&page, "body").concat();
    for part in
        [ORIGIN, &story.root.to_string(), END, "How to verify this report", "What it does not prove", "Rounded down."]
    {
        assert!(said.contains(part), "{part}");
    }
    assert!(said.contains("GBP 1,875,700.00 by 2026-04-01, of which GBP 700.00 for 7 days"));
}

#[test]
fn charts_have_a_name_a_description_and_their_numbers() {
    let page = check(&story(platform("alpha")).html());
    for id in ["figures", "answers", "days"] {
        assert_eq!(texts(&page, &format!("svg > #{id}-title")).len(), 1, "{id}");
        assert!(!texts(&page, &format!("svg > #{id}-description"))[0].is_empty(), "{id}");
    }
    let numbers: Vec<Vec<String>> = page
        .select(&Selector::parse("figure:first-of-type tbody tr").unwrap())
        .map(|row| row.child_elements().map(|cell| cell.text().collect()).collect())
        .collect();
    let expected = [
        ["2025-Q4", "27", "25700000", ""],
        ["2025-Q4", "30", "25600000", "25700000 in entry 27; changed by a correction"],
        ["2025-Q4", "31", "25500000", "25600000 in entry 30; changed without a correction"],
    ];
    assert_eq!(numbers, expected);
    // Each colour is one that the style sheet replaces.
    let style = texts(&page, "style").concat();
    for element in elements(&page) {
        for name in ["fill", "stroke"] {
            let Some(color) = element.attr(name).filter(|color| *color != "none") else { continue };
            assert!(style.contains(&format!("[{name}=\"{color}\"]")), "{name} {color}");
        }
    }
}

#[test]
fn nothing_that_is_filed_breaks_out_of_a_page() {
    for hostile in HOSTILE {
        let mut lines = lines();
        lines.iter_mut().for_each(|line| poison(&mut line.event, false, hostile));
        for subject in subjects() {
            let text = page(&lines, subject.clone());
            let page = check(&text);
            let said = texts(&page, "main").concat();
            assert!(said.contains(hostile), "{subject}: {hostile}");
            assert_eq!(texts(&page, "style"), [include_str!("../page/style.css")]);
        }
    }
}

/// Puts that before every free text.
fn poison(value: &mut Value, free: bool, hostile: &str) {
    match value {
        Value::String(text) if free => *text = format!("{hostile}{text}"),
        Value::Array(list) => list.iter_mut().for_each(|value| poison(value, free, hostile)),
        Value::Object(fields) => fields.iter_mut().for_each(|(name, value)| {
            // A reason may be a word of the format, and an answer the name of a document.
            let free = FREE.contains(&name.as_str()) && value != "error" && value != "alpha/reply";
            poison(value, free, hostile);
        }),
        _ => {}
    }
}

#[test]
fn the_same_story_gives_the_same_bytes() {
    for subject in subjects() {
        assert_eq!(page(&lines(), subject.clone()), page(&lines(), subject));
    }
}

#[test]
fn many_findings_alike_are_one_row() {
    let mut lines = lines();
    for line in lines.iter_mut().filter(|line| line.event["observations"].is_array()) {
        let first = line.event["observations"][0].clone();
        for service in ["chat", "live", "shop"] {
            let mut other = first.clone();
            other["service"] = service.into();
            line.event["observations"].as_array_mut().unwrap().push(other);
        }
    }
    let page = check(&page(&lines, platform("alpha")));
    let rows = texts(&page, "#timeline tr.derived").join("\n");
    assert_eq!(rows.matches("silent-restatement").count(), 2, "{rows}");
    assert!(rows.contains("4 findings of silent-restatement on entry 31"), "{rows}");
    assert_eq!(texts(&page, "#findings tbody tr").iter().filter(|row| row.contains("silent-restatement")).count(), 4);
}
