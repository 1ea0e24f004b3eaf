//! A module as its template has it, and as `regorus` is given it.

use super::Refusal;
use super::guards::{Guard, marks};
use super::token::{Gap, Kind, Token, tokens};

/// Brackets within brackets.
const DEPTH: usize = 60;

/// Signs of one statement: evaluation nests as deep as a chain of them is long.
const CHAIN: usize = 200;

/// A module of a template: its entry, or one of its libraries.
#[derive(Debug)]
pub(super) struct Module<'s> {
    source: &'s str,
    /// Which of the libraries.
    pub(super) lib: Option<usize>,
    pub(super) tokens: Vec<Token<'s>>,
    /// `data.lib.names` of `package lib.names`.
    pub(super) package: String,
    /// Where the path of the package is, in bytes.
    package_at: (usize, usize),
}

/// What is put into the text of a module.
enum Insertion {
    /// The end of a statement.
    Statement,
    /// Another part of the text.
    Head(usize, usize),
}

impl<'s> Module<'s> {
    /// Reads a module.
    ///
    /// # Errors
    ///
    /// It is no Rego, or nested too deep.
    pub(super) fn read(source: &'s str, lib: Option<usize>) -> Result<Self, Refusal> {
        let tokens = tokens(source)
            .map_err(|at| flawed(source, at, "rego_parse_error: non-terminated string"))?;
        if let Some(it) = tokens.iter().find(|it| it.is_sign("$")) {
            let said = located(source, it.at, "string interpolation");
            return Err(Refusal::NotJudged(said));
        }
        check_depth(source, &tokens)?;
        let [first, path, rest @ ..] = tokens.as_slice() else {
            return Err(flawed(source, 0, "rego_parse_error: empty module"));
        };
        if !first.is_name("package") || path.kind != Kind::Name {
            return Err(flawed(source, first.at, "rego_parse_error: package expected"));
        }
        let mut end = path.end();
        for it in rest {
            if it.gap != Gap::None {
                break;
            }
            end = it.end();
        }
        let path_text = source.get(path.at..end).unwrap_or_default();
        let package = format!("data.{path_text}");
        let package_at = (path.at, end);
        Ok(Self { source, lib, tokens, package, package_at })
    }

    /// Its name in messages.
    pub(super) fn name(&self) -> String {
        self.lib.map_or_else(|| "template".to_owned(), |at| format!("libs[{at}]"))
    }

    /// Its text for `regorus`: the entry is always the package `template`, what begins a line with a bracket
    /// begins a statement, and what may grow is given through functions of ours.
    pub(super) fn text(&self, guards: &[Guard]) -> String {
        let mut text = String::with_capacity(self.source.len() + 16);
        let mut done = 0;
        if self.lib.is_none() {
            let (from, to) = self.package_at;
            self.copy(&mut text, guards, 0, from);
            text.push_str("template");
            done = to;
        }
        for (at, inserted) in self.insertions() {
            self.copy(&mut text, guards, done, at);
            match inserted {
                Insertion::Statement => text.push(';'),
                Insertion::Head(from, to) => {
                    text.push('\n');
                    self.copy(&mut text, guards, from, to);
                }
            }
            done = at;
        }
        self.copy(&mut text, guards, done, self.source.len());
        text
    }

    /// Copies a part of the source, with what guards are within it or begin or end in it.
    fn copy(&self, into: &mut String, guards: &[Guard], from: usize, to: usize) {
        let mut done = from;
        for (at, mark) in marks(guards, from, to) {
            into.push_str(self.source.get(done..at).unwrap_or_default());
            into.push_str(mark);
            done = at;
        }
        into.push_str(self.source.get(done..to).unwrap_or_default());
    }

