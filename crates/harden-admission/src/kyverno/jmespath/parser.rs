//! Expressions, by the binding powers of their signs.

use serde_json::Value;

use super::Failure;
use super::lexer::{Token, syntax, tokens};
use super::node::{Comparator, Node};

/// How deep an expression may be nested.
const DEPTH: usize = 100;

const DOT: u8 = 40;
const STAR: u8 = 20;
const FLATTEN: u8 = 9;
const FILTER: u8 = 21;

/// Parses an expression.
pub(super) fn parse(text: &str) -> Result<Node, Failure> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let node = parser.expression(0)?;
    if *parser.current() == Token::End {
        return Ok(node);
    }
    let found = word(parser.current());
    Err(syntax(&format!("Unexpected token at the end of the expression: {found}")))
}

fn power(token: &Token) -> u8 {
    let Token::Sign(sign) = token else { return 0 };
    match *sign {
        "|" => 1,
        "||" => 2,
        "&&" => 3,
        "==" | "!=" | "<" | "<=" | ">" | ">=" => 5,
        "[]" => FLATTEN,
        "*" => STAR,
        "[?" => FILTER,
        "." => DOT,
        "!" => 45,
        "{" => 50,
        "[" => 55,
        "(" => 60,
        _ => 0,
    }
}

/// The library's name of a word.
fn word(token: &Token) -> &'static str {
    match token {
        Token::Identifier(_) => "tUnquotedIdentifier",
        Token::Quoted(_) => "tQuotedIdentifier",
        Token::Json(_) => "tJSONLiteral",
        Token::Raw(_) => "tStringLiteral",
        Token::Number(_) => "tNumber",
        Token::End => "tEOF",
        Token::Sign(sign) => match *sign {
            "." => "tDot",
            "*" => "tStar",
            "," => "tComma",
            ":" => "tColon",
            "{" => "tLbrace",
            "}" => "tRbrace",
            "[" => "tLbracket",
            "]" => "tRbracket",
            "(" => "tLparen",
            ")" => "tRparen",
            "@" => "tCurrent",
            "&" => "tExpref",
            "|" => "tPipe",
            _ => "tUnknown",
        },
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn ahead(&self, count: usize) -> &Token {
        self.tokens.get(self.at + count).unwrap_or(&Token::End)
    }

    fn current(&self) -> &Token {
        self.ahead(0)
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.current(), Token::Sign(it) if *it == sign)
    }

    fn take(&mut self) -> Token {
        let token = self.current().clone();
        self.at += 1;
        token
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), Failure> {
        if self.is(sign) {
            self.at += 1;
            return Ok(());
        }
        let (wanted, found) = (word(&Token::Sign(sign)), word(self.current()));
        Err(syntax(&format!("Expected {wanted}, received: {found}")))
    }

    fn expression(&mut self, least: u8) -> Result<Node, Failure> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Failure::NotJudged("the expression is nested deeply".to_owned()));
        }
        let mut left = self.first()?;
        while least < power(self.current()) {
            left = self.next(left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    /// An expression that begins here.
    fn first(&mut self) -> Result<Node, Failure> {
        let token = self.take();
        let sign = match token {
            Token::Json(text) => {
                let value: Value =
                    serde_json::from_str(&text).map_err(|it| syntax(&it.to_string()))?;
                return Ok(Node::Literal(super::functions::floats(value)));
            }
            Token::Raw(text) => return Ok(Node::Literal(Value::String(text))),
            Token::Identifier(name) => return Ok(Node::Field(name)),
            Token::Quoted(name) => {
                if self.is("(") {
                    return Err(syntax("Can't have quoted identifier as function Name."));
                }
                return Ok(Node::Field(name));
            }
            Token::End => return Err(syntax("Incomplete expression")),
            Token::Number(_) => return Err(syntax("Invalid token: tNumber")),
            Token::Sign(sign) => sign,
        };
        match sign {
            "*" => {
                let right = if self.is("]") { Node::Identity } else { self.projected(STAR)? };
                Ok(Node::Values(Box::new([Node::Identity, right])))
            }
            "[?" => self.filter(Node::Identity),
            "{" => self.hash(),
            "[]" => self.flatten(Node::Identity),
            "[" => match self.current() {
                Token::Number(_) | Token::Sign(":") => {
                    let index = self.index()?;
                    self.indexed(Node::Identity, index)
                }
                Token::Sign("*") if *self.ahead(1) == Token::Sign("]") => {
                    self.at += 2;
                    let right = self.projected(STAR)?;
                    Ok(Node::Projection(Box::new([Node::Identity, right])))
                }
                _ => self.list(),
            },
            "@" => Ok(Node::Identity),
            "&" => Ok(Node::Reference(Box::new(self.expression(0)?))),
            "!" => Ok(Node::Not(Box::new(self.expression(45)?))),
            "(" => {
                let inner = self.expression(0)?;
                self.expect(")")?;
                Ok(inner)
            }
            other => Err(syntax(&format!("Invalid token: {}", word(&Token::Sign(other))))),
        }
    }

    /// An expression that goes on with a sign.
    fn next(&mut self, left: Node) -> Result<Node, Failure> {
        let Token::Sign(sign) = self.take() else { return Err(syntax("Unexpected token")) };
        let comparison = |comparator, this: &mut Self, left| {
            let right = this.expression(5)?;
            Ok(Node::Comparison(comparator, Box::new([left, right])))
        };
        match sign {
            "." if self.is("*") => {
                self.at += 1;
                let right = self.projected(DOT)?;
                Ok(Node::Values(Box::new([left, right])))
            }
            "." => {
                let right = self.after_dot(DOT)?;
                Ok(Node::Sub(Box::new([left, right])))
            }
            "|" => Ok(Node::Pipe(Box::new([left, self.expression(1)?]))),
            "||" => Ok(Node::Or(Box::new([left, self.expression(2)?]))),
            "&&" => Ok(Node::And(Box::new([left, self.expression(3)?]))),
            "(" => self.call(left),
            "[?" => self.filter(left),
            "[]" => self.flatten(left),
            "==" => comparison(Comparator::Equal, self, left),
            "!=" => comparison(Comparator::NotEqual, self, left),
            ">" => comparison(Comparator::Greater, self, left),
            ">=" => comparison(Comparator::GreaterOrEqual, self, left),
            "<" => comparison(Comparator::Less, self, left),
            "<=" => comparison(Comparator::LessOrEqual, self, left),
            "[" => {
                if matches!(self.current(), Token::Number(_) | Token::Sign(":")) {
                    let index = self.index()?;
                    return self.indexed(left, index);
                }
                self.expect("*")?;
                self.expect("]")?;
                let right = self.projected(STAR)?;
                Ok(Node::Projection(Box::new([left, right])))
            }
            other => Err(syntax(&format!("Unexpected token: {}", word(&Token::Sign(other))))),
        }
    }

    fn call(&mut self, name: Node) -> Result<Node, Failure> {
        let mut arguments = Vec::new();
        while !self.is(")") {
            let argument = self.expression(0)?;
            if self.is(",") {
                self.at += 1;
            }
            arguments.push(argument);
        }
        self.expect(")")?;
        match name {
            Node::Field(name) | Node::Literal(Value::String(name)) => {
                Ok(Node::Call(name, arguments))
            }
            _ => Err(Failure::Error("invalid node value type".to_owned())),
        }
    }

    fn flatten(&mut self, left: Node) -> Result<Node, Failure> {
        let right = self.projected(FLATTEN)?;
        Ok(Node::Projection(Box::new([Node::Flatten(Box::new(left)), right])))
    }

    fn filter(&mut self, left: Node) -> Result<Node, Failure> {
        let condition = self.expression(0)?;
        self.expect("]")?;
        let right = if self.is("[]") { Node::Identity } else { self.projected(FILTER)? };
        Ok(Node::Filter(Box::new([left, right, condition])))
    }

    fn list(&mut self) -> Result<Node, Failure> {
        let mut elements = Vec::new();
        loop {
            elements.push(self.expression(0)?);
            if self.is("]") {
                break;
            }
            self.expect(",")?;
        }
        self.expect("]")?;
        Ok(Node::List(elements))
    }

    fn hash(&mut self) -> Result<Node, Failure> {
        let mut entries = Vec::new();
        loop {
            let (Token::Identifier(key) | Token::Quoted(key)) = self.take() else {
                return Err(syntax("Expected tQuotedIdentifier or tUnquotedIdentifier"));
            };
            self.expect(":")?;
            entries.push((key, self.expression(0)?));
            if self.is(",") {
                self.at += 1;
            } else if self.is("}") {
                self.at += 1;
                return Ok(Node::Hash(entries));
            }
        }
    }

    fn index(&mut self) -> Result<Node, Failure> {
        let is_colon = |it: &Token| *it == Token::Sign(":");
        if is_colon(self.current()) || is_colon(self.ahead(1)) {
            return self.slice();
        }
        let index = self.number()?;
        self.expect("]")?;
        Ok(Node::Index(index))
    }

    fn number(&mut self) -> Result<i64, Failure> {
        match self.take() {
            Token::Number(text) => {
                text.parse().map_err(|_| syntax(&format!("parsing \"{text}\": invalid syntax")))
            }
            other => {
                let found = word(&other);
                Err(syntax(&format!("Expected tColon or tNumber, received: {found}")))
            }
        }
    }

    fn slice(&mut self) -> Result<Node, Failure> {
        let mut parts = [None; 3];
        let mut index = 0;
        while !self.is("]") && index < 3 {
            if self.is(":") {
                index += 1;
                self.at += 1;
            } else {
                let number = self.number()?;
                if let Some(part) = parts.get_mut(index) {
                    *part = Some(number);
                }
            }
        }
        self.expect("]")?;
        Ok(Node::Slice(parts))
    }

    fn indexed(&mut self, left: Node, index: Node) -> Result<Node, Failure> {
        let is_slice = matches!(index, Node::Slice(_));
        let node = Node::Sub(Box::new([left, index]));
        if !is_slice {
            return Ok(node);
        }
        let right = self.projected(STAR)?;
        Ok(Node::Projection(Box::new([node, right])))
    }

    fn after_dot(&mut self, least: u8) -> Result<Node, Failure> {
        match self.current() {
            Token::Identifier(_) | Token::Quoted(_) | Token::Sign("*") => self.expression(least),
            Token::Sign("[") => {
                self.at += 1;
                self.list()
            }
            Token::Sign("{") => {
                self.at += 1;
                self.hash()
            }
            _ => Err(syntax("Expected identifier, lbracket, or lbrace")),
        }
    }

    /// What is applied to each element of a projection.
    fn projected(&mut self, least: u8) -> Result<Node, Failure> {
        if power(self.current()) < 10 {
            return Ok(Node::Identity);
        }
        match self.current() {
            Token::Sign("[" | "[?") => self.expression(least),
            Token::Sign(".") => {
                self.at += 1;
                self.after_dot(least)
            }
            _ => Err(syntax("Error")),
        }
    }
}
