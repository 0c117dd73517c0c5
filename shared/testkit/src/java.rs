//! The Java reader of properties files: what `java.util.Properties` makes of one.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::peers;

/// What Java made of a file: its entries in order, as UTF-16 units; nothing when it rejects the file.
pub type Loaded = Option<Vec<(Vec<u16>, Vec<u16>)>>;

/// A Java process that reads properties files.
pub struct Java {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Java {
    /// Starts it, in a test whose path holds `java`.
    pub fn start() -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("java/LoadProperties.java");
        let mut child = Command::new(peers::need("java"))
            .args(["-Xshare:auto", "-XX:TieredStopAtLevel=1"])
            .arg(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let to = child.stdin.take();
        let from = BufReader::new(child.stdout.take().unwrap());
        Self { child, to, from }
    }

    /// Reads a file.
    pub fn load(&mut self, file: &[u8]) -> Loaded {
        let to = self.to.as_mut().unwrap();
        to.write_all(&u32::try_from(file.len()).unwrap().to_be_bytes()).unwrap();
        to.write_all(file).unwrap();
        to.flush().unwrap();
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "java ended early");
        let line = line.trim_end();
        if line == "rejected" {
            return None;
        }
        let entry = |text: &str| text.split_once('=').map(|(key, value)| (units(key), units(value))).unwrap();
        Some(line.split_terminator(';').map(entry).collect())
    }
}

impl Drop for Java {
    fn drop(&mut self) {
        self.to = None;
        let _ = self.child.wait();
    }
}

/// Reads UTF-16 units of four hexadecimal digits each.
pub fn units(hex: &str) -> Vec<u16> {
    hex.as_bytes()
        .chunks(4)
        .map(|digits| u16::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap())
        .collect()
}
