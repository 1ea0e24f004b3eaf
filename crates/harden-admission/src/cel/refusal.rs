//! Why an expression does not compile.

use std::fmt;

/// One thing that the server finds wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// The line, from one; zero for how many flaws are left out.
    pub line: usize,
    /// The column in characters, from one.
    pub column: usize,
    /// What is wrong, in the server's words where they are known.
    pub message: String,
}

impl Flaw {
    /// The flaw with the line that it is in, as the server shows it.
    pub fn shown(&self, source: &str) -> String {
        if self.line == 0 {
            return self.message.clone();
        }
        let line = source.split('\n').nth(self.line.saturating_sub(1)).unwrap_or_default();
        let line = line.replace('\t', " ");
        let wide = |it: char| it.len_utf8() > 1;
        let before = line.chars().take(self.column.saturating_sub(1));
        let dots: String = before.map(|it| if wide(it) { '．' } else { '.' }).collect();
        let at = line.chars().nth(self.column.saturating_sub(1));
        let mark = if at.is_some_and(wide) { '＾' } else { '^' };
        format!("ERROR: {self}\n | {line}\n | {dots}{mark}")
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<input>:{}:{}: {}", self.line, self.column, self.message)
    }
}

/// Why there is no program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The server refuses the expression: in order of their places, at least one.
    Flawed(Vec<Flaw>),
    /// It converts a literal that cannot be converted, in words of the server, which tells no place.
    Unconvertible(String),
    /// The server may take it; this crate cannot say.
    NotJudged(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flawed(flaws) => {
                let lines: Vec<String> = flaws.iter().map(|it| format!("ERROR: {it}")).collect();
                f.write_str(&lines.join("\n"))
            }
            Self::Unconvertible(message) => f.write_str(message),
            Self::NotJudged(why) => write!(f, "not judged: {why}"),
        }
    }
}

impl std::error::Error for Refusal {}

/// A flaw while its place is an offset in bytes.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) at: usize,
    pub(super) message: String,
}

impl Found {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }

    /// With line and column.
    pub(super) fn placed(self, source: &str) -> Flaw {
        let before = source.get(..self.at).unwrap_or(source);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |it| it.chars().count()) + 1;
        Flaw { line, column, message: self.message }
    }
}

/// What stops the reading of an expression.
#[derive(Debug, Clone)]
pub(super) enum Stop {
    Flaw(Found),
    /// So many flaws more, which the server does not tell.
    More(usize),
    NotJudged(String),
}

impl Stop {
    pub(super) fn flaw<T>(at: usize, message: impl Into<String>) -> Result<T, Self> {
        Err(Self::Flaw(Found::new(at, message)))
    }
}
