//! What waits until everything was seen once: compressed in memory, and beyond a bound in a temporary file
//! that has no name and that nobody else can read. No byte of a Secret gets there.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::Arc;

use harden_core::secrecy::storable;
use harden_core::source::{Cut, Source};
use lz4_flex::block::{compress_prepend_size, decompress_size_prepended};

/// So many bytes are kept in memory, once compressed.
const BOUND: usize = 24 << 20;

/// So many bytes are kept in memory of what must not be written to a disk.
const MOST: usize = 256 << 20;

/// Sources that wait, in their order.
#[derive(Debug)]
pub(super) struct Spool {
    name: Arc<str>,
    bound: usize,
    blocks: Vec<Block>,
    /// The bytes of the blocks in memory.
    held: usize,
    file: Option<File>,
    /// The bytes in the file.
    stored: u64,
    /// Why some sources were given up, and how many.
    lost: Option<(String, usize)>,
}

/// Some sources, compressed together.
#[derive(Debug, Default)]
struct Block {
    parts: Vec<Part>,
    /// The texts that are in memory.
    held: Vec<u8>,
    /// Where the others are in the file, and how long.
    stored: Option<(u64, usize)>,
}

/// One source of a block.
#[derive(Debug)]
struct Part {
    length: usize,
    cut: Option<Cut>,
    is_stored: bool,
}

impl Spool {
    /// Nothing waits yet. All sources have this name.
    pub(super) fn new(name: Arc<str>) -> Self {
        let (blocks, file, lost) = (Vec::new(), None, None);
        Self { name, bound: BOUND, blocks, held: 0, file, stored: 0, lost }
    }

    /// Keeps some sources. Where there is no room for them, they are counted as lost.
    pub(super) fn push(&mut self, sources: &[Source<'_>]) {
        if let Err(why) = self.keep(sources) {
            let (_, count) = self.lost.get_or_insert((why.to_string(), 0));
            *count += sources.len();
        }
    }

    fn keep(&mut self, sources: &[Source<'_>]) -> io::Result<()> {
        // Memory was full before there was a file: what comes later does not try it first.
        let may_store = self.file.is_some();
        let mut block = self.block(sources, may_store)?;
        if !may_store && self.held + block.held.len() > self.bound {
            block = self.block(sources, true)?;
        }
        if self.held + block.held.len() > MOST {
            return Err(io::Error::other("what may be a Secret is not written to a disk"));
        }
        self.held += block.held.len();
        self.blocks.push(block);
        Ok(())
    }

    /// Compresses some sources. If it `may_store`, what may be in the file goes there; the rest is in memory.
    fn block(&mut self, sources: &[Source<'_>], may_store: bool) -> io::Result<Block> {
        let mut block = Block::default();
        let (mut held, mut stored) = (String::new(), String::new());
        for source in sources {
            let text = if may_store { storable(source) } else { None };
            let is_stored = text.is_some();
            let text = text.unwrap_or(source.text.as_ref().into());
            block.parts.push(Part { length: text.len(), cut: source.cut.clone(), is_stored });
            if is_stored { &mut stored } else { &mut held }.push_str(&text);
        }
        if !held.is_empty() {
            block.held = compress_prepend_size(held.as_bytes());
        }
        if !stored.is_empty() {
            let file = match &mut self.file {
                Some(file) => file,
                none => none.insert(private_file()?),
            };
            let bytes = compress_prepend_size(stored.as_bytes());
            file.seek(SeekFrom::Start(self.stored))?;
            file.write_all(&bytes)?;
            block.stored = Some((self.stored, bytes.len()));
            self.stored += bytes.len() as u64;
        }
        Ok(block)
    }

    /// What was lost, as a sentence; none when nothing was.
    pub(super) fn loss(&self) -> Option<String> {
        let (why, count) = self.lost.as_ref()?;
        Some(format!(
            "{count} objects did not fit into memory, and there is no place for a temporary file ({why}); set \
             TMPDIR to a folder that can be written, or name a file"
        ))
    }

    /// What its sources are called.
    pub(super) fn name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// The sources block by block, in their order; they wait on.
    pub(super) fn again(&mut self) -> impl Iterator<Item = io::Result<Vec<Source<'static>>>> {
        let Self { name, blocks, file, .. } = self;
        blocks.iter().map(|block| block.read(name, file.as_mut()))
    }

    /// The sources block by block, in their order.
    pub(super) fn replay(self) -> Replay {
        let Self { name, blocks, file, .. } = self;
        Replay { name, blocks: blocks.into_iter(), file }
    }
}

/// The sources that waited, block by block.
#[derive(Debug)]
pub(super) struct Replay {
    name: Arc<str>,
    blocks: std::vec::IntoIter<Block>,
    file: Option<File>,
}

impl Iterator for Replay {
    type Item = io::Result<Vec<Source<'static>>>;

    fn next(&mut self) -> Option<Self::Item> {
        let block = self.blocks.next()?;
        Some(block.read(&self.name, self.file.as_mut()))
    }
}

/// A file without a name that only this user can read.
fn private_file() -> io::Result<File> {
    let file = tempfile::tempfile()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

impl Block {
    fn read(&self, name: &Arc<str>, file: Option<&mut File>) -> io::Result<Vec<Source<'static>>> {
        let held = if self.held.is_empty() { String::new() } else { text(&self.held)? };
        let stored = match (self.stored, file) {
            (Some((at, length)), Some(file)) => {
                let mut bytes = vec![0; length];
                file.seek(SeekFrom::Start(at))?;
                file.read_exact(&mut bytes)?;
                text(&bytes)?
            }
            _ => String::new(),
        };
        let (mut held, mut stored) = (held.as_str(), stored.as_str());
        let parts = self.parts.iter().map(|Part { length, cut, is_stored }| {
            let rest = if *is_stored { &mut stored } else { &mut held };
            let (text, after) = rest.split_at_checked(*length).unwrap_or_default();
            *rest = after;
            Source { name: Arc::clone(name), text: text.to_owned().into(), cut: cut.clone() }
        });
        Ok(parts.collect())
    }
}

/// What was compressed.
fn text(bytes: &[u8]) -> io::Result<String> {
    let broken = |error: &dyn std::fmt::Display| {
        io::Error::new(io::ErrorKind::InvalidData, error.to_string())
    };
    let bytes = decompress_size_prepended(bytes).map_err(|it| broken(&it))?;
    String::from_utf8(bytes).map_err(|it| broken(&it))
}

#[cfg(test)]
mod tests {
    use harden_core::source::ListKind;
    use harden_yaml::Position;

    use super::*;

    const SECRET: &str =
        r#"{"apiVersion": "v1", "kind": "Secret", "data": {"password": "bWFya2Vy"}}"#;
    const POD: &str = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}"#;

    fn spool(bound: usize) -> Spool {
        Spool { bound, ..Spool::new("stdin".into()) }
    }

    fn source(text: &str) -> Source<'static> {
        let list = ListKind { api_version: "v1".to_owned(), kind: "Pod".to_owned() };
        let list = Arc::new(list.into());
        Source::cut(
            "stdin".into(),
            text.to_owned(),
            Cut { start: Position { line: 1, column: 1 }, list },
        )
    }

