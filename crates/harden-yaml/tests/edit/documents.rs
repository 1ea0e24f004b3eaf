//! Random documents, in all the ways in which people write them.

use std::fmt::Write as _;

/// Dice that fall the same way each time.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % count as u64).unwrap()
    }

    pub(crate) fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

const WORDS: [&str; 12] = [
    "a",
    "b-c",
    "web",
    "nginx:1.27",
    "8080",
    "true",
    "~",
    "1.5",
    "'it''s'",
    "\"q\\\"\\u0041\"",
    "two words",
    "0x1f",
];

/// Writes a document, and what is left to write of it.
pub(crate) struct Writer<'d> {
    pub(crate) dice: &'d mut Dice,
    /// Whether nothing rare is written: no anchors, tags, merges, explicit keys, or comments among brackets.
    pub(crate) is_plain: bool,
    text: String,
    keys: usize,
    anchors: usize,
    budget: usize,
}

impl<'d> Writer<'d> {
    pub(crate) fn new(dice: &'d mut Dice, is_plain: bool) -> Self {
        let budget = 4 + dice.below(40);
        Self { dice, is_plain, text: String::new(), keys: 0, anchors: 0, budget }
    }

    pub(crate) fn yaml(mut self) -> String {
        if self.dice.once_in(4) {
            self.text.push_str("---\n");
        }
        if self.dice.once_in(3) {
            self.text.push_str("# head\n\n");
        }
        let step = 1 + self.dice.below(4);
        match self.dice.below(8) {
            0 => self.list(0, step),
            1 => {
                self.flow(2);
                self.text.push('\n');
            }
            _ => self.map(0, step),
        }
        match self.dice.below(8) {
            0 => self.text.push_str("# tail\n"),
            1 => self.text.push_str("\n\n"),
            2 => self.text.push_str("...\n"),
            3 => {
                let length = self.text.trim_end_matches('\n').len();
                self.text.truncate(length);
            }
            4 => self.text.push_str("---\nnext: 1 # n\n"),
            _ => {}
        }
        match self.dice.below(8) {
            0 => self.text.replace('\n', "\r\n"),
            _ => self.text,
        }
    }

    fn indent(&mut self, column: usize) {
        self.text.extend(std::iter::repeat_n(' ', column));
    }

    fn comment(&mut self, odds: usize) {
        if self.dice.once_in(odds) {
            let blank = self.dice.pick(&[" ", "  ", "\t"]);
            let number = self.text.len();
            write!(self.text, "{blank}# c{number}").unwrap();
        }
    }

    fn own_line(&mut self, column: usize) {
        if self.dice.once_in(7) {
            let column = self.dice.pick(&[column, column, column + 2, 0]);
            self.indent(column);
            let number = self.text.len();
            writeln!(self.text, "# o{number}").unwrap();
        }
        if self.dice.once_in(12) {
            self.text.push('\n');
        }
    }

    fn key(&mut self) -> String {
        self.keys += 1;
        let name = self.dice.pick(&["k", "app.kubernetes.io/n", "é", "y"]);
        match self.dice.below(10) {
            0 => format!("\"{name}{}\"", self.keys),
            1 => format!("'{name} {}'", self.keys),
            2 => format!("{}", self.keys),
            _ => format!("{name}{}", self.keys),
        }
    }

    /// Entries, each on its line; the first goes where the text is.
    fn map(&mut self, column: usize, step: usize) {
        let count = 1 + self.dice.below(4);
        for index in 0..count {
            if index > 0 {
                self.own_line(column);
                self.indent(column);
            }
            if !self.is_plain && index > 0 && self.anchors > 0 && self.dice.once_in(25) {
                writeln!(self.text, "<<: *m{}", self.anchors).unwrap();
                continue;
            }
            let key = self.key();
            if !self.is_plain && self.dice.once_in(40) {
                writeln!(self.text, "? {key}").unwrap();
                self.indent(column);
                self.text.push(':');
            } else {
                self.text.push_str(&key);
                self.text.push(':');
            }
            self.value(column, step, true);
        }
    }

    fn list(&mut self, column: usize, step: usize) {
        let count = 1 + self.dice.below(3);
        for index in 0..count {
            if index > 0 {
                self.own_line(column);
                self.indent(column);
            }
            self.text.push('-');
            self.value(column, step, false);
        }
    }

