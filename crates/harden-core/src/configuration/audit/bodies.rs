//! Rules that put secrets into the log.

use super::candidates::Candidates;
use super::{AuditLevel, AuditPolicy, AuditRule, Event, User};

/// More requests than this are not tried of one rule, one verb and one resource.
const MOST_WITNESSES: usize = 4_096;

/// What has secrets in its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sensitive {
    /// Secrets.
    Secrets,
    /// TokenReviews, whose requests hold the token that is reviewed.
    TokenReviews,
    /// Tokens of ServiceAccounts, which the response holds.
    ServiceAccountTokens,
    /// ConfigMaps, which often hold what should be a Secret.
    ConfigMaps,
}

/// A rule that logs a body that may hold secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoggedBody {
    /// The rule, by its place in the policy.
    pub rule: usize,
    /// What it logs.
    pub of: Sensitive,
}

impl Sensitive {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::Secrets, Self::TokenReviews, Self::ServiceAccountTokens, Self::ConfigMaps];

    /// The resource, with its subresource.
    pub fn resource(self) -> &'static str {
        match self {
            Self::Secrets => "secrets",
            Self::TokenReviews => "tokenreviews",
            Self::ServiceAccountTokens => "serviceaccounts/token",
            Self::ConfigMaps => "configmaps",
        }
    }

    /// The group of the resource; empty for the core group.
    pub fn group(self) -> &'static str {
        if self == Self::TokenReviews { "authentication.k8s.io" } else { "" }
    }

    /// The verbs whose logged bodies hold the secret.
    fn verbs(self, level: AuditLevel) -> &'static [&'static str] {
        match (self, level) {
            (_, AuditLevel::None | AuditLevel::Metadata)
            | (Self::ServiceAccountTokens, AuditLevel::Request) => &[],
            (Self::TokenReviews | Self::ServiceAccountTokens, _) => &["create"],
            (_, AuditLevel::Request) => &["update", "patch", "create"],
            (_, AuditLevel::RequestResponse) => &["get", "list", "update", "patch", "create"],
        }
    }
}

/// The rules that log bodies which may hold secrets, each with a request that proves it.
pub fn logged_bodies(policy: &AuditPolicy<'_>) -> Vec<LoggedBody> {
    let mut found = Vec::new();
    let candidates = Candidates::of(policy);
    for (index, rule) in policy.rules.iter().enumerate() {
        let is_logged = |of: &Sensitive| {
            let verbs = of.verbs(rule.level).iter();
            let is_decided = |event: Event<'_>| {
                let matches = |it: usize| policy.rules.get(it).is_some_and(|it| it.matches(&event));
                candidates.first(&event.request(), matches) == Some(index)
            };
            !policy.omitted(rule).is_all()
                && verbs.flat_map(|verb| witnesses(rule, *of, verb)).any(is_decided)
        };
        let all = Sensitive::ALL.into_iter().filter(is_logged);
        found.extend(all.map(|of| LoggedBody { rule: index, of }));
    }
    found
}

/// Requests that a rule would match if it is about them at all: by the users and in the namespaces
/// that it names, or by somebody somewhere that no rule names.
fn witnesses<'e>(
    rule: &AuditRule<'e>,
    of: Sensitive,
    verb: &'e str,
) -> impl Iterator<Item = Event<'e>> {
    let resource = of.resource();
    let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
    let name = if verb == "create" && subresource.is_empty() { "" } else { "an-object" };
    let users = or(rule.users.iter().map(|it| it.text).collect(), "somebody");
    let groups = or(rule.user_groups.iter().map(|it| it.text).collect(), "some-group");
    let namespaces = or(rule.namespaces.iter().map(|it| it.text).collect(), "a-namespace");
    let mut names: Vec<&str> = vec![name];
    if !name.is_empty() {
        names.extend(rule.resources.iter().flat_map(|it| &it.names).map(|it| it.text));
    }
    let count = users.len() * groups.len() * namespaces.len() * names.len();
    (0..count.min(MOST_WITNESSES)).filter_map(move |number| {
        let (rest, name) = (number / names.len(), names.get(number % names.len())?);
        let (rest, namespace) = (rest / namespaces.len(), namespaces.get(rest % namespaces.len())?);
        let (rest, group) = (rest / groups.len(), groups.get(rest % groups.len())?);
        Some(Event {
            user: Some(User { name: users.get(rest)?, groups: vec![*group] }),
            verb,
            namespace: if of == Sensitive::TokenReviews { "" } else { namespace },
            group: of.group(),
            resource,
            subresource,
            name,
            path: "",
            is_resource_request: true,
        })
    })
}

fn or<'e>(list: Vec<&'e str>, otherwise: &'e str) -> Vec<&'e str> {
    if list.is_empty() { vec![otherwise] } else { list }
}
