//! The maps that ship with the command.

use super::error::MapError;
use super::map::Map;

/// The maps that ship with the command: their names and texts.
pub const MAPS: [(&str, &str); 5] = [
    ("eu-2024-2835-complaints", include_str!("maps/eu-2024-2835-complaints.toml")),
    ("eu-2024-2835-notices", include_str!("maps/eu-2024-2835-notices.toml")),
    ("eu-2024-2835-own-initiative-illegal", include_str!("maps/eu-2024-2835-own-initiative-illegal.toml")),
    ("eu-2024-2835-own-initiative-terms", include_str!("maps/eu-2024-2835-own-initiative-terms.toml")),
    ("meta-cser", include_str!("maps/meta-cser.toml")),
];

impl Map {
    /// A map that ships with the command, by its name; none of another name.
    ///
    /// # Errors
    /// None for the maps that ship; the signature is that of [`Map::parse`].
    pub fn builtin(name: &str) -> Option<Result<Self, MapError>> {
        MAPS.iter().find(|(known, _)| *known == name).map(|(_, text)| Self::parse(text))
    }
}