    /// What follows a key or a dash, and the end of the line.
    fn value(&mut self, column: usize, step: usize, is_entry: bool) {
        self.budget = self.budget.saturating_sub(1);
        if !self.is_plain && self.anchors > 0 && self.dice.once_in(15) {
            write!(self.text, " *m{}", self.anchors).unwrap();
            self.comment(5);
            self.text.push('\n');
            return;
        }
        let choice = if self.budget == 0 { self.dice.below(6) } else { self.dice.below(14) };
        let mut anchor = 0;
        if !self.is_plain && self.dice.once_in(12) {
            anchor = self.anchors + 1;
            write!(self.text, " &m{anchor}").unwrap();
            if choice < 10 {
                self.anchors = anchor;
            }
        }
        match choice {
            0..=2 => {
                let word = self.dice.pick(&WORDS);
                let tag = if !self.is_plain && self.dice.once_in(20) { " !!str" } else { "" };
                write!(self.text, "{tag} {word}").unwrap();
                self.comment(5);
                self.text.push('\n');
            }
            3 => {
                let void = self.dice.pick(&["", " ", " ~", " null", " {}", " []"]);
                self.text.push_str(void);
                self.comment(3);
                self.text.push('\n');
            }
            4 => self.block_scalar(column, step),
            5 => {
                self.text.push(' ');
                self.flow(0);
                self.comment(5);
                self.text.push('\n');
            }
            6 => {
                self.text.push(' ');
                self.flow(2);
                self.comment(5);
                self.text.push('\n');
            }
            7 => {
                // A plain text of several lines.
                self.text.push_str(" some\n");
                self.indent(column + step);
                self.text.push_str("more text");
                self.comment(5);
                self.text.push('\n');
            }
            8..=10 if is_entry => {
                self.comment(5);
                self.text.push('\n');
                let below = column + step;
                self.own_line(below);
                self.indent(below);
                self.map(below, step);
            }
            _ if is_entry => {
                self.comment(5);
                self.text.push('\n');
                let below = column + self.dice.pick(&[0, 0, step]);
                self.own_line(below);
                self.indent(below);
                self.list(below, step);
            }
            8..=11 if anchor == 0 && !self.dice.once_in(6) => {
                let wide = 1 + self.dice.below(3);
                self.indent(wide);
                self.map(column + 1 + wide, step);
            }
            12 if anchor == 0 => {
                self.text.push(' ');
                self.list(column + 2, step);
            }
            _ => {
                self.comment(3);
                self.text.push('\n');
                self.indent(column + step);
                self.map(column + step, step);
            }
        }
        self.anchors = self.anchors.max(anchor);
    }

    fn block_scalar(&mut self, column: usize, step: usize) {
        let style = self.dice.pick(&["|", ">", "|-", "|+", ">-", ">+", "|2"]);
        let is_wide = style == "|2";
        write!(self.text, " {style}").unwrap();
        self.comment(5);
        self.text.push('\n');
        let deeper = column + if is_wide { 2 } else { step };
        for _ in 0..=self.dice.below(3) {
            self.indent(deeper);
            let line = self.dice.pick(&["text", "# no comment", "key: value", "- x"]);
            self.text.push_str(line);
            self.text.push('\n');
        }
        if self.dice.once_in(3) {
            self.text.push_str(self.dice.pick(&["\n", "\n\n"]));
        }
    }

    fn flow(&mut self, depth: usize) {
        let (is_map, is_multi) = (self.dice.once_in(2), self.dice.once_in(5));
        self.text.push(if is_map { '{' } else { '[' });
        let count = self.dice.below(4);
        let gap = if is_multi { "\n          " } else { self.dice.pick(&["", " "]) };
        for index in 0..count {
            if index > 0 {
                self.text.push(',');
                if !self.is_plain && is_multi && self.dice.once_in(6) {
                    self.text.push_str(" # in");
                }
            }
            self.text.push_str(if index > 0 && gap.is_empty() { " " } else { gap });
            if is_map {
                let key = self.key();
                write!(self.text, "{key}: ").unwrap();
            }
            if depth > 0 && self.dice.once_in(3) {
                self.flow(depth - 1);
            } else {
                let word = self.dice.pick(&WORDS);
                self.text.push_str(word);
            }
        }
        if count > 0 {
            if self.dice.once_in(8) {
                self.text.push(',');
            }
            self.text.push_str(if is_multi { "\n        " } else { gap });
        }
        self.text.push(if is_map { '}' } else { ']' });
    }
}

/// A text with pieces of YAML where they may not belong.
pub(crate) fn disturbed(dice: &mut Dice, text: &str) -> String {
    const PIECES: [&str; 24] = [
        " ", "\n", "\t", "- ", "? ", ": ", "#", " # x", "&a ", "*a", "!!str ", "|\n", "'", "\"",
        "{", "]", ",", "<<: ", "\r", "\u{85}", "\u{2028}", "\n---\n", "\n...\n", "1",
    ];
    let mut text: Vec<char> = text.chars().collect();
    for _ in 0..=dice.below(3) {
        let at = dice.below(text.len() + 1);
        let end = (at + dice.below(3)).min(text.len());
        text.splice(at..end, dice.pick(&PIECES).chars());
    }
    text.into_iter().collect()
}

/// A random JSON document, with or without lines.
pub(crate) fn json(dice: &mut Dice) -> String {
    let value = json_value(dice, 4);
    match dice.below(3) {
        0 => value.to_string(),
        1 => {
            let text = serde_json::to_string_pretty(&value).unwrap();
            text.replace('\n', if dice.once_in(4) { "\r\n" } else { "\n" }) + "\n"
        }
        _ => serde_json::to_string_pretty(&value).unwrap().replace("  ", "\t"),
    }
}

fn json_value(dice: &mut Dice, depth: usize) -> serde_json::Value {
    let count = dice.below(4);
    match dice.below(6) {
        0..=2 if depth > 0 => {
            let entries = 0..count + usize::from(depth == 4);
            entries.map(|it| (format!("k{it}"), json_value(dice, depth - 1))).collect()
        }
        3 if depth > 0 && depth < 4 => (0..count).map(|_| json_value(dice, depth - 1)).collect(),
        _ if depth == 4 => serde_json::json!({"a": 1}),
        _ => dice
            .pick(&["null", "1", "true", "\"a,b\"", "\"\\u00e9 <&>\"", "{}", "[]", "-1.5"])
            .parse()
            .unwrap(),
    }
}
