//! Published tables into observations, by a small declarative map.
//!
//! A map is a TOML file that says which column is what. It computes nothing: every figure stays what was published, and
//! every row gives observations, is matched by a skip rule, or is an error that names its line and column.
//!
//! ```toml
//! about = "A platform's yearly report"          # a line for people; required
//! sources = ["https://…"]                       # where the map's facts are from; for people
//! family = "all-services"                       # what a table about several services is about; the author, if left out
//!
//! # Each dimension of an observation is a text that always holds, or comes from columns, by their header.
//! service = "example"
//! metric = { column = "Measure" }
//! period = { column = "Year", format = ["YYYY"] }
//! jurisdiction = { column = "Country", lookup = { "United Kingdom" = "GB", "All" = "001" } }
//!
//! [statuses]                                    # cells that say why there is no figure
//! "n/a" = "not_collected"
//!
//! [[value]]                                     # a column with figures; one row gives one observation for each
//! column = "Number"
//! kind = "integer"
//! ```
//!
//! TOML wants plain keys first, then `[tables]`. White space at the ends of a header or cell is dropped, and a run within
//! is one space, in the table and in the map alike. A column that has no name of its own is called by its number: `"#3"`.
//!
//! # Dimensions
//!
//! `service` (a slug), `metric`, `period` (these three are required; service and period can be given with the import
//! instead), `jurisdiction`, `age_band`, `detection`, `outcome`, `status`, and `harm.category`. Where the text is empty, the
//! figure is not broken down by it. Each is a text, or a table of these keys:
//!
//! | key | means |
//! |---|---|
//! | `column`, or `columns` and `join` | where the text is; several cells are joined by a space, or by `join`, empty ones left out |
//! | `blank` | cells that count as empty |
//! | `fill_down` | an empty cell means the one above it (also above, in rows that are skipped) |
//! | `lookup` | what a text becomes: `{ "Facebook" = "facebook" }` |
//! | `otherwise` | of a text that `lookup` does not list: `"error"` (the default where there is a lookup), `"keep"`, or `"slugify"` (lower case, hyphens) |
//! | `default` | instead of `otherwise`: the text for whatever `lookup` does not list |
//! | `under` | texts that begin like this head those below them, which become `HEADING / TEXT` |
//! | `format` | of a period only: how it is written |
//!
//! A `status` is one of FORMAT.md, section 3; without it, a figure is `given`.
//!
//! `[harm]` has `taxonomy` (a slug), `category`, and `version` (a text), or `[[harm.versions]]`, each with `version`, `until`
//! (a date: for periods that end by it; all but the last) and, if wanted, `categories`, the only ones that it has.
//!
//! # Periods
//!
//! Without `format`, a period is written as the ledger writes it: `2021`, `2021-S1`, `2021-Q2`, `2021-04`, `2021-W05`,
//! `2021-04-01`, `2021-04-01/2021-06-30`; such a one is always understood. A format is a text with `YYYY`, `Qn` (`Q1`), `Hn`
//! (`H1`), `Ww` (`W5`), `MM` and `DD` (one or two digits), and `Month` (English, whole or three letters); the rest is as it
//! stands. What comes a second time is about the end: `YYYYQn`, `Qn YYYY`, `Hn YYYY`, `DD/MM/YYYY-DD/MM/YYYY`,
//! `Month-Month YYYY`. Two columns for the first and the last day: `columns = ["From", "To"]`, `format = ["DD.MM.YYYY
//! DD.MM.YYYY"]`. Words in another language go into a `lookup`.
//!
//! # Figures
//!
//! `[[value]]` has `column`, `kind`, and any of the dimensions, which then replace those of the map for this column: a wide
//! table is a list of them. `kind` is a text, or a table as above where it depends on another column.
//!
//! | `kind` | reads | as |
//! |---|---|---|
//! | `integer` | `1,234`; `12.0`; `1000-5000`; `<10`, `<=10` | a number; a range |
//! | `percent` | `99.5%` or `99.5`; `4%-5%`; `<0.05%` | 995/1000; 4/100 to 5/100; 0/10000 to 5/10000 |
//! | `share` | `0.995`; `3/4`; `0.04-0.05` | 995/1000; 3/4; a range of shares |
//! | `seconds`, `minutes`, `hours`, `days` | `1.5`, or with a unit that then counts: `90 min` | 90 minutes: the largest unit of which it is whole |
//! | `duration` | `36 h`, `90 min`, `1:30:00` | likewise |
//!
//! A length of time has no range: what `<1` is to mean goes into `[statuses]`.
//!
//! - `[numbers]`: `decimal` (`"."` if left out), `thousands` (none if left out; `","`, `"."`, `" "`, `"'"`), `words`
//!   (`{ "million" = 1000000, "K" = 1000 }`; where the kind is `hours`, also `{ "Std." = 1 }`).
//! - `[statuses]`: what a cell means that is no number: `"N/A" = "not_collected"`, `"*" = "suppressed"`, `"" = "not_asked"`.
//! - `[marks]`: what a mark before or after a number means: `"p" = "provisional"`, `"~" = "estimated"`.
//! - `inexact = "round"` in a `[[value]]`: a duration that is not whole seconds, and a share of more than 15 decimals, are
//!   rounded to the nearest, halves up, with `rounded_to` 1, and counted. Otherwise they are errors.
//! - `rounded_to` in a `[[value]]`: the publisher says that it rounded to a multiple of this.
//! - `skip` in a `[[value]]`: cells of this column that give no observation: `[""]`.
//!
//! # Rows
//!
//! `[table]`: `delimiter` (`","` if left out; `";"`, `"\t"`), `skip_lines` (lines before the header), `quotes = false` (where
//! a quote is an ordinary character). The table is UTF-8, with or without a byte-order mark. A cell may hold line breaks
//! within quotes.
//!
//! `[[skip]]`: rows that are no observations: a `name` for the report, and a `column` with the texts that its cell `is` or
//! `starts_with` (lists), or `empty = true` for rows without any text. Blank lines are passed over, and counted. Columns
//! that the map reads nothing from are listed.
//!
//! Two rows that say different things of the same service, metric, period and so on are an error; the map then misses a
//! column that tells them apart. Where the published table does contradict itself, `contradictions = "keep"` in `[table]`
//! files both figures and counts them; the replay finds them as `conflicting-figures`.

mod builtin;
mod convert;
mod error;
mod map;
mod notation;
mod number;
mod period;
mod plan;
mod repeats;
mod rows;

pub use builtin::MAPS;
pub use convert::{Given, Summary, convert};
pub use error::{CellCode, CellError, ImportError, MAX_REPORTED, MapError};
pub use map::{MAX_MAP_BYTES, MAX_SKIPS, MAX_VALUES, Map};
pub use notation::{MAX_COLUMNS, MAX_ROW_BYTES, MAX_SKIPPED_LINES};
pub use number::MAX_DIGITS;
pub use period::MAX_FORMATS;
pub use plan::slug;
pub use repeats::MAX_REMEMBERED;

#[cfg(test)]
mod tests;
