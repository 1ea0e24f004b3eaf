//! What waits until everything was seen once: compressed in memory, and beyond a bound in a temporary file
//! that has no name and that nobody else can read.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::Arc;

use harden_core::inventory::without_secrets;
use harden_core::source::{Cut, Source};
use lz4_flex::block::{compress_prepend_size, decompress_size_prepended};

/// So many bytes are kept in memory, once compressed.
const BOUND: usize = 24 << 20;

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
    lost: Option<(io::Error, usize)>,
}

/// Some sources, compressed together.
#[derive(Debug)]
struct Block {
    /// How long each text is, and where it was cut out.
    parts: Vec<(usize, Option<Cut>)>,
    bytes: Bytes,
}

#[derive(Debug)]
enum Bytes {
    Held(Vec<u8>),
    Stored { at: u64, length: usize },
}

impl Spool {
    /// Nothing waits yet. All sources have this name.
    pub(super) fn new(name: Arc<str>) -> Self {
        let (blocks, file, lost) = (Vec::new(), None, None);
        Self { name, bound: BOUND, blocks, held: 0, file, stored: 0, lost }
    }

    /// Keeps some sources. Where there is no room for them, they are counted as lost.
    pub(super) fn push(&mut self, sources: &[Source<'_>]) {
        let texts: Vec<&str> = sources.iter().map(|it| it.text.as_ref()).collect();
        let bytes = compress_prepend_size(texts.concat().as_bytes());
        let fits = self.held + bytes.len() <= self.bound;
        let parts = sources.iter().map(|it| (it.text.len(), it.cut.clone()));
        let mut block = Block { parts: parts.collect(), bytes: Bytes::Held(bytes) };
        if !fits {
            match self.store(sources, &mut block) {
                Ok(()) => {}
                Err(error) => {
                    let (_, count) = self.lost.get_or_insert((error, 0));
                    *count += sources.len();
                    return;
                }
            }
        }
        if let Bytes::Held(bytes) = &block.bytes {
            self.held += bytes.len();
        }
        self.blocks.push(block);
    }

    /// Moves a block into the file, without the values of Secrets. Where it cannot be told what is a Secret,
    /// it stays in memory.
    fn store(&mut self, sources: &[Source<'_>], block: &mut Block) -> io::Result<()> {
        let texts: Option<Vec<_>> = sources.iter().map(without_secrets).collect();
        let Some(texts) = texts else { return Ok(()) };
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(private_file()?),
        };
        let bytes = compress_prepend_size(texts.concat().as_bytes());
        file.seek(SeekFrom::Start(self.stored))?;
        file.write_all(&bytes)?;
        for (part, text) in block.parts.iter_mut().zip(&texts) {
            part.0 = text.len();
        }
        block.bytes = Bytes::Stored { at: self.stored, length: bytes.len() };
        self.stored += bytes.len() as u64;
        Ok(())
    }

    /// What was lost, as a sentence; none when nothing was.
    pub(super) fn loss(&self) -> Option<String> {
        let (error, count) = self.lost.as_ref()?;
        Some(format!(
            "{count} objects did not fit into memory, and there is no place for a temporary file ({error}); \
             set TMPDIR to a folder that can be written, or name a file"
        ))
    }

    /// What its sources are called.
    pub(super) fn name(&self) -> Arc<str> {
        Arc::clone(&self.name)
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
    fn read(self, name: &Arc<str>, file: Option<&mut File>) -> io::Result<Vec<Source<'static>>> {
        let broken = |error: &dyn std::fmt::Display| {
            io::Error::new(io::ErrorKind::InvalidData, error.to_string())
        };
        let bytes = match (self.bytes, file) {
            (Bytes::Held(bytes), _) => bytes,
            (Bytes::Stored { at, length }, Some(file)) => {
                let mut bytes = vec![0; length];
                file.seek(SeekFrom::Start(at))?;
                file.read_exact(&mut bytes)?;
                bytes
            }
            (Bytes::Stored { .. }, None) => return Err(broken(&"its temporary file is gone")),
        };
        let text = decompress_size_prepended(&bytes).map_err(|it| broken(&it))?;
        let text = String::from_utf8(text).map_err(|it| broken(&it))?;
        let mut start = 0;
        let parts = self.parts.into_iter().map(|(length, cut)| {
            let text = text.get(start..start + length).unwrap_or_default().to_owned();
            start += length;
            Source { name: Arc::clone(name), text: text.into(), cut }
        });
        Ok(parts.collect())
    }
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
        let list = Arc::new(ListKind { api_version: "v1".to_owned(), kind: "Pod".to_owned() });
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
        spool.push(&[source(SECRET)]);
        let mut stored = Vec::new();
        let file = spool.file.as_mut().expect("it did not fit");
        file.seek(SeekFrom::Start(0)).expect("a file");
        file.read_to_end(&mut stored).expect("a file");
        let stored = decompress_size_prepended(&stored).expect("one block");
        let stored = String::from_utf8(stored).expect("text");
        assert!(!stored.contains("bWFya2Vy") && stored.contains("\"password\": \"xxxxxxxx\""));
        assert_eq!(texts(spool), [stored]);
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
