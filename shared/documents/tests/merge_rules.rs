//! Merges of small files: where entries go, how they are spelled, and the rules that only some files have.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use documents::changes::{Changes, Secrets};
use documents::merge::{
    Base, Carrier, Choice, Decision, Merge, MergeError, Obsolete, RootMove, Rules, Shipped, Sides, Word, merge,
};
use documents::properties::DisabledKeys;
use documents::{
    Document, EditError, Entry, IcsConf, Key, ParseError, Place, Properties, Repeats, SpanEdit, State, WindowsIni,
};

fn try_merged<D: Document>(base: Base<&str>, site: &str, new: &str, rules: &Rules) -> Result<Merge, MergeError> {
    let parse = |text: &str| D::parse(text.as_bytes().to_vec()).unwrap();
    let (site, new) = (parse(site), parse(new));
    let base = match base {
        Base::Known(text) => Base::Known(parse(text)),
        Base::Partial(text) => Base::Partial(parse(text)),
        Base::Unknown => Base::Unknown,
    };
    let base = match &base {
        Base::Known(base) => Base::Known(base),
        Base::Partial(base) => Base::Partial(base),
        Base::Unknown => Base::Unknown,
    };
    merge(&Sides { base, site: &site, new: &new }, rules)
}

fn merged<D: Document>(base: &str, site: &str, new: &str, rules: &Rules) -> Merge {
    try_merged::<D>(Base::Known(base), site, new, rules).unwrap()
}

fn from_new() -> Rules {
    Rules { carrier: Carrier::New, obsolete: Obsolete::OnlyReport, ..Rules::default() }
}

fn words(merge: &Merge) -> Vec<(String, &'static str)> {
    merge.decisions.iter().map(|d| (d.key.clone(), d.word.as_str())).collect()
}

fn word<'a>(merge: &'a Merge, key: &str) -> &'a Decision {
    merge.decisions.iter().find(|d| d.key == key).unwrap()
}

#[track_caller]
fn assert_text(merge: &Merge, expected: &str) {
    assert_eq!(merge.bytes.escape_ascii().to_string(), expected.as_bytes().escape_ascii().to_string());
}

#[test]
fn a_new_entry_goes_behind_its_nearest_neighbour_with_its_comment() {
    let new = "# head\nz=0\n# group\n\n# of a\na=1\n# of n\n! and more\nn=1\nm=2\n\n# shared\nb=1\no=3\n";
    let merge = merged::<Properties>("a=1\nb=1\n", "b=1\n# shared\na=1\r\nx=9", new, &Rules::default());
    // What precedes all shared keys goes to the end, and the head of the file is no comment of its first key.
    assert_text(&merge, "b=1\no=3\n# shared\na=1\r\n# of n\n! and more\nn=1\nm=2\nx=9\nz=0\n");
}

#[test]
fn a_comment_that_the_carrier_has_already_is_not_repeated() {
    let merge = merged::<Properties>("", "# plug-ins\na=1\n", "x=0\n# plug-ins\nn=1\n# of o\no=1\n", &Rules::default());
    assert_text(&merge, "# plug-ins\na=1\nx=0\nn=1\n# of o\no=1\n");
}

#[test]
fn what_the_site_added_goes_into_the_new_file_behind_its_neighbour() {
    let site = "a=1\n# by hand\nmine : caf\u{e9}\nb=2\nlast=1\\\n";
    let merge = merged::<Properties>("a=1\nb=2\n", site, "b = 2\r\na = 1\r\nc = 3", &from_new());
    assert_text(&merge, "b = 2\r\nlast=1\\\r\n\r\na = 1\r\n# by hand\r\nmine : caf\u{e9}\r\nc = 3");
}

#[test]
fn the_site_s_spelling_stays_and_a_value_keeps_the_carrier_s_style() {
    let base = "a = \"1\"\nb = \"x\"\nc = \"1\"\n";
    let merge = merged::<IcsConf>(
        base,
        "a = 1\nb\t=  \"x\"\nc = 1\n",
        "a = \"1\"\nb = \"y z\"\nc = \"2\"\n",
        &Rules::default(),
    );
    assert_text(&merge, "a = 1\nb\t=  \"y z\"\nc = 2\n");
}

