//! What strace writes: one call a line, as `-f -y -o FILE` gives it.
//!
//! With `-f` each line begins with the number of the thread, and a call during which another thread made one is in two pieces:
//! `openat(3</tmp>, "x",  <unfinished ...>` and later `<... openat resumed>O_RDONLY) = 4</tmp/x>`. It counts where it ends. With `-y`
//! each handle is followed by the path that it has by then. Bytes that are not printable, and `<` and `>` in such a path, are escaped.

use std::collections::BTreeMap;

/// A call that came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// The thread that made it.
    pub(super) thread: u32,
    /// Its name.
    pub(super) name: String,
    /// The arguments, as written.
    pub(super) arguments: Vec<String>,
    /// What it returned, as written: `0`, `4</tmp/x>`, `-1 ENOENT (No such file or directory)`, `?`.
    pub(super) result: String,
}

/// A handle and the path that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fd {
    /// Its number; nothing for the current directory.
    pub(super) number: Option<u32>,
    /// The path of what is open.
    pub(super) path: Vec<u8>,
    /// Whether that name is gone.
    pub(super) is_gone: bool,
}

/// Something that happened, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A call began, and others happen before it ends. What a new process does may come before the call that made it ends.
    Began(Call),
    /// A call ended.
    Ended(Call),
}

/// Reads a trace.
///
/// # Panics
/// At a line that is none of strace's.
#[track_caller]
pub(super) fn read(trace: &str) -> Vec<Event> {
    let mut pending: BTreeMap<u32, String> = BTreeMap::new();
    let mut events = Vec::new();
    for line in trace.lines() {
        let (thread, text) = line.split_once(' ').unwrap_or_else(|| panic!("no line of strace: {line}"));
        let thread = thread.parse().unwrap_or_else(|_| panic!("no line of strace: {line}"));
        let text = text.trim_start();
        if text.starts_with("+++") || text.starts_with("---") {
            continue;
        }
        if let Some(begun) = text.strip_suffix("<unfinished ...>") {
            pending.insert(thread, begun.to_owned());
            events.push(Event::Began(call(thread, begun)));
            continue;
        }
        let whole = match text.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>")) {
            Some((_, rest)) => pending.remove(&thread).unwrap_or_else(|| panic!("never begun: {line}")) + rest,
            None => text.to_owned(),
        };
        events.push(Event::Ended(call(thread, &whole)));
    }
    events
}

/// Reads a call; one that is not finished has fewer arguments and no result.
#[track_caller]
fn call(thread: u32, text: &str) -> Call {
    let (name, rest) = text.split_once('(').unwrap_or_else(|| panic!("no call: {text}"));
    let (mut arguments, mut from, mut depth) = (Vec::new(), 0, 0_usize);
    let (mut quoted, mut annotated, mut escaped) = (false, false, false);
    let mut end = rest.len();
    let bytes = rest.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted || annotated => escaped = true,
            b'"' if !annotated => quoted = !quoted,
            _ if quoted => {}
            b'>' if annotated => annotated = false,
            _ if annotated => {}
            // `<` is also a part of `<<`.
            b'<' if at > 0 && bytes[at - 1].is_ascii_alphanumeric() => annotated = true,
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' => depth -= 1,
            b')' if depth > 0 => depth -= 1,
            b')' => {
                end = at;
                break;
            }
            b',' if depth == 0 => {
                arguments.push(rest[from..at].trim().to_owned());
                from = at + 1;
            }
            _ => {}
        }
    }
    let last = rest[from..end].trim();
    if !last.is_empty() {
        arguments.push(last.to_owned());
    }
    let result = rest[end..].trim_start_matches(')').trim_start().trim_start_matches('=').trim().to_owned();
    Call { thread, name: name.to_owned(), arguments, result }
}

impl Call {
    /// Returns true when it did what it was to do.
    pub(super) fn succeeded(&self) -> bool {
        self.result.as_bytes().first().is_some_and(u8::is_ascii_digit)
    }

    /// Returns the text of an argument; an empty one where there is none.
    pub(super) fn argument(&self, index: usize) -> &str {
        self.arguments.get(index).map_or("", String::as_str)
    }

    /// Returns an argument that is a handle.
    pub(super) fn handle(&self, index: usize) -> Option<Fd> {
        fd(self.argument(index))
    }

    /// Returns the handle that was made.
    pub(super) fn made(&self) -> Option<Fd> {
        fd(&self.result)
    }

    /// Returns an argument that is a text; nothing for `NULL`.
    pub(super) fn text(&self, index: usize) -> Option<Vec<u8>> {
        let quoted = self.argument(index).strip_prefix('"')?;
        let end = quoted.rfind('"')?;
        Some(unescape(&quoted[..end]))
    }

    /// Returns true when an argument holds a flag.
    pub(super) fn has(&self, index: usize, flag: &str) -> bool {
        let is_part = |byte: char| byte.is_ascii_alphanumeric() || byte == '_';
        self.argument(index).split(|byte| !is_part(byte)).any(|word| word == flag)
    }

    /// Returns true when any argument holds a flag.
    pub(super) fn has_anywhere(&self, flag: &str) -> bool {
        (0..self.arguments.len()).any(|index| self.has(index, flag))
    }

    /// Returns the call as strace wrote it.
    pub(super) fn shown(&self) -> String {
        format!("{}({}) = {}", self.name, self.arguments.join(", "), self.result)
    }
}

