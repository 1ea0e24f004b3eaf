//! Writes a snapshot while the cluster is read.

use std::io::{self, Write};
use std::sync::Arc;

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use harden_core::check::Settings;
use harden_core::snapshot::{Kept, keep, without_values};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use serde::Serialize;
use serde_json::value::RawValue;

use super::line::{EndLine, Header, KindLine, Line, Named};
use crate::listing::{End, Kind, Listing, Part};
use crate::rules;

/// What was written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// How many objects.
    pub(crate) objects: usize,
    /// What is missing, a sentence each.
    pub(crate) lacks: Vec<String>,
}

/// A snapshot that is being written.
struct Writer<W: Write> {
    out: GzEncoder<W>,
    settings: Settings,
    has_config_maps: bool,
    /// The kind whose objects are written, and how many of it there are.
    kind: Option<(Arc<Kind>, usize)>,
    written: Written,
}

/// Writes what is read, part by part; ConfigMaps with their values only if that is said.
///
/// # Errors
///
/// When it cannot be written.
pub(crate) fn write(
    listing: Listing,
    has_config_maps: bool,
    out: impl Write,
) -> io::Result<Written> {
    let Listing { origin, parts } = listing;
    let mut writer = Writer {
        // Neither a name nor a time, so that the same comes to the same.
        out: GzBuilder::new().write(out, Compression::default()),
        settings: Settings { version: origin.version, ..Settings::new(rules::all()) },
        has_config_maps,
        kind: None,
        written: Written::default(),
    };
    writer.put(&Header::of(&origin, has_config_maps))?;
    for part in parts {
        match part {
            Part::Objects(kind, texts) => writer.objects(&kind, &texts)?,
            Part::End(kind, end) => writer.end(&kind, end)?,
            Part::Unread(what, why) => writer.unread(what, why)?,
            Part::Cut(why) | Part::Invalid(why) => writer.unread("other kinds".to_owned(), why)?,
            Part::Interrupted => {
                writer.unread("other kinds".to_owned(), "interrupted".to_owned())?;
            }
            // No selector is given.
            Part::Selected(_) => {}
        }
    }
    writer.put(&Line::Close { objects: writer.written.objects })?;
    writer.out.finish()?.flush()?;
    Ok(writer.written)
}

impl<W: Write> Writer<W> {
    fn put(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, line)?;
        self.out.write_all(b"\n")
    }

    fn begin(&mut self, kind: &Arc<Kind>) -> io::Result<()> {
        if self.kind.as_ref().is_none_or(|(it, _)| it != kind) {
            self.kind = Some((Arc::clone(kind), 0));
            self.put(&Line::Kind(KindLine::of(kind)))?;
        }
        Ok(())
    }

    fn objects(&mut self, kind: &Arc<Kind>, texts: &[String]) -> io::Result<()> {
        self.begin(kind)?;
        let is_emptied = !self.has_config_maps && kind.is("", "ConfigMap");
        let settings = &self.settings;
        let keep = |text: &String| {
            let emptied = if is_emptied { Some(without_values(text)?) } else { None };
            keep(emptied.as_ref().unwrap_or(text), settings)
        };
        let kept: Vec<_> = texts.par_iter().map(keep).collect();
        for (text, kept) in texts.iter().zip(kept) {
            let name = || format!("{} {}", kind.resource(), Named::of(text));
            let Some(Kept { text, is_alike }) = kept else {
                self.unread(name(), "it is not told what of it is secret".to_owned())?;
                continue;
            };
            let raw: &RawValue = serde_json::from_str(&text)?;
            self.put(&Line::Object(raw))?;
            self.written.objects += 1;
            self.kind.iter_mut().for_each(|(_, count)| *count += 1);
            if !is_alike {
                let why = "rules may say something else of what stands in place of its secrets";
                self.unread(name(), why.to_owned())?;
            }
        }
        Ok(())
    }

    fn end(&mut self, kind: &Arc<Kind>, end: End) -> io::Result<()> {
        self.begin(kind)?;
        let objects = self.kind.take().map_or(0, |(_, count)| count);
        if let Some(why) = &end.lack {
            self.written.lacks.push(format!("{}: {why}", kind.resource()));
        }
        self.put(&Line::End(EndLine::of(&End { objects, ..end })))
    }

    fn unread(&mut self, what: String, why: String) -> io::Result<()> {
        self.written.lacks.push(format!("{what}: {why}"));
        self.put(&Line::Unread { what, why })
    }
}
