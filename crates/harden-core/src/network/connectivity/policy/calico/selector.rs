//! The language of Calico's selectors.

use std::sync::Arc;

use harden_yaml::Place;

use super::super::peers::{Refusal, refuse, text};
use crate::network::connectivity::labels::{
    ACCOUNT, NAMESPACE_NAME, OF_ACCOUNT, OF_NAMESPACE, ORCHESTRATOR, Part, Test,
};

/// How long a selector may be.
const MOST: usize = 1_024;
/// How deep parentheses may be; nobody writes so many.
const DEEPEST: usize = 100;

/// Whose labels the keys of a selector are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// Of pods and sets of addresses.
    Endpoints,
    /// Of namespaces.
    Namespaces,
    /// Of the namespaces of pods and sets of addresses.
    OfNamespaces,
    /// Of the ServiceAccounts of pods.
    Accounts,
}

impl Keys {
    fn key(self, name: &str) -> Arc<str> {
        let of_namespace = |name: &str| match name {
            "projectcalico.org/name" => format!("{OF_NAMESPACE}{NAMESPACE_NAME}"),
            name => format!("{OF_NAMESPACE}{name}"),
        };
        let of_account = |name: &str| match name {
            "projectcalico.org/name" => ACCOUNT.to_owned(),
            name => format!("{OF_ACCOUNT}{name}"),
        };
        match self {
            Self::Namespaces if name == "projectcalico.org/name" => NAMESPACE_NAME.into(),
            Self::Namespaces => name.into(),
            Self::OfNamespaces => of_namespace(name).into(),
            Self::Accounts => of_account(name).into(),
            Self::Endpoints => match name {
                "projectcalico.org/namespace" => of_namespace(NAMESPACE_NAME).into(),
                "projectcalico.org/serviceaccount" => ACCOUNT.into(),
                "projectcalico.org/orchestrator" => ORCHESTRATOR.into(),
                name => {
                    let namespace = name.strip_prefix("pcns.").map(of_namespace);
                    let account = name.strip_prefix("pcsa.").map(of_account);
                    namespace.or(account).map_or_else(|| name.into(), Into::into)
                }
            },
        }
    }

    /// What `all()` means: as a selector of namespaces, everything that is in one.
    fn all(self) -> Test {
        if self == Self::OfNamespaces {
            Test::Has(format!("{OF_NAMESPACE}{NAMESPACE_NAME}").into())
        } else {
            Test::Always
        }
    }
}

/// The selector of a field, if there is one.
pub(super) fn field<'d>(place: Place<'d>, name: &'d str) -> Result<Option<&'d str>, Refusal> {
    let field = place.at(name);
    if !field.exists() || field.is_null() {
        return Ok(None);
    }
    let selector = text(field)?;
    if selector.chars().count() > MOST {
        return Err(refuse(field, "Too long: may not be more than 1024 bytes"));
    }
    Ok(Some(selector).filter(|it| !it.trim_matches([' ', '\t']).is_empty()))
}

/// Whether a selector is `global()`, which selects what is in no namespace.
pub(super) fn is_global(selector: &str) -> bool {
    let inner = selector.trim_matches([' ', '\t']).strip_prefix("global(");
    inner
        .and_then(|it| it.strip_suffix(')'))
        .is_some_and(|it| it.trim_matches([' ', '\t']).is_empty())
}

/// What a selector asks.
pub(super) fn parse(selector: &str, keys: Keys) -> Result<Test, &'static str> {
    let mut parser = Parser { rest: selector, keys, depth: 0 };
    let test = parser.any()?;
    parser.skip();
    if parser.rest.is_empty() { Ok(test) } else { Err("no selector: something follows its end") }
}

struct Parser<'a> {
    rest: &'a str,
    keys: Keys,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    fn take(&mut self, word: &str) -> bool {
        self.skip();
        let rest = self.rest.strip_prefix(word);
        if let Some(rest) = rest {
            self.rest = rest;
        }
        rest.is_some()
    }

    fn any(&mut self) -> Result<Test, &'static str> {
        let mut tests = vec![self.all()?];
        while self.take("||") {
            tests.push(self.all()?);
        }
        Ok(if tests.len() == 1 { tests.swap_remove(0) } else { Test::Any(tests) })
    }

    fn all(&mut self) -> Result<Test, &'static str> {
        let mut tests = vec![self.one()?];
        while self.take("&&") {
            tests.push(self.one()?);
        }
        Ok(Test::all(tests))
    }

    fn one(&mut self) -> Result<Test, &'static str> {
        let mut is_negated = false;
        while self.take("!") {
            is_negated = !is_negated;
        }
        let test = if self.take("(") {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err("no selector that is read here: its parentheses are too deep");
            }
            let test = self.any()?;
            self.depth -= 1;
            self.close(")", test)?
        } else if self.take("has(") {
            let name = self.name().ok_or("no selector: has( needs a label")?;
            self.close(")", Test::Has(self.keys.key(name)))?
        } else if self.take("all(") {
            self.close(")", self.keys.all())?
        } else if self.take("global(") {
            return Err("global() can only be a namespaceSelector of a rule by itself");
        } else {
            let name = self.name().ok_or("no selector: a label, has(), all() or ( must follow")?;
            self.comparison(name)?
        };
        Ok(if is_negated { Test::not(test) } else { test })
    }

    fn close(&mut self, word: &str, test: Test) -> Result<Test, &'static str> {
        if self.take(word) { Ok(test) } else { Err("no selector: something is not closed") }
    }

    /// A label before something else.
    fn name(&mut self) -> Option<&'a str> {
        self.skip();
        let is_part = |it: char| it.is_ascii_alphanumeric() || "_./-".contains(it);
        let end = self.rest.find(|it| !is_part(it)).filter(|it| *it > 0)?;
        let (name, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        Some(name)
    }

    fn comparison(&mut self, name: &str) -> Result<Test, &'static str> {
        let key = self.keys.key(name);
        if self.take("==") {
            return Ok(Test::In(key, vec![self.literal()?]));
        }
        if self.take("!=") {
            return Ok(Test::not(Test::In(key, vec![self.literal()?])));
        }
        if self.take("contains") {
            return Ok(Test::Like(key, Part::Within, self.literal()?));
        }
        for (word, part) in [("starts", Part::Start), ("ends", Part::End)] {
            if self.take(word) {
                return if self.take("with") {
                    Ok(Test::Like(key, part, self.literal()?))
                } else {
                    Err("no selector: `with` must follow")
                };
            }
        }
        if self.take("not") {
            return if self.take("in") {
                Ok(Test::not(Test::In(key, self.set()?)))
            } else {
                Err("no selector: `in` must follow")
            };
        }
        if self.take("in") {
            Ok(Test::In(key, self.set()?))
        } else {
            Err("no selector: an operator must follow")
        }
    }

    fn literal(&mut self) -> Result<Arc<str>, &'static str> {
        self.skip();
        let quote = self.rest.chars().next().filter(|it| matches!(it, '"' | '\''));
        let inner = quote.and_then(|it| self.rest.strip_prefix(it)?.split_once(it));
        let (value, rest) = inner.ok_or("no selector: a value in quotes must follow")?;
        self.rest = rest;
        Ok(value.into())
    }

    fn set(&mut self) -> Result<Vec<Arc<str>>, &'static str> {
        if !self.take("{") {
            return Err("no selector: { must follow");
        }
        let mut values = Vec::new();
        loop {
            if self.take("}") {
                return Ok(values);
            }
            values.push(self.literal()?);
            if !self.take(",") {
                return if self.take("}") { Ok(values) } else { Err("no selector: } must follow") };
            }
        }
    }
}
