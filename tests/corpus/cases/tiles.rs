//! Tiles, entry bundles, the tail and attachments: the files that hold, or follow from, the entries.

use candour::core::hash::Hash;
use candour::core::merkle::Frontier;

use super::super::case::Case;
use super::super::forge::{Files, bundle, unbundle};
use super::super::story::{self, SIZE, TABLE};
use super::{ENTRIES, HASHES};

/// Cases of files that do not fit the entries.
pub fn cases() -> Vec<Case> {
    let mut cases = tiles();
    cases.push(forged_leaf());
    cases.extend(tails());
    cases.extend(attachments());
    cases.extend(gaps());
    cases
}

/// The honest ledger with a file changed.
fn changed(name: &'static str, says: &'static str, faults: &str, change: impl FnOnce(&mut Files)) -> Case {
    let mut files = story::honest().files();
    change(&mut files);
    Case::new(name, says, &files, faults)
}

/// As [`changed`], of 9 entries.
fn smaller(name: &'static str, says: &'static str, faults: &str, change: impl FnOnce(&mut Files)) -> Case {
    let mut files = story::until(9).files();
    change(&mut files);
    Case::new(name, says, &files, faults).sizes(9, 9)
}

/// The one hash tile of 9 entries.
const SMALL: &str = "tile/0/000.p/9";

fn tiles() -> Vec<Case> {
    let put = |name: &'static str, files: &mut Files| {
        let copy = files[SMALL].clone();
        files.insert(name.into(), copy);
    };
    vec![
        smaller(
            "full-bundle-of-no-entry",
            "a full entry bundle in which no entry is whole, beside the partial one that holds them",
            &format!(
                "entry-bundle-malformed@tile/entries/000 file-unexpected@tile/entries/000.p/9 file-unexpected@{SMALL} \
                 checkpoint-beyond-entries@checkpoint checkpoint-beyond-entries@checkpoints/5 \
                 checkpoint-beyond-entries@checkpoints/9 ledger-not-opened@0"
            ),
            |files| drop(files.insert("tile/entries/000".into(), b"none".to_vec())),
        )
        .sizes(0, 0),
        smaller(
            "partial-bundle-torn-beside-tail",
            "an entry bundle with a byte too many, beside a tail that holds the same entries",
            "entry-bundle-malformed@tile/entries/000.p/9",
            |files| {
                let torn = files.get_mut("tile/entries/000.p/9").unwrap();
                let whole = torn.clone();
                torn.push(0);
                files.insert("tail".into(), whole);
            },
        ),
        smaller("tile-altered", "one bit of a hash tile", &format!("tile-mismatch@{SMALL}"), |files| {
            files.get_mut(SMALL).unwrap()[200] ^= 0x80;
        }),
        smaller("tile-short", "a hash tile cut short", &format!("tile-mismatch@{SMALL}"), |files| {
            files.get_mut(SMALL).unwrap().truncate(32 * 8);
        }),
        smaller("tile-missing", "the hash tile is not there", &format!("tile-missing@{SMALL}"), |files| {
            files.remove(SMALL);
        }),
        smaller("tile-of-another-size", "a tile of 10 hashes", "file-unexpected@tile/0/000.p/10", |files| {
            put("tile/0/000.p/10", files);
        }),
        smaller("tile-of-another-level", "a tile of level 1", "file-unexpected@tile/1/000.p/1", |files| {
            put("tile/1/000.p/1", files);
        }),
        smaller("tile-of-no-form", "a name in tile/ that is no tile's", "file-unexpected@tile/0/0000", |files| {
            put("tile/0/0000", files);
        }),
        smaller("tile-of-an-older-size-altered", "one bit of a tile", "tile-mismatch@tile/0/000.p/5", |files| {
            story::until(9).add_tiles(files, 5);
            files.get_mut("tile/0/000.p/5").unwrap()[0] ^= 1;
        }),
    ]
}