    /// What `regorus` must be told, and where. A line within a body that begins with a bracket it takes for a
    /// call or an index of what is before, OPA for a statement. A second body of a rule OPA takes for the body
    /// of a rule with the same head.
    fn insertions(&self) -> Vec<(usize, Insertion)> {
        let mut found = Vec::new();
        let mut open: Vec<&str> = Vec::new();
        let mut before: Option<&Token<'_>> = None;
        let (mut head, mut body) = (0, None);
        for it in &self.tokens {
            let is_sign = it.kind == Kind::Sign;
            let ends_term = before.is_some_and(|before| match before.kind {
                Kind::Name => !is_keyword(before.text),
                Kind::Number | Kind::Text => true,
                Kind::Sign => matches!(before.text, ")" | "]" | "}"),
            });
            let is_bracket = is_sign && matches!(it.text, "(" | "[");
            if is_bracket && it.gap == Gap::Line && ends_term && open.last() == Some(&"{") {
                found.push((it.at, Insertion::Statement));
            }
            if open.is_empty() {
                let is_value = before.is_some_and(|it| {
                    it.is_sign("=") || it.is_sign(":=") || it.is_name("contains")
                });
                if it.is_sign("{") && !is_value {
                    match body {
                        Some(end) if before.is_some_and(|it| it.is_sign("}")) => {
                            found.push((it.at, Insertion::Head(head, end)));
                        }
                        _ => body = Some(it.at),
                    }
                } else if it.kind == Kind::Name
                    && before.is_none_or(|before| before.is_sign("}") || it.gap == Gap::Line)
                {
                    (head, body) = (it.at, None);
                }
            }
            match it.text {
                "{" | "[" | "(" if is_sign => open.push(it.text),
                "}" | "]" | ")" if is_sign => drop(open.pop()),
                _ => {}
            }
            before = Some(it);
        }
        found
    }

    /// Whether it looks at objects of the cluster.
    pub(super) fn reads_inventory(&self) -> bool {
        self.tokens.iter().any(|it| it.text == "inventory" || it.text == "\"inventory\"")
    }

    /// A refusal at a place of the module.
    pub(super) fn flawed(&self, at: usize, what: &str) -> Refusal {
        flawed(self.source, at, what)
    }

    /// A place of the module in words.
    pub(super) fn located(&self, at: usize, what: &str) -> String {
        format!("{}, {}", located(self.source, at, what), self.name())
    }
}

/// Words that stand before a term.
pub(super) fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "not"
            | "some"
            | "every"
            | "in"
            | "with"
            | "as"
            | "else"
            | "default"
            | "import"
            | "if"
            | "contains"
            | "package"
    )
}

fn check_depth(source: &str, tokens: &[Token<'_>]) -> Result<(), Refusal> {
    let (mut depth, mut chain) = (0usize, 0usize);
    let mut before: Option<&Token<'_>> = None;
    for it in tokens {
        let continues =
            before.is_some_and(|it| it.kind == Kind::Sign && !matches!(it.text, ")" | "]" | "}"));
        if it.gap == Gap::Line && !continues {
            chain = 0;
        }
        if it.kind == Kind::Sign {
            match it.text {
                "{" | "[" | "(" => depth += 1,
                "}" | "]" | ")" => {
                    let Some(less) = depth.checked_sub(1) else {
                        let what = format!("rego_parse_error: unexpected {} token", it.text);
                        return Err(flawed(source, it.at, &what));
                    };
                    depth = less;
                }
                "," | ";" | ":=" | "=" | ":" => chain = 0,
                _ => chain += 1,
            }
        } else if it.is_name("not") {
            chain += 1;
        }
        if depth > DEPTH || chain > CHAIN {
            let said = located(source, it.at, "Rego that is nested too deep");
            return Err(Refusal::NotJudged(said));
        }
        before = Some(it);
    }
    if depth > 0 {
        return Err(flawed(source, source.len(), "rego_parse_error: unexpected eof token"));
    }
    Ok(())
}

fn flawed(source: &str, at: usize, what: &str) -> Refusal {
    let (line, _) = place(source, at);
    Refusal::Flawed(format!("template:{line}: {what}"))
}

fn located(source: &str, at: usize, what: &str) -> String {
    let (line, column) = place(source, at);
    format!("{what} at line {line}, column {column}")
}

/// Line and column of an offset, from one.
fn place(source: &str, at: usize) -> (usize, usize) {
    let before = source.get(..at).unwrap_or(source);
    let column = before.rsplit('\n').next().map_or(0, |it| it.chars().count()) + 1;
    (before.matches('\n').count() + 1, column)
}
