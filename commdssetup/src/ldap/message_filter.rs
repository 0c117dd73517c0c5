//! Which bytes of a server reach the client library: whole, well-formed messages of LDAP within limits.
//!
//! The library reads a message to its end whatever length it claims, and decodes nested elements by recursion: a claim of 2 GiB costs gigabytes,
//! and 20,000 elements in each other end the process, with a password in its memory. So the headers of all elements are read here first.
//!
//! Nothing is kept but the lengths of the elements around the next byte. A byte that breaks a rule is not passed on, and nothing after it is: the
//! library then holds the beginning of a message, which it does not decode. The rules are those of LDAP (RFC 4511 section 5.1), and the ones below.

/// What is accepted of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageLimits {
    /// Length, with its header.
    pub bytes: u64,
    /// Elements around each other: the message itself is the first.
    pub depth: usize,
    /// Elements in all. The library makes some hundred bytes of each, even of an empty one of two bytes.
    pub elements: u32,
    /// Elements of all messages between two requests. The library queues messages without a limit, and those that nobody asked for cost
    /// memory until they are looked at.
    pub in_answer: u32,
}

impl Default for MessageLimits {
    /// The largest message that is asked for is the schema. That of 389 DS with all definitions of the suite is 400 KiB long and has
    /// 2,000 elements; no message of RFC 4511 nests deeper than eight elements.
    fn default() -> Self {
        Self { bytes: 16 << 20, depth: 64, elements: 1 << 18, in_answer: 1 << 20 }
    }
}

/// Why the rest of a connection is not read: the end of a sentence about the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// The first byte is not that of a message.
    #[error("bytes that are not LDAP")]
    NotLdap,
    /// A header claims too much.
    #[error("the header of a message of {claimed} bytes, and at most {limit} are accepted")]
    TooLong {
        /// The whole message.
        claimed: u64,
        /// What is accepted.
        limit: u64,
    },
    /// Elements are nested too deep.
    #[error("a message whose elements are nested deeper than {0} levels")]
    TooDeep(usize),
    /// A message has too many elements.
    #[error("a message of more than {0} elements")]
    TooMany(u32),
    /// The messages of one answer have too many elements.
    #[error("an answer of more than {0} elements")]
    Endless(u32),
    /// An element ends behind the one that it is in.
    #[error("a message with an element that is longer than the one around it")]
    Overrun,
    /// The indefinite form, which LDAP does not have.
    #[error("a message with an element of indefinite length, which LDAP forbids")]
    Indefinite,
    /// More bytes of length than any accepted message needs.
    #[error("a message with a length of {0} bytes")]
    LengthOfLength(u8),
    /// A tag of several bytes, which LDAP does not have.
    #[error("a message with a tag of several bytes, which LDAP does not have")]
    LongTag,
}

/// Why bytes are not passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// How many of the bytes may be passed on. Where the bytes were cut into pieces makes no difference.
    pub passed: usize,
    /// What is wrong with the next one.
    pub violation: Violation,
}

/// Most bytes that the length of an element may have behind its first one. Four hold every accepted length; Active Directory always sends four.
const LONGEST_LENGTH: u8 = 4;
/// A message is a sequence.
const SEQUENCE: u8 = 0x30;
const CONSTRUCTED: u8 = 0x20;
/// The number of a tag that goes on in the next byte.
const LONG_TAG: u8 = 0x1f;

/// The element that is being read.
#[derive(Clone, Copy, Debug)]
enum At {
    /// Before its tag.
    Tag,
    /// Before the first byte of its length.
    Length { tag: u8 },
    /// Before `left` more bytes of its length.
    MoreLength { tag: u8, header: u64, left: u8, length: u64 },
    /// In its content, which is not looked at.
    Content(u64),
}

/// Follows the bytes of one connection.
#[derive(Debug)]
pub struct MessageFilter {
    limits: MessageLimits,
    /// What is left of the elements around the next byte behind the one that is being read, the message first.
    around: Vec<u64>,
    elements: u32,
    in_answer: u32,
    at: At,
    violation: Option<Violation>,
}

impl MessageFilter {
    /// Begins before a message.
    #[must_use]
    pub fn new(limits: MessageLimits) -> Self {
        Self { limits, around: Vec::new(), elements: 0, in_answer: 0, at: At::Tag, violation: None }
    }

