//! The grammar.

use super::super::refusal::{Found, Stop};
use super::grammar::{PRODUCTS, RELATIONS, RESERVED, SUMS, Syntax};
use super::lexer::{Token, Word, words};
use super::macros::expand;
use super::node::{Entry, Field, Kind, Literal, Node};

/// Nesting that the server takes and this crate evaluates.
const DEPTH: usize = 100;
/// The length of the longest expression that is read, in bytes.
const LENGTH: usize = 100_000;
/// Nodes after the expansion of macros.
const SIZE: usize = 50_000;

/// The tree of an expression. A macro that is used wrongly does not end the reading.
pub(crate) fn parse(source: &str, syntax: Syntax) -> Result<Node, Vec<Stop>> {
    if source.len() > LENGTH {
        return Err(vec![Stop::NotJudged(format!("longer than {LENGTH} bytes"))]);
    }
    let tokens = words(source).map_err(|stop| vec![stop])?;
    let mut parser = Parser { tokens, next: 0, nesting: 0, flaws: Vec::new(), syntax };
    let read = parser.whole();
    let mut flaws = parser.flaws;
    flaws.sort_by_key(|it| it.at);
    let mut stops: Vec<Stop> = flaws.into_iter().map(Stop::Flaw).collect();
    match read {
        Ok(node) if stops.is_empty() => Ok(node),
        Ok(_) => Err(stops),
        Err(stop) => {
            stops.push(stop);
            Err(stops)
        }
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    nesting: usize,
    /// Macros that are used wrongly.
    flaws: Vec<Found>,
    syntax: Syntax,
}

const END: Token = Token { at: 0, word: Word::End };

impl Parser {
    fn whole(&mut self) -> Result<Node, Stop> {
        let node = self.expression()?;
        if self.peek().word != Word::End {
            return self.unexpected();
        }
        if node.size() > SIZE {
            return Err(Stop::NotJudged(format!("more than {SIZE} operations")));
        }
        Ok(node)
    }

    fn peek(&self) -> &Token {
        self.tokens.get(self.next).or_else(|| self.tokens.last()).unwrap_or(&END)
    }

    fn at(&self) -> usize {
        self.peek().at
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.peek().word, Word::Sign(it) if it == sign)
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = self.is(sign);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<usize, Stop> {
        let at = self.at();
        if self.take(sign) { Ok(at) } else { self.unexpected() }
    }

    fn unexpected<T>(&self) -> Result<T, Stop> {
        let token = self.peek();
        let shown = match &token.word {
            Word::End => "<EOF>".to_owned(),
            Word::Sign(sign) => (*sign).to_owned(),
            Word::Name(name) => name.clone(),
            Word::Literal(_) | Word::Smallest => "a literal".to_owned(),
        };
        Stop::flaw(token.at, format!("Syntax error: unexpected {shown}"))
    }

    /// A node, unless it is too deep to be evaluated.
    fn node(at: usize, kind: Kind) -> Result<Node, Stop> {
        bounded(Node::new(at, kind))
    }

    fn expression(&mut self) -> Result<Node, Stop> {
        self.nesting += 1;
        if self.nesting > DEPTH {
            return Err(Stop::NotJudged(format!("nested more than {DEPTH} deep")));
        }
        let condition = self.logic(false)?;
        let at = self.at();
        let node = if self.take("?") {
            let yes = self.logic(false)?;
            self.expect(":")?;
            let no = self.expression()?;
            Self::node(at, Kind::Conditional(Box::new([condition, yes, no])))
        } else {
            Ok(condition)
        };
        self.nesting -= 1;
        node
    }

    fn logic(&mut self, all: bool) -> Result<Node, Stop> {
        let sign = if all { "&&" } else { "||" };
        let below = |this: &mut Self| if all { this.relation() } else { this.logic(true) };
        let first = below(self)?;
        let at = self.at();
        if !self.is(sign) {
            return Ok(first);
        }
        let mut operands = vec![first];
        while self.take(sign) {
            operands.push(below(self)?);
        }
        Self::node(at, Kind::Logic { all, operands })
    }

    fn relation(&mut self) -> Result<Node, Stop> {
        let mut left = self.sum()?;
        loop {
            let at = self.at();
            let name = if self.peek().word == Word::Name("in".to_owned()) {
                self.next += 1;
                "@in"
            } else if let Some(name) = self.operator(&RELATIONS) {
                name
            } else {
                return Ok(left);
            };
            let right = self.sum()?;
            left = bounded(Node::call(at, name, None, vec![left, right]))?;
        }
    }

    fn sum(&mut self) -> Result<Node, Stop> {
        self.chain(&SUMS, Self::product)
    }

    fn product(&mut self) -> Result<Node, Stop> {
        self.chain(&PRODUCTS, Self::unary)
    }

    fn chain(
        &mut self,
        operators: &[(&str, &'static str)],
        below: fn(&mut Self) -> Result<Node, Stop>,
    ) -> Result<Node, Stop> {
        let mut left = below(self)?;
        loop {
            let at = self.at();
            let Some(name) = self.operator(operators) else { return Ok(left) };
            let right = below(self)?;
            left = bounded(Node::call(at, name, None, vec![left, right]))?;
        }
    }

    fn operator(&mut self, operators: &[(&str, &'static str)]) -> Option<&'static str> {
        let (_, name) = operators.iter().find(|(sign, _)| self.is(sign))?;
        self.next += 1;
        Some(name)
    }

    fn unary(&mut self) -> Result<Node, Stop> {
        let at = self.at();
        for (sign, name) in [("!", "!_"), ("-", "-_")] {
            let mut count = 0_usize;
            while self.is(sign) && !(sign == "-" && count == 0 && self.is_negative_number()) {
                self.next += 1;
                count += 1;
            }
            if count > 0 {
                let operand = self.member()?;
                let is_odd = count % 2 == 1;
                return if is_odd {
                    bounded(Node::call(at, name, None, vec![operand]))
                } else {
                    Ok(operand)
                };
            }
        }
        self.member()
    }

    /// Whether a minus stands before a number, of which it is a part.
    fn is_negative_number(&self) -> bool {
        let number = self.tokens.get(self.next + 1).map(|it| &it.word);
        matches!(number, Some(Word::Smallest | Word::Literal(Literal::Int(_) | Literal::Double(_))))
    }

    fn member(&mut self) -> Result<Node, Stop> {
        let mut node = self.primary()?;
        loop {
            let at = self.at();
            if self.take(".") {
                let optional = self.optional_mark()?;
                let field = self.name(false)?;
                if !optional && self.is("(") {
                    let at = self.at();
                    let args = self.arguments()?;
                    node = self.call(at, &field, Some(node), args)?;
                } else {
                    let operand = Box::new(node);
                    let kind = if optional {
                        Kind::OptionalSelect { operand, field }
                    } else {
                        Kind::Select { operand, field }
                    };
                    node = Self::node(at, kind)?;
                }
            } else if self.take("[") {
                let name = if self.optional_mark()? { "_[?_]" } else { "_[_]" };
                let index = self.expression()?;
                self.expect("]")?;
                node = bounded(Node::call(at, name, None, vec![node, index]))?;
            } else {
                return Ok(node);
            }
        }
    }

    /// Whether a mark of the optional syntax stands here.
    fn optional_mark(&mut self) -> Result<bool, Stop> {
        let at = self.at();
        if !self.take("?") {
            return Ok(false);
        }
        if self.syntax.optionals { Ok(true) } else { Stop::flaw(at, "unsupported syntax '?'") }
    }

    fn name(&mut self, is_variable: bool) -> Result<String, Stop> {
        let Word::Name(name) = &self.peek().word else { return self.unexpected() };
        if name == "in" {
            return self.unexpected();
        }
        if is_variable && RESERVED.contains(&name.as_str()) {
            return Stop::flaw(self.at(), format!("reserved identifier: {name}"));
        }
        let name = name.clone();
        self.next += 1;
        Ok(name)
    }

    fn arguments(&mut self) -> Result<Vec<Node>, Stop> {
        self.expect("(")?;
        let mut args = Vec::new();
        while !self.take(")") {
            if !args.is_empty() {
                self.expect(",")?;
            }
            args.push(self.expression()?);
        }
        Ok(args)
    }

    /// A call, or what it stands for; nothing stands for a macro that is used wrongly.
    fn call(
        &mut self,
        at: usize,
        name: &str,
        target: Option<Node>,
        args: Vec<Node>,
    ) -> Result<Node, Stop> {
        match expand(at, name, target, args, self.syntax) {
            Ok(node) => bounded(node),
            Err(Stop::Flaw(found)) => {
                let nothing = Node::new(found.at, Kind::Literal(Literal::Null));
                self.flaws.push(found);
                Ok(nothing)
            }
            Err(other) => Err(other),
        }
    }

    fn primary(&mut self) -> Result<Node, Stop> {
        let at = self.at();
        let word = self.peek().word.clone();
        match word {
            Word::Literal(literal) => {
                self.next += 1;
                Self::node(at, Kind::Literal(literal))
            }
            Word::Smallest => Stop::flaw(at, "invalid int literal"),
            Word::Sign("-") => {
                self.next += 2;
                let number = self.tokens.get(self.next - 1).map(|it| &it.word);
                let literal = match number {
                    Some(Word::Literal(Literal::Int(value))) => Literal::Int(-value),
                    Some(Word::Literal(Literal::Double(value))) => Literal::Double(-value),
                    Some(Word::Smallest) => Literal::Int(i64::MIN),
                    _ => return self.unexpected(),
                };
                Self::node(at, Kind::Literal(literal))
            }
            Word::Sign("(") => {
                self.next += 1;
                let inner = self.expression()?;
                self.expect(")")?;
                Ok(inner)
            }
            Word::Sign("[") => self.list(at),
            Word::Sign("{") => self.map(at),
            Word::Sign(".") => Err(Stop::NotJudged("a name that begins with a dot".to_owned())),
            Word::Name(_) => {
                let name = self.name(true)?;
                if self.is("(") {
                    let at = self.at();
                    let args = self.arguments()?;
                    return self.call(at, &name, None, args);
                }
                self.message(at, name)
            }
            _ => self.unexpected(),
        }
    }

    /// A name, or the message that is built of the type of this dotted name.
    fn message(&mut self, at: usize, name: String) -> Result<Node, Stop> {
        let start = self.next;
        let mut full = name.clone();
        while self.take(".") {
            let Word::Name(part) = &self.peek().word else { break };
            full = format!("{full}.{part}");
            self.next += 1;
        }
        let brace = self.at();
        if !self.take("{") {
            self.next = start;
            return Self::node(at, Kind::Ident(name));
        }
        let mut fields = Vec::new();
        while !self.take("}") {
            let optional = self.optional_mark()?;
            let name = self.name(false)?;
            self.expect(":")?;
            fields.push(Field { name, value: self.expression()?, optional });
            if !self.take(",") {
                self.expect("}")?;
                break;
            }
        }
        Self::node(brace, Kind::Struct { name: full, fields })
    }

    fn list(&mut self, at: usize) -> Result<Node, Stop> {
        self.expect("[")?;
        let mut elements = Vec::new();
        while !self.take("]") {
            let optional = self.optional_mark()?;
            elements.push((self.expression()?, optional));
            if !self.take(",") {
                self.expect("]")?;
                break;
            }
        }
        Self::node(at, Kind::List(elements))
    }

    fn map(&mut self, at: usize) -> Result<Node, Stop> {
        self.expect("{")?;
        let mut entries = Vec::new();
        while !self.take("}") {
            let optional = self.optional_mark()?;
            let key = self.expression()?;
            self.expect(":")?;
            let value = self.expression()?;
            entries.push(Entry { key, value, optional });
            if !self.take(",") {
                self.expect("}")?;
                break;
            }
        }
        Self::node(at, Kind::Map(entries))
    }
}

fn bounded(node: Node) -> Result<Node, Stop> {
    if node.depth > DEPTH {
        return Err(Stop::NotJudged(format!("nested more than {DEPTH} deep")));
    }
    Ok(node)
}
