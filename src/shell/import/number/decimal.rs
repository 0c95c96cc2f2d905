//! Decimal numbers, exactly.

use crate::core::json::Count;
use crate::shell::import::notation::Numbers;

/// Digits in a number, at most.
pub const MAX_DIGITS: usize = 30;

/// A decimal number: `mantissa` / 10^`scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) negative: bool,
    pub(super) mantissa: u128,
    pub(super) scale: u32,
}

impl Decimal {
    pub(super) const ZERO: Self = Self { negative: false, mantissa: 0, scale: 0 };

    pub(super) fn read(text: &str, numbers: &Numbers) -> Option<Self> {
        let words = numbers.words.iter().filter(|(word, _)| text.ends_with(word.as_str()));
        let (text, times) = match words.max_by_key(|(word, _)| word.len()) {
            Some((word, times)) => (text.strip_suffix(word.as_str())?.trim_end(), times.unsigned()),
            None => (text, 1),
        };
        let (negative, text) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(text) => (true, text),
            None => (false, text),
        };
        let (text, exponent) = match text.split_once(['e', 'E']) {
            Some((text, exponent)) => (text, exponent.strip_prefix('+').unwrap_or(exponent).parse::<i8>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = match text.split_once(numbers.decimal) {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (text, ""),
        };
        let whole = match numbers.thousands {
            Some(separator) if whole.contains(separator) => ungrouped(whole, separator)?,
            _ => whole.to_owned(),
        };
        let digits = whole + fraction;
        let sound = (1..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !sound || (fraction.len() == digits.len()) {
            return None;
        }
        let scale = i64::try_from(fraction.len()).ok()?.checked_sub(i64::from(exponent))?;
        let lift = if scale < 0 { 10_u128.checked_pow(u32::try_from(-scale).ok()?)? } else { 1 };
        let mantissa = digits.parse::<u128>().ok()?.checked_mul(lift)?.checked_mul(u128::from(times))?;
        Some(Self { negative, mantissa, scale: u32::try_from(scale.max(0)).ok()? })
    }

    pub(super) fn times(self, factor: u32) -> Option<Self> {
        Some(Self { mantissa: self.mantissa.checked_mul(u128::from(factor))?, ..self })
    }

    /// The size of the number in units of 10^-`scale`, if that is whole.
    pub(super) fn over(self, scale: u32) -> Option<u128> {
        if scale >= self.scale {
            return self.mantissa.checked_mul(10_u128.checked_pow(scale - self.scale)?);
        }
        let unit = 10_u128.checked_pow(self.scale - scale)?;
        self.mantissa.is_multiple_of(unit).then_some(self.mantissa / unit)
    }

    /// The same, of a number that is not negative.
    pub(super) fn natural(self, scale: u32) -> Option<Count> {
        let part = self.over(scale).filter(|part| !self.negative || *part == 0)?;
        i64::try_from(part).ok().and_then(Count::new)
    }

    /// The same, rounded to the nearest, halves up.
    pub(super) fn rounded(self, scale: u32) -> Option<Count> {
        if scale >= self.scale {
            return self.natural(scale);
        }
        let unit = 10_u128.checked_pow(self.scale - scale)?;
        let part = self.mantissa.checked_add(unit / 2)? / unit;
        i64::try_from(part).ok().and_then(Count::new).filter(|part| !self.negative || part.value() == 0)
    }
}

/// The digits of a number in groups of three.
fn ungrouped(whole: &str, separator: char) -> Option<String> {
    let mut groups = whole.split(separator);
    let first = groups.next()?;
    let sound = (1..=3).contains(&first.len());
    groups.try_fold(first.to_owned(), |digits, group| (sound && group.len() == 3).then(|| digits + group))
}