#[test]
fn a_value_with_a_spelling_of_its_own_is_carried_as_it_is_spelled() {
    let base = "t=old\nu=1\nv w\n";
    let site = "t=caf\\u00e9,\\\r\n    thé\nu=a\\:b\nv==\\:x\n";
    let merge = merged::<Properties>(base, site, "t = old\nu = 1\nv w\n", &from_new());
    // Behind blanks alone a first equals sign would be taken for the separator.
    assert_text(&merge, "t = caf\\u00e9,\\\n    thé\nu = a\\:b\nv \\=:x\n");
}

#[test]
fn dropping_a_repeated_key_drops_all_of_it() {
    let merge = merged::<Properties>("k=2\na=1\n", "k=1\na=1\nk=2\n", "a=1\n", &Rules::default());
    assert_text(&merge, "a=1\n");
    assert_eq!(words(&merge), [("a".into(), "same"), ("k".into(), "drop-obsolete")]);
}

#[test]
fn a_key_that_is_shipped_disabled_is_a_third_state() {
    let run = |base: &str, site: &str, new: &str, rules: &Rules| {
        let parse = |text: &str| Properties::parse_with(text.as_bytes().to_vec(), DisabledKeys::Listed).unwrap();
        let (base, site, new) = (parse(base), parse(site), parse(new));
        let merge = merge(&Sides { base: Base::Known(&base), site: &site, new: &new }, rules).unwrap();
        (
            String::from_utf8(merge.bytes.clone()).unwrap(),
            words(&merge).into_iter().map(|(_, word)| word).collect::<Vec<_>>(),
        )
    };
    for (base, site, new, from_site, from_new_file, expected) in [
        ("!k=1\n", "k=2\n", "!k=1\n", "k=2\n", "k=2\n", Some("keep-site")),
        ("!k=1\n", "!k=1\n", "k = 2\n", "k = 2\n", "k = 2\n", Some("take-new")),
        ("!k=1\n", "a=1\n", "a=1\nk = 2\n", "a=1\nk = 2\n", "a=1\nk = 2\n", Some("add-new")),
        ("", "!k=1\n", "k = 2\n", "!k=1\nk = 2\n", "k = 2\n", Some("add-new")),
        ("k=1\n", "!k=1\n", "k=1\n", "!k=1\n", "!k=1\n", Some("stays-deleted")),
        ("k=1\n", "!k=1\n", "k=2\n", "!k=1\n", "!k=1\n", Some("conflict")),
        ("k=1\n", "k=1\n", "!k=2\n", "!k=2\n", "!k=2\n", Some("drop-obsolete")),
        ("k=1\n", "k=3\n", "!k=2\n", "k=3\n", "!k=2\n", Some("obsolete-customised")),
        ("k=1\n", "!k=1\n", "!k=2\n", "!k=1\n", "!k=2\n", Some("same")),
        ("!k=1\n", "", "!k=2\n", "", "!k=2\n", None),
    ] {
        for (rules, text) in [(Rules::default(), from_site), (from_new(), from_new_file)] {
            let (found, mut words) = run(base, site, new, &rules);
            words.retain(|word| *word != "same" || !site.contains("a="));
            assert_eq!((found.as_str(), words), (text, expected.into_iter().collect()), "{base}{site}{new}");
        }
    }
}

#[test]
fn a_root_move_comes_ahead_of_the_comparison() {
    let rules = Rules { roots: vec![RootMove { from: "/opt/OLD".into(), to: "/opt/new".into() }], ..Rules::default() };
    let base = "a = \"/opt/OLD/a\"\nb = /opt/OLD\nd = 1\nf = 1\n";
    let site =
        "a = \"/opt/OLD/a\"\nb = /opt/OLD/mine\nc = /opt/OLDER:/opt/OLD/lib\nd = /opt/OLD\ne = 1\nf = 1\n! /opt/OLD\n";
    let new = "a = \"/opt/new/a\"\nb = /opt/new\nd = 2\nf = /opt/OLD\n";
    let merge = merged::<IcsConf>(base, site, new, &rules);
    assert_text(
        &merge,
        "a = \"/opt/new/a\"\nb = /opt/new/mine\nc = /opt/OLDER:/opt/new/lib\nd = /opt/new\ne = 1\nf = /opt/OLD\n! /opt/OLD\n",
    );
    let expected = [
        ("a", "rewrite-root"),
        ("b", "rewrite-root"),
        ("d", "conflict"),
        ("f", "take-new"),
        ("c", "site-addition"),
        ("e", "site-addition"),
    ];
    assert_eq!(words(&merge), expected.map(|(key, word)| (key.to_owned(), word)));
    assert_eq!(word(&merge, "a").site.present(), Some(&Some(b"/opt/OLD/a".as_slice().into())));
    assert_eq!(word(&merge, "a").outcome.present(), Some(&Some(b"/opt/new/a".as_slice().into())));
}

