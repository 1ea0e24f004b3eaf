//! The canonical form of a condition.

use std::fmt::{self, Display, Formatter};

use super::{Condition, Field, Kind, Term, TermKind, quoted};

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::And(all) => parenthesized(f, all, " and "),
            Kind::Or(all) => parenthesized(f, all, " or "),
            Kind::Not(inner) => write!(f, "not {inner}"),
            Kind::Exists(term) => write!(f, "{term} exists"),
            Kind::Check(check) => {
                write!(f, "{} {} ", check.left, check.operator)?;
                if let Some(modifier) = check.modifier {
                    write!(f, "{} ", modifier.as_str())?;
                }
                write!(f, "{}", check.right)
            }
            Kind::Macro(name) => f.write_str(name),
        }
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            TermKind::Field(field) => write!(f, "{field}"),
            TermKind::Transformed { by, arguments, argument } => {
                f.write_str(by.as_str())?;
                parenthesized(f, arguments, ",")?;
                bracketed(f, argument.as_deref())
            }
            TermKind::Value(text) => f.write_str(&quoted(text)),
            TermKind::Values(texts) => {
                let texts: Vec<_> = texts.iter().map(|it| quoted(it)).collect();
                write!(f, "({})", texts.join(", "))
            }
            TermKind::List(terms) => parenthesized(f, terms, ","),
        }
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        bracketed(f, self.argument.as_deref())
    }
}

fn parenthesized(f: &mut Formatter<'_>, all: &[impl Display], between: &str) -> fmt::Result {
    f.write_str("(")?;
    for (index, it) in all.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { between })?;
        write!(f, "{it}")?;
    }
    f.write_str(")")
}

fn bracketed(f: &mut Formatter<'_>, argument: Option<&str>) -> fmt::Result {
    match argument {
        None => Ok(()),
        Some("") => f.write_str("[\"\"]"),
        Some(text) => write!(f, "[{}]", quoted(text)),
    }
}
