//! Paths as bytes, checked once: a name, a path beneath a directory handle, an absolute path below the product root.
//!
//! In JSON and in messages a path is text: bytes that are not UTF-8, control characters and the backslash are written
//! `\xNN`, so that every name has exactly one spelling, a terminal cannot be steered by one, and all of them come back.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Why bytes are not the path they were taken for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Empty, `.`, `..`, or with a slash or NUL inside.
    #[error("`{0}` is not a file name")]
    NotAName(String),
    /// Absolute, or with a component that is not a name.
    #[error("`{0}` is not a path beneath a directory")]
    NotBeneath(String),
    /// Not absolute, or with a NUL inside.
    #[error("`{0}` is not an absolute path")]
    NotAbsolute(String),
    /// A `\x` that is not followed by two hexadecimal digits.
    #[error("`{0}` holds a broken \\xNN escape")]
    BadEscape(String),
}

/// One file name: not empty, no slash, no NUL, neither `.` nor `..`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Vec<u8>);

impl Name {
    /// Checks and takes a name.
    ///
    /// # Errors
    /// [`PathError::NotAName`].
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, PathError> {
        let bytes = bytes.into();
        if bytes.is_empty() || bytes == b"." || bytes == b".." || bytes.iter().any(|b| matches!(b, b'/' | 0)) {
            return Err(PathError::NotAName(escape(&bytes)));
        }
        Ok(Self(bytes))
    }

    /// Returns the name's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Names joined by slashes, resolved beneath an open directory; no names at all means that directory itself.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct RelPath(Vec<Name>);

impl RelPath {
    /// The directory itself.
    pub fn here() -> Self {
        Self::default()
    }

    /// Takes `a/b/c`.
    ///
    /// # Errors
    /// [`PathError::NotBeneath`] when it is absolute or a component is empty, `.` or `..`.
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, PathError> {
        let bytes = bytes.as_ref();
        if bytes.is_empty() {
            return Ok(Self::here());
        }
        bytes
            .split(|b| *b == b'/')
            .map(Name::new)
            .collect::<Result<_, _>>()
            .map(Self)
            .map_err(|_| PathError::NotBeneath(escape(bytes)))
    }

    /// Returns this path with one more name.
    #[must_use]
    pub fn join(&self, name: &Name) -> Self {
        let mut names = self.0.clone();
        names.push(name.clone());
        Self(names)
    }

    /// Returns `other` below this path.
    #[must_use]
    pub fn below(&self, other: &Self) -> Self {
        Self(self.0.iter().chain(&other.0).cloned().collect())
    }

    /// Returns the directory and the last name, or nothing for [`RelPath::here`].
    pub fn split_last(&self) -> Option<(Self, &Name)> {
        let (last, parent) = self.0.split_last()?;
        Some((Self(parent.to_vec()), last))
    }

    /// Returns the names in order.
    pub fn names(&self) -> &[Name] {
        &self.0
    }

    /// Returns true when this is `other` or lies below it.
    pub fn starts_with(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// Returns the path as one byte string.
    pub fn to_bytes(&self) -> Vec<u8> {
        join(&self.0)
    }
}

impl From<Name> for RelPath {
    fn from(name: Name) -> Self {
        Self(vec![name])
    }
}

/// An absolute path below the product root, as typed: it may hold `..` and links, which are resolved as after `chroot`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RootPath(Vec<u8>);

impl Default for RootPath {
    fn default() -> Self {
        Self(b"/".to_vec())
    }
}

impl RootPath {
    /// Takes an absolute path; repeated slashes, `.` and a trailing slash are dropped.
    ///
    /// # Errors
    /// [`PathError::NotAbsolute`] when it does not begin with a slash or holds a NUL.
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, PathError> {
        let bytes = bytes.as_ref();
        if bytes.first() != Some(&b'/') || bytes.contains(&0) {
            return Err(PathError::NotAbsolute(escape(bytes)));
        }
        Ok(Self::from_components(bytes))
    }

    fn from_components(bytes: &[u8]) -> Self {
        let mut path = Vec::with_capacity(bytes.len());
        for component in bytes.split(|b| *b == b'/').filter(|c| !c.is_empty() && *c != b".") {
            // Nothing is above the root.
            if path.is_empty() && component == b".." {
                continue;
            }
            path.push(b'/');
            path.extend_from_slice(component);
        }
        if path.is_empty() {
            path.push(b'/');
        }
        Self(path)
    }