fn with_list() -> Rules {
    Rules { lists: vec![b"id-".to_vec()], ..from_new() }
}

#[test]
fn a_numbered_list_is_a_unit_only_where_both_sides_changed_it_and_not_alike() {
    for (base, site, new, result, expected) in [
        ("id-1=a\n", "id-1=a\nid-2=b\n", "id-1=a\n", "id-1=a\nid-2=b\n", "same site-addition"),
        ("id-1=a\n", "id-1=a\n", "id-1=x\nid-2=y\n", "id-1=x\nid-2=y\n", "take-new add-new"),
        ("id-1=a\nid-2=b\n", "id-1=b\n", "id-1=a\nid-2=b\n", "id-1=b\n", "keep-site stays-deleted"),
        // The new release put another attribute where the site put its own: neither list is taken apart.
        ("id-1=a\n", "id-1=a\nid-2=b\n", "id-1=a\nid-2=c\nid-3=d\n", "id-1=a\nid-2=b\n", "same conflict conflict"),
        ("id-1=a\nid-2=b\n", "id-1=a\n", "id-1=c\nid-2=b\n", "id-1=a\n", "conflict conflict"),
        ("id-1=a\nid-2=b\n", "id-1=a\n", "id-1=a\nid-2=b\n", "id-1=a\n", "same stays-deleted"),
        ("id-1=a\n", "id-1=a\nid-x=1\n", "id-1=b\nid-x=2\n", "id-1=b\nid-x=1\n", "take-new conflict"),
    ] {
        let merge = merged::<Properties>(base, site, new, &with_list());
        assert_text(&merge, result);
        let words: Vec<_> = words(&merge).into_iter().map(|(_, word)| word).collect();
        assert_eq!(words.join(" "), expected, "{base}{site}{new}");
    }
}

#[test]
fn a_list_that_a_partial_base_knows_is_known_as_a_whole() {
    let merge = |base| try_merged::<Properties>(base, "id-1=a\nid-2=b\n", "id-1=a\nid-2=c\n", &with_list()).unwrap();
    assert_eq!(words(&merge(Base::Partial("id-1=a\n")))[1].1, "conflict");
    assert_eq!(words(&merge(Base::Partial("other=1\n")))[1].1, "unproven");
}

#[test]
fn what_an_unknown_base_leaves_open_is_unproven_and_the_site_s() {
    let site = "a=1\nb=1\nc=1\nd=1\n";
    let merge = try_merged::<Properties>(Base::Unknown, site, "a=1\nb=2\nn=3\n", &from_new()).unwrap();
    assert_text(&merge, "a=1\nb=1\nc=1\nd=1\nn=3\n");
    let expected = [("a", "same"), ("b", "unproven"), ("n", "add-new"), ("c", "unproven"), ("d", "unproven")];
    assert_eq!(words(&merge), expected.map(|(key, word)| (key.to_owned(), word)));

    let partial = try_merged::<Properties>(Base::Partial("b=1\nc=1\n"), site, "a=1\nb=2\nn=3\n", &from_new()).unwrap();
    assert_text(&partial, "a=1\nb=2\nd=1\nn=3\n");
    let expected = [("a", "same"), ("b", "take-new"), ("n", "add-new"), ("c", "drop-obsolete"), ("d", "unproven")];
    assert_eq!(words(&partial), expected.map(|(key, word)| (key.to_owned(), word)));
}

#[test]
fn where_only_additions_are_allowed_the_shipped_line_stands() {
    let rules = Rules { shipped: Shipped::Stands, ..from_new() };
    let base = "a=1\nb=1\nc=1\nd=1\n";
    let merge = merged::<Properties>(base, "a=2\nc=2\nd=1\nmine=1\n", "a=1\nb=1\nc=3\nd=4\nn=1\n", &rules);
    assert_text(&merge, "a=1\nb=1\nc=3\nd=4\nmine=1\nn=1\n");
    let expected = [
        ("a", "conflict"),
        ("b", "conflict"),
        ("c", "conflict"),
        ("d", "take-new"),
        ("n", "add-new"),
        ("mine", "site-addition"),
    ];
    assert_eq!(words(&merge), expected.map(|(key, word)| (key.to_owned(), word)));
    let unknown = try_merged::<Properties>(Base::Unknown, "a=2\nmine=1\n", "a=1\n", &rules).unwrap();
    assert_text(&unknown, "a=1\nmine=1\n");
    assert_eq!(word(&unknown, "a").word, Word::Unproven);
}

