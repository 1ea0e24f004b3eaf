//! The grammar: one function for each of its rules, and as deep as Falco lets it be.

mod term;

use super::lexer::Lexer;
use super::operator::{EXISTS, Family, operators};
use super::{Check, Condition, Kind, Modifier, Operator, Problem, Span, Term, position};

/// Reads a whole text.
pub(super) fn parse(text: &str, depth: usize) -> Result<Condition, Problem> {
    let mut parser = Parser { lexer: Lexer::new(text), depth: 0, limit: depth };
    parser.all().map_err(|words| {
        let offset = parser.lexer.offset;
        let (line, column) = position(text, offset);
        Problem { line, column, offset, text: words }
    })
}

/// Falco's words, about the place where the lexer is.
type Words<T> = Result<T, String>;

#[derive(Debug)]
struct Parser<'t> {
    lexer: Lexer<'t>,
    depth: usize,
    limit: usize,
}

impl Parser<'_> {
    fn all(&mut self) -> Words<Condition> {
        if self.lexer.is_at_end() {
            return words("filter input string is empty");
        }
        let condition = self.or()?;
        if self.depth > 0 {
            return words("parser fatal error: recursion is unbalanced");
        }
        if !self.lexer.is_at_end() {
            let token = &self.lexer.token;
            return Err(format!("unexpected token after '{token}', expecting 'or', 'and'"));
        }
        Ok(condition)
    }

    /// Goes one level deeper. A level that is too deep is never left, as in Falco, which
    /// shows where it goes on after that: in a list.
    #[allow(clippy::inline_always, reason = "Falco's depth has to fit in the stack of a thread")]
    #[inline(always)]
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Words<T>) -> Words<T> {
        self.depth += 1;
        if self.depth >= self.limit {
            return Err(format!("exceeded max depth limit of {}", self.limit));
        }
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn or(&mut self) -> Words<Condition> {
        self.deeper(|it| it.joined("or", Kind::Or, Self::and))
    }

    fn and(&mut self) -> Words<Condition> {
        self.deeper(|it| it.joined("and", Kind::And, Self::not))
    }

    fn joined(
        &mut self,
        word: &str,
        kind: fn(Vec<Condition>) -> Kind,
        operand: fn(&mut Self) -> Words<Condition>,
    ) -> Words<Condition> {
        self.lexer.blank();
        let start = self.lexer.offset;
        let first = operand(self)?;
        let mut end = first.span.end;
        let mut all = vec![first];
        self.lexer.blank();
        while self.lexer.word(word) {
            let next = if self.lexer.blank() {
                operand(self)?
            } else if self.lexer.word("(") {
                self.embedded()?
            } else {
                return Err(format!("expected blank or '(' after '{word}'"));
            };
            end = next.span.end;
            all.push(next);
            self.lexer.blank();
        }
        if all.len() > 1 {
            return Ok(Condition { span: Span { start, end }, kind: kind(all) });
        }
        all.pop().ok_or_else(String::new)
    }

    fn not(&mut self) -> Words<Condition> {
        self.deeper(|it| {
            it.lexer.blank();
            let start = it.lexer.offset;
            let mut is_negated = false;
            while it.lexer.not() {
                is_negated = !is_negated;
            }
            let inner = if it.lexer.word("not(") {
                is_negated = !is_negated;
                it.embedded()?
            } else {
                it.check()?
            };
            if !is_negated {
                return Ok(inner);
            }
            let span = Span { start, end: inner.span.end };
            Ok(Condition { span, kind: Kind::Not(Box::new(inner)) })
        })
    }

    /// What is left of parentheses after the first.
    fn embedded(&mut self) -> Words<Condition> {
        self.deeper(|it| {
            it.lexer.blank();
            let inner = it.or()?;
            it.lexer.blank();
            it.expect(")", "expected a ')' token")?;
            Ok(inner)
        })
    }

    fn check(&mut self) -> Words<Condition> {
        self.deeper(|it| {
            it.lexer.blank();
            let start = it.lexer.offset;
            if it.lexer.word("(") {
                return it.embedded();
            }
            if it.lexer.field_name() {
                let left = it.field(start)?;
                return it.comparison(left);
            }
            if let Some(by) = it.transformation() {
                it.lexer.blank();
                let left = it.transformed(by, start)?;
                return it.comparison(left);
            }
            if it.lexer.identifier() {
                let kind = Kind::Macro(it.lexer.token.clone());
                return Ok(Condition { span: it.since(start), kind });
            }
            words("expected a '(' token, a field check, or an identifier")
        })
    }

    fn comparison(&mut self, left: Term) -> Words<Condition> {
        self.deeper(|it| {
            let start = left.span.start;
            it.lexer.blank();
            if it.lexer.word(EXISTS) {
                return Ok(Condition { span: it.since(start), kind: Kind::Exists(left) });
            }
            let Some(operator) = it.operator() else {
                return Err(format!("expected a valid check operator: one of {}", operators()));
            };
            let mut modifier = None;
            let right = match operator.family() {
                Family::Number => it.number()?,
                Family::List => it.list_or_transformed()?,
                Family::Text => {
                    modifier = it.modifier(operator);
                    if modifier.is_some() { it.list()? } else { it.text_or_transformed()? }
                }
            };
            let span = Span { start, end: right.span.end };
            Ok(Condition {
                span,
                kind: Kind::Check(Box::new(Check { left, operator, modifier, right })),
            })
        })
    }

    fn operator(&mut self) -> Option<Operator> {
        Operator::ALL.into_iter().find(|it| {
            let word = it.as_str();
            if it.is_word() { self.lexer.word_and_blank(word) } else { self.lexer.word(word) }
        })
    }

    /// The modifier that is next, if a list is after it; else it is a text.
    fn modifier(&mut self, operator: Operator) -> Option<Modifier> {
        // The blank after a word was taken with it.
        let had_blank = operator.is_word() || self.lexer.blank();
        let before = (self.lexer.offset, self.lexer.token.clone());
        let is_next = |it: &Modifier| self.lexer.word_and_blank(it.as_str());
        let modifier = if had_blank { Modifier::ALL.into_iter().find(is_next) } else { None };
        if modifier.is_some() && self.lexer.is_before_list() {
            return modifier;
        }
        (self.lexer.offset, self.lexer.token) = before;
        None
    }

    fn expect(&mut self, word: &str, otherwise: &str) -> Words<()> {
        if self.lexer.word(word) { Ok(()) } else { words(otherwise) }
    }

    fn since(&self, start: usize) -> Span {
        Span { start, end: self.lexer.offset }
    }
}

fn words<T>(text: &str) -> Words<T> {
    Err(text.to_owned())
}
