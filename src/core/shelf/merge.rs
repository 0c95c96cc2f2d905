//! Several runs read as one.

use std::io;
use std::sync::Arc;

use super::run::{Reader, Run};

/// A key, with its value; nothing for that where it was removed.
pub(super) type Record<'a> = (&'a [u8], Option<&'a [u8]>);

/// The records of runs, in order. Of those with one key only the newest is told.
pub(super) struct Merge {
    /// The newest first, each at a record that was not told yet, but for those at the last that was.
    readers: Vec<Reader>,
    /// The key that was told last.
    told: Option<Vec<u8>>,
}

impl Merge {
    /// Of runs, the newest first, from a key on.
    pub fn of<'a>(runs: impl Iterator<Item = &'a Arc<Run>>, from: Option<&[u8]>) -> io::Result<Self> {
        let readers =
            runs.map(|run| Reader::new(run, from)).filter_map(Result::transpose).collect::<io::Result<_>>()?;
        Ok(Self { readers, told: None })
    }

    /// The next record.
    pub fn next(&mut self) -> io::Result<Option<Record<'_>>> {
        if let Some(told) = &self.told {
            let mut ended = false;
            for reader in self.readers.iter_mut().filter(|reader| reader.key == *told) {
                reader.ended = !reader.advance()?;
                ended |= reader.ended;
            }
            if ended {
                self.readers.retain(|reader| !reader.ended);
            }
        }
        // Of several that are least, `min_by` takes the first.
        let Some(least) = self.readers.iter().min_by(|a, b| a.key.cmp(&b.key)) else { return Ok(None) };
        let told = self.told.get_or_insert_default();
        told.clear();
        told.extend_from_slice(&least.key);
        Ok(Some((&least.key, least.value())))
    }
}
