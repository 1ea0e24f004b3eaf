//! What both kinds of policies have.

use harden_core::kubernetes::is_qualified_name;

use super::environment::Environments;
use super::expression::{Expression, Wanted};
use super::matching::Matching;
use super::place::{Flaws, Place};

/// Whom a policy is about, and what its expressions can name.
#[derive(Debug, Clone)]
pub(super) struct Definition {
    /// Whether what cannot be evaluated is refused.
    pub(super) fails: bool,
    pub(super) params: Option<ParamKind>,
    pub(super) matching: Matching,
    pub(super) conditions: Vec<Expression>,
    pub(super) variables: Vec<Variable>,
}

/// The kind of what a binding may hand to a policy.
#[derive(Debug, Clone)]
pub(super) struct ParamKind {
    pub(super) api_version: String,
    pub(super) kind: String,
}

impl ParamKind {
    pub(super) fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    fn read(place: &Place<'_>, flaws: &mut Flaws) -> Self {
        let (version_at, kind_at) = (place.at("apiVersion"), place.at("kind"));
        let (api_version, kind) = (version_at.text(flaws), kind_at.text(flaws));
        let mut parts = api_version.rsplitn(2, '/');
        let (version, group) = (parts.next().unwrap_or_default(), parts.next());
        if api_version.is_empty() {
            flaws.required(&version_at, "");
        } else if group.is_some_and(|it| it.contains('/')) {
            let detail = format!("unexpected GroupVersion string: {api_version}");
            flaws.invalid(&version_at, api_version, &detail);
        } else if version.is_empty() {
            flaws.invalid(&version_at, api_version, "version must be specified");
        } else if !is_dns_label(version) {
            flaws.invalid(&version_at, version, "must be a DNS-1035 label");
        }
        if kind.is_empty() {
            flaws.required(&kind_at, "");
        } else if !is_dns_label(&kind.to_lowercase()) {
            flaws.invalid(&kind_at, kind, "must be a DNS-1035 label but for capitals");
        }
        Self { api_version: api_version.to_owned(), kind: kind.to_owned() }
    }
}

fn is_dns_label(text: &str) -> bool {
    let is_inner = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    text.len() <= 63
        && text.bytes().all(is_inner)
        && text.starts_with(|it: char| it.is_ascii_lowercase())
        && !text.ends_with('-')
}

/// A name for the value of an expression.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) expression: Expression,
}

/// Words that no variable can be named.
const RESERVED: [&str; 22] = [
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
    "",
];

impl Definition {
    /// Reads what is below `spec`, with the environment that the expressions of the policy share: it has the
    /// params, the authorizer and the variables.
    pub(super) fn read(
        spec: &Place<'_>,
        mut environments: Environments,
        flaws: &mut Flaws,
    ) -> (Self, Environments) {
        let policy = spec.at("failurePolicy");
        let written = policy.text(flaws);
        if policy.exists() && !matches!(written, "Fail" | "Ignore") {
            flaws.unsupported(&policy, written, &["Fail", "Ignore"]);
        }
        let kind = spec.at("paramKind");
        let params = kind.exists().then(|| ParamKind::read(&kind, flaws));
        if params.is_some() {
            environments = environments.with_params();
        }
        environments = environments.with_authorizer();
        let constraints = spec.at("matchConstraints");
        if !constraints.exists() {
            flaws.required(&constraints, "");
        }
        let matching = Matching::read(&constraints, flaws);
        if constraints.exists() && matching.is_open() {
            flaws.required(&constraints.at("resourceRules"), "");
        }
        let conditions = conditions(&spec.at("matchConditions"), &environments, flaws);
        environments = environments.with_variables();
        let mut variables = Vec::new();
        for place in spec.at("variables").items(flaws) {
            let variable = Variable::read(&place, &environments, flaws);
            if let Some(variable) = variable {
                let found = variable.expression.result();
                environments = environments.with_variable(&variable.name, &found);
                variables.push(variable);
            }
        }
        let fails = written != "Ignore";
        (Self { fails, params, matching, conditions, variables }, environments)
    }
}

impl Variable {
    fn read(place: &Place<'_>, environments: &Environments, flaws: &mut Flaws) -> Option<Self> {
        let (name_at, expression_at) = (place.at("name"), place.at("expression"));
        let (name, source) = (name_at.text(flaws), expression_at.text(flaws));
        let is_word = |it: u8| it == b'_' || it.is_ascii_alphanumeric();
        if name.trim().is_empty() {
            flaws.required(&name_at, "name is not specified");
        } else if RESERVED.contains(&name)
            || name.starts_with(|it: char| it.is_ascii_digit())
            || !name.bytes().all(is_word)
        {
            flaws.invalid(&name_at, name, "must be a valid CEL identifier");
        }
        if source.trim().is_empty() {
            flaws.required(&expression_at, "expression is not specified");
            return None;
        }
        let expression =
            Expression::compile(&expression_at, source, Wanted::Any, environments, flaws)?;
        Some(Self { name: name.to_owned(), expression })
    }
}

fn conditions(list: &Place<'_>, environments: &Environments, flaws: &mut Flaws) -> Vec<Expression> {
    let places = list.items(flaws);
    if places.len() > 64 {
        flaws.too_many(list, places.len(), 64);
    }
    let mut names: Vec<&str> = Vec::new();
    let mut conditions = Vec::new();
    for place in places {
        let (name_at, expression_at) = (place.at("name"), place.at("expression"));
        let source = expression_at.text(flaws).trim();
        if source.is_empty() {
            flaws.required(&expression_at, "");
        } else {
            conditions.extend(Expression::compile(
                &expression_at,
                source,
                Wanted::Bool,
                environments,
                flaws,
            ));
        }
        let name = name_at.text(flaws);
        if name.is_empty() {
            flaws.required(&name_at, "");
            continue;
        }
        if !is_qualified_name(name) {
            flaws.invalid(&name_at, name, "must be a qualified name");
        }
        if names.contains(&name) {
            flaws.duplicate(&name_at, name);
        }
        names.push(name);
    }
    conditions
}
