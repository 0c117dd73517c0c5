//! Surveys: trees walked within limits, all names of a file, space, links that are followed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::io::ErrorKind;

use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{Dir, FileKind, FileSystem, Name, RelPath, RootPath};
use upgrade_engine::survey::{
    Below, Limits, Need, Space, SurveyError, ancestors, follow, lack_of_space, names_of, read_file_up_to, user_id, walk,
};

const LIMITS: Limits = Limits { entries: 10, depth: 3 };

fn at(path: &str) -> RootPath {
    RootPath::new(path).unwrap()
}

fn path(path: &str) -> RelPath {
    RelPath::new(path).unwrap()
}

fn root(fs: &MemoryFs) -> Box<dyn Dir> {
    fs.open_dir(&at("/")).unwrap()
}

/// Makes directories (names that end with a slash) and files that hold their own names.
fn disk(entries: &[&str]) -> MemoryFs {
    let fs = MemoryFs::new();
    let dir = root(&fs);
    for entry in entries {
        match entry.strip_suffix('/') {
            Some(directory) => drop(dir.make_dir(&path(directory)).unwrap()),
            None => dir.create(&path(entry)).unwrap().write_all_at(entry.as_bytes(), 0).unwrap(),
        }
    }
    fs
}

fn walked(fs: &MemoryFs, limits: Limits) -> Result<Vec<String>, SurveyError> {
    let mut seen = Vec::new();
    walk(&*root(fs), &at("/"), limits, |path, stat| {
        seen.push(path.to_string());
        let left_out = stat.kind == FileKind::Directory && path.to_string().ends_with("out");
        Ok::<_, SurveyError>(if left_out { Below::LeaveOut } else { Below::Enter })
    })?;
    Ok(seen)
}

#[test]
fn a_tree_is_walked_in_order_each_directory_before_what_it_holds_and_no_link_is_followed() {
    let fs = disk(&["b/", "b/d/", "b/d/e", "b/c", "a", "out/", "out/x", "f"]);
    root(&fs).symlink(b"b", &path("link")).unwrap();
    assert_eq!(walked(&fs, LIMITS).unwrap(), ["a", "b", "b/c", "b/d", "b/d/e", "f", "link", "out"]);
}

