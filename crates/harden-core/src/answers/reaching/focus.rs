//! Whom an answer is about.

use std::fmt;
use std::str::FromStr;

use super::End;
use crate::kubernetes::Protocol;
use crate::network::{Connections, Direction, Ports};

/// Which connections are asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Focus {
    /// Who is on one end; everybody where it is empty.
    pub of: Vec<Name>,
    /// Who is on the other end; everybody where it is empty.
    pub with: Vec<Name>,
    /// Whether they are asked about as those who are called, or as those who call.
    pub side: Option<Direction>,
    /// The only port.
    pub port: Option<(Protocol, u16)>,
}

/// What somebody is called by: `web`, `team-a/web`, `team-a/web[Deployment]`, `team-a/` for all of a namespace,
/// `ingress-controller`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    namespace: Option<String>,
    /// Any where it is empty.
    name: String,
    kind: Option<String>,
}

impl Focus {
    /// Whether connections from one end to the other are asked about.
    pub fn takes(&self, from: &End<'_>, to: &End<'_>) -> bool {
        let is_one = |all: &[Name], end| all.is_empty() || all.iter().any(|it| it.is_of(end));
        let egress = || is_one(&self.of, from) && is_one(&self.with, to);
        let ingress = || is_one(&self.of, to) && is_one(&self.with, from);
        match self.side {
            Some(Direction::Egress) => egress(),
            Some(Direction::Ingress) => ingress(),
            None => egress() || ingress(),
        }
    }

    /// Whether connections of an end may be asked about, whoever is on the other.
    pub fn may_take(&self, from: &End<'_>) -> bool {
        let is_one = |all: &[Name]| all.is_empty() || all.iter().any(|it| it.is_of(from));
        match self.side {
            Some(Direction::Egress) => is_one(&self.of),
            Some(Direction::Ingress) => is_one(&self.with),
            None => is_one(&self.of) || is_one(&self.with),
        }
    }

    /// What of some connections is asked about.
    pub fn of_port(&self, connections: Connections) -> Connections {
        match self.port {
            Some((protocol, port)) => {
                connections.intersection(&Connections::of(protocol, Ports::range(port, port)))
            }
            None => connections,
        }
    }

    /// Those who are named.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.of.iter().chain(&self.with)
    }
}

impl Name {
    /// Whether a Service is called so.
    pub(super) fn is_service(&self, namespace: &str, name: &str) -> bool {
        self.namespace.as_deref().is_none_or(|it| it == namespace)
            && self.name == name
            && self.kind.as_deref().is_none_or(|it| it == "Service")
    }

    /// Whether an end is called so.
    pub fn is_of(&self, end: &End<'_>) -> bool {
        let End::Workload { namespace, name } = end else {
            let is_it = |it: &str| it == "ingress-controller" || it == "{ingress-controller}";
            return *end == End::IngressController && self.namespace.is_none() && is_it(&self.name);
        };
        if self.namespace.as_deref().is_some_and(|it| it != *namespace) {
            return false;
        }
        let rest = name.strip_prefix(namespace).and_then(|it| it.strip_prefix('/')).unwrap_or(name);
        let (own, kind) = rest.split_once('[').unwrap_or((rest, ""));
        let is_kind = |it: &str| kind.split_once(']').is_some_and(|(kind, _)| kind == it);
        (self.name.is_empty() || self.name == own) && self.kind.as_deref().is_none_or(is_kind)
    }
}

/// Why a text names nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be the name of a workload, `NAMESPACE/NAME`, `NAMESPACE/NAME[KIND]`, `NAMESPACE/` for all of a namespace, \
     or `ingress-controller`"
)]
pub struct Nobody;

impl FromStr for Name {
    type Err = Nobody;

    fn from_str(text: &str) -> Result<Self, Nobody> {
        let (namespace, rest) = match text.trim().split_once('/') {
            Some(("", _)) | None if text.contains('/') => return Err(Nobody),
            Some((namespace, rest)) => (Some(namespace.to_owned()), rest),
            None => (None, text.trim()),
        };
        let (name, kind) = match rest.split_once('[') {
            Some((name, kind)) => (name, Some(kind.strip_suffix(']').ok_or(Nobody)?.to_owned())),
            None => (rest, None),
        };
        let is_odd = |it: &str| it.contains(['/', '[', ']', ' ']);
        let is_missing = name.is_empty() && (namespace.is_none() || kind.is_some());
        if is_missing
            || is_odd(name)
            || kind.as_deref().is_some_and(|it| it.is_empty() || is_odd(it))
        {
            return Err(Nobody);
        }
        Ok(Self { namespace, name: name.to_owned(), kind })
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(it) = &self.namespace {
            write!(f, "{it}/")?;
        }
        f.write_str(&self.name)?;
        self.kind.iter().try_for_each(|it| write!(f, "[{it}]"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEB: End<'_> = End::Workload { namespace: "team-a", name: "team-a/web[Deployment]" };

    fn name(text: &str) -> Name {
        text.parse().expect(text)
    }

    #[test]
    fn a_name_is_as_narrow_as_it_is_written() {
        for text in ["web", "team-a/web", "team-a/web[Deployment]", "team-a/", "web[Deployment]"] {
            assert!(name(text).is_of(&WEB), "{text}");
            assert_eq!(name(text).to_string(), text);
        }
        for text in ["we", "team-b/web", "team-a/web[StatefulSet]", "team-b/", "ingress-controller"]
        {
            assert!(!name(text).is_of(&WEB), "{text}");
        }
        assert!(name("ingress-controller").is_of(&End::IngressController));
        assert!(!name("team-a/").is_of(&End::IngressController));
    }

    #[test]
    fn what_names_nobody_is_refused() {
        for text in ["", " ", "/", "/web", "a/b/c", "web[", "web[]", "team-a/[Pod]", "a b"] {
            assert_eq!(text.parse::<Name>(), Err(Nobody), "{text:?}");
        }
    }

    #[test]
    fn a_side_says_who_calls() {
        let db = End::Workload { namespace: "db", name: "db/postgres[StatefulSet]" };
        let focus = |side| Focus { of: vec![name("web")], side, ..Focus::default() };
        assert!(focus(None).takes(&WEB, &db) && focus(None).takes(&db, &WEB));
        let egress = focus(Some(Direction::Egress));
        assert!(egress.takes(&WEB, &db) && !egress.takes(&db, &WEB));
        let with = Focus { with: vec![name("db/postgres")], ..focus(None) };
        assert!(with.takes(&db, &WEB) && !with.takes(&WEB, &End::IngressController));
    }
}
