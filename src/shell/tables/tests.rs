use ::parquet::file::reader::{FileReader as _, SerializedFileReader};
use bytes::Bytes;

use super::*;
use crate::core::policy::Policy;
use crate::core::sample::shared;
use crate::core::statement::Rule;
use crate::shell::verify::tests::bundle;
use crate::shell::verify::{Options, verify};

const COLUMNS: &[Column] = &[
    Column { name: "number", kind: Kind::Integer, nullable: false, meaning: "" },
    Column { name: "text", kind: Kind::Text, nullable: true, meaning: "" },
];

fn row_groups(rows: impl Iterator<Item = usize>) -> Vec<i64> {
    let mut writer = parquet::Writer::new("numbers", COLUMNS, Vec::new()).unwrap();
    for (number, length) in (0..).zip(rows) {
        writer.row(&[Cell::Integer(number), Cell::Made("x".repeat(length))]).unwrap();
    }
    let file = SerializedFileReader::new(Bytes::from(Box::new(writer).finish().unwrap())).unwrap();
    file.metadata().row_groups().iter().map(|group| group.num_rows()).collect()
}

#[test]
fn a_row_group_holds_so_many_rows_and_bytes_at_most() {
    assert_eq!(row_groups([].into_iter()), [0; 0]);
    assert_eq!(row_groups([0, 1, 2].into_iter()), [3]);
    let most = ROW_GROUP_ROWS as i64;
    assert_eq!(row_groups((0..ROW_GROUP_ROWS * 2 + 1).map(|_| 1)), [most, most, 1]);
    // The byte that fills it still goes in.
    assert_eq!(row_groups([ROW_GROUP_BYTES - 1, 1, 1, ROW_GROUP_BYTES, 0].into_iter()), [2, 2, 1]);
}

#[test]
fn a_cell_must_fit_its_column() {
    let (number, text, missing) = (|| Cell::Integer(1), || Cell::Text("a"), || Cell::Missing);
    let table = [
        ([number(), text()], true),
        ([number(), missing()], true),
        ([missing(), text()], false),
        ([text(), text()], false),
        ([number(), number()], false),
    ];
    for (cells, fits) in table {
        let mut writer = parquet::Writer::new("numbers", COLUMNS, Vec::new()).unwrap();
        assert_eq!(writer.row(&cells).is_ok(), fits, "{cells:?}");
    }
}

#[test]
fn names_are_not_used_twice() {
    for table in Table::ALL {
        let mut names: Vec<_> = table.columns().iter().map(|column| column.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{}", table.as_str());
    }
}

/// An output that is full after so many bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_output_that_is_full_is_an_error() {
    let (ledger, policy) = (bundle(shared(), 300), Policy::parse(b"quorum none\n").unwrap());
    for format in [Format::Csv, Format::Json, Format::Parquet] {
        for room in [0, 10, 5_000, 1_000_000] {
            let written = Rows::new(Table::Entries, format, AsOf::Now(Time::MAX), Full(room)).and_then(|mut rows| {
                let watch = &mut rows;
                let options =
                    Options { pins: Vec::new(), rule: Rule::Cofactored, progress: &mut |_, _| {}, as_of: None, watch };
                verify(&ledger, &policy, options).unwrap();
                rows.finish()
            });
            match written {
                Ok((_, rows)) => assert_eq!((rows, room), (300, 1_000_000), "{format:?}"),
                Err(error) => {
                    assert_eq!((error.kind(), room < 1_000_000), (io::ErrorKind::StorageFull, true), "{format:?}")
                }
            }
        }
    }
}
