//! Keys of patterns that are more than a name: `(name)`, `=(name)`, `^(name)`, `X(name)`, `<(name)`.

/// What a key asks of the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// `(name)`: if the value is so, all beside it is checked; else it is skipped.
    Condition,
    /// `<(name)`: if the value is there and not so, the whole pattern is skipped.
    Global,
    /// `X(name)`: the key must not be there.
    Negation,
    /// `+(name)`: only a mutation knows it.
    Addition,
    /// `=(name)`: the value is so where it is there.
    Equality,
    /// `^(name)`: each element of the pattern is somewhere in the list.
    Existence,
}

impl Anchor {
    /// The anchor of a key and the name in its parentheses; `None` where the key is only a name.
    pub(crate) fn parse(key: &str) -> Option<(Self, &str)> {
        let key = key.trim();
        let (anchor, rest) = match key.as_bytes().first()? {
            b'+' => (Self::Addition, key.get(1..)?),
            b'<' => (Self::Global, key.get(1..)?),
            b'=' => (Self::Equality, key.get(1..)?),
            b'X' => (Self::Negation, key.get(1..)?),
            b'^' => (Self::Existence, key.get(1..)?),
            _ => (Self::Condition, key),
        };
        let name = rest.strip_prefix('(')?.strip_suffix(')')?;
        // Upstream's expression stops at the end of a line.
        (!name.is_empty() && !name.contains('\n')).then_some((anchor, name))
    }

    /// A key with this anchor; nothing around nothing.
    pub(super) fn around(self, name: &str) -> String {
        let sign = match self {
            Self::Condition => "",
            Self::Global => "<",
            Self::Negation => "X",
            Self::Addition => "+",
            Self::Equality => "=",
            Self::Existence => "^",
        };
        if name.is_empty() { String::new() } else { format!("{sign}({name})") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_parentheses_is_an_anchor() {
        assert_eq!(Anchor::parse("(a)"), Some((Anchor::Condition, "a")));
        assert_eq!(Anchor::parse(" =(a/b) "), Some((Anchor::Equality, "a/b")));
        assert_eq!(Anchor::parse("X((a))"), Some((Anchor::Negation, "(a)")));
        assert_eq!(Anchor::parse("<(a)(b)"), Some((Anchor::Global, "a)(b")));
    }

    #[test]
    fn any_other_key_is_a_name() {
        for key in ["", "a", "()", "X()", "Y(a)", "=(a", "= (a)", "(a)b", "(a\nb)", "X", "é(a)"] {
            assert_eq!(Anchor::parse(key), None, "{key}");
        }
    }

    #[test]
    fn an_anchor_is_written_as_it_is_read() {
        for key in ["(a)", "<(a)", "X(a)", "+(a)", "=(a)", "^(a)"] {
            let (anchor, name) = Anchor::parse(key).expect(key);
            assert_eq!(anchor.around(name), key);
        }
    }
}
