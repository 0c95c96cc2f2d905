//! A published table and the map that reads it: a NUL parts them. Where the map is one byte, it is one of those that are
//! built in.

use candour::core::event::table;
use candour::core::event::Observation;
use candour::shell::import::{Given, MAPS, Map, convert};

use crate::fixtures;

/// A cell may be read by each of a map's columns, and remembered to be compared.
pub const BYTES: usize = 4096;

pub fn run(data: &[u8]) {
    let at = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (map, table) = data.split_at(at);
    let table = table.get(1..).unwrap_or_default();
    let built_in = match map {
        [byte] => MAPS.get(usize::from(byte.wrapping_sub(b'a'))).map(|(_, text)| *text),
        _ => None,
    };
    let Some(text) = built_in.or_else(|| str::from_utf8(map).ok()) else { return };
    let map = match Map::parse(text) {
        Ok(map) => map,
        Err(error) => return crate::bounded_message(&error.to_string()),
    };
    for given in givens() {
        let mut observations: Vec<Observation> = Vec::new();
        let taken = convert(&map, &given, table, |observation| {
            observations.push(observation.clone());
            Ok(())
        });
        let Ok(summary) = taken else { continue };
        assert_eq!(summary.observations, observations.len() as u64);
        assert_eq!(summary.by_status.values().sum::<u64>(), summary.observations);
        filed(&observations);
    }
}

/// What is imported can be filed, and says the same there.
fn filed(observations: &[Observation]) {
    if observations.is_empty() {
        return;
    }
    let (mut written, mut read) = (Vec::new(), Vec::new());
    table::write(&mut written, observations).expect("bytes in memory");
    let count = table::read(written.as_slice(), |observation| {
        read.push(observation);
        Ok(())
    });
    assert_eq!(count.expect("a table"), observations.len() as u64);
    assert_eq!(read, observations);
}

fn givens() -> [Given; 2] {
    let period = candour::core::time::Period::parse("2024").ok();
    [Given::default(), Given { service: "video".parse().ok(), period }]
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = MAPS.iter().map(|(_, text)| text.as_bytes().to_vec()).collect();
    for file in fixtures::files("import", ".csv") {
        let bytes = fixtures::read(&file);
        // Whole tables are long; their beginnings have every column.
        let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').take(12).collect();
        seeds.extend((b'a'..).zip(MAPS).map(|(byte, _)| [&[byte, 0][..], &lines.concat()].concat()));
        seeds.extend(MAPS.iter().map(|(_, text)| [text.as_bytes(), &[0], &lines.concat()].concat()));
    }
    seeds.extend(TABLES.map(|text| text.as_bytes().to_vec()));
    seeds
}

/// Small maps with the notations that the built-in ones do not use.
const TABLES: [&str; 4] = [
    "about = \"a\"\nservice = \"s\"\nmetric = { column = \"M\", fill_down = true }\nperiod = { columns = [\"F\", \"T\"], \
     format = [\"DD.MM.YYYY DD.MM.YYYY\"] }\n[numbers]\ndecimal = \",\"\nthousands = \".\"\nwords = { K = 1000 }\n\
     [statuses]\n\"n/a\" = \"not_collected\"\n[marks]\np = \"provisional\"\n[[value]]\ncolumn = \"N\"\nkind = \"integer\"\n\
     \0M,F,T,N\na,01.01.2024,31.03.2024,\"1.234\"\n,1.4.2024,30.6.2024,<10\nb,1.4.2024,30.6.2024,1-5p\nc,1.4.2024,30.6.2024,n/a\n",
    "about = \"a\"\nservice = \"s\"\nmetric = \"m\"\nperiod = { column = \"P\", format = [\"Qn YYYY\", \"Month YYYY\"] }\n\
     jurisdiction = { column = \"C\", lookup = { UK = \"GB\" }, otherwise = \"keep\" }\n[[value]]\ncolumn = \"%\"\n\
     kind = \"percent\"\nrounded_to = 1\n[[value]]\ncolumn = \"D\"\nkind = \"duration\"\ninexact = \"round\"\nmetric = \"d\"\n\
     \0P,C,%,D\nQ1 2024,UK,99.5%,1:30:00\nMay 2024,FR,<0.05%,1.5 h\n",
    "about = \"a\"\n[table]\ndelimiter = \";\"\nskip_lines = 1\nquotes = false\ncontradictions = \"keep\"\n[harm]\n\
     taxonomy = \"t\"\ncategory = { column = \"#1\", under = [\"I\"], default = \"x\" }\nversion = \"1\"\n[metric]\n\
     column = \"M\"\notherwise = \"slugify\"\nlookup = {}\n[[skip]]\nname = \"totals\"\ncolumn = \"M\"\nstarts_with = [\"Total\"]\n\
     [[skip]]\nname = \"empty\"\nempty = true\n[[value]]\ncolumn = \"V\"\nkind = \"share\"\n\
     \0title\n;M;V\nI;a b;3/4\nx;Total;1\n;;\ny;c;0.04-0.05\n",
    "a\0\u{feff}app,policy,metric,value,period\n",
];