    /// Returns `path` when it is absolute, else `path` below this one.
    ///
    /// # Errors
    /// [`PathError::NotAbsolute`] when it holds a NUL.
    pub fn resolve(&self, path: &[u8]) -> Result<Self, PathError> {
        if path.first() == Some(&b'/') { Self::new(path) } else { Self::new([self.as_bytes(), b"/", path].concat()) }
    }

    /// Returns the path with one more name.
    #[must_use]
    pub fn join(&self, name: &Name) -> Self {
        Self::from_components(&[self.as_bytes(), b"/", name.as_bytes()].concat())
    }

    /// Returns the directory part and the last component; nothing for `/` or when that component is `..`.
    pub fn split_last(&self) -> Option<(Self, Name)> {
        let slash = self.0.iter().rposition(|b| *b == b'/')?;
        let (parent, last) = self.0.split_at(slash);
        let name = Name::new(last.get(1..)?).ok()?;
        Some((Self::from_components(parent), name))
    }

    /// Returns the path's bytes, with the leading slash.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the components in order; some may be `..`.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.split(|b| *b == b'/').filter(|c| !c.is_empty())
    }
}

fn join(names: &[Name]) -> Vec<u8> {
    names.iter().map(Name::as_bytes).collect::<Vec<_>>().join(&b'/')
}

/// Spells bytes as text: UTF-8 as it is; control characters, backslashes and bytes that are not UTF-8 as `\xNN`.
pub fn escape(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character == '\\' || character.is_control() {
                push_escaped(&mut text, character.encode_utf8(&mut [0; 4]).as_bytes());
            } else {
                text.push(character);
            }
        }
        push_escaped(&mut text, chunk.invalid());
    }
    text
}

fn push_escaped(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.push_str(&format!("\\x{byte:02x}"));
    }
}

/// Takes back what [`escape`] wrote.
///
/// # Errors
/// [`PathError::BadEscape`].
pub fn unescape(text: &str) -> Result<Vec<u8>, PathError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let byte = after
            .strip_prefix('x')
            .and_then(|hex| hex.get(..2))
            .filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok())
            .ok_or_else(|| PathError::BadEscape(text.to_owned()))?;
        bytes.push(byte);
        rest = after.get(3..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

macro_rules! path_as_text {
    ($type:ty, $bytes:expr, $parse:expr) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&escape($bytes(self).as_ref()))
            }
        }
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", escape($bytes(self).as_ref()))
            }
        }
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let bytes = unescape(&text).map_err(D::Error::custom)?;
                $parse(bytes).map_err(D::Error::custom)
            }
        }
    };
}

path_as_text!(Name, Name::as_bytes, Name::new);
path_as_text!(RelPath, RelPath::to_bytes, RelPath::new);
path_as_text!(RootPath, RootPath::as_bytes, RootPath::new);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_name_comes_back_from_its_text(bytes in proptest::collection::vec(any::<u8>(), 0..20)) {
            prop_assert_eq!(unescape(&escape(&bytes)).unwrap(), bytes);
        }
    }

    #[test]
    fn dots_and_slashes_are_no_names() {
        for bad in ["", ".", "..", "a/b", "a\0"] {
            assert_eq!(Name::new(bad), Err(PathError::NotAName(escape(bad.as_bytes()))));
        }
        for bad in ["/a", "a//b", "../a", "a/..", "a/"] {
            assert_eq!(RelPath::new(bad), Err(PathError::NotBeneath(bad.to_owned())));
        }
    }

    #[test]
    fn a_root_path_keeps_dot_dot_for_the_resolver_and_drops_the_rest() {
        let path = RootPath::new("//var/./opt/../x/").unwrap();
        assert_eq!(path.to_string(), "/var/opt/../x");
        assert_eq!(path.resolve(b"y/z").unwrap().to_string(), "/var/opt/../x/y/z");
        assert_eq!(RootPath::new("/").unwrap().split_last(), None);
    }

    #[test]
    fn control_characters_do_not_reach_a_terminal() {
        assert_eq!(escape(b"a\x1b[31m\\\xff"), "a\\x1b[31m\\x5c\\xff");
    }
}