/// The statement is another, and the tile that reads its hash was made to fit: a reader that checks the tile against
/// the entry, and the path above it against the root, but not the one against the other, is deceived (CVE-2026-56865).
fn forged_leaf() -> Case {
    let faults = "signature-invalid@23 previous-mismatch@24 checkpoint-root-mismatch@checkpoint \
                  checkpoint-root-mismatch@checkpoints/25";
    changed("forged-leaf-with-its-tile", "another statement, and a tile made to fit", faults, |files| {
        let mut entries = unbundle(&files[ENTRIES]);
        let at = entries[23].windows(8).position(|part| part == b"Answered").unwrap();
        entries[23][at..at + 8].copy_from_slice(b"Silenced");
        files.insert(ENTRIES.into(), bundle(&entries));
        files.get_mut(HASHES).unwrap()[32 * 23..32 * 24].copy_from_slice(&Hash::leaf(&entries[23]).0);
    })
    .sizes(SIZE, 19)
}

fn tails() -> Vec<Case> {
    let with = |files: &mut Files, change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut entries = story::honest().entries;
        change(&mut entries);
        files.insert("tail".into(), bundle(&entries));
    };
    let mismatch = format!("entry-bundle-mismatch@{ENTRIES}");
    vec![
        changed(
            "entry-bundle-disagrees-with-tail",
            "one bit of a bundle that the tail holds too",
            &mismatch,
            |files| {
                with(files, &|_| {});
                files.get_mut(ENTRIES).unwrap()[40] ^= 1;
            },
        ),
        changed(
            "tail-disagrees-with-entry-bundle",
            "the tail holds another last entry than the bundle: the tail is what counts",
            &format!(
                "{mismatch} signature-invalid@24 tile-mismatch@{HASHES} checkpoint-root-mismatch@checkpoint \
                 checkpoint-root-mismatch@checkpoints/25"
            ),
            |files| with(files, &|entries| *entries[24].last_mut().unwrap() ^= 1),
        )
        .sizes(SIZE, 19),
        changed("tail-alone", "no entry bundle beside the tail", &format!("tile-missing@{ENTRIES}"), |files| {
            with(files, &|_| {});
            files.remove(ENTRIES);
        }),
        changed("honest-torn-tail", "an unfinished write at the end of the tail", "", |files| {
            with(files, &|_| {});
            files.get_mut("tail").unwrap().extend_from_slice(b"\x01\x00unfinished");
        }),
        changed(
            "tail-short",
            "the tail lacks the last entry, which a checkpoint promises",
            &format!(
                "file-unexpected@{ENTRIES} file-unexpected@{HASHES} checkpoint-beyond-entries@checkpoint \
                 checkpoint-beyond-entries@checkpoints/25"
            ),
            |files| with(files, &|entries| drop(entries.pop())),
        )
        .sizes(SIZE - 1, 19),
    ]
}

fn attachments() -> Vec<Case> {
    let file = |content: &[u8]| format!("attachments/sha256/{}", Hash::of(content));
    let (document, table) = (file(story::DOCUMENT), file(TABLE));
    let mut cases = vec![
        changed("attachment-altered", "one bit of a document", &format!("attachment-mismatch@6@{document}"), |files| {
            files.get_mut(&document).unwrap()[0] ^= 1;
        }),
        changed("attachment-missing", "a table is not there", &format!("attachment-missing@9@{table}"), |files| {
            files.remove(&table);
        }),
        changed("attachment-of-no-form", "a name that is no hash", "file-unexpected@attachments/sha256/0a", |files| {
            files.insert("attachments/sha256/0a".into(), Vec::new());
        }),
    ];
    let text = String::from_utf8(TABLE.to_vec()).unwrap();
    let tables = [
        ("table-of-one-column", "a table with another header", "metric\nreports\n".to_owned()),
        ("table-with-a-number-refused", "a row whose status has no number", text.replace(",given,", ",refused,")),
        ("table-without-a-row", "a header and nothing else", text.lines().next().unwrap().to_owned()),
        ("table-with-a-short-row", "a row of too few fields", text.replace(",100\n", "\n")),
        (
            "table-with-a-share-of-nothing",
            "a share within bounds, without its denominator",
            text.replace(",integer,1200,,,", ",ratio_range,12,13,,"),
        ),
        (
            "table-with-a-share-in-hours",
            "a share within bounds, of an hour",
            text.replace(",integer,1200,,,", ",ratio_range,12,13,hour,"),
        ),
    ];
    cases.extend(rows());
    cases.extend(tables.map(|(name, says, content)| {
        let content = content.into_bytes();
        let fault = format!("attachment-malformed@9@{}", file(&content));
        Case::sealed(9, name, says, &fault, |ledger| {
            let mut report = story::disclosure("acme/report-3");
            report["attachments"] = serde_json::json!([story::attachment("figures.csv", "text/csv", &content)]);
            report["attachments"][0]["holds"] = serde_json::json!("observations");
            ledger.attachments.push(content);
            ledger.say("acme", "acme", report)
        })
    }));
    cases
}

