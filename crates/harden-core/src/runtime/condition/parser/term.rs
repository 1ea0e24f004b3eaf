//! The sides of a comparison.

use super::super::operator::{Transformation, transformations};
use super::super::{Field, Term, TermKind};
use super::{Parser, Words, words};

const UNCLOSED: &str = "expected a ')' token closing the transformer";

impl Parser<'_> {
    /// What is left of a field after its name.
    pub(super) fn field(&mut self, start: usize) -> Words<Term> {
        self.deeper(|it| {
            let name = it.lexer.token.clone();
            let argument = it.argument()?;
            let kind = TermKind::Field(Field { name, argument });
            Ok(Term { span: it.since(start), kind })
        })
    }

    fn argument(&mut self) -> Words<Option<String>> {
        if !self.lexer.word("[") {
            return Ok(None);
        }
        if !self.lexer.quoted()? && !self.lexer.bare_argument() {
            return words("expected a valid field argument: a quoted string or a bare string");
        }
        let argument = self.lexer.token.clone();
        self.expect("]", "expected a ']' token")?;
        Ok(Some(argument))
    }

    /// The transformation whose name and parenthesis are next; not `val`, which stands on the right.
    pub(super) fn transformation(&mut self) -> Option<Transformation> {
        let mut all = Transformation::ALL.into_iter().filter(|it| *it != Transformation::Val);
        all.find(|it| self.opens(*it))
    }

    fn opens(&mut self, transformation: Transformation) -> bool {
        let is_next = self.lexer.word(&format!("{}(", transformation.as_str()));
        if is_next {
            self.lexer.token.pop();
        }
        is_next
    }

    /// What is left of a transformation after its parenthesis.
    pub(super) fn transformed(&mut self, by: Transformation, start: usize) -> Words<Term> {
        self.deeper(|it| {
            it.lexer.blank();
            let mut arguments = Vec::new();
            loop {
                arguments.push(it.transformed_argument()?);
                it.lexer.blank();
                if !it.lexer.word(",") {
                    break;
                }
            }
            it.expect(")", UNCLOSED)?;
            let argument = it.argument()?;
            let kind = TermKind::Transformed { by, arguments, argument };
            Ok(Term { span: it.since(start), kind })
        })
    }

    fn transformed_argument(&mut self) -> Words<Term> {
        self.deeper(|it| {
            it.lexer.blank();
            let start = it.lexer.offset;
            if it.lexer.number() || it.lexer.quoted()? {
                return Ok(it.value(start));
            }
            if it.lexer.word("(") {
                return it.transformed_list(start);
            }
            if let Some(by) = it.transformation() {
                return it.transformed(by, start);
            }
            if it.lexer.field_name() {
                return it.field(start);
            }
            words(
                "expected field transformer argument: field, transformer, quoted string, number, \
                 or transformer list",
            )
        })
    }

    /// What is left of a list among arguments after its parenthesis.
    fn transformed_list(&mut self, start: usize) -> Words<Term> {
        let mut terms = Vec::new();
        self.lexer.blank();
        if !self.lexer.word(")") {
            loop {
                terms.push(self.transformed_item()?);
                self.lexer.blank();
                if !self.lexer.word(",") {
                    break;
                }
                self.lexer.blank();
            }
            self.expect(")", "expected ')'")?;
        }
        Ok(Term { span: self.since(start), kind: TermKind::List(terms) })
    }

    fn transformed_item(&mut self) -> Words<Term> {
        let start = self.lexer.offset;
        if self.lexer.field_name() {
            return self.field(start);
        }
        if let Some(by) = self.transformation() {
            self.lexer.blank();
            return self.transformed(by, start);
        }
        if self.lexer.quoted()? || self.lexer.number() {
            return Ok(self.value(start));
        }
        words("expected transformer list argument: field, transformer, quoted string, or number")
    }

    /// A transformation or `val` on the right side, if one is next.
    fn right_transformed(&mut self) -> Words<Option<Term>> {
        self.deeper(|it| {
            it.lexer.blank();
            let start = it.lexer.offset;
            if it.opens(Transformation::Val) {
                return it.val(start).map(Some);
            }
            let Some(by) = it.transformation() else { return Ok(None) };
            it.lexer.blank();
            it.transformed(by, start).map(Some)
        })
    }

    fn val(&mut self, start: usize) -> Words<Term> {
        self.lexer.blank();
        let inner = self.lexer.offset;
        if !self.lexer.field_name() {
            return words("expected a field within 'val' transformer");
        }
        let field = self.field(inner)?;
        self.lexer.blank();
        self.expect(")", UNCLOSED)?;
        let (by, arguments) = (Transformation::Val, vec![field]);
        let kind = TermKind::Transformed { by, arguments, argument: self.argument()? };
        Ok(Term { span: self.since(start), kind })
    }

    pub(super) fn number(&mut self) -> Words<Term> {
        self.deeper(|it| {
            it.lexer.blank();
            let start = it.lexer.offset;
            if let Some(term) = it.right_transformed()? {
                return Ok(term);
            }
            if it.lexer.number() {
                return Ok(it.value(start));
            }
            Err(with_transformations("expected a number value or a field with a valid transformer"))
        })
    }

    pub(super) fn text_or_transformed(&mut self) -> Words<Term> {
        self.deeper(|it| {
            it.lexer.blank();
            let start = it.lexer.offset;
            if let Some(term) = it.right_transformed()? {
                return Ok(term);
            }
            if it.lexer.quoted()? || it.lexer.bare_text() {
                return Ok(it.value(start));
            }
            Err(with_transformations("expected a string value or a field with a valid transformer"))
        })
    }

    fn text(&mut self) -> Words<String> {
        self.deeper(|it| {
            it.lexer.blank();
            if it.lexer.quoted()? || it.lexer.bare_text() {
                return Ok(it.lexer.token.clone());
            }
            words("expected a string value")
        })
    }

    pub(super) fn list(&mut self) -> Words<Term> {
        self.deeper(|it| {
            it.lexer.blank();
            let start = it.lexer.offset;
            if let Some(term) = it.values()? {
                return Ok(term);
            }
            if it.lexer.identifier() {
                return Ok(it.value(start));
            }
            words("expected a list or an identifier")
        })
    }

    pub(super) fn list_or_transformed(&mut self) -> Words<Term> {
        self.deeper(|it| {
            it.lexer.blank();
            let start = it.lexer.offset;
            if let Some(term) = it.values()? {
                return Ok(term);
            }
            if let Some(term) = it.right_transformed()? {
                return Ok(term);
            }
            if it.lexer.identifier() {
                return Ok(it.value(start));
            }
            let what = "expected a list, an identifier, or a field with a valid transformer";
            Err(with_transformations(what))
        })
    }

    /// A list in parentheses, if one is next. What goes wrong with its first text means that there is none.
    fn values(&mut self) -> Words<Option<Term>> {
        let start = self.lexer.offset;
        if !self.lexer.word("(") {
            return Ok(None);
        }
        let mut values = Vec::new();
        self.lexer.blank();
        if let Ok(first) = self.text() {
            values.push(first);
            self.lexer.blank();
            while self.lexer.word(",") {
                values.push(self.text()?);
                self.lexer.blank();
            }
        }
        self.expect(")", "expected a ')' token")?;
        Ok(Some(Term { span: self.since(start), kind: TermKind::Values(values) }))
    }

    /// The word that was just taken, as a value.
    fn value(&self, start: usize) -> Term {
        Term { span: self.since(start), kind: TermKind::Value(self.lexer.token.clone()) }
    }
}

fn with_transformations(what: &str) -> String {
    format!("{what}: {}", transformations())
}
