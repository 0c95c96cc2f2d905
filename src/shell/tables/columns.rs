//! The one way to say what the columns of a table are, and what stands in them: a line for each.

/// Defines `COLUMNS`, and `cells`, which makes a row of what the table is about. A column is written
/// `name: Kind, "meaning", cell;`, or `name: Kind or missing, …` where the cell may be missing.
macro_rules! columns {
    (of $row:ident: $type:ty { $($name:ident: $kind:ident $(or $missing:ident)?, $meaning:literal, $cell:expr;)+ }) => {
        /// The columns, in order.
        pub(super) const COLUMNS: &[$crate::shell::tables::Column] =
            &[$(columns!(@ $name $kind $meaning $($missing)?)),+];

        /// The cells of a row, in the order of the columns.
        pub(super) fn cells<'r>($row: &'r $type) -> [$crate::shell::tables::Cell<'r>; COLUMNS.len()] {
            [$($cell.into()),+]
        }
    };
    (@ $name:ident $kind:ident $meaning:literal) => {
        columns!(@@ $name $kind $meaning false)
    };
    (@ $name:ident $kind:ident $meaning:literal missing) => {
        columns!(@@ $name $kind $meaning true)
    };
    (@@ $name:ident $kind:ident $meaning:literal $nullable:literal) => {
        $crate::shell::tables::Column {
            name: stringify!($name),
            kind: $crate::shell::tables::Kind::$kind,
            nullable: $nullable,
            meaning: $meaning,
        }
    };
}

pub(super) use columns;
