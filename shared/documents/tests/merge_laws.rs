//! What every merge must hold to, whatever the files say, and a second opinion on every key.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use documents::merge::{Base, Carrier, Merge, Rules, Sides, Word, merge};
use documents::properties::DisabledKeys;
use documents::windows_ini::CodePage;
use documents::{
    Aliases, Bytes, Document, IcsConf, Key, Mmp, OptionValues, ParseError, Properties, Repeats, Sectioned, SslPassword,
    State, WholeLines, WindowsIni, apply, mmp, whole_lines,
};
use proptest::prelude::*;

/// Base, site and new file.
#[derive(Clone)]
struct Triple([Vec<u8>; 3]);

impl fmt::Debug for Triple {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|file| write!(f, "b\"{}\" ", file.escape_ascii()))
    }
}

/// What counts under each key: one value, or several where each of them counts.
type Values = BTreeMap<Key, Vec<Option<Bytes>>>;
type Parse<D> = fn(Vec<u8>) -> Result<D, ParseError>;

/// Returns what counts in a file.
fn values<D: Document>(document: &D) -> Values {
    let mut values = Values::new();
    for entry in document.entries().iter().filter(|e| e.state == State::Active) {
        let found = values.entry(document.canonical(&entry.key).into_owned()).or_default();
        match document.repeats() {
            Repeats::EachCounts => found.push(entry.value.clone()),
            Repeats::OneCounts => *found = vec![document.effective(&entry.key).and_then(|e| e.value.clone())],
        }
    }
    values
}

fn merged<D: Document>(base: &D, site: &D, new: &D, carrier: Carrier) -> Merge {
    let rules = Rules { carrier, ..Rules::default() };
    merge(&Sides { base: Base::Known(base), site, new }, &rules).unwrap()
}

/// The decision table once more, without the third state: what the result says about a key.
fn oracle(base: Option<&[u8]>, site: Option<&[u8]>, new: Option<&[u8]>) -> Option<Vec<u8>> {
    let result = if base == site { new } else { site };
    result.map(<[u8]>::to_vec)
}

fn check<D: Document>(parse: Parse<D>, files: Triple) -> Result<(), TestCaseError> {
    let mut parsed = Vec::new();
    for file in files.0 {
        let Ok(document) = parse(file) else { return Ok(()) };
        parsed.push(document);
    }
    let [base, site, new] = parsed.try_into().ok().unwrap();
    for carrier in [Carrier::Site, Carrier::New] {
        for document in [&base, &site, &new] {
            prop_assert_eq!(&merged(&base, document, document, carrier).bytes, document.to_bytes());
        }
        let result = |merge: &Merge| values(&parse(merge.bytes.clone()).unwrap());
        prop_assert_eq!(result(&merged(&base, &site, &base, carrier)), values(&site));
        prop_assert_eq!(result(&merged(&base, &base, &new, carrier)), values(&new));

        let once = merged(&base, &site, &new, carrier);
        let carried = if carrier == Carrier::Site { site.to_bytes() } else { new.to_bytes() };
        prop_assert_eq!(&apply(carried, &once.edits).unwrap(), &once.bytes);
        let document = parse(once.bytes.clone()).unwrap();
        // Where each entry counts, one is named by how many are ahead of it: without one of them it is another.
        if document.repeats() == Repeats::OneCounts {
            let twice = merged(&base, &document, &new, carrier);
            prop_assert_eq!(values(&parse(twice.bytes.clone()).unwrap()), values(&document));
            if carrier == Carrier::Site {
                prop_assert_eq!(&twice.bytes, &once.bytes);
            }
        }

        let (b, m, t, found) = (values(&base), values(&site), values(&new), values(&document));
        let keys: BTreeSet<&Key> = b.keys().chain(m.keys()).chain(t.keys()).collect();
        let count = |values: &Values, key: &Key| values.get(key).map_or(0, Vec::len);
        let most = |key: &&Key| count(&b, key).max(count(&m, key)).max(count(&t, key));
        prop_assert_eq!(once.decisions.len(), keys.iter().map(most).sum::<usize>());
        for key in keys {
            let nth = |values: &Values, n: usize| {
                let value = values.get(key).and_then(|values| values.get(n).cloned());
                value.map(|v| v.unwrap_or_else(|| b"\0no value".as_slice().into()))
            };
            let decided = |n| oracle(nth(&b, n).as_deref(), nth(&m, n).as_deref(), nth(&t, n).as_deref());
            let expected: Vec<_> = (0..most(&key)).filter_map(decided).collect();
            let found: Vec<_> = (0..count(&found, key)).filter_map(|n| nth(&found, n).map(Vec::from)).collect();
            prop_assert_eq!(found, expected, "{}", key);
        }
    }
    prop_assert_eq!(&merged(&base, &site, &base, Carrier::Site).bytes, site.to_bytes());
    prop_assert_eq!(&merged(&base, &base, &new, Carrier::New).bytes, new.to_bytes());
    Ok(())
}

