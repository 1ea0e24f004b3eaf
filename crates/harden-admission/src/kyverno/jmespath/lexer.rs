//! The words of an expression.

use super::Failure;

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Identifier(String),
    Quoted(String),
    Json(String),
    Raw(String),
    Number(String),
    /// A sign, by its text.
    Sign(&'static str),
    End,
}

/// The longest expression that is read.
const LENGTH: usize = 64 * 1024;

/// Splits an expression into words, the last of which is the end.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Failure> {
    if text.len() > LENGTH {
        return Err(Failure::NotJudged("the expression is very long".to_owned()));
    }
    let chars: Vec<char> = text.chars().collect();
    let mut lexer = Lexer { chars: &chars, at: 0 };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.token()?;
        let is_last = token == Some(Token::End);
        tokens.extend(token);
        if is_last {
            return Ok(tokens);
        }
    }
}

struct Lexer<'t> {
    chars: &'t [char],
    at: usize,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    /// The next word; none for white space.
    fn token(&mut self) -> Result<Option<Token>, Failure> {
        let Some(first) = self.next() else { return Ok(Some(Token::End)) };
        Ok(Some(match first {
            'a'..='z' | 'A'..='Z' | '_' => {
                Token::Identifier(self.rest(first, |it| it.is_ascii_alphanumeric() || it == '_'))
            }
            '-' | '0'..='9' => Token::Number(self.rest(first, |it| it.is_ascii_digit())),
            '.' => Token::Sign("."),
            '*' => Token::Sign("*"),
            ',' => Token::Sign(","),
            ':' => Token::Sign(":"),
            '{' => Token::Sign("{"),
            '}' => Token::Sign("}"),
            ']' => Token::Sign("]"),
            '(' => Token::Sign("("),
            ')' => Token::Sign(")"),
            '@' => Token::Sign("@"),
            '[' => match self.peek() {
                Some('?') => self.second("[?"),
                Some(']') => self.second("[]"),
                _ => Token::Sign("["),
            },
            '|' => self.either('|', "||", "|"),
            '<' => self.either('=', "<=", "<"),
            '>' => self.either('=', ">=", ">"),
            '!' => self.either('=', "!=", "!"),
            '=' => self.either('=', "==", "="),
            '&' => self.either('&', "&&", "&"),
            '"' => {
                let text = format!("\"{}\"", self.until('"')?);
                Token::Quoted(serde_json::from_str(&text).map_err(|it| syntax(&it.to_string()))?)
            }
            '`' => Token::Json(self.until('`')?.replace("\\`", "`")),
            '\'' => self.raw()?,
            ' ' | '\t' | '\n' | '\r' => return Ok(None),
            other => return Err(syntax(&format!("Unknown char: '{}'", other.escape_default()))),
        }))
    }

    fn rest(&mut self, first: char, is_part: impl Fn(char) -> bool) -> String {
        let mut text = String::from(first);
        while let Some(next) = self.peek().filter(|it| is_part(*it)) {
            text.push(next);
            self.at += 1;
        }
        text
    }

    fn second(&mut self, sign: &'static str) -> Token {
        self.at += 1;
        Token::Sign(sign)
    }

    fn either(&mut self, second: char, long: &'static str, short: &'static str) -> Token {
        if self.peek() == Some(second) { self.second(long) } else { Token::Sign(short) }
    }

    /// The text up to a delimiter, with its escapes.
    fn until(&mut self, end: char) -> Result<String, Failure> {
        let mut text = String::new();
        loop {
            let Some(next) = self.next() else {
                return Err(syntax(&format!("Unclosed delimiter: {end}")));
            };
            if next == end {
                return Ok(text);
            }
            text.push(next);
            if next == '\\' {
                text.extend(self.next());
            }
        }
    }

    fn raw(&mut self) -> Result<Token, Failure> {
        let mut text = String::new();
        loop {
            match self.next() {
                None => return Err(syntax("Unclosed delimiter: '")),
                Some('\'') => return Ok(Token::Raw(text)),
                Some('\\') if self.peek() == Some('\'') => {
                    self.at += 1;
                    text.push('\'');
                }
                Some(other) => text.push(other),
            }
        }
    }
}

/// An expression that the library refuses.
pub(super) fn syntax(why: &str) -> Failure {
    Failure::Error(format!("SyntaxError: {why}"))
}
