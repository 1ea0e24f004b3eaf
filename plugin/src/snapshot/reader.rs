//! Reads a snapshot while it is judged: a line at a time, and no line without a bound.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use anyhow::bail;
use flate2::bufread::GzDecoder;

use super::line::{Envelope, FORMAT, Header, Line, Named, VERSION};
use crate::input::Unread;
use crate::listing::{End, Kind, Listing, Origin, Part, Scope, VALUES_OF_CONFIG_MAPS};

/// So many bytes are in a line at most: an API server stores no object of as many.
const LONGEST: u64 = 16 << 20;
/// So many objects are judged at a time, and so many bytes of them.
const PAGE: (usize, usize) = (500, 4 << 20);

type Input = BufReader<GzDecoder<BufReader<Box<dyn Read + Send>>>>;

/// Begins to read a snapshot: all of it, or a namespace of it.
///
/// # Errors
///
/// When there is none, it cannot be read, it is of a version that is not known here, or it does not hold what is
/// asked for.
pub(crate) fn read(path: &Path, scope: Option<Scope>) -> anyhow::Result<Listing> {
    let is_stdin = path == Path::new("-");
    let name = if is_stdin { "standard input".to_owned() } else { path.display().to_string() };
    let file: Box<dyn Read + Send> = if is_stdin {
        Box::new(io::stdin())
    } else {
        if path.is_dir() {
            bail!("{name} is a folder: name the file of a snapshot");
        }
        Box::new(File::open(path).map_err(|it| Unread::of(&name, &it.into()))?)
    };
    let mut lines = Lines::new(file);
    let header = header(&name, &mut lines)?;
    let mut origin = header.origin().ok_or_else(|| {
        Unread::because(format!("{name} is a broken snapshot: its first line says what cannot be"))
    })?;
    let only = narrow(&name, &mut origin, scope)?;
    let mut reader = Reader {
        lines,
        only,
        has_values: header.config_map_values,
        kind: None,
        page: Page::default(),
        objects: [0; 2],
        ready: VecDeque::new(),
        is_done: false,
    };
    if let Some(namespace) = reader.only.clone().filter(|_| !reader.holds_namespace()) {
        bail!("{name} holds no namespace {namespace}: there was none when it was taken");
    }
    Ok(Listing { origin, parts: Box::new(reader) })
}

fn header(name: &str, lines: &mut Lines) -> anyhow::Result<Header> {
    let broken = |why: &str| Unread::because(format!("{name} is no snapshot of a cluster: {why}"));
    let line = match lines.next() {
        Ok(Some(line)) => line,
        Ok(None) => return Err(broken("it is empty").into()),
        Err(error) => {
            let why = match error.kind() {
                io::ErrorKind::UnexpectedEof => "it ends before it says what it is".to_owned(),
                io::ErrorKind::InvalidInput => "it is not compressed as gzip does".to_owned(),
                _ => error.to_string(),
            };
            return Err(broken(&why).into());
        }
    };
    let Ok(envelope) = serde_json::from_str::<Envelope>(&line) else {
        return Err(broken("its first line does not say what it is").into());
    };
    if envelope.format != FORMAT {
        return Err(broken("its first line names another format").into());
    }
    if envelope.version != VERSION {
        let Envelope { version, tool, .. } = envelope;
        let tool: String = tool.chars().filter(char::is_ascii_graphic).take(32).collect();
        let why = format!(
            "{name} is a snapshot of version {version}, and this command reads version {VERSION}: read it with \
             the one that wrote it, {tool}"
        );
        return Err(Unread::because(why).into());
    }
    serde_json::from_str(&line).map_err(|_| broken("its first line lacks a word").into())
}

/// Narrows what was read to what is asked for; returns the namespace if it is one of several.
fn narrow(name: &str, origin: &mut Origin, wish: Option<Scope>) -> anyhow::Result<Option<String>> {
    match (&origin.scope, wish) {
        (_, None) | (Scope::Cluster, Some(Scope::Cluster)) => Ok(None),
        (Scope::Namespace(there), Some(Scope::Namespace(asked))) if *there == asked => Ok(None),
        (Scope::Cluster, Some(Scope::Namespace(asked))) => {
            origin.scope = Scope::Namespace(asked.clone());
            Ok(Some(asked))
        }
        (Scope::Namespace(there), Some(Scope::Namespace(asked))) => {
            bail!(
                "{name} holds namespace {there} only, and not {asked}: take a snapshot with -n {asked} or -A"
            )
        }
        (Scope::Namespace(there), Some(Scope::Cluster)) => {
            bail!("{name} holds namespace {there} only: take a snapshot with -A")
        }
    }
}

/// The lines of the text.
struct Lines {
    input: Input,
    number: usize,
}

impl Lines {
    fn new(file: Box<dyn Read + Send>) -> Self {
        let input = BufReader::with_capacity(1 << 16, GzDecoder::new(BufReader::new(file)));
        Self { input, number: 0 }
    }

    /// The next line, without its end; none after the last.
    fn next(&mut self) -> io::Result<Option<String>> {
        let invalid = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
        let mut line = Vec::new();
        (&mut self.input).take(LONGEST + 1).read_until(b'\n', &mut line)?;
        self.number += 1;
        if line.is_empty() {
            return Ok(None);
        }
        if line.pop() != Some(b'\n') {
            return Err(if line.len() as u64 >= LONGEST {
                invalid(format!("line {} is longer than {} MiB", self.number, LONGEST >> 20))
            } else {
                io::ErrorKind::UnexpectedEof.into()
            });
        }
        String::from_utf8(line)
            .map(Some)
            .map_err(|_| invalid(format!("line {} is no text", self.number)))
    }
}

