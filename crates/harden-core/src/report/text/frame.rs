//! What stands below an excerpt, in line with it: what to do, and the lines to change.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::{DIM, FRAME, HEADING, Paint};
use crate::finding::Finding;
use crate::fix::{Line, Sign};
use crate::report::escape::Plain;

/// What the narrowest terminals show of a line.
const WIDTH: usize = 80;

const HELP: Style = AnsiColor::BrightCyan.on_default().bold();
const ADDED: Style = AnsiColor::BrightGreen.on_default();
const REMOVED: Style = AnsiColor::BrightRed.on_default();

/// What stands below an excerpt, in line with it.
pub(super) struct Frame {
    pub(super) paint: Paint,
    /// How many digits line numbers have.
    pub(super) width: usize,
}

impl Frame {
    /// What to do about findings that are shown as one, and where there is more about them.
    pub(super) fn help(&self, findings: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
        let mut last = None;
        for finding in findings {
            if last.replace(&finding.about.remedy) != Some(&finding.about.remedy) {
                self.note("help", &finding.about.remedy, out)?;
            }
        }
        match findings {
            [one] => self.note("more", &format!("kubectl harden explain {}", one.about.id), out),
            _ => self.note(
                "more",
                "kubectl harden explain RULE, for each RULE in brackets above",
                out,
            ),
        }
    }

    /// A word on the finding.
    pub(super) fn note(&self, word: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let equals = self.paint.on(FRAME, "=");
        let length = word.len();
        let word = self.paint.on(if word == "help" { HELP } else { HEADING }, word);
        let indent = self.width + 5 + length;
        let text = wrapped(text, WIDTH.saturating_sub(indent), indent);
        writeln!(out, "{:width$} {equals} {word}: {text}", "", width = self.width)
    }

    /// An empty line.
    pub(super) fn gap(&self, out: &mut dyn Write) -> io::Result<()> {
        self.write(None, "|", DIM, "", out)
    }

    /// A line of a difference.
    pub(super) fn line(&self, number: usize, line: &Line, out: &mut dyn Write) -> io::Result<()> {
        let (sign, style) = match line.sign {
            Sign::Stays => ("|", Style::new()),
            Sign::Goes => ("-", REMOVED),
            Sign::Comes => ("+", ADDED),
        };
        self.write(Some(number), sign, style, &line.text, out)
    }

    fn write(
        &self,
        number: Option<usize>,
        sign: &str,
        style: Style,
        line: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let number = number.map_or_else(String::new, |it| it.to_string());
        let number = self.paint.on(FRAME, &format!("{number:width$}", width = self.width));
        let sign = self.paint.on(if sign == "|" { FRAME } else { style }, sign);
        if line.is_empty() {
            return writeln!(out, "{number} {sign}");
        }
        let line = Plain(line).to_string();
        writeln!(out, "{number} {sign} {}", self.paint.on(style, &line))
    }
}

/// Lines of at most so many characters where words allow, the later ones indented.
fn wrapped(text: &str, most: usize, indent: usize) -> String {
    let mut lines = String::with_capacity(text.len());
    let mut width = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > most {
            lines.push('\n');
            lines.extend(std::iter::repeat_n(' ', indent));
            width = 0;
        } else if width > 0 {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += length;
    }
    lines
}
