//! Databases that cannot be read to their end are refused before anything is written, with the page that is wrong.

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::genuine;
use crate::support::site::{NEW, OLD};

const PAGE: usize = 512;
const LEAF: u8 = 5;

/// A genuine little-endian version 8 btree with 512-byte pages.
fn sound() -> Vec<u8> {
    std::fs::read(genuine::data().join("btree-3.2.9-le-plain-512.db")).unwrap()
}

/// Returns where the leaf pages begin.
fn leaves(bytes: &[u8]) -> Vec<usize> {
    (0..bytes.len()).step_by(PAGE).filter(|page| bytes[page + 25] == LEAF).collect()
}

/// Returns what is said of a database with this content.
#[track_caller]
fn refusal(bytes: &[u8]) -> String {
    let site = Site::calendar();
    site.write("/db/old/damaged.db", bytes);
    site.refused(&[OLD, NEW]).to_string()
}

#[test]
fn a_truncated_database_is_refused() {
    let bytes = sound();
    assert_snapshot!(refusal(&bytes[..bytes.len() / 2 / PAGE * PAGE]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old/damaged.db: page 33: points to page 40, but the file has pages 1 to 39
      Restore the files from a good backup or move them out of the directory, and run csmigrate again. --salvage migrates what can be read of the damaged ones.
      Nothing was changed.
    "#);
    assert_snapshot!(refusal(&bytes[..bytes.len() - 1]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old/damaged.db: the file's 40959 bytes are not whole pages of 512 bytes
      Restore the files from a good backup or move them out of the directory, and run csmigrate again. --salvage migrates what can be read of the damaged ones.
      Nothing was changed.
    "#);
    assert_snapshot!(refusal(&bytes[..PAGE]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old/damaged.db: page 0: points to page 1, but the file has pages 1 to 0
      Restore the files from a good backup or move them out of the directory, and run csmigrate again. --salvage migrates what can be read of the damaged ones.
      Nothing was changed.
    "#);
}

#[test]
fn a_loop_in_the_leaf_chain_is_refused() {
    let mut bytes = sound();
    let leaves = leaves(&bytes);
    // The next page of a leaf in the middle becomes that leaf itself.
    let page = leaves[leaves.len() / 2];
    let number = u32::try_from(page / PAGE).unwrap().to_le_bytes();
    bytes[page + 16..page + 20].copy_from_slice(&number);
    assert_snapshot!(refusal(&bytes), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old/damaged.db: page 41: next page is 41, expected 42
      Restore the files from a good backup or move them out of the directory, and run csmigrate again. --salvage migrates what can be read of the damaged ones.
      Nothing was changed.
    "#);
}

#[test]
fn a_loop_in_the_tree_is_refused() {
    let mut bytes = sound();
    let root = PAGE * u32::from_le_bytes(bytes[88..92].try_into().unwrap()) as usize;
    // The first child of the root becomes the root.
    let item = root + u16::from_le_bytes(bytes[root + 26..root + 28].try_into().unwrap()) as usize;
    let number = u32::try_from(root / PAGE).unwrap().to_le_bytes();
    bytes[item + 4..item + 8].copy_from_slice(&number);
    assert_snapshot!(refusal(&bytes), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old/damaged.db: page 1: points to page 1, which is already used elsewhere
      Restore the files from a good backup or move them out of the directory, and run csmigrate again. --salvage migrates what can be read of the damaged ones.
      Nothing was changed.
    "#);
}

#[test]
fn overlapping_items_are_refused() {
    let mut bytes = sound();
    let page = leaves(&bytes)[1];
    // The second item begins just before the first one and is 20 bytes long.
    let second = u16::from_le_bytes(bytes[page + 26..page + 28].try_into().unwrap()) - 4;
    bytes[page + 28..page + 30].copy_from_slice(&second.to_le_bytes());
    bytes[page + second as usize..][..3].copy_from_slice(&[20, 0, 1]);
    assert_snapshot!(refusal(&bytes), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old/damaged.db: page 3: item 1 overlaps another item
      Restore the files from a good backup or move them out of the directory, and run csmigrate again. --salvage migrates what can be read of the damaged ones.
      Nothing was changed.
    "#);
}

#[test]
fn flipped_bits_in_page_headers_are_refused() {
    let sound = sound();
    let page = leaves(&sound)[2];
    let mut said = String::new();
    for (field, at) in [("type", 25), ("level", 24), ("number", 8), ("number of items", 21), ("next page", 16)] {
        let mut bytes = sound.clone();
        bytes[page + at] ^= 0x10;
        let site = Site::with(&["csdb-6.2-be/ics50gse.db"]);
        site.write("/db/old/damaged.db", bytes);
        let outcome = site.refused(&[OLD, NEW]);
        said.push_str(&format!("{field}: {}\n", outcome.stderr.lines().next().unwrap()));
    }
    assert_snapshot!(said, @r#"
    type: csmigrate: /db/old/damaged.db: page 4: type 21, expected 5 (btree leaf)
    level: csmigrate: /db/old/damaged.db: page 4: level 17, expected 1
    number: csmigrate: /db/old/damaged.db: page 4: has the number of page 20
    number of items: csmigrate: /db/old/damaged.db: page 4: 4104 entries reach beyond the lowest item at 220
    next page: csmigrate: /db/old/damaged.db: page 4: next page is 21, expected 5
    "#);
}

#[test]
fn all_damaged_databases_are_told_at_once() {
    let site = Site::calendar();
    let bytes = sound();
    site.write("/db/old/one.db", &bytes[..PAGE]);
    site.write("/db/old/two.db", &bytes[..4 * PAGE]);
    assert_snapshot!(site.refused(&["-q", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old/one.db: page 0: points to page 1, but the file has pages 1 to 0
      /db/old/two.db: page 1: points to page 17, but the file has pages 1 to 3
      Restore the files from a good backup or move them out of the directory, and run csmigrate again. --salvage migrates what can be read of the damaged ones.
      Nothing was changed.
    "#);
}

#[test]
fn a_database_of_zeroes_and_one_of_noise_are_refused() {
    assert_snapshot!(refusal(&[0; 8192]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old/damaged.db: named like a database, but its first page is not that of a database
      Restore the files from a good backup or move them out of the directory, and run csmigrate again. --salvage migrates what can be read of the damaged ones.
      Nothing was changed.
    "#);
    let mut state = 1_u32;
    let noise: Vec<u8> = (0..8192)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    assert_snapshot!(refusal(&noise), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old/damaged.db: named like a database, but its first page is not that of a database
      Restore the files from a good backup or move them out of the directory, and run csmigrate again. --salvage migrates what can be read of the damaged ones.
      Nothing was changed.
    "#);
}