#[test]
fn a_conflict_is_resolved_as_the_administrator_says() {
    let run = |resolutions: &[&str], carrier| {
        let resolutions = resolutions.iter().map(|r| (*r).to_owned()).collect();
        let rules = Rules { resolutions, carrier, ..Rules::default() };
        try_merged::<Properties>(
            Base::Known("a=1\na.b=1\ngone=1\nc\\=d=1\n"),
            "a=2\na.b=2\nc\\=d=2\nsame=1\n",
            "a=3\na.b=3\ngone=3\nc\\=d=3\nsame=1\n",
            &rules,
        )
    };
    for carrier in [Carrier::Site, Carrier::New] {
        let text = |resolutions: &[&str]| String::from_utf8(run(resolutions, carrier).unwrap().bytes).unwrap();
        assert_eq!(text(&[]), "a=2\na.b=2\nc\\=d=2\nsame=1\n");
        assert_eq!(text(&["a=new", "a.b=x=y", "gone=new"]), "a=3\na.b=x=y\ngone=3\nc\\=d=2\nsame=1\n");
        assert_eq!(text(&["gone=", "c=d=new", "a=site"]), "a=2\na.b=2\ngone=\nc\\=d=3\nsame=1\n");
    }
    let merge = run(&["a=new"], Carrier::Site).unwrap();
    assert_eq!((word(&merge, "a").choice.clone(), word(&merge, "a").is_open()), (Some(Choice::New), false));
    assert!(word(&merge, "a.b").is_open());

    let no_conflict = |key: &str| MergeError::NoConflict { key: key.into() };
    assert_eq!(run(&["same=new"], Carrier::Site).unwrap_err(), no_conflict("same"));
    assert_eq!(run(&["nosuch=new"], Carrier::Site).unwrap_err(), no_conflict("nosuch"));
    assert_eq!(run(&["a"], Carrier::Site).unwrap_err(), no_conflict("a"));
    assert_eq!(run(&["a=new", "a=site"], Carrier::Site).unwrap_err(), MergeError::ResolvedTwice { key: "a".into() });
    assert_eq!(no_conflict("same").to_string(), "`same` is not in conflict: there is nothing to resolve");
}

#[test]
fn what_is_said_of_one_member_of_a_list_holds_for_all_of_it() {
    let run = |resolutions: &[&str]| {
        let rules = Rules { resolutions: resolutions.iter().map(|r| (*r).to_owned()).collect(), ..with_list() };
        let merge = try_merged::<Properties>(Base::Known("id-1=a\n"), "id-1=b\nid-2=c\n", "id-1=x\nid-3=y\n", &rules);
        merge.map(|merge| String::from_utf8(merge.bytes).unwrap())
    };
    assert_eq!(run(&[]).unwrap(), "id-1=b\nid-2=c\n");
    assert_eq!(run(&["id-3=new"]).unwrap(), "id-1=x\nid-3=y\n");
    assert_eq!(run(&["id-1=new", "id-2=z"]).unwrap(), "id-1=x\nid-2=z\nid-3=y\n");
    assert_eq!(run(&["id-1=new", "id-2=site"]), Err(MergeError::MixedList { key: "id-2".into() }));
}

#[test]
fn windows_sections_pair_without_regard_to_case_and_new_ones_are_made() {
    let base = "[General]\r\nCustom=1\r\n[Old]\r\nx=1\r\n";
    let site = "[GENERAL]\r\ncustom=2\r\n\r\n[Old]\r\nx=1";
    let new = "[General]\r\nCustom=1\r\nMore=\"1\"\r\n[Fresh]\r\n; why\r\ny=1\r\nz=2\r\n";
    let merge = merged::<WindowsIni>(base, site, new, &Rules::default());
    assert_text(&merge, "[GENERAL]\r\ncustom=2\r\nMore=\"1\"\r\n\r\n[Old]\r\n\r\n[Fresh]\r\n; why\r\ny=1\r\nz=2\r\n");
    let expected = [
        ("[GENERAL]custom", "keep-site"),
        ("[General]More", "add-new"),
        ("[Fresh]y", "add-new"),
        ("[Fresh]z", "add-new"),
        ("[Old]x", "drop-obsolete"),
    ];
    assert_eq!(words(&merge), expected.map(|(key, word)| (key.to_owned(), word)));
}

