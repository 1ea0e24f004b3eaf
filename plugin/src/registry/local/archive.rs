//! What of an image's archive may be said of it: small files of JSON, layers left out.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, ErrorKind, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::input::GZIP;
use crate::registry::fault::Fault;

/// A header of tar, and what contents are rounded up to.
const BLOCK: usize = 512;
/// A file of JSON is no larger.
const FILE_BYTES: u64 = 16 << 20;
/// All files of JSON together.
const KEPT_BYTES: u64 = 256 << 20;
/// So much may come out of gzip, which can make a thousand bytes of one.
const UNPACKED_BYTES: u64 = 64 << 30;
/// Longer names and records about a file are none.
const RECORD_BYTES: u64 = 64 << 10;
const ENTRIES: usize = 200_000;

/// Reads an archive; its files of JSON by their paths, the later of two of one name.
///
/// # Errors
///
/// It is not there, is no archive, ends too early, or is larger than anything that is one.
pub(super) fn read(path: &Path) -> Result<BTreeMap<String, Vec<u8>>, Fault> {
    let unreadable = |error: &io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Fault::wrong("there is no such file"),
        kind => Fault::wrong(format!("it cannot be read: {kind}")),
    };
    if !path.metadata().map_err(|it| unreadable(&it))?.is_file() {
        return Err(Fault::wrong("it is no file"));
    }
    let mut file =
        BufReader::with_capacity(1 << 16, File::open(path).map_err(|it| unreadable(&it))?);
    let start = file.fill_buf().map_err(|it| unreadable(&it))?;
    if start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return Err(Fault::wrong("it is compressed with zstd: unpack it first, as `zstd -d` does"));
    }
    if start.starts_with(&GZIP) {
        let unpacked = MultiGzDecoder::new(file).take(UNPACKED_BYTES);
        return Archive { source: Source::Packed(Box::new(unpacked)) }.files();
    }
    Archive { source: Source::Plain(file) }.files()
}

enum Source {
    Plain(BufReader<File>),
    Packed(Box<io::Take<MultiGzDecoder<BufReader<File>>>>),
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.read(into),
            Self::Packed(stream) => stream.read(into),
        }
    }
}

struct Archive {
    source: Source,
}

impl Archive {
    fn files(mut self) -> Result<BTreeMap<String, Vec<u8>>, Fault> {
        let mut files = BTreeMap::new();
        let mut kept = 0;
        // What records before a file say of it.
        let (mut long_name, mut long_size) = (None, None);
        for _ in 0..ENTRIES {
            let Some(header) = self.header()? else { return Ok(files) };
            let size = match long_size.take() {
                Some(size) if header.is_file() => size,
                _ => header.size,
            };
            match header.kind {
                b'L' => {
                    let name = self.record(size)?;
                    long_name = Some(text(&name));
                    continue;
                }
                b'x' => {
                    let record = self.record(size)?;
                    let said = Extended::read(&record)?;
                    long_name = said.path.or(long_name);
                    long_size = said.size;
                    continue;
                }
                _ => {}
            }
            let name = long_name.take().unwrap_or(header.name.clone());
            let bytes = if header.is_file() {
                self.json(size)?
            } else {
                self.skip(padded(size)?)?;
                None
            };
            if let Some(bytes) = bytes {
                kept += bytes.len() as u64;
                if kept > KEPT_BYTES {
                    return Err(Fault::broken(format!(
                        "it holds more than {} MiB of JSON",
                        KEPT_BYTES >> 20
                    )));
                }
                files.insert(name.trim_start_matches("./").to_owned(), bytes);
            }
        }
        Err(Fault::broken(format!("it holds more than {ENTRIES} files")))
    }

