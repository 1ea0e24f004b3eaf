//! Expressions and programs of policies as their words, for whoever asks what they speak of.
//!
//! They are not understood here: whether one means anything, its engine knows.

/// A word of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'t> {
    /// What it is.
    pub kind: Kind,
    /// Its text; of a literal what is between the quotes, as it is written.
    pub text: &'t str,
    /// Where the text begins, in bytes.
    pub at: usize,
}

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name or a keyword.
    Word,
    /// A number.
    Number,
    /// A literal text.
    Text,
    /// One character that is none of these.
    Sign,
}

/// The words of an expression.
#[derive(Debug, Clone)]
pub struct Tokens<'t> {
    /// All of it.
    pub text: &'t str,
    all: Vec<Token<'t>>,
}

/// Takes an expression of CEL or a program in Rego apart.
pub fn tokens(text: &str) -> Tokens<'_> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(first) = text.get(at..).and_then(|it| it.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        if first.is_whitespace() {
            at += first.len_utf8();
        } else if first == '#' || rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if let Some((start, end, next)) = literal(rest) {
            let inner = rest.get(start..end).unwrap_or_default();
            all.push(Token { kind: Kind::Text, text: inner, at: at + start });
            at += next;
        } else {
            let is_part = |it: char| it.is_alphanumeric() || it == '_';
            let (kind, length) = if is_part(first) {
                let kind = if first.is_ascii_digit() { Kind::Number } else { Kind::Word };
                (kind, rest.find(|it| !is_part(it)).unwrap_or(rest.len()))
            } else {
                (Kind::Sign, first.len_utf8())
            };
            all.push(Token { kind, text: rest.get(..length).unwrap_or_default(), at });
            at += length;
        }
    }
    Tokens { text, all }
}

/// Where the inside of a literal begins and ends, and where it is over; none where none begins.
fn literal(text: &str) -> Option<(usize, usize, usize)> {
    let prefix = text.bytes().take_while(|it| b"rRbB".contains(it)).count();
    let is_raw =
        prefix > 0 && prefix <= 2 && text.bytes().take(prefix).any(|it| b"rR".contains(&it));
    let opened = text.get(prefix..).filter(|_| prefix <= 2)?;
    let quote = ["\"\"\"", "'''", "\"", "'", "`"].into_iter().find(|it| opened.starts_with(it))?;
    let start = prefix + quote.len();
    let mut at = start;
    while let Some(next) = text.get(at..).and_then(|it| it.chars().next()) {
        if text.get(at..).is_some_and(|it| it.starts_with(quote)) {
            return Some((start, at, at + quote.len()));
        }
        let escaped = next == '\\' && !is_raw && quote != "`";
        at += next.len_utf8();
        if escaped {
            at += text.get(at..).and_then(|it| it.chars().next()).map_or(0, char::len_utf8);
        }
    }
    Some((start, text.len(), text.len()))
}

impl<'t> Tokens<'t> {
    /// One word.
    pub fn get(&self, index: usize) -> Option<Token<'t>> {
        self.all.get(index).copied()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether such a sign is at a place.
    pub fn is_sign(&self, index: usize, sign: &str) -> bool {
        self.get(index).is_some_and(|it| it.kind == Kind::Sign && it.text == sign)
    }

    /// Whether such a name is at a place.
    pub fn is_word(&self, index: usize, word: &str) -> bool {
        self.get(index).is_some_and(|it| it.kind == Kind::Word && it.text == word)
    }

    /// Whether a name is in it anywhere.
    pub fn has_word(&self, word: &str) -> bool {
        self.all.iter().any(|it| it.kind == Kind::Word && it.text == word)
    }

    /// Whether it reaches for `containers` of a pod, as a field or by its name.
    pub fn names_containers(&self) -> bool {
        self.fields().any(|it| it == "containers")
    }

    /// Whether it asks for what every kind of container has, and what makes it dangerous.
    pub fn asks_of_every_container(&self) -> bool {
        self.fields().any(|it| matches!(it, "image" | "securityContext" | "verifyImageSignatures"))
            || self.has_word("images")
            || self.has_word("verifyImageSignatures")
    }

    /// Whether it reaches for the containers of a template.
    pub fn names_templates(&self) -> bool {
        let fields: Vec<_> = self.fields().collect();
        fields.windows(2).any(|it| matches!(it, ["template", "spec"]))
    }