/// A dialect that the merge has never seen: `key value` lines, all of which count.
struct Lines(IcsConf, Vec<Entry>);

impl Document for Lines {
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        let mut entries = Vec::new();
        let mut at = 0;
        for (index, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
            let end = line.iter().position(|b| *b == b'\n').unwrap_or(line.len());
            if let Some(blank) = line.iter().position(|b| *b == b' ') {
                entries.push(Entry {
                    key: Key::new(&line[..blank]),
                    value: Some(line[blank + 1..end].to_vec().into()),
                    line: index as u64 + 1,
                    state: State::Active,
                    span: at + blank + 1..at + end,
                    lines: at..at + line.len(),
                    comment: at..at,
                });
            }
            at += line.len();
        }
        Ok(Self(IcsConf::parse(bytes)?, entries))
    }

    fn to_bytes(&self) -> &[u8] {
        self.0.to_bytes()
    }

    fn entries(&self) -> &[Entry] {
        &self.1
    }

    fn repeats(&self) -> Repeats {
        Repeats::EachCounts
    }

    fn set_all(&self, _: &[(Key, Vec<u8>)]) -> Result<Vec<SpanEdit>, EditError> {
        unreachable!("the merge has no use for it")
    }

    fn respell(&self, entry: &Entry, value: &[u8]) -> Result<SpanEdit, EditError> {
        Ok(SpanEdit { offset: entry.span.start as u64, remove: entry.span.len() as u64, insert: value.to_vec() })
    }

    fn spell(&self, key: &Key, value: &[u8]) -> Result<Vec<u8>, EditError> {
        Ok([key.name.as_ref(), b" ", value, b"\n"].concat())
    }

    fn place(&self, place: Place<'_>, lines: &[u8]) -> SpanEdit {
        self.0.place(place, lines)
    }
}

#[test]
fn a_new_dialect_whose_repeated_keys_all_count_pairs_them_by_position() {
    let base = "host a\nhost b\nport 1\n";
    let merge =
        merged::<Lines>(base, "host a\nhost mine\nport 1\n", "host a\nhost b\nhost c\nport 2\n", &Rules::default());
    assert_text(&merge, "host a\nhost mine\nhost c\nport 2\n");
    let expected = [("host", "same"), ("host#2", "keep-site"), ("host#3", "add-new"), ("port", "take-new")];
    assert_eq!(words(&merge), expected.map(|(key, word)| (key.to_owned(), word)));
}

#[test]
fn the_report_names_every_key_and_no_secret() {
    let base = "a=\nb=1\npw=0\nold=1\n";
    let site = "a=2\nb=1\npw=caf\u{e9}\nold=2\n url =http://u:word@h/\n";
    let new = "a=3\nb=1\npw=0\n!c=1\nn=\\u2013 \n";
    let merge = merged::<Properties>(base, site, new, &from_new());
    let mut changes = Changes::default();
    changes.add(
        "da/x.properties",
        &merge,
        Secrets { key: |key| key.contains("pw"), value: |value| value.contains("word@") },
    );
    assert_eq!(
        changes.to_string(),
        "da/x.properties
  conflict             a = 2
                       was <empty>, site 2, new 3
  obsolete-customised  old = <absent>
                       was 1, site 2, new <absent>
  keep-site            pw = <secret>
                       was <secret>, site <secret>, new <secret>
  add-new              n = \\u2013\\x20
                       was <absent>, site <absent>, new \\u2013\\x20
  site-addition        url = <secret>
                       was <absent>, site <secret>, new <absent>
  same                 1 key
1 same, 1 keep-site, 1 add-new, 1 site-addition, 1 obsolete-customised, 1 conflict; 1 conflict to resolve
"
    );
    let json: serde_json::Value = serde_json::from_str(&changes.to_json().unwrap()).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json.as_object().unwrap().len(), 2);
    assert_eq!(json["decisions"].as_array().unwrap().len(), 6);
    assert_eq!(
        json["decisions"][0],
        serde_json::json!({
            "file": "da/x.properties", "key": "x.properties:a", "base": "", "site": "2", "new": "3",
            "decision": "conflict", "final": "2",
        })
    );
    assert_eq!(json["decisions"][2]["site"], "<secret>");
}
