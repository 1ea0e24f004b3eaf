//! PEM with what may be secret in it: read leniently, as Go does, and written as Go does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::KeyError;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// A block of PEM.
pub(super) struct Block<'a> {
    /// What it says it is.
    pub(super) label: &'a str,
    /// The bytes in it.
    pub(super) content: Zeroizing<Vec<u8>>,
}

/// The blocks of a text; what is between them is left out.
pub(super) fn blocks(text: &str) -> impl Iterator<Item = Result<Block<'_>, KeyError>> {
    let mut lines = text.lines().map(str::trim);
    std::iter::from_fn(move || {
        let label = lines.find_map(|it| it.strip_prefix(BEGIN)?.strip_suffix(DASHES))?;
        // As long as the text: it never moves, and leaves no copy behind.
        let mut body = Zeroizing::new(String::with_capacity(text.len()));
        for line in lines.by_ref() {
            if let Some(end) = line.strip_prefix(END) {
                let is_whole = end.strip_suffix(DASHES) == Some(label);
                let content = if is_whole { STANDARD.decode(body.as_bytes()).ok() } else { None };
                let block =
                    content.map(|content| Block { label, content: Zeroizing::new(content) });
                return Some(block.ok_or(KeyError::Damaged));
            }
            // The older way to encrypt a key says so in a header.
            if line.starts_with("Proc-Type:") {
                return Some(Err(KeyError::LockedByOthers));
            }
            body.push_str(line);
        }
        Some(Err(KeyError::Damaged))
    })
}

/// Writes a block.
pub(super) fn write(label: &str, content: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(STANDARD.encode(content));
    let mut text = Zeroizing::new(String::with_capacity(body.len() * 2 + 2 * label.len() + 64));
    text.extend([BEGIN, label, DASHES, "\n"]);
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.extend([END, label, DASHES, "\n"]);
    text
}
