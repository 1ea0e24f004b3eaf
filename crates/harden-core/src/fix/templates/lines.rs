//! The lines of a template: which keys are where, and which values fill them in.

use harden_yaml::Span;

/// The lines of a document that is a template.
pub(super) struct Lines<'t>(Vec<Line<'t>>);

struct Line<'t> {
    number: u32,
    /// Blanks before the first key: an item begins behind its dash.
    indent: usize,
    is_item: bool,
    /// What is there, without blanks around it and without the dash.
    text: &'t str,
}

/// Lines that belong together: the keys of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    /// The line to point at.
    pub(super) line: u32,
    /// How far its keys are indented.
    pub(super) indent: usize,
    start: usize,
    end: usize,
}

/// The spec of a pod, and its containers.
pub(super) struct Pod {
    pub(super) spec: Block,
    pub(super) containers: Vec<Block>,
}

/// What a key is set to.
pub(super) enum Setting<'t> {
    /// It is not there.
    Missing,
    /// To a value of a chart, by the way to it; and the line that says so.
    Value { path: String, line: u32 },
    /// To what is written there.
    Written(Written<'t>),
}

/// What is written below a key.
pub(super) struct Written<'t> {
    /// The line of the key.
    pub(super) line: u32,
    /// The lines, without blanks around them.
    pub(super) texts: Vec<&'t str>,
}

impl Line<'_> {
    /// Whether it is only there for whoever fills in the template, and where it stands says nothing.
    fn is_directive(&self) -> bool {
        self.text.starts_with("{{") || self.text.starts_with("{%") || self.text.starts_with('#')
    }

    fn is_key(&self, key: &str) -> bool {
        self.text.strip_prefix(key).is_some_and(|it| it.starts_with(':'))
    }
}

impl<'t> Lines<'t> {
    /// The lines of a part of a text.
    pub(super) fn of(text: &'t str, part: Span) -> Self {
        let before = text.get(..part.start as usize).unwrap_or_default();
        let first = before.bytes().filter(|it| *it == b'\n').count();
        let lines = part.text(text).lines().enumerate().map(|(at, line)| {
            let trimmed = line.trim_start();
            let (is_item, text) = match trimmed.strip_prefix("- ") {
                Some(rest) => (true, rest.trim_start()),
                None => (false, trimmed),
            };
            let number = u32::try_from(first + at + 1).unwrap_or(u32::MAX);
            Line { number, indent: line.len() - text.len(), is_item, text: text.trim_end() }
        });
        Self(lines.filter(|it| !it.text.is_empty()).collect())
    }

    /// The specs of pods: maps below `spec:` that have containers.
    pub(super) fn pods(&self) -> Vec<Pod> {
        let containers = self.0.iter().enumerate().filter(|(_, it)| it.is_key("containers"));
        let pods = containers.filter_map(|(at, line)| {
            let indent = line.indent;
            let is_above = |it: &(usize, &Line<'_>)| !it.1.is_directive() && it.1.indent < indent;
            let above = self.0.iter().enumerate().take(at).rev().find(is_above);
            let (above, spec) = above.filter(|(_, it)| it.is_key("spec"))?;
            let end = self.end(above + 1, indent);
            let spec = Block { line: spec.number, indent, start: above + 1, end };
            let lists = ["containers", "initContainers"];
            let containers = lists.iter().flat_map(|key| self.items(&spec, key)).collect();
            Some(Pod { spec, containers })
        });
        pods.collect()
    }

    /// Where the lines end that are indented at least so far.
    fn end(&self, start: usize, indent: usize) -> usize {
        let mut rest = self.0.iter().enumerate().skip(start);
        let end = rest.find(|(_, it)| !it.is_directive() && it.indent < indent);
        end.map_or(self.0.len(), |(at, _)| at)
    }

    /// A key of a block.
    fn find(&self, block: &Block, key: &str) -> Option<(usize, &Line<'t>)> {
        let lines = self.0.iter().enumerate().take(block.end).skip(block.start);
        lines.filter(|(_, it)| it.indent == block.indent).find(|(_, it)| it.is_key(key))
    }

    /// The items of a list below a key.
    fn items(&self, block: &Block, key: &str) -> Vec<Block> {
        let Some((at, list)) = self.find(block, key) else { return Vec::new() };
        let is_own = |it: &Line<'_>| it.indent > list.indent;
        let mut rest = self.0.iter().enumerate().take(block.end).skip(at + 1);
        let first = rest.find(|(_, it)| !it.is_directive());
        let Some((_, first)) = first.filter(|(_, it)| it.is_item && is_own(it)) else {
            return Vec::new();
        };
        let indent = first.indent;
        let end = self.end_of_list(at + 1, block.end, indent);
        let starts = self.0.iter().enumerate().take(end).skip(at + 1);
        let starts: Vec<_> = starts.filter(|(_, it)| it.is_item && it.indent == indent).collect();
        let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([end]);
        let blocks = starts.iter().zip(ends);
        blocks
            .map(|((start, line), end)| Block { line: line.number, indent, start: *start, end })
            .collect()
    }

    /// Where a list ends whose items have their keys so far in.
    fn end_of_list(&self, start: usize, most: usize, indent: usize) -> usize {
        let mut rest = self.0.iter().enumerate().take(most).skip(start);
        let end = rest.find(|(_, it)| !it.is_directive() && it.indent < indent);
        end.map_or(most, |(at, _)| at)
    }

    /// What a key of a block is set to.
    pub(super) fn setting(&self, block: &Block, key: &str) -> Setting<'t> {
        let Some((at, line)) = self.find(block, key) else { return Setting::Missing };
        let below = self.0.iter().take(block.end).skip(at + 1);
        let own = below.take_while(|it| it.is_directive() || it.indent > line.indent);
        let texts: Vec<_> = std::iter::once(line).chain(own).map(|it| it.text).collect();
        // What follows the key is its value, as a whole, when nothing else stands there.
        let follows = texts.iter().skip(1).find(|it| !it.starts_with('#'));
        let own = texts.first().filter(|it| it.contains(": {{") || it.contains(": \"{{"));
        let whole = own.or_else(|| follows.filter(|it| it.starts_with("{{")));
        match whole.and_then(|it| value_of(it).or_else(|| self.context_of(at))) {
            Some(path) => Setting::Value { path, line: line.number },
            None => Setting::Written(Written { line: line.number, texts }),
        }
    }

    /// The value that `.` is at a line, by the directives right above it.
    fn context_of(&self, at: usize) -> Option<String> {
        let above = self.0.iter().take(at).rev().take_while(|it| it.is_directive());
        above
            .map(|it| it.text)
            .find(|it| it.contains("with ") || it.contains("if "))
            .and_then(value_of)
    }
}

/// The last value that a text names: `image.tag` of `{{ .Values.image.tag }}`.
pub(super) fn value_of(text: &str) -> Option<String> {
    let (_, after) = text.rsplit_once(".Values.")?;
    let is_part = |it: char| it.is_alphanumeric() || matches!(it, '.' | '_');
    let path: String = after.chars().take_while(|it| is_part(*it)).collect();
    let path = path.trim_end_matches('.');
    (!path.is_empty()).then(|| path.to_owned())
}