    fn texts(spool: Spool) -> Vec<String> {
        let sources = spool.replay().flat_map(|it| it.expect("what was written can be read"));
        sources.map(|it| it.text.into_owned()).collect()
    }

    #[test]
    fn what_waits_comes_back_in_its_order_from_memory_and_from_the_file() {
        for bound in [usize::MAX, 0, 100] {
            let mut spool = spool(bound);
            for _ in 0..3 {
                spool.push(&[source(POD), source("{}"), source("")]);
                spool.push(&[source(POD)]);
            }
            assert_eq!(texts(spool).join("\n"), [POD, "{}", "", POD].repeat(3).join("\n"));
        }
    }

    #[test]
    fn no_byte_of_a_secret_is_in_the_file() {
        let mut spool = spool(0);
        spool.push(&[source(SECRET), source("{}"), source(POD)]);
        let mut stored = Vec::new();
        let file = spool.file.as_mut().expect("it did not fit");
        file.seek(SeekFrom::Start(0)).expect("a file");
        file.read_to_end(&mut stored).expect("a file");
        let stored = text(&stored).expect("one block");
        assert!(!stored.contains("bWFya2Vy") && stored.contains("\"password\": \"ABABABAB\""));
        assert_eq!(texts(spool), [&SECRET.replace("bWFya2Vy", "ABABABAB"), "{}", POD]);
    }

    #[test]
    fn what_may_be_a_secret_stays_in_memory() {
        let mut spool = spool(0);
        let broken = r#"{"kind": "Secret", "data": {"password": "bWFya2Vy"}"#;
        spool.push(&[source(broken)]);
        assert!(spool.file.is_none());
        assert_eq!(texts(spool), [broken]);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_the_file() {
        use std::os::unix::fs::MetadataExt as _;

        let mut spool = spool(0);
        spool.push(&[source(POD)]);
        let metadata = spool.file.as_ref().expect("it did not fit").metadata().expect("a file");
        assert_eq!((metadata.nlink(), metadata.mode() & 0o077), (0, 0));
    }
}
