//! Messages of a server as they come from the stream: what passes to the client library, and what does not.

#[path = "../../../fuzz/targets/ldap_messages.rs"]
mod ldap_messages;

use commdssetup::ldap::{MessageFilter, MessageLimits, Violation};
use ldap_messages::{SMALL, passed};
use ldap3::asn1::{PL, StructureTag, parse_tag};
use proptest::prelude::*;
use proptest::sample::Index;

/// An element, its length in this many bytes behind the first one; in the shortest way where there are none.
fn element(tag: u8, content: &[u8], octets: usize) -> Vec<u8> {
    let length = content.len();
    let needed = (1..=8).find(|octets| length >> (8 * octets) == 0).unwrap();
    let mut bytes = vec![tag];
    if octets == 0 && length < 0x80 {
        bytes.push(u8::try_from(length).unwrap());
    } else {
        let octets = octets.max(needed);
        bytes.push(0x80 | u8::try_from(octets).unwrap());
        bytes.extend_from_slice(&length.to_be_bytes()[8 - octets..]);
    }
    bytes.extend_from_slice(content);
    bytes
}

/// An element that holds as many as this in each other.
fn nested(levels: usize) -> Vec<u8> {
    (0..levels).fold(Vec::new(), |inner, _| element(0x30, &inner, 0))
}

#[test]
fn the_messages_of_one_answer_have_a_limit_together_and_the_next_answer_begins_anew() {
    let limits = MessageLimits { in_answer: 4, ..MessageLimits::default() };
    // Two elements each.
    let message = b"\x30\x03\x02\x01\x01";
    let mut filter = MessageFilter::new(limits);
    for _ in 0..3 {
        filter.begin_answer();
        assert!(filter.take(&message.repeat(2)).is_ok());
    }
    assert_eq!(filter.take(message).unwrap_err().violation, Violation::Endless(4));
}

fn refused(limits: MessageLimits, bytes: &[u8]) -> Option<Violation> {
    MessageFilter::new(limits).take(bytes).err().map(|refusal| refusal.violation)
}

fn by_default(bytes: &[u8]) -> Option<Violation> {
    refused(MessageLimits::default(), bytes)
}

#[test]
fn a_message_that_claims_too_much_is_refused_at_its_header() {
    let limit = MessageLimits::default().bytes;
    assert_eq!(by_default(b"\x30\x84\x80\x00\x00\x00"), Some(Violation::TooLong { claimed: (2 << 30) + 6, limit }));
    // The message with its header, to the byte.
    let largest = u32::try_from(limit).unwrap() - 6;
    let header = |length: u32| [&b"\x30\x84"[..], &length.to_be_bytes()].concat();
    assert_eq!(by_default(&header(largest)), None);
    assert_eq!(by_default(&header(largest + 1)), Some(Violation::TooLong { claimed: limit + 1, limit }));
    assert_eq!(passed(MessageLimits::default(), &header(largest + 1), 1), 5, "the library never has the whole header");
}

#[test]
fn a_message_is_refused_one_level_or_element_beyond_the_limit() {
    let MessageLimits { depth, elements, .. } = MessageLimits::default();
    assert_eq!(by_default(&nested(depth)), None);
    assert_eq!(by_default(&nested(depth + 1)), Some(Violation::TooDeep(depth)));
    assert_eq!(by_default(&nested(20_000)), Some(Violation::TooDeep(depth)));
    // The deepest one may hold nothing, not even a primitive.
    let full = (1..depth).fold(element(0x04, b"x", 0), |inner, _| element(0x30, &inner, 0));
    assert_eq!(by_default(&full), None);
    assert_eq!(by_default(&element(0x30, &full, 0)), Some(Violation::TooDeep(depth)));
    let many = |count: u32| element(0x30, &b"\x04\x00".repeat(count as usize), 0);
    assert_eq!(by_default(&many(elements - 1)), None);
    assert_eq!(by_default(&many(elements)), Some(Violation::TooMany(elements)));
    // Each message begins anew.
    assert_eq!(by_default(&many(elements - 1).repeat(2)), None);
}