/// Three files of the same few keys and values, with whatever else bytes can be between them.
fn files(pieces: &'static [&'static str], bytes: &'static [u8]) -> impl Strategy<Value = Triple> {
    let piece = prop_oneof![
        12 => prop::sample::select(pieces).prop_map(|piece| piece.as_bytes().to_vec()),
        3 => prop::sample::select(bytes).prop_map(|byte| vec![byte]),
        1 => (1..=255u8).prop_map(|byte| vec![byte]),
    ];
    let file = || prop::collection::vec(piece.clone(), 0..24).prop_map(|pieces| pieces.concat());
    [file(), file(), file()].prop_map(Triple)
}

const PROPERTIES: &[&str] = &[
    "a=1\n",
    "a=2\n",
    "a : 3\r\n",
    "b = x,\\\n   y\n",
    "b=x\\\r  z\r",
    "b 1\n",
    "c\n",
    "c=\n",
    "=e\n",
    "\\\n",
    "\\",
    "# k\n",
    "# other\n",
    "\n",
    "d\\=1=\\u00e9\n",
    "d\\=1=2\n",
    "e=1",
    "f=\\:x\n",
    "f 2\n",
    "!a=1\n",
    "!b=2\n",
];
const ICS: &[&str] = &[
    "a = \"1\"\n",
    "a=2\n",
    "a = 3\r\n",
    "b = \"x,\\\n   y\"\n",
    "b = x, \\\r  z\r",
    "c\n",
    "c =\n",
    "c;lang-fr = 1\n",
    "c ;lang-fr = 2\n",
    "\\\n",
    "\\",
    "! k\n",
    "! other\n",
    "\n",
    "d = \"\\\"\"\n",
    "e = 1",
    "= 7\n",
    "!a = 1\n",
    "!!b = \"2\"\n",
];
const INI: &[&str] = &[
    "[A]\r\n",
    "[a]\n",
    "[B]\r\n",
    "x=1\r\n",
    "X=2\n",
    "x='3'\r\n",
    "y=\" 1\"\n",
    "y=2",
    "z\r\n",
    "z=\n",
    "; c\r\n",
    "; d\n",
    "\r\n",
    "w = a ; b\r\n",
    "#v=1\n",
    "--- divider ---\n",
    "=1\n",
];

