//! Terms of boolean logic, and how they are written as expressions.

use std::fmt::{self, Display};

/// Something that holds or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Term {
    Constant(bool),
    /// An expression that may stand beside any operator of logic.
    Atom(String),
    All(Vec<Term>),
    Any(Vec<Term>),
    Not(Box<Term>),
}

impl Term {
    pub(super) const TRUE: Self = Self::Constant(true);
    pub(super) const FALSE: Self = Self::Constant(false);

    pub(super) fn atom(text: impl Into<String>) -> Self {
        Self::Atom(text.into())
    }

    /// All of these, in this order: the first that does not hold guards those behind it.
    pub(super) fn all(terms: impl IntoIterator<Item = Self>) -> Self {
        let mut kept: Vec<Self> = Vec::new();
        for term in terms {
            match term {
                Self::Constant(true) => {}
                // What stands before it cannot make it hold.
                Self::Constant(false) => return Self::FALSE,
                Self::All(inner) => inner.into_iter().for_each(|it| push(&mut kept, it)),
                other => push(&mut kept, other),
            }
        }
        match kept.len() {
            0 => Self::TRUE,
            1 => kept.swap_remove(0),
            _ => Self::All(kept),
        }
    }

    /// One of these, in this order: the first that holds guards those behind it.
    pub(super) fn any(terms: impl IntoIterator<Item = Self>) -> Self {
        let mut kept: Vec<Self> = Vec::new();
        for term in terms {
            match term {
                Self::Constant(false) => {}
                Self::Constant(true) => return Self::TRUE,
                Self::Any(inner) => inner.into_iter().for_each(|it| push(&mut kept, it)),
                other => push(&mut kept, other),
            }
        }
        match kept.len() {
            0 => Self::FALSE,
            1 => kept.swap_remove(0),
            _ => Self::Any(kept),
        }
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Constant(it) => Self::Constant(!it),
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    pub(super) fn is(&self, constant: bool) -> bool {
        *self == Self::Constant(constant)
    }
}

fn push(terms: &mut Vec<Term>, term: Term) {
    if !terms.contains(&term) {
        terms.push(term);
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, terms: &[Self], sign: &str| {
            for (index, term) in terms.iter().enumerate() {
                if index > 0 {
                    f.write_str(sign)?;
                }
                match term {
                    Self::All(_) | Self::Any(_) => write!(f, "({term})")?,
                    _ => write!(f, "{term}")?,
                }
            }
            Ok(())
        };
        match self {
            Self::Constant(it) => write!(f, "{it}"),
            Self::Atom(text) => f.write_str(text),
            Self::All(terms) => joined(f, terms, " && "),
            Self::Any(terms) => joined(f, terms, " || "),
            Self::Not(inner) => match &**inner {
                Self::Atom(text) if !text.contains(' ') => write!(f, "!{text}"),
                inner => write!(f, "!({inner})"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_folded_and_groups_keep_their_parentheses() {
        let [a, b, c] = ["a", "b == 1", "c"].map(Term::atom);
        let term = Term::all([
            Term::TRUE,
            Term::any([a.clone(), b.clone(), Term::FALSE]),
            c.clone().not(),
            b.clone().not(),
        ]);
        assert_eq!(term.to_string(), "(a || b == 1) && !c && !(b == 1)");
        assert!(Term::all([a.clone(), Term::FALSE]).is(false));
        assert!(Term::any([a.clone(), Term::TRUE]).is(true));
        assert_eq!(Term::all([a.clone(), a.clone()]), a);
        assert_eq!(c.clone().not().not(), c);
    }
}