#[test]
fn forms_that_ldap_does_not_have_or_that_the_library_reads_otherwise_are_refused() {
    for (bytes, violation) in [
        (&b"HTTP/1.1"[..], Violation::NotLdap),
        (b"\x04\x00", Violation::NotLdap),
        (b"\x30\x80\x02\x01\x01\x00\x00", Violation::Indefinite),
        (b"\x30\x02\x04\x80", Violation::Indefinite),
        (b"\x30\x85\x00\x00\x00\x00\x02\x04\x00", Violation::LengthOfLength(5)),
        (b"\x30\xff", Violation::LengthOfLength(127)),
        (b"\x30\x04\x04\x88\x00\x00", Violation::LengthOfLength(8)),
        (b"\x30\x03\x1f\x81\x00", Violation::LongTag),
        (b"\x30\x03\x04\x02", Violation::Overrun),
        (b"\x30\x03\x04\x7f", Violation::Overrun),
        // Headers that are cut off by the end of what they are in.
        (b"\x30\x01\x04", Violation::Overrun),
        (b"\x30\x02\x04\x81", Violation::Overrun),
        (b"\x30\x04\x04\x83\x00\x00", Violation::Overrun),
        (b"\x30\x06\x30\x03\x04\x02", Violation::Overrun),
    ] {
        assert_eq!(by_default(bytes), Some(violation), "{bytes:02x?}");
        // Before the message around it is whole: the library would begin to decode it.
        let passed = passed(MessageLimits::default(), bytes, 1);
        assert!(violation != Violation::Overrun || passed < 2 + usize::from(bytes[1]), "{bytes:02x?}: {passed}");
    }
}

#[test]
fn an_end_within_a_message_is_no_message() {
    let message = b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00";
    for length in 1..=message.len() {
        let mut filter = MessageFilter::new(MessageLimits::default());
        filter.take(&message[..length]).unwrap();
        assert_eq!(filter.is_between_messages(), length == message.len(), "{length}");
    }
}

#[test]
fn the_corpus_of_ldap_messages_passes() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/ldap_messages");
    let inputs: Vec<_> =
        std::fs::read_dir(corpus).unwrap().map(|e| std::fs::read(e.unwrap().path()).unwrap()).collect();
    assert!(inputs.len() >= 11, "the corpus is incomplete");
    inputs.iter().for_each(|input| ldap_messages::run(input));
}

/// What the client library made of a message, with its greatest depth.
fn depth(tag: &StructureTag) -> usize {
    match &tag.payload {
        PL::P(_) => 1,
        PL::C(inner) => 1 + inner.iter().map(depth).max().unwrap_or_default(),
    }
}

fn tree() -> impl Strategy<Value = Vec<u8>> {
    let tags = prop_oneof![Just(0x02_u8), Just(0x04), Just(0x0a), Just(0x87)];
    let leaf = (tags, prop::collection::vec(any::<u8>(), 0..40), 0..=4_usize)
        .prop_map(|(tag, content, octets)| element(tag, &content, octets));
    leaf.prop_recursive(7, 40, 5, |inner| {
        let tags = prop_oneof![Just(0x30_u8), Just(0x31), Just(0x64), Just(0xa0)];
        (tags, prop::collection::vec(inner, 0..5), 0..=4_usize)
            .prop_map(|(tag, inner, octets)| element(tag, &inner.concat(), octets))
    })
}

fn messages() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let message = (prop::collection::vec(tree(), 0..4), 0..=4_usize)
        .prop_map(|(inner, octets)| element(0x30, &inner.concat(), octets));
    prop::collection::vec(message, 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn messages_of_ldap_pass_unchanged_in_whatever_pieces(messages in messages(), piece in 1..64_usize) {
        let bytes = messages.concat();
        let limits = MessageLimits { bytes: 1 << 20, depth: 10, elements: 1000, in_answer: u32::MAX };
        prop_assert_eq!(passed(limits, &bytes, piece), bytes.len());
        // What is within small limits is told by another reader of messages.
        ldap_messages::run(&[&[u8::try_from(piece).unwrap()], bytes.as_slice()].concat());
    }

    #[test]
    fn what_passes_of_changed_messages_is_within_the_limits_for_the_library_as_well(
        messages in messages(),
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 0..6),
        cut in any::<Index>(),
        piece in 1..64_u8,
    ) {
        let mut bytes = messages.concat();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len() + 1));
        ldap_messages::run(&[&[piece], bytes.as_slice()].concat());
        let mut rest = &bytes[..passed(SMALL, &bytes, piece.into())];
        while !rest.is_empty() {
            match parse_tag(rest) {
                Ok((after, message)) => {
                    prop_assert!(depth(&message) <= SMALL.depth);
                    prop_assert!((rest.len() - after.len()) as u64 <= SMALL.bytes);
                    rest = after;
                }
                Err(error) => {
                    prop_assert!(error.is_incomplete(), "the library calls it wrong: {rest:02x?}");
                    prop_assert!(rest.len() as u64 <= SMALL.bytes, "the library waits for the rest of it: {rest:02x?}");
                    break;
                }
            }
        }
    }

    #[test]
    fn any_bytes_pass_only_as_messages(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        ldap_messages::run(&bytes);
        ldap_messages::run(&[&[7, 0x30], bytes.as_slice()].concat());
    }
}