const OPTIONS: &[&str] = &[
    "A=1\n",
    "A=2\n",
    "A = 3 \r\n",
    "L=a,\\\nb\n",
    "L=a,\\\n#c,\\\nb\n",
    "L=\\\n!x\n;y\\\nz\n",
    "L=a\\\\\n#b\n\n",
    "\\\n",
    "\\",
    "B=a\\ \n",
    "B=#1\n",
    "B=\\\n#x\n",
    "C=(|(a=b)(c=d))\n",
    "C=\r\n",
    "C\n",
    "=7\n",
    "# A=1\n",
    "! b\n",
    ";\n",
    "\n",
    "D=1",
];
const SECTIONED: &[&str] = &[
    "[S=A]\n",
    "[S=B]\r\n",
    "[S=A]\n",
    " [P=x]y] z\n",
    "x=1\n",
    "x=2\r\n",
    "x = 3\n",
    "y=4*256%1280\n",
    "y=\n",
    "z=a=b\\\n",
    "z\n",
    "=1\n",
    "!x=1\n",
    "! c\n",
    "\n",
    "w=1",
];
const MMP: &[&str] = &[
    "default:A 1\n",
    "default:A\t2\r\n",
    "default:A \"3 4\"\n",
    "default:B \"\"\n",
    "default:B\n",
    "default:B \"\"x\"\"\n",
    "v:A 1\n",
    "v:C 5\r\n",
    "certmap v ldap://x\n",
    "default: D 1\n",
    "default:C a b\n",
    "# c\n",
    "\n",
    "default:D 1",
    ":E 1\n",
    "default:\n",
];
const DISABLED_MMP: &[&str] = &[
    "default:A 1\n",
    "default:A 2\n",
    "#default:A 1\n",
    "#default:A \"3\"\r\n",
    "#default:B\n",
    "# default:C 1\n",
    "default:B 1\n",
];
const ALIASES: &[&str] = &[
    "a: x@y\n",
    "a: z\r\n",
    "a:x, \\\n!y\n",
    "\"b: c\": d\n",
    "\"b: c\":e, \\\r\n f\r\n",
    "</a/b\n",
    "</a/c\r\n",
    "< /a/c\n",
    "<\n",
    "! a: b\n",
    "\n",
    "c:\n",
    "d: \\\\\n\n",
    "\\",
    "e: \"\n",
    "f: 1",
];
const PASSWORDS: &[&str] = &[
    "Internal (Software) Token:netscape!\n",
    "Internal (Software) Token: a b \r\n",
    "a:1\n",
    "a:2:3\n",
    "b\n",
    ":x\n",
    "#c:1\n",
    "\n",
    "a:",
];
const LINES: &[&str] = &[
    "d:true\n",
    "d:true \r\n",
    "d:false\n",
    "u:admin\n",
    "# v=3.0\n",
    " #x\n",
    "\n",
    "in-type=a;\\\n  command=\"/opt/a\"\n",
    "in-type=a;\\\r\n command\r\n",
    "! in-type\n",
    "a\\ \n",
    "\\\n",
    "\\",
    "g:x",
];

#[test]
fn a_file_that_ends_within_a_continued_line_loses_nothing() {
    for files in [["b=", "c\nc\na = \"1\"\nb\\\n", ""], ["", "c;lang-fr = 1\na = \"1\"\ne\\\n", "e = 1"]] {
        check(IcsConf::parse, Triple(files.map(|file| file.as_bytes().to_vec()))).unwrap();
    }
    check(Aliases::parse, Triple(["", ":\\\r", ""].map(|file| file.as_bytes().to_vec()))).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if std::env::var_os("COMMSUITE_FULL").is_some() { 10_000 } else { 1_000 }))]

    #[test]
    fn properties_merge_by_the_laws(files in files(PROPERTIES, b"ab=:\\ \n\r#!")) {
        check(Properties::parse, files)?;
    }

    #[test]
    fn ics_files_merge_by_the_laws(files in files(ICS, b"ab=\"\\ \n\r!;").prop_map(|files| Triple(files.0.map(|f| without(f, b"!"))))) {
        check(IcsConf::parse, files)?;
    }

    #[test]
    fn windows_files_merge_by_the_laws(files in files(INI, b"xy=[]\"' \n\r;")) {
        check(WindowsIni::parse, files)?;
    }

    #[test]
    fn option_files_merge_by_the_laws(files in files(OPTIONS, b"AB=\\ \n\r#!;")) {
        check(OptionValues::parse, files)?;
    }

    #[test]
    fn sectioned_files_merge_by_the_laws(files in files(SECTIONED, b"xy=[] \n\r!")) {
        check(Sectioned::parse, files)?;
    }

    #[test]
    fn proxy_files_merge_by_the_laws(files in files(MMP, b"AB: \"\t\n\r")) {
        check(Mmp::parse, files)?;
    }

    #[test]
    fn certificate_maps_merge_by_the_laws(files in files(DISABLED_MMP, b"AB: \"#\t\n\r")) {
        check(|bytes| Mmp::parse_as(mmp::Flavour::Certmap, bytes), files)?;
    }

    #[test]
    fn disabled_proxy_options_are_never_taken_for_values(files in files(DISABLED_MMP, b"AB: \"#\t\n\r")) {
        check_disabled(Mmp::parse, files)?;
    }

    #[test]
    fn aliases_merge_by_the_laws(files in files(ALIASES, b"ab:<\"\\, \n\r!")) {
        check(Aliases::parse, files)?;
    }

    #[test]
    fn password_files_merge_by_the_laws(files in files(PASSWORDS, b"ab:# \n\r")) {
        check(SslPassword::parse, files)?;
    }

    #[test]
    fn acl_files_merge_by_the_laws(files in files(LINES, b"du:# \n\r")) {
        check(WholeLines::parse, files)?;
    }

    #[test]
    fn conversions_merge_by_the_laws(files in files(LINES, b"du;!\\ \n\r")) {
        check(|bytes| WholeLines::parse_as(whole_lines::Flavour::Conversions, bytes), files)?;
    }

    #[test]
    fn disabled_keys_are_never_taken_for_values(files in files(ICS, b"ab=\"\\ \n\r!;")) {
        check_disabled(IcsConf::parse, files)?;
    }

    #[test]
    fn disabled_properties_are_never_taken_for_values(files in files(PROPERTIES, b"ab=:\\ \n\r#!")) {
        check_disabled(|bytes| Properties::parse_with(bytes, DisabledKeys::Listed), files)?;
    }
}

