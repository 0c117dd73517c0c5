//! Files that cannot be meant.

use std::sync::Arc;

use config_merge::{Stock, Version, Versions, Where, by_dialect, guards};
use documents::dialect::Dialect;
use documents::merge::Rules;
use upgrade_engine::fs::{FileSystem, RelPath};

use crate::toy::{Asked, at, call, product, read, write, yes};

#[test]
fn a_site_s_file_without_any_entry_is_left_alone_and_is_a_finding() {
    for (content, base) in [(&b""[..], true), (b"# only a comment\n", true), (b"", false)] {
        let fs: Arc<dyn FileSystem> = Arc::new(product().disk());
        write(&*fs, "/product/config/mta/option.dat", content);
        if !base {
            let old = fs.open_dir(&at("/stock/old/mta")).unwrap();
            old.remove_file(&RelPath::new("option.dat").unwrap()).unwrap();
        }
        let (findings, decided) = call(&fs, &yes(), &Asked::default(), |toy| {
            let mut files = toy.files()?;
            if !base {
                files[1].versions.base = Stock::Unknown;
            }
            let merges = toy.merges(&files)?;
            let decided = merges.changes().lines().filter(|line| line.file == "mta/option.dat").count();
            Ok((merges.findings.clone(), decided))
        })
        .unwrap();
        let found = "mta/option.dat: /product/config/mta/option.dat has no entry, as after a full disk; the file was not \
                     merged and no key was removed";
        assert_eq!(findings, [found]);
        assert_eq!(decided, 0);
        if base {
            call(&fs, &yes(), &Asked::default(), |toy| toy.merge()).unwrap();
            assert_eq!(read(&*fs, "/product/config/mta/option.dat").as_bytes(), content);
            assert!(read(&*fs, "/product/config/app.properties").contains("port=8080"), "the others are merged");
        }
    }
}

#[test]
fn a_file_without_entries_is_merged_where_the_others_have_none_either() {
    let fs: Arc<dyn FileSystem> = Arc::new(product().disk());
    write(&*fs, "/product/config/mta/option.dat", b"");
    write(&*fs, "/stock/new/mta/option.dat", b"! nothing is set\n");
    let findings = call(&fs, &yes(), &Asked::default(), |toy| Ok(toy.merges(&toy.files()?)?.findings)).unwrap();
    assert_eq!(findings, Vec::<String>::new());
}

#[test]
fn keys_that_the_site_commented_out_are_entries() {
    let version = |text: &str| Version::new(Where::Own, at("/x"), text.into());
    let shipped = "a=1\nb=2\n";
    let is_empty = |site: &str| {
        let versions =
            Versions { base: Stock::File(version(shipped)), site: Some(version(site)), new: Some(version(shipped)) };
        let merged = by_dialect("x", Dialect::PropertiesDisabled, &versions, &Rules::default()).unwrap();
        guards::site_has_no_entry(&merged.merge)
    };
    assert!(!is_empty("!a=1\n!b=2\n"));
    assert!(is_empty("# nothing\n") && !is_empty(shipped));
}

#[test]
fn a_byte_order_mark_and_a_nul_are_seen() {
    assert!(guards::has_byte_order_mark(b"\xef\xbb\xbfa=1\n"));
    assert!(!guards::has_byte_order_mark(b"a=\xef\xbb\xbf1\n") && !guards::has_byte_order_mark(b"\xef\xbb"));
    assert_eq!((guards::first_nul(b"a=1\n\0\0"), guards::first_nul(b"a=1\n")), (Some(4), None));
}
