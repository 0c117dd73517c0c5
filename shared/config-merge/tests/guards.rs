//! Files that cannot be meant.

use std::sync::Arc;

use config_merge::guards;
use upgrade_engine::fs::FileSystem;

use crate::toy::{Asked, call, product, read, write, yes};

#[test]
fn a_site_s_file_without_any_entry_is_left_alone_and_is_a_finding() {
    for (content, base) in [(&b""[..], true), (b"# only a comment\n", true), (b"", false)] {
        let fs: Arc<dyn FileSystem> = Arc::new(product().disk());
        write(&*fs, "/product/config/mta/option.dat", content);
        if !base {
            let old = fs.open_dir(&crate::toy::at("/stock/old/mta")).unwrap();
            old.remove_file(&upgrade_engine::fs::RelPath::new("option.dat").unwrap()).unwrap();
        }
        let (findings, decided) = call(&fs, &yes(), &Asked::default(), |toy| {
            let mut files = toy.files()?;
            if !base {
                files[1].versions.base = config_merge::Stock::Unknown;
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
fn a_byte_order_mark_and_a_nul_are_seen() {
    assert!(guards::has_byte_order_mark(b"\xef\xbb\xbfa=1\n"));
    assert!(!guards::has_byte_order_mark(b"a=\xef\xbb\xbf1\n") && !guards::has_byte_order_mark(b"\xef\xbb"));
    assert_eq!((guards::first_nul(b"a=1\n\0\0"), guards::first_nul(b"a=1\n")), (Some(4), None));
}