/// Entry bundles that are not where they are looked for.
fn gaps() -> Vec<Case> {
    let mut moved = story::honest().files();
    let entries = moved.remove(ENTRIES).unwrap();
    moved.insert("tile/entries/001.p/25".into(), entries);
    let mut long = story::long(512);
    long.seal();
    let mut without = long.files();
    without.remove("tile/entries/000");
    let sizes = ["", "s/5", "s/9", "s/14", "s/19", "s/25"];
    let beyond: String = sizes.iter().map(|size| format!(" checkpoint-beyond-entries@checkpoint{size}")).collect();
    let moved_faults =
        format!("ledger-not-opened@0 file-unexpected@tile/entries/001.p/25 file-unexpected@{HASHES}{beyond}");
    let faults = "tile-missing@tile/entries/000 index-mismatch@0 previous-mismatch@256 ledger-not-opened@256 \
                  tile-mismatch@tile/0/000 file-unexpected@tile/0/001 file-unexpected@tile/1/000.p/2 \
                  checkpoint-beyond-entries@checkpoint checkpoint-beyond-entries@checkpoints/512";
    vec![
        Case::new(
            "entry-bundle-out-of-place",
            "the one entry bundle under the name of the second",
            &moved,
            &moved_faults,
        )
        .sizes(0, 0),
        Case::new("full-bundle-missing", "the first of two full entry bundles is not there", &without, faults)
            .sizes(256, 0),
    ]
}

/// What a statement says of the rows of its table.
fn rows() -> Vec<Case> {
    let lines = |from: usize| TABLE.split(|byte| *byte == b'\n').skip(from).filter(|line| !line.is_empty());
    let said = |from: usize, more: usize| {
        let tree: Frontier = lines(from).map(Hash::leaf).collect();
        serde_json::json!({"count": tree.size() as usize + more, "root": tree.root()})
    };
    let mismatch = format!("attachment-rows-mismatch@25@attachments/sha256/{}", Hash::of(TABLE));
    let cases = [
        ("honest-rows", "a table with its rows, in a tree", "", said(1, 0)),
        ("rows-of-another-root", "rows that hash to another root", mismatch.as_str(), said(2, 1)),
        ("rows-of-another-count", "the root of the rows, and a row more", mismatch.as_str(), said(1, 1)),
        ("rows-with-the-header", "the header as the first row", mismatch.as_str(), said(0, 0)),
        ("rows-of-none", "a table of no row", "statement-malformed@25", said(1, 0)),
        ("rows-without-a-table", "rows of a file that holds no observations", "statement-malformed@25", said(1, 0)),
    ];
    let cases = cases.map(|(name, says, fault, rows)| {
        Case::sealed(SIZE, name, says, fault, |ledger| {
            let mut report = story::disclosure("acme/report-9");
            let mut file = story::attachment("figures.csv", "text/csv", TABLE);
            file["rows"] = rows;
            file["holds"] = serde_json::json!("observations");
            match name {
                "rows-of-none" => file["rows"]["count"] = serde_json::json!(0),
                "rows-without-a-table" => drop(file.as_object_mut().unwrap().remove("holds")),
                _ => {}
            }
            report["attachments"] = serde_json::json!([file]);
            ledger.say("acme", "acme-2", report)
        })
    });
    cases.into()
}
