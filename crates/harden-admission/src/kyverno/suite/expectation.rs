//! An entry of `results`: what a test expects.

use serde_json::Value;

use crate::Operation;

/// What a test expects of a rule for some resources.
#[derive(Debug, Clone, Default)]
pub(super) struct Expectation {
    /// The policy, with its namespace before a slash where one is written.
    pub policy: String,
    pub rule: String,
    pub kind: String,
    /// The resources as they are written; none where all are meant.
    pub resources: Option<Vec<String>>,
    pub specs: Vec<Spec>,
    /// The word of the result.
    pub result: String,
    /// The operation, where it is not that of the whole test.
    pub operation: Option<Operation>,
    /// Files with what the resource becomes.
    pub patched: Option<String>,
    pub generated: Vec<String>,
    pub fails_on_missing: bool,
}

/// A resource by all that names it.
#[derive(Debug, Clone)]
pub(super) struct Spec {
    pub api_version: String,
    pub namespace: String,
    pub name: String,
}

impl Expectation {
    /// The name of the policy alone, by which its answers are found.
    pub(super) fn policy_name(&self) -> &str {
        self.policy.rsplit('/').next().unwrap_or_default()
    }

    /// Whether a rule is the one that is meant, itself or made by autogen.
    pub(super) fn means(&self, rule: &str) -> bool {
        let of_autogen = rule.strip_prefix("autogen-").unwrap_or(rule);
        let of_cron_jobs = rule.strip_prefix("autogen-cronjob-").unwrap_or(rule);
        [rule, of_autogen, of_cron_jobs].contains(&self.rule.as_str())
    }

    pub(super) fn read(entry: &Value) -> Result<Self, String> {
        let text = |key| text(entry, key).to_owned();
        let operation = match field(entry, "operation").and_then(Value::as_str).unwrap_or_default()
        {
            "" => None,
            word => Some(operation(word).ok_or_else(|| {
                format!("`operation: {word}` is none: write CREATE, UPDATE or DELETE")
            })?),
        };
        let patched = text("patchedResources");
        let mut generated = texts(entry, "generatedResources");
        let single = text("generatedResource");
        if generated.is_empty() && !single.is_empty() {
            generated.push(single);
        }
        let specs = items(entry, "resourceSpecs").iter().map(Spec::read).collect();
        Ok(Self {
            policy: text("policy"),
            rule: text("rule"),
            kind: text("kind"),
            resources: field(entry, "resources").is_some().then(|| texts(entry, "resources")),
            specs,
            result: text("result"),
            operation,
            patched: (!patched.is_empty()).then_some(patched),
            generated,
            fails_on_missing: field(entry, "failOnMissingResources") == Some(&Value::Bool(true)),
        })
    }
}

impl Spec {
    fn read(spec: &Value) -> Self {
        let api_version = match (text(spec, "group"), text(spec, "version")) {
            ("", version) => version.to_owned(),
            (group, version) => format!("{group}/{version}"),
        };
        let own = |key| text(spec, key).to_owned();
        Self { api_version, namespace: own("namespace"), name: own("name") }
    }
}

/// The operation of a word that tests may say.
pub(super) fn operation(word: &str) -> Option<Operation> {
    [Operation::Create, Operation::Update, Operation::Delete]
        .into_iter()
        .find(|it| it.word() == word)
}

/// A field by its name, in the case that Go's decoder does not look at.
pub(super) fn field<'v>(map: &'v Value, key: &str) -> Option<&'v Value> {
    let map = map.as_object()?;
    let exact = map.get(key);
    let any = || map.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, it)| it);
    exact.or_else(any).filter(|it| !it.is_null())
}

/// The text of a field; empty where it has none.
pub(super) fn text<'v>(map: &'v Value, key: &str) -> &'v str {
    field(map, key).and_then(Value::as_str).unwrap_or_default()
}

/// The items of a list; none where it is none.
pub(super) fn items<'v>(map: &'v Value, key: &str) -> &'v [Value] {
    field(map, key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The texts of a list.
pub(super) fn texts(map: &Value, key: &str) -> Vec<String> {
    items(map, key).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