    /// The names of fields that it reaches for: after a dot, or in brackets.
    fn fields(&self) -> impl Iterator<Item = &'t str> {
        self.all.iter().enumerate().filter_map(|(index, it)| {
            let before = index.checked_sub(1)?;
            let is_optional = self.is_sign(before, "?");
            let before = if is_optional { before.checked_sub(1)? } else { before };
            let is_field = match it.kind {
                Kind::Word => self.is_sign(before, "."),
                Kind::Text => self.is_sign(before, "[") || self.is_sign(before, ","),
                _ => false,
            };
            is_field.then_some(it.text)
        })
    }

    /// Where the operand begins that ends before a place: names, calls, indexes and what is in parentheses.
    pub fn operand(&self, end: usize) -> usize {
        let mut at = end;
        while let Some(last) = at.checked_sub(1) {
            let Some(token) = self.get(last) else { return at };
            at = match (token.kind, token.text) {
                (Kind::Sign, ")" | "]") => {
                    let open = self.opening(last);
                    let before = open.checked_sub(1).and_then(|it| self.get(it));
                    match before.map(|it| it.kind) {
                        Some(Kind::Word) => open.saturating_sub(1),
                        _ if token.text == "]" => {
                            at = open;
                            continue;
                        }
                        _ => open,
                    }
                }
                (Kind::Word | Kind::Text | Kind::Number, _) => last,
                _ => return at,
            };
            let before = at.checked_sub(1);
            let before =
                before.map(|it| if self.is_sign(it, "?") { it.saturating_sub(1) } else { it });
            match before {
                Some(dot) if self.is_sign(dot, ".") => at = dot,
                _ => return at,
            }
        }
        at
    }

    /// Where the bracket was opened that is closed at a place.
    fn opening(&self, close: usize) -> usize {
        let mut depth = 0_usize;
        for index in (0..=close).rev() {
            let Some(token) = self.get(index).filter(|it| it.kind == Kind::Sign) else { continue };
            match token.text {
                ")" | "]" | "}" => depth += 1,
                "(" | "[" | "{" => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return index;
                    }
                }
                _ => {}
            }
        }
        0
    }

    /// Whether what begins at a place has to be true for the whole to be, as far as signs tell: nothing around it
    /// turns it round, and no condition chooses by it.
    pub fn is_required(&self, start: usize) -> bool {
        let has_choice = (0..self.len()).any(|it| {
            let before = it.checked_sub(1);
            let after_dot = before
                .is_some_and(|it| [".", "[", "{", ","].iter().any(|sign| self.is_sign(it, sign)));
            self.is_sign(it, "?") && !after_dot
        });
        if has_choice {
            return false;
        }
        let mut at = start;
        loop {
            if at.checked_sub(1).is_some_and(|it| self.is_sign(it, "!")) {
                return false;
            }
            let Some(open) = self.enclosing(at) else { return true };
            let call = open.checked_sub(1).and_then(|it| self.get(it));
            at = match call.filter(|it| it.kind == Kind::Word).map(|it| it.text) {
                Some("all" | "exists" | "dyn" | "bool") => self.operand(open),
                None if self.is_sign(open, "(") => open,
                // What is counted or picked out need not hold.
                _ => return false,
            };
        }
    }

    /// The bracket that is open at a place.
    fn enclosing(&self, at: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for index in (0..at).rev() {
            let Some(token) = self.get(index).filter(|it| it.kind == Kind::Sign) else { continue };
            match token.text {
                ")" | "]" | "}" => depth += 1,
                "(" | "[" | "{" if depth == 0 => return Some(index),
                "(" | "[" | "{" => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// The truth that it is, whatever it is asked of; none where that depends on something, or nobody sees it by
    /// its signs alone.
    pub fn constant(&self) -> Option<bool> {
        // Nobody writes more for a constant, and each bracket goes a step deeper.
        const LONGEST: usize = 500;
        (self.len() <= LONGEST).then(|| self.constant_of(0, self.len())).flatten()
    }

    fn constant_of(&self, start: usize, end: usize) -> Option<bool> {
        let last = end.checked_sub(1).filter(|it| *it >= start)?;
        if self.is_sign(start, "(") && self.is_sign(last, ")") && self.opening(last) == start {
            return self.constant_of(start + 1, last);
        }
        for (sign, is_or) in [("|", true), ("&", false)] {
            let parts = self.split(start, end, sign);
            if parts.len() > 1 {
                let parts = parts.into_iter().map(|(start, end)| self.constant_of(start, end));
                let parts: Vec<_> = parts.collect();
                if parts.contains(&Some(is_or)) {
                    return Some(is_or);
                }
                return parts.iter().all(|it| *it == Some(!is_or)).then_some(!is_or);
            }
        }
        if self.is_sign(start, "!") {
            let rest = start + 1;
            let is_whole = end == rest + 1 || self.is_sign(rest, "(") && self.opening(last) == rest;
            return is_whole.then(|| self.constant_of(rest, end)).flatten().map(|it| !it);
        }
        match end - start {
            1 if self.is_word(start, "true") => Some(true),
            1 if self.is_word(start, "false") => Some(false),
            4 if self.is_sign(start + 2, "=") => {
                let (left, right) = (self.get(start)?, self.get(last)?);
                let is_literal = |it: Token<'_>| {
                    matches!(it.kind, Kind::Number | Kind::Text)
                        || matches!(it.text, "true" | "false")
                };
                let is_same = (left.kind, left.text) == (right.kind, right.text);
                let is_known = is_literal(left) && is_literal(right) && left.kind == right.kind;
                match self.get(start + 1)?.text {
                    "=" if is_known => Some(is_same),
                    "!" if is_known => Some(!is_same),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The parts between doubled signs, outside of brackets.
    fn split(&self, start: usize, end: usize, sign: &str) -> Vec<(usize, usize)> {
        let (mut parts, mut from, mut depth) = (Vec::new(), start, 0_usize);
        let mut index = start;
        while index < end {
            if let Some(token) = self.get(index).filter(|it| it.kind == Kind::Sign) {
                match token.text {
                    "(" | "[" | "{" => depth += 1,
                    ")" | "]" | "}" => depth = depth.saturating_sub(1),
                    // A choice binds less than these.
                    "?" if depth == 0 => return vec![(start, end)],
                    it if it == sign && depth == 0 && self.is_sign(index + 1, sign) => {
                        parts.push((from, index));
                        index += 1;
                        from = index + 1;
                    }
                    _ => {}
                }
            }
            index += 1;
        }
        parts.push((from, end));
        parts
    }
}

#[cfg(test)]
mod tests;