#[test]
fn a_tree_is_walked_up_to_its_limits_and_not_beyond() {
    let ten: Vec<String> = (0..10).map(|number| format!("file{number}")).collect();
    let fs = disk(&ten.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(walked(&fs, LIMITS).unwrap().len(), 10);
    root(&fs).make_dir(&path("out")).unwrap();
    let error = walked(&fs, LIMITS).unwrap_err();
    let (message, remedy) =
        ("/: it holds more than 10 entries or 3 levels of directories", "move what does not belong there");
    assert!(error.to_string().starts_with(message) && error.to_string().contains(remedy), "{error}");

    let fs = disk(&["1/", "1/2/", "1/2/3/", "1/2/3/file"]);
    assert_eq!(walked(&fs, LIMITS).unwrap().len(), 4);
    root(&fs).make_dir(&path("1/2/3/4")).unwrap();
    assert!(matches!(walked(&fs, LIMITS), Err(SurveyError::TooMuch { .. })));
}

#[test]
fn many_entries_far_down_are_too_much_as_their_paths_take_the_memory() {
    let limits = Limits { entries: 1000, depth: 64 };
    let far = "d/".repeat(60);
    let fs = MemoryFs::new();
    let mut dir = root(&fs);
    for _ in 0..60 {
        dir.make_dir(&path("d")).unwrap();
        dir = dir.open_dir(&path("d")).unwrap();
    }
    let walked = |count: usize| {
        let files = (0..count).map(|number| format!("{far}{number}"));
        files.for_each(|file| drop(root(&fs).create(&path(&file))));
        walk(&*root(&fs), &at("/"), limits, |_, _| Ok::<_, SurveyError>(Below::Enter))
    };
    walked(50).unwrap();
    assert!(matches!(walked(500), Err(SurveyError::TooMuch { .. })));
}

#[test]
fn a_tree_deeper_than_any_stack_is_walked() {
    let fs = MemoryFs::new();
    let dir = root(&fs);
    let mut deep = RelPath::here();
    for _ in 0..1_000 {
        deep = deep.join(&Name::new("d").unwrap());
        dir.make_dir(&deep).unwrap();
    }
    let walk = move || walked(&fs, Limits { entries: 2_000, depth: 2_000 }).unwrap().len();
    // A frame for each level would not fit.
    let walked = std::thread::Builder::new().stack_size(96 << 10).spawn(walk).unwrap().join().unwrap();
    assert_eq!(walked, 1_000);
}

/// Returns the directory of the names, the name that was asked for, and the other ones.
fn names(fs: &MemoryFs, file: &str, within: &[&str]) -> Result<(String, String, Vec<String>), String> {
    let within: Vec<RootPath> = within.iter().map(|top| at(top)).collect();
    let found = names_of(fs, &at(file), &within).map_err(|e| e.to_string())?;
    let others = found.others.iter().map(ToString::to_string).collect();
    Ok((found.anchor.path.to_string(), found.at.to_string(), others))
}

fn found(directory: &str, name: &str, others: &[&str]) -> Result<(String, String, Vec<String>), String> {
    Ok((directory.to_owned(), name.to_owned(), others.iter().map(|name| (*name).to_owned()).collect()))
}

#[test]
fn all_names_of_a_file_are_found_where_they_are_looked_for() {
    let fs = disk(&["a/", "a/b/", "a/b/file", "a/c/", "other/", "away/"]);
    assert_eq!(names(&fs, "/a/b/file", &[]), found("/a/b", "file", &[]));
    let link = |to: &str| root(&fs).hard_link(&path("a/b/file"), &path(to)).unwrap();
    link("a/b/same");
    assert_eq!(names(&fs, "/a/b/file", &[]), found("/a/b", "file", &["same"]));
    link("a/c/name");
    let why = "/a/b/file is a hard-linked file with 3 names, and only 2 can be found: remove its other names, or make /a/b/file \
               a file of its own";
    assert_eq!(names(&fs, "/a/b/file", &["/other", "/none"]), Err(why.to_owned()));
    assert_eq!(names(&fs, "/a/b/file", &["/a"]), found("/a", "b/file", &["b/same", "c/name"]));
    link("other/x");
    assert_eq!(
        names(&fs, "/a/b/file", &["/a", "/other"]),
        found("/", "a/b/file", &["a/b/same", "a/c/name", "other/x"])
    );
}

#[test]
fn a_name_that_is_reached_only_through_a_link_is_none_that_can_be_replaced() {
    let fs = disk(&["a/", "a/real/", "a/real/file", "a/c/"]);
    root(&fs).hard_link(&path("a/real/file"), &path("a/c/name")).unwrap();
    root(&fs).symlink(b"real", &path("a/link")).unwrap();
    let why = names(&fs, "/a/link/file", &["/a"]).unwrap_err();
    assert!(why.contains("with 2 names"), "{why}");
    assert_eq!(names(&fs, "/a/real/file", &["/a"]), found("/a", "real/file", &["c/name"]));
}

#[test]
fn needs_on_one_file_system_are_added_and_those_on_another_are_not() {
    let (one, two) = (at("/one"), at("/two"));
    let need = |path, device, mib: u64| Need { path, space: Space { device, free: 10 << 20 }, bytes: mib << 20 };
    assert_eq!(lack_of_space(&[need(&one, 1, 4), need(&two, 1, 4)]), None);
    assert_eq!(lack_of_space(&[need(&one, 1, 8), need(&two, 2, 8)]), None);
    let lack = lack_of_space(&[need(&one, 1, 8), need(&two, 1, 8)]).unwrap();
    assert_eq!((lack.path, lack.needed, lack.free), (one.clone(), 18, 10));
    let lack = lack_of_space(&[need(&one, 1, 8), need(&two, 2, 10)]).unwrap();
    assert_eq!(lack.path, two);
}

#[test]
fn links_are_followed_below_the_root_and_a_file_is_read_up_to_its_limit() {
    let fs = disk(&["etc/", "shared/", "shared/passwd"]);
    root(&fs).symlink(b"/../shared/passwd", &path("etc/passwd")).unwrap();
    assert_eq!(follow(&fs, &at("/etc/passwd")).unwrap(), at("/shared/passwd"));
    assert_eq!(read_file_up_to(&fs, &at("/etc/passwd"), 13).unwrap().unwrap(), b"shared/passwd");
    assert_eq!(read_file_up_to(&fs, &at("/etc/passwd"), 12).unwrap_err().kind(), ErrorKind::FileTooLarge);
    let file = root(&fs).open_to_write(&path("shared/passwd")).unwrap();
    file.write_all_at(b"root:x:0:0::/:\nicsuser:x:77:8::/:\n", 0).unwrap();
    assert_eq!(user_id(&fs, "icsuser"), Ok(77));
    assert_eq!(user_id(&fs, "4711"), Ok(4711));
    assert!(user_id(&fs, "nobody").is_err() && user_id(&fs, "4294967295").is_err());
}

#[test]
fn the_directories_above_a_path_are_those_of_the_disk_also_where_it_is_not_there_yet() {
    let fs = disk(&["a/", "a/b/", "x/"]);
    root(&fs).symlink(b"/a/b", &path("x/link")).unwrap();
    let id = |name: &str| fs.open_dir(&at(name)).unwrap().stat(&RelPath::here()).unwrap().id;
    assert_eq!(ancestors(&fs, &at("/a/b")).unwrap(), [id("/a"), id("/")]);
    assert_eq!(ancestors(&fs, &at("/x/link/new/deeper")).unwrap(), [id("/a/b"), id("/a"), id("/")]);
}
