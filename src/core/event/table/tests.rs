use super::*;

fn rows(table: &str) -> Result<Vec<Observation>, TableError> {
    let mut rows = Vec::new();
    read(table.as_bytes(), |row| {
        rows.push(row);
        Ok(())
    })?;
    Ok(rows)
}

#[test]
fn a_table_reads_back() {
    let table = format!(
        "{}\n{}\n{}\n{}\n{}\n{}\n",
        HEADER.join(","),
        "facebook,Content Actioned,,,meta,2021,\"Child Endangerment: \"\"Sexual\"\", Exploitation\",,,2021-Q2,given,integer,25700000,,,100000",
        "facebook,Proactive rate,GB,13-17,,,,proactive,removed,2021-Q2,estimated,ratio,995,1000,,",
        "facebook,Median time,,,,,,,,2021,provisional,duration,25,,hour,",
        "facebook,Reports,,,,,,,,2021-04-01/2021-06-30,not_collected,,,,,",
        "facebook,Prevalence,,,,,,,,2022-Q4,given,ratio_range,4,5,100,",
    );
    let read_once = rows(&table).unwrap();
    assert_eq!(read_once.len(), 5);
    let mut written = Vec::new();
    write(&mut written, &read_once).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), table);
}

#[test]
fn a_table_has_one_reading() {
    let (header, row) = (HEADER.join(","), "facebook,Reports,,,,,,,,2021,given,integer,7,,,");
    assert_eq!(rows(&format!("{header}\r\n{row}")).unwrap().len(), 1);
    let bad = [
        ("a byte-order mark", format!("\u{feff}{header}\n{row}\n")),
        ("a quoted header", format!("\"service\"{}\n{row}\n", &header[7..])),
        ("an empty line", format!("{header}\n\n{row}\n")),
        ("an empty line at the end", format!("{header}\n{row}\n\n")),
        ("lines ended by carriage returns", format!("{header}\r{row}\r")),
        ("a carriage return at the end", format!("{header}\n{row}\r")),
        ("a quote within a field", format!("{header}\n{}\n", row.replace("Reports", "Re\"ports"))),
        ("text after a quoted field", format!("{header}\n{}\n", row.replace("Reports", "\"Re\"ports"))),
        ("a quote that is not closed", format!("{header}\n{row}\"")),
        ("a line feed within quotes", format!("{header}\n{}\n", row.replace("Reports", "\"Re\nports\""))),
    ];
    for (what, table) in bad {
        let Err(TableError::Fault(fault)) = rows(&table) else { panic!("{what}") };
        assert_eq!(fault.code, Code::AttachmentMalformed, "{what}");
    }
}

#[test]
fn a_row_is_read_after_another_as_it_is_alone() {
    // Of each column, the fields that follow each other: each row differs from the one before in one column, and is a row
    // or is none.
    let fields: [&[&str]; 16] = [
        &["acme", "acme-2", "Acme", ""],
        &["Reports", "Reports, all", " Reports", ""],
        &["GB", "", "gb"],
        &["13-17", "", " 13"],
        &["meta", "", "Meta"],
        &["1", "", " 1"],
        &["Spam", "", "Spam "],
        &["user", "", "\u{200b}"],
        &["removed", "", " x"],
        &["2021", "2021-Q2", "2021-Q5", ""],
        &["given", "refused", "perhaps", "estimated"],
        &["ratio", "range", "integer", ""],
        &["1", "3", "01", ""],
        &["2", "0", "", "02"],
        &["", "hour"],
        &["", "10", "0"],
    ];
    let quoted = |field: &str| format!("\"{field}\"");
    for spelling in [str::to_owned, quoted as fn(&str) -> String] {
        for (column, values) in fields.iter().enumerate() {
            for pair in values.iter().flat_map(|one| values.iter().map(move |other| [*one, *other])) {
                let mut reader = row::Repeating::default();
                for value in pair {
                    let mut row = fields.map(|values| spelling(values[0]));
                    row[column] = spelling(value);
                    let row = row.join(",");
                    assert_eq!(reader.next(&row).cloned(), row::parse(&row), "{row}");
                }
            }
        }
    }
}

#[test]
fn a_row_without_end_is_not_read_to_its_end() {
    // Bounded by the row's limit, not by the attachment's length.
    let mut endless = HEADER.join(",").into_bytes();
    endless.extend(b"\n\"");
    let mut reader = endless.chain(std::io::repeat(b'x'));
    assert!(matches!(read(&mut reader, |_| Ok(())), Err(TableError::Fault(_))));
}

#[test]
fn a_row_obeys_the_rules_of_an_observation() {
    let sound = "facebook,Reports,,,,,,,,2021,given,integer,7,,,";
    let row = |row: &str| rows(&format!("{}\n{row}\n", HEADER.join(",")));
    assert_eq!(row(sound).unwrap().len(), 1);
    let bad = [
        "facebook,Reports,,,,,,,,2021,given,integer,7,,",     // a field short
        "facebook,Reports,,,,,,,,2021,given,integer,7,,,,",   // one too many
        "Facebook,Reports,,,,,,,,2021,given,integer,7,,,",    // not a slug
        "facebook,,,,,,,,,2021,given,integer,7,,,",           // no metric
        "facebook,Reports,,,,,,,,2021-Q5,given,integer,7,,,", // no such quarter
        "facebook,Reports,,,,,,,,2021,perhaps,integer,7,,,",  // no such status
        "facebook,Reports,,,,,,,,2021,given,,,,,",            // given what?
        "facebook,Reports,,,,,,,,2021,refused,integer,7,,,",  // refused, and yet
        "facebook,Reports,,,,,,,,2021,given,integer,07,,,",   // another spelling of 7
        "facebook,Reports,,,,,,,,2021,given,integer,+7,,,",   // likewise
        "facebook,Reports,,,,,,,,2021,given,integer,9007199254740992,,,", // over 2^53 - 1
        "facebook,Reports,,,,,,,,2021,given,ratio,3,2,,",     // over 1
        "facebook,Reports,,,,,,,,2021,given,range,3,2,,",     // upside down
        "facebook,Reports,,,,,,,,2021,given,ratio_range,3,2,100,", // likewise
        "facebook,Reports,,,,,,,,2021,given,ratio_range,3,101,100,", // over 1
        "facebook,Reports,,,,,,,,2021,given,ratio_range,3,4,,", // of what?
        "facebook,Reports,,,,,,,,2021,given,ratio_range,0,0,0,", // of nothing
        "facebook,Reports,,,,,,,,2021,given,ratio_range,3,4,0100,", // another spelling of 100
        "facebook,Reports,,,,,,,,2021,given,duration,3,,fortnight,", // no such unit
        "facebook,Reports,,,meta,,,,,2021,given,integer,7,,,", // a harm in part
        "facebook,Reports,,,,,,,,2021,given,integer,7,,,0",   // rounded to nothing
    ];
    for text in bad {
        let Err(TableError::Fault(fault)) = row(text) else { panic!("{text}") };
        assert_eq!(fault.code, Code::AttachmentMalformed, "{text}");
    }
    assert_eq!(row(&format!("{sound}\r\n{sound}")).unwrap().len(), 2);
    assert_eq!(row(&sound.replace("Reports", "\"Re\"\"p,orts\"")).unwrap()[0].metric.as_str(), "Re\"p,orts");
    assert!(rows("").is_err() && rows(&HEADER.join(",")).is_err() && rows(sound).is_err());
}