/// Objects that are judged together.
#[derive(Debug, Default)]
struct Page {
    texts: Vec<String>,
    bytes: usize,
}

/// The parts as the lines say them.
struct Reader {
    lines: Lines,
    /// The only namespace that is asked for.
    only: Option<String>,
    /// Whether ConfigMaps have their values.
    has_values: bool,
    /// The kind whose objects come, how many there were, and how many of them are asked for.
    kind: Option<(Arc<Kind>, [usize; 2])>,
    page: Page,
    /// How many objects there were, and how many of them are asked for.
    objects: [usize; 2],
    ready: VecDeque<Part>,
    is_done: bool,
}

impl Iterator for Reader {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        while self.ready.is_empty() && !self.is_done {
            if let Err(why) = self.read() {
                self.break_off(&why);
            }
        }
        self.ready.pop_front()
    }
}

impl Reader {
    /// Reads a line.
    fn read(&mut self) -> Result<(), String> {
        let line = match self.lines.next() {
            Ok(Some(line)) => line,
            Ok(None) => return Err(CUT.to_owned()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(CUT.to_owned());
            }
            Err(error) => return Err(format!("it cannot be read to its end: {error}")),
        };
        let number = self.lines.number;
        let broken = || format!("it is broken: line {number} does not say what it should");
        match (serde_json::from_str(&line).map_err(|_| broken())?, &mut self.kind) {
            (Line::Kind(kind), None) => {
                let kind = kind.kind().ok_or_else(broken)?;
                self.kind = Some((Arc::new(kind), [0; 2]));
            }
            (Line::Object(object), Some((kind, [all, asked]))) => {
                let text = object.get();
                if !text.starts_with('{') {
                    return Err(broken());
                }
                *all += 1;
                let is_of = |it: &String| Named::of(text).is_of(it, kind);
                if self.only.as_ref().is_none_or(is_of) {
                    *asked += 1;
                    self.page.bytes += text.len();
                    self.page.texts.push(text.to_owned());
                    if self.page.texts.len() >= PAGE.0 || self.page.bytes >= PAGE.1 {
                        self.turn();
                    }
                }
            }
            (Line::End(end), Some((_, [all, _]))) => {
                if *all != end.objects {
                    return Err(format!(
                        "it is broken: line {number} counts {} objects where there are {all}",
                        end.objects
                    ));
                }
                self.end(end.end());
            }
            (Line::Unread { what, why }, _) => self.ready.push_back(Part::Unread(what, why)),
            (Line::Close { objects }, None) if objects == self.objects[0] => {
                // Whatever follows is not of the snapshot, and what was read may not be whole.
                match self.lines.next() {
                    Ok(None) => self.is_done = true,
                    Ok(Some(_)) => {
                        return Err("it is broken: there is more after its end".to_owned());
                    }
                    Err(_) => {
                        return Err("it is broken: its sum is not that of its bytes".to_owned());
                    }
                }
            }
            _ => return Err(broken()),
        }
        Ok(())
    }

    /// Passes on the objects that wait.
    fn turn(&mut self) {
        let texts = std::mem::take(&mut self.page).texts;
        if let Some((kind, _)) = self.kind.as_ref().filter(|_| !texts.is_empty()) {
            self.ready.push_back(Part::Objects(Arc::clone(kind), texts));
        }
    }

    fn end(&mut self, end: End) {
        self.turn();
        let Some((kind, [all, asked])) = self.kind.take() else { return };
        self.objects[0] += all;
        self.objects[1] += asked;
        let is_asked = self.only.is_none() || kind.is_namespaced || kind.is("", "Namespace");
        let lacks_values = !self.has_values && kind.is("", "ConfigMap") && asked > 0;
        if is_asked {
            self.ready.push_back(Part::End(kind, End { objects: asked, ..end }));
        }
        if lacks_values {
            let what = VALUES_OF_CONFIG_MAPS.to_owned();
            let why = "the snapshot was taken without --with-config-maps; secret-in-config-map judged none of them";
            self.ready.push_back(Part::Unread(what, why.to_owned()));
        }
    }

    /// Ends where the snapshot says nothing more that counts; what came before does.
    fn break_off(&mut self, why: &str) {
        let why = format!("the snapshot is not whole: {why}");
        if self.kind.is_some() {
            let end = End { lack: Some(why.clone()), ..End::default() };
            self.end(end);
        }
        self.ready.push_back(Part::Cut(why));
        self.is_done = true;
    }

    /// Whether the namespace that is asked for is there, as far as Namespaces could be read. They come first.
    fn holds_namespace(&mut self) -> bool {
        let mut seen = Vec::new();
        let mut is_there = false;
        for part in self.by_ref() {
            let is_end = match &part {
                Part::Objects(_, texts) => {
                    is_there |= !texts.is_empty();
                    false
                }
                Part::End(kind, end) => {
                    is_there |= end.lack.is_some() || !kind.is("", "Namespace");
                    true
                }
                // Nothing of it stands in a snapshot but what could not be read.
                Part::Unread(..) | Part::Selected(_) | Part::Interrupted | Part::Invalid(_) => {
                    false
                }
                Part::Cut(_) => {
                    is_there = true;
                    true
                }
            };
            seen.push(part);
            if is_end {
                break;
            }
        }
        for part in seen.into_iter().rev() {
            self.ready.push_front(part);
        }
        is_there
    }
}

/// What is wrong with what ends too early.
const CUT: &str = "the file ends too early";