    /// Says that a request was sent: what comes now may be its answer.
    pub fn begin_answer(&mut self) {
        self.in_answer = 0;
    }

    /// Takes the next bytes of the server.
    ///
    /// # Errors
    /// [`Refusal`]; from then on nothing is passed on.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let mut rest = bytes;
        while let Some((byte, after)) = rest.split_first() {
            let passed = bytes.len().saturating_sub(rest.len());
            if let Some(violation) = self.violation {
                return Err(Refusal { passed, violation });
            }
            if let At::Content(left) = self.at {
                let taken = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                rest = rest.get(taken..).unwrap_or_default();
                self.after_content(left, taken as u64);
                continue;
            }
            // It is kept for the next turn, and for the next call.
            match self.header(*byte) {
                Ok(()) => rest = after,
                Err(violation) => self.violation = Some(violation),
            }
        }
        Ok(())
    }

    /// Returns whether all messages so far are whole.
    #[must_use]
    pub fn is_between_messages(&self) -> bool {
        self.around.is_empty() && matches!(self.at, At::Tag)
    }

    fn after_content(&mut self, left: u64, taken: u64) {
        self.at = At::Content(left.saturating_sub(taken));
        if taken == left {
            self.end();
        }
    }

    /// Takes a byte of a header.
    fn header(&mut self, byte: u8) -> Result<(), Violation> {
        match self.at {
            At::Tag => {
                if self.around.is_empty() && byte != SEQUENCE {
                    return Err(Violation::NotLdap);
                }
                if byte & LONG_TAG == LONG_TAG {
                    return Err(Violation::LongTag);
                }
                self.goes_on(1)?;
                self.at = At::Length { tag: byte };
            }
            At::Length { tag } => match byte {
                0x80 => return Err(Violation::Indefinite),
                0..0x80 => self.element(tag, 2, u64::from(byte))?,
                _ => {
                    let left = byte & 0x7f;
                    if left > LONGEST_LENGTH {
                        return Err(Violation::LengthOfLength(left));
                    }
                    self.goes_on(2)?;
                    self.at = At::MoreLength { tag, header: 2, left, length: 0 };
                }
            },
            At::MoreLength { tag, header, left, length } => {
                let (header, left, length) = (header + 1, left - 1, length << 8 | u64::from(byte));
                if left == 0 {
                    self.element(tag, header, length)?;
                } else {
                    self.goes_on(header)?;
                    self.at = At::MoreLength { tag, header, left, length };
                }
            }
            At::Content(_) => {}
        }
        Ok(())
    }

    /// Checks that a header of which so much was read can go on within the element around it. Otherwise that one would be whole here.
    fn goes_on(&self, header: u64) -> Result<(), Violation> {
        if self.around.last().is_some_and(|left| *left <= header) { Err(Violation::Overrun) } else { Ok(()) }
    }

    /// Checks an element whose header was read, and goes on behind that.
    fn element(&mut self, tag: u8, header: u64, length: u64) -> Result<(), Violation> {
        let whole = header.saturating_add(length);
        match self.around.last_mut() {
            None => {
                if whole > self.limits.bytes {
                    return Err(Violation::TooLong { claimed: whole, limit: self.limits.bytes });
                }
                self.elements = 0;
            }
            Some(left) => *left = left.checked_sub(whole).ok_or(Violation::Overrun)?,
        }
        self.elements = self.elements.saturating_add(1);
        if self.elements > self.limits.elements {
            return Err(Violation::TooMany(self.limits.elements));
        }
        self.in_answer = self.in_answer.saturating_add(1);
        if self.in_answer > self.limits.in_answer {
            return Err(Violation::Endless(self.limits.in_answer));
        }
        if self.around.len() >= self.limits.depth {
            return Err(Violation::TooDeep(self.limits.depth));
        }
        if length == 0 {
            self.end();
        } else if tag & CONSTRUCTED == 0 {
            self.at = At::Content(length);
        } else {
            self.around.push(length);
            self.at = At::Tag;
        }
        Ok(())
    }

    /// Goes on behind an element: those around it that end there end as well.
    fn end(&mut self) {
        self.at = At::Tag;
        while self.around.last() == Some(&0) {
            self.around.pop();
        }
    }
}
