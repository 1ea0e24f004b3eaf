//! Writes findings as `serde_json` would, many bytes at a time: of a large report they are nearly all.

use std::io;

use super::{Change, Finding, Fix, Object, Position, Spot, Spots};

impl Finding<'_> {
    /// Writes it as JSON in one line.
    pub(in crate::report::json) fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let Self { rule, severity, message, source, object, .. } = self;
        let Self { spots, fingerprint, status, fix, ignored, .. } = self;
        field(out, b"{\"rule\":", rule)?;
        field(out, b",\"severity\":", severity)?;
        field(out, b",\"message\":", message)?;
        field(out, b",\"source\":", source)?;
        if let Some(object) = object {
            object.write(out)?;
        }
        spots.write(out)?;
        field(out, b",\"fingerprint\":", fingerprint)?;
        if let Some(status) = status {
            field(out, b",\"status\":", status)?;
        }
        if let Some(fix) = fix {
            fix.write(out)?;
        }
        if let Some(ignored) = ignored {
            out.extend_from_slice(b",\"ignored\":");
            serde_json::to_writer(&mut *out, ignored)?;
        }
        out.push(b'}');
        Ok(())
    }
}

impl Fix<'_> {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let Self { safety, reason, edits } = self;
        field(out, b",\"fix\":{\"safety\":", safety)?;
        optional_field(out, b",\"reason\":", reason)?;
        if !edits.is_empty() {
            out.extend_from_slice(b",\"edits\":");
            serde_json::to_writer(&mut *out, edits)?;
        }
        out.push(b'}');
        Ok(())
    }
}

impl Object<'_> {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let Self { api_version, kind, namespace, name } = *self;
        field(out, b",\"object\":{\"apiVersion\":", api_version)?;
        field(out, b",\"kind\":", kind)?;
        optional_field(out, b",\"namespace\":", namespace)?;
        optional_field(out, b",\"name\":", name)?;
        out.push(b'}');
        Ok(())
    }
}

impl Spots<'_> {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(b",\"spots\":[");
        for (index, spot) in self.each().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            spot.write(out)?;
        }
        out.push(b']');
        Ok(())
    }
}

impl Spot<'_> {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let Self { start, end, path, label, change } = self;
        out.extend_from_slice(b"{\"start\":");
        start.write(out)?;
        out.extend_from_slice(b",\"end\":");
        end.write(out)?;
        optional_field(out, b",\"path\":", path)?;
        optional_field(out, b",\"label\":", label)?;
        if let Some(Change { action, value }) = change {
            field(out, b",\"change\":{\"action\":", action)?;
            if let Some(value) = value {
                out.extend_from_slice(b",\"value\":");
                serde_json::to_writer(&mut *out, value)?;
            }
            out.push(b'}');
        }
        out.push(b'}');
        Ok(())
    }
}

impl Position {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(b"{\"line\":");
        serde_json::to_writer(&mut *out, &self.line)?;
        out.extend_from_slice(b",\"column\":");
        serde_json::to_writer(&mut *out, &self.column)?;
        out.push(b'}');
        Ok(())
    }
}

/// What leads to a value, and the value.
fn field(out: &mut Vec<u8>, before: &[u8], value: &str) -> io::Result<()> {
    out.extend_from_slice(before);
    let (words, rest) = value.as_bytes().as_chunks::<8>();
    let is_plain = |it: u8| it >= b' ' && it != b'"' && it != b'\\';
    let are_plain = |word: &[u8; 8]| !has_special(u64::from_le_bytes(*word));
    if words.iter().all(are_plain) && rest.iter().all(|it| is_plain(*it)) {
        out.push(b'"');
        out.extend_from_slice(value.as_bytes());
        out.push(b'"');
    } else {
        serde_json::to_writer(&mut *out, value)?;
    }
    Ok(())
}

/// Whether one of eight bytes is written in another way: a quote, a backslash or a control character.
fn has_special(bytes: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = ONES << 7;
    // The top bit of a byte is set if the byte is less than `limit`, or one before it is.
    let has_less = |bytes: u64, limit: u64| bytes.wrapping_sub(ONES * limit) & !bytes & TOPS != 0;
    let has = |byte: u8| has_less(bytes ^ (ONES * u64::from(byte)), 1);
    has_less(bytes, 0x20) || has(b'"') || has(b'\\')
}

/// The same unless the value is empty.
fn optional_field(out: &mut Vec<u8>, before: &[u8], value: &str) -> io::Result<()> {
    if value.is_empty() { Ok(()) } else { field(out, before, value) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use harden_yaml::{Action, Pointer, Position as Place, Span};
    use serde_json::json;

    use super::super::{Edit, Ignored};
    use super::*;
    use crate::finding::{self, Remedy};

    #[test]
    fn findings_are_written_as_serde_writes_them() {
        let texts = ["", "web", "a \"b\" \\ c", "größe … \u{7f}\u{1}\n\t", &"long ".repeat(40)];
        let place = Place { line: 1, column: 1_000_000 };
        let remedies = [
            None,
            Some(Action::Remove),
            Some(Action::Set(json!({"a\n": [1.5, null, "ö"]}))),
            Some(Action::Append(json!(1))),
        ];
        let spots = texts.iter().flat_map(|text| {
            remedies.clone().map(|action| finding::Spot {
                span: Span::new(0, 1),
                start: place,
                end: place,
                path: Arc::from(*text),
                label: Arc::from(*text),
                remedy: action.map(|action| {
                    Arc::new(Remedy {
                        pointer: Pointer::default(),
                        action,
                        along: Vec::new(),
                        evidence: None,
                    })
                }),
            })
        });
        let spots: Vec<_> = spots.collect();
        for text in texts {
            for (spots, is_whole) in [(&spots[..], true), (&[], false)] {
                let object = Object { api_version: text, kind: text, namespace: text, name: text };
                let finding = Finding {
                    rule: text,
                    severity: "high",
                    message: text,
                    source: text,
                    object: is_whole.then_some(object),
                    spots: Spots(spots),
                    fingerprint: text.to_owned(),
                    status: is_whole.then_some("new"),
                    fix: is_whole.then(|| Fix {
                        safety: "safe",
                        reason: text,
                        edits: vec![Edit { start: 1, end: 2, text: text.to_owned() }],
                    }),
                    ignored: is_whole.then_some(Ignored { by: "comment", reason: text }),
                };
                let mut written = Vec::new();
                finding.write(&mut written).expect("it is written to memory");
                assert_eq!(
                    String::from_utf8_lossy(&written),
                    serde_json::to_string(&finding).expect("it is JSON")
                );
            }
        }
    }
}