    /// The next header; `None` at the end.
    fn header(&mut self) -> Result<Option<Header>, Fault> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while let Some(rest) = block.get_mut(filled..).filter(|it| !it.is_empty()) {
            match self.source.read(rest) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err(ended()),
                Ok(read) => filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(broken_off(&error)),
            }
        }
        if block.iter().all(|it| *it == 0) {
            return Ok(None);
        }
        Header::read(&block).map(Some)
    }

    /// The contents of a file, if they are JSON; else they are passed by.
    fn json(&mut self, size: u64) -> Result<Option<Vec<u8>>, Fault> {
        let padding = padded(size)? - size;
        if size == 0 || size > FILE_BYTES {
            self.skip(size + padding)?;
            return Ok(None);
        }
        let mut first = [0];
        self.source.read_exact(&mut first).map_err(|it| broken_off(&it))?;
        if !matches!(first, [b'{' | b'[' | b' ' | b'\t' | b'\r' | b'\n']) {
            self.skip(size - 1 + padding)?;
            return Ok(None);
        }
        let mut bytes = first.to_vec();
        let read = self.source.by_ref().take(size - 1).read_to_end(&mut bytes);
        if read.map_err(|it| broken_off(&it))? as u64 != size - 1 {
            return Err(ended());
        }
        self.skip(padding)?;
        Ok(Some(bytes))
    }

    fn record(&mut self, size: u64) -> Result<Vec<u8>, Fault> {
        if size > RECORD_BYTES {
            return Err(Fault::broken("it has a file with a name or records longer than any"));
        }
        let mut bytes = Vec::new();
        let read = self.source.by_ref().take(size).read_to_end(&mut bytes);
        if read.map_err(|it| broken_off(&it))? as u64 != size {
            return Err(ended());
        }
        self.skip(padded(size)? - size)?;
        Ok(bytes)
    }

    fn skip(&mut self, size: u64) -> Result<(), Fault> {
        match &mut self.source {
            Source::Plain(file) => {
                let size = i64::try_from(size).map_err(|_| ended())?;
                file.seek_relative(size).map_err(|_| ended())
            }
            Source::Packed(stream) => {
                let passed = io::copy(&mut stream.by_ref().take(size), &mut io::sink());
                match passed {
                    Ok(passed) if passed == size => Ok(()),
                    Ok(_) if stream.limit() == 0 => Err(Fault::broken(format!(
                        "it unpacks to more than {} GiB",
                        UNPACKED_BYTES >> 30
                    ))),
                    Ok(_) => Err(ended()),
                    Err(error) => Err(broken_off(&error)),
                }
            }
        }
    }
}

fn padded(size: u64) -> Result<u64, Fault> {
    size.checked_next_multiple_of(BLOCK as u64).ok_or_else(not_tar)
}

fn ended() -> Fault {
    Fault::broken("the archive ends too early")
}

fn not_tar() -> Fault {
    Fault::wrong("it is no archive of tar, plain or compressed with gzip")
}

fn broken_off(error: &io::Error) -> Fault {
    match error.kind() {
        ErrorKind::UnexpectedEof => ended(),
        ErrorKind::InvalidInput | ErrorKind::InvalidData => {
            Fault::broken("the archive is damaged: gzip cannot unpack it")
        }
        kind => Fault::wrong(format!("it cannot be read: {kind}")),
    }
}

struct Header {
    name: String,
    kind: u8,
    size: u64,
}

impl Header {
    fn read(block: &[u8; BLOCK]) -> Result<Self, Fault> {
        let field = |from: usize, length: usize| block.get(from..from + length).unwrap_or_default();
        let sum: u64 = block
            .iter()
            .enumerate()
            .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u64::from(*byte) })
            .sum();
        if number(field(148, 8)) != Some(sum) {
            return Err(not_tar());
        }
        let size = number(field(124, 12)).ok_or_else(not_tar)?;
        let is_ustar = field(257, 6) == b"ustar\0";
        let prefix = if is_ustar { text(field(345, 155)) } else { String::new() };
        let name = text(field(0, 100));
        let name = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        let kind = block.get(156).copied().unwrap_or_default();
        // Links, devices and folders have no contents, whatever size they claim.
        let size = if matches!(kind, b'1'..=b'6') { 0 } else { size };
        Ok(Self { name, kind, size })
    }

    fn is_file(&self) -> bool {
        matches!(self.kind, b'0' | b'7' | 0)
    }
}

/// A number in octal digits, or in bytes where the first bit says so.
fn number(field: &[u8]) -> Option<u64> {
    if let Some((0x80, rest)) = field.split_first() {
        return rest
            .iter()
            .try_fold(0_u64, |sum, byte| sum.checked_mul(256).map(|sum| sum | u64::from(*byte)));
    }
    let digits = field.split(|it| *it == 0).next()?.trim_ascii();
    let digits = std::str::from_utf8(digits).ok()?;
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(field.split(|it| *it == 0).next().unwrap_or_default()).into_owned()
}

/// What POSIX records say of the next file.
#[derive(Default)]
struct Extended {
    path: Option<String>,
    size: Option<u64>,
}

impl Extended {
    /// Reads lines such as `18 path=some/file\n`, the length counted with itself.
    fn read(mut record: &[u8]) -> Result<Self, Fault> {
        let mut said = Self::default();
        while let Some(blank) = record.iter().position(|it| *it == b' ') {
            let (digits, rest) = record.split_at(blank);
            let length = std::str::from_utf8(digits).ok().and_then(|it| it.parse::<usize>().ok());
            let length = length.filter(|it| *it > blank + 1).ok_or_else(not_tar)?;
            let line = rest.get(1..length - blank).ok_or_else(not_tar)?;
            let line = line.strip_suffix(b"\n").ok_or_else(not_tar)?;
            if let Some(path) = line.strip_prefix(b"path=") {
                said.path = Some(text(path));
            } else if let Some(size) = line.strip_prefix(b"size=") {
                let size = std::str::from_utf8(size).ok().and_then(|it| it.parse().ok());
                said.size = Some(size.ok_or_else(not_tar)?);
            }
            record = record.get(length..).unwrap_or_default();
        }
        Ok(said)
    }
}