/// Reads `4</tmp/x>`, `AT_FDCWD</tmp>`, or a number without a path.
fn fd(text: &str) -> Option<Fd> {
    let (number, path) = match text.split_once('<') {
        Some((number, rest)) => (number, unescape(&rest[..rest.find('>')?])),
        None => (text, Vec::new()),
    };
    let is_gone = text.ends_with("(deleted)");
    if number == "AT_FDCWD" {
        return Some(Fd { number: None, path, is_gone });
    }
    let number = number.split_whitespace().next()?.parse().ok()?;
    Some(Fd { number: Some(number), path, is_gone })
}

/// Undoes the escapes of strace: those of C, with octal numbers of one to three digits.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes().peekable();
    let mut found = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            found.push(byte);
            continue;
        }
        match bytes.next() {
            Some(first @ b'0'..=b'7') => {
                let mut number = u32::from(first - b'0');
                for _ in 0..2 {
                    let Some(digit) = bytes.next_if(|next| matches!(next, b'0'..=b'7')) else { break };
                    number = number * 8 + u32::from(digit - b'0');
                }
                found.push(u8::try_from(number).unwrap());
            }
            Some(b'n') => found.push(b'\n'),
            Some(b't') => found.push(b'\t'),
            Some(b'r') => found.push(b'\r'),
            Some(b'v') => found.push(11),
            Some(b'f') => found.push(12),
            Some(other) => found.push(other),
            None => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(line: &str) -> Call {
        match read(line).as_slice() {
            [Event::Ended(call)] => call.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_call_is_read_with_its_handles_and_its_result() {
        let call = only(
            "5587  openat(12</tmp/a/root>, \"var\", O_RDONLY|O_LARGEFILE|O_NOFOLLOW|O_CLOEXEC|O_PATH|O_DIRECTORY) = \
             14</tmp/a/root/var>",
        );
        assert_eq!((call.thread, call.name.as_str(), call.arguments.len()), (5587, "openat", 3));
        let fd = |number, path: &str| Some(Fd { number, path: path.into(), is_gone: false });
        assert_eq!(call.handle(0), fd(Some(12), "/tmp/a/root"));
        assert_eq!(call.text(1).as_deref(), Some(&b"var"[..]));
        assert!(call.has(2, "O_PATH") && call.has(2, "O_NOFOLLOW") && !call.has(2, "O_CREAT") && !call.has(2, "O_NO"));
        assert_eq!(call.made(), fd(Some(14), "/tmp/a/root/var"));
        assert!(call.succeeded());
        let failed = only(
            "7 newfstatat(AT_FDCWD</tmp/cwd>, \"x, \\\"y\\\" (1)\", 0x7fff, AT_SYMLINK_NOFOLLOW) = -1 ENOENT (No such file \
             or directory)",
        );
        assert_eq!(failed.handle(0), fd(None, "/tmp/cwd"));
        assert_eq!(failed.text(1).as_deref(), Some(&b"x, \"y\" (1)"[..]));
        assert!(failed.has(3, "AT_SYMLINK_NOFOLLOW") && !failed.succeeded() && failed.made().is_none());
    }

    #[test]
    fn structures_annotations_and_comments_are_one_argument_each() {
        let call = only(
            "9 newfstatat(3</tmp/a, b\\74c\\76>, \"f\\303\\251\\n\\\\\", {st_mode=S_IFREG|0644, st_size=2, ...}, \
             AT_SYMLINK_NOFOLLOW) = 0",
        );
        assert_eq!(call.arguments.len(), 4);
        assert_eq!(call.handle(0).unwrap().path, b"/tmp/a, b<c>");
        assert_eq!(call.text(1).unwrap(), "f\u{e9}\n\\".as_bytes());
        let call = only("9 getdents64(3</tmp>, 0x55e7 /* 8 entries */, 768) = 256");
        assert_eq!(call.arguments.len(), 3);
        let call = only("9 utimensat(6</tmp/x>, NULL, [UTIME_OMIT, {tv_sec=7, tv_nsec=0} /* 1970 */], 0) = 0");
        assert_eq!((call.arguments.len(), call.text(1)), (4, None));
        let call = only("9 execve(\"/bin/x\", [\"x\", \"(\", \"a)\"], 0x7ffd /* 2 vars */) = 0");
        assert_eq!((call.arguments.len(), call.text(0).unwrap()), (3, b"/bin/x".to_vec()));
        let call = only("9 unlinkat(3</tmp/gone>(deleted), \"x\", 0) = -1 ENOENT (No such file or directory)");
        assert_eq!((call.arguments.len(), call.handle(0).unwrap().path), (3, b"/tmp/gone".to_vec()));
        assert!(call.handle(0).unwrap().is_gone);
        assert_eq!(only("9 exit_group(0) = ?").result, "?");
    }

    #[test]
    fn a_call_in_two_pieces_counts_where_it_ends() {
        let events = read(
            "5 open(\"/tmp/a (x)\", O_RDONLY|O_PATH <unfinished ...>\n\
             6 +++ exited with 0 +++\n\
             6 newfstatat(3</tmp>, \"y\",  <unfinished ...>\n\
             5 <... open resumed>)               = 5</tmp/a (x)>\n\
             6 <... newfstatat resumed>{st_mode=S_IFREG|0644, ...}, AT_SYMLINK_NOFOLLOW) = 0\n\
             5 --- SIGCHLD {si_signo=SIGCHLD} ---",
        );
        let ended: Vec<Call> = events
            .into_iter()
            .filter_map(|event| match event {
                Event::Ended(call) => Some(call),
                Event::Began(_) => None,
            })
            .collect();
        assert_eq!(ended.len(), 2);
        assert_eq!((ended[0].thread, ended[0].made().unwrap().number), (5, Some(5)));
        assert_eq!((ended[1].arguments.len(), ended[1].argument(3)), (4, "AT_SYMLINK_NOFOLLOW"));
    }
}