/// Leaves out comments, and with them the third state, which the oracle does not know.
fn without(file: Vec<u8>, mark: &[u8]) -> Vec<u8> {
    file.into_iter().filter(|b| !mark.contains(b)).collect()
}

/// What holds with the third state as well.
fn check_disabled<D: Document>(parse: Parse<D>, files: Triple) -> Result<(), TestCaseError> {
    let mut parsed = Vec::new();
    for file in files.0 {
        let Ok(document) = parse(file) else { return Ok(()) };
        parsed.push(document);
    }
    let [base, site, new] = parsed.try_into().ok().unwrap();
    for carrier in [Carrier::Site, Carrier::New] {
        let merge = merged(&base, &site, &new, carrier);
        let found = values(&parse(merge.bytes.clone()).unwrap());
        let decided: BTreeMap<_, _> = merge.decisions.iter().map(|d| (d.key.clone(), d)).collect();
        for (key, value) in values(&site) {
            let shown = site.shown(&key);
            let decision = decided[&shown];
            let kept = found.get(&key) == Some(&value);
            let gives_way = matches!(decision.word, Word::TakeNew | Word::DropObsolete);
            prop_assert!(kept != gives_way, "{} {:?}", shown, decision);
        }
    }
    prop_assert_eq!(&merged(&base, &site, &base, Carrier::Site).bytes, site.to_bytes());
    prop_assert_eq!(&merged(&base, &base, &new, Carrier::New).bytes, new.to_bytes());
    Ok(())
}

/// The same pieces in a code page of double bytes and in UTF-16.
const INI_IN_932: &[&str] = &[
    "[A]\r\n",
    "[表]\r\n",
    "[ア]\n",
    "[ソ]\r",
    "表=1\r\n",
    "ア=2\n",
    "ァ=3\r",
    "ソ='表'\r\n",
    "x=表\n",
    "X= 能 ",
    "; 表\n",
    "\r\n",
    "ソ\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if std::env::var_os("COMMSUITE_FULL").is_some() { 10_000 } else { 500 }))]

    #[test]
    fn windows_files_of_double_bytes_merge_by_the_laws(files in files(INI_IN_932, b"x=[]\"'a \n\r;")) {
        let page = CodePage::named("932").unwrap();
        let in_page = |file: Vec<u8>| page.encode(&String::from_utf8_lossy(&file).replace('\u{fffd}', "")).map(|b| b.into_owned());
        let [Some(base), Some(site), Some(new)] = files.0.clone().map(in_page) else { return Ok(()) };
        check(|bytes| WindowsIni::parse_with(bytes, CodePage::named("932").unwrap()), Triple([base, site, new]))?;
        let in_utf16 = |file: Vec<u8>| {
            let text = format!("\u{feff}{}", String::from_utf8_lossy(&file));
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        };
        check(WindowsIni::parse, Triple(files.0.map(in_utf16)))?;
    }
}
