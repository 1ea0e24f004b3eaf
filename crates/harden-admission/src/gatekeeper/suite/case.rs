//! One test: its template, its constraint and its cases.

use harden_core::kubernetes::MinorVersion;
use serde_json::{Map, Value};

use super::Verified;
use super::assertion::Unlike;
use super::file::{Case, TestCase};
use crate::gatekeeper::Policies;
use crate::gatekeeper::constraint::Point;
use crate::gatekeeper::matching::{Namespace, Source};
use crate::gatekeeper::mutation::Subject;
use crate::gatekeeper::review::Review;
use crate::kyverno::suite::{Files, documents, folder, join};
use crate::{Action, Answer, Cluster, Object, Operation, Verdict};

/// A test of a file.
pub(super) struct Test<'t> {
    pub(super) files: &'t dyn Files,
    pub(super) path: &'t str,
    pub(super) version: MinorVersion,
    pub(super) test: &'t TestCase,
}

/// What is said of a case, and why.
type Said = (Verified, String);

fn wrong(what: impl Into<String>) -> Said {
    (Verified::Wrong, what.into())
}

impl Test<'_> {
    /// The outcomes of the cases, by name.
    pub(super) fn outcomes(&self, skips_all: bool) -> Vec<(String, Said)> {
        let skipped = || (Verified::Skipped, String::new());
        let cases = self.test.cases.iter();
        if skips_all || self.test.skip {
            return cases.map(|it| (it.name.clone(), skipped())).collect();
        }
        let policies = match self.policies() {
            Ok(policies) => policies,
            Err(what) if self.test.invalid => return vec![(String::new(), wrong(what))],
            Err(what) => return cases.map(|it| (it.name.clone(), wrong(&what))).collect(),
        };
        if self.test.invalid {
            let read = Policies::read(&policies, &self.cluster());
            return vec![(String::new(), invalid(&read))];
        }
        let without_inventory = Policies::read(&policies, &self.cluster());
        cases
            .map(|case| {
                let said = if case.skip {
                    Ok(skipped())
                } else {
                    self.run(case, &policies, &without_inventory)
                };
                (case.name.clone(), said.unwrap_or_else(wrong))
            })
            .collect()
    }

    fn cluster(&self) -> Cluster {
        let mut cluster = Cluster::new(self.version);
        cluster.is_whole = true;
        cluster
    }

    /// The objects of a file that the test names.
    fn objects(&self, path: &str) -> Result<Vec<Object>, String> {
        let path = join(folder(self.path), path);
        let all = documents(self.files, &path).map_err(|it| it.to_string())?;
        Ok(all.into_iter().map(Object::new).collect())
    }

    /// The template, the constraint, and what expands objects.
    fn policies(&self) -> Result<Vec<Object>, String> {
        let test = self.test;
        if test.template.is_empty() {
            return Err("invalid Suite: missing template".to_owned());
        }
        if test.constraint.is_empty() {
            return Err("invalid Suite: missing constraint".to_owned());
        }
        let mut all = self.objects(&test.template)?;
        all.extend(self.objects(&test.constraint)?);
        if !test.expansion.is_empty() {
            all.extend(self.objects(&test.expansion)?);
        }
        Ok(all)
    }

    fn run(&self, case: &Case, policies: &[Object], read: &Policies) -> Result<Said, String> {
        if case.object.is_empty() {
            return Err("invalid Case: must define object".to_owned());
        }
        if case.assertions.is_empty() {
            return Err("invalid Case: assertions must be non-empty".to_owned());
        }
        let objects = self.objects(&case.object)?;
        let [object] = objects.as_slice() else {
            return Err(format!("{:?} defines {} objects", case.object, objects.len()));
        };
        let mut cluster = self.cluster();
        for path in &case.inventory {
            self.objects(path)?.into_iter().for_each(|it| cluster.add(it));
        }
        let with_inventory;
        let read = if case.inventory.is_empty() {
            read
        } else {
            with_inventory = Policies::read(policies, &cluster);
            &with_inventory
        };
        let is_error = |it: &&Answer| it.verdict == Verdict::Error;
        if let Some(refused) = read.refused().iter().find(is_error) {
            return Ok(wrong(&refused.message));
        }
        let answers = match request(object)? {
            Some(request) => request.answers(read, &cluster),
            None => read.answers_of_object(object, &cluster)?,
        };
        Ok(judge(case, &answers))
    }
}

/// A constraint that is meant to be refused by the schema of its template.
fn invalid(policies: &Policies) -> Said {
    match policies.refused() {
        [] => wrong("unexpected valid constraint: got no error but want schema validation failed"),
        all if all.iter().any(|it| it.message.starts_with("schema validation failed")) => {
            (Verified::Right, String::new())
        }
        [first, ..] if first.verdict == Verdict::NotJudged => {
            (Verified::NotJudged, first.message.clone())
        }
        [first, ..] => wrong(&first.message),
    }
}

/// Compares what a case says with what the constraint says.
fn judge(case: &Case, answers: &[Answer]) -> Said {
    let not_judged = |it: &Answer| (Verified::NotJudged, it.message.clone());
    let mut messages = Vec::new();
    let mut is_own = false;
    for it in answers {
        match it.verdict {
            Verdict::Pass | Verdict::Skip => {}
            Verdict::NotJudged => return not_judged(it),
            Verdict::Error if it.action == Action::Ignore => {}
            Verdict::Fail | Verdict::Error => {
                let own = format!("[{}] ", it.policy.name);
                let Some(message) = it.message.strip_prefix(&own) else { return not_judged(it) };
                is_own |= it.verdict == Verdict::Error;
                messages.push(message.to_owned());
            }
        }
    }
    for assertion in &case.assertions {
        if is_own && assertion.reads_messages() {
            let why = format!("the words of an error are not known: {messages:?}");
            return (Verified::NotJudged, why);
        }
        match assertion.check(&messages) {
            Ok(()) => {}
            Err(Unlike::Wrong(what)) => return wrong(what),
            Err(Unlike::NotJudged(why)) => return (Verified::NotJudged, why),
        }
    }
    (Verified::Right, String::new())
}

/// A request that a case is about.
struct Recorded {
    operation: Option<Operation>,
    object: Option<Object>,
    old: Option<Object>,
    namespace: String,
    subresource: String,
    /// All but the objects.
    rest: Value,
}

/// The request of an object that is an AdmissionReview.
fn request(object: &Object) -> Result<Option<Recorded>, String> {
    if !object.is("admission.k8s.io", "AdmissionReview") {
        return Ok(None);
    }
    let Some(request) = object.at("/request").and_then(Value::as_object) else {
        return Err("request did not actually pass in an AdmissionRequest".to_owned());
    };
    let part = |key: &str| request.get(key).filter(|it| !it.is_null()).cloned().map(Object::new);
    let text = |key: &str| request.get(key).and_then(Value::as_str).unwrap_or_default();
    let operation = Operation::ALL.into_iter().find(|it| it.word() == text("operation"));
    let (new, old) = (part("object"), part("oldObject"));
    if new.is_none() && old.is_none() {
        let what = "AdmissionRequest does not contain an \"object\" or \"oldObject\" to review";
        return Err(what.to_owned());
    }
    if operation == Some(Operation::Delete) && old.is_none() {
        return Err("oldObject cannot be nil for DELETE operations".to_owned());
    }
    let nothing = || Value::Object(Map::new());
    let kind = || ["group", "version", "kind"].map(|it| (it.to_owned(), Value::from("")));
    let resource = || ["group", "version", "resource"].map(|it| (it.to_owned(), Value::from("")));
    let mut rest = Map::new();
    rest.insert("uid".to_owned(), "".into());
    rest.insert("kind".to_owned(), Value::Object(kind().into_iter().collect()));
    rest.insert("resource".to_owned(), Value::Object(resource().into_iter().collect()));
    rest.insert("operation".to_owned(), "".into());
    rest.insert("userInfo".to_owned(), nothing());
    for (key, it) in request {
        match (rest.get_mut(key), it) {
            _ if matches!(key.as_str(), "object" | "oldObject") => {}
            (Some(Value::Object(all)), Value::Object(it)) => all.extend(it.clone()),
            _ => drop(rest.insert(key.clone(), it.clone())),
        }
    }
    Ok(Some(Recorded {
        operation,
        object: new,
        old,
        namespace: text("namespace").to_owned(),
        subresource: text("subResource").to_owned(),
        rest: Value::Object(rest),
    }))
}

impl Recorded {
    fn answers(&self, policies: &Policies, cluster: &Cluster) -> Vec<Answer> {
        let object = match self.operation {
            Some(Operation::Delete) => self.old.as_ref(),
            _ => self.object.as_ref(),
        };
        let namespace = namespace(cluster, &self.namespace);
        let review = Review {
            object,
            old: self.old.as_ref(),
            operation: self.operation,
            resource: None,
            subresource: &self.subresource,
            user: None,
            is_dry_run: None,
            namespace,
            shows_namespace: false,
            source: Source::Original,
            now: None,
            extra: Some(&self.rest),
        };
        policies.review(&review, Point::Gator, None)
    }
}

impl Policies {
    /// What gator says of an object.
    fn answers_of_object(&self, object: &Object, cluster: &Cluster) -> Result<Vec<Answer>, String> {
        let namespace = namespace(cluster, object.namespace());
        let review = Review::of_object(object, namespace, Source::Original);
        let mut answers = self.review(&review, Point::Gator, None);
        if !self.expansions.is_empty() {
            // Gator changes what it expands, after it has judged it.
            let subject = Subject { object, namespace, operation: None, source: Source::Original };
            let outcome = self.mutators.apply(&subject);
            if let Some(message) = outcome.failure {
                return Err(format!("error mutating base resource {}: {message}", object.name()));
            }
            let changed = outcome.object.as_ref().unwrap_or(object);
            self.expansions.expand(changed, namespace, &self.mutators)?;
            answers.extend(self.implied(&review, changed, Point::Gator));
        }
        Ok(answers)
    }
}

/// A namespace as gator knows it: by the objects that the case gives.
fn namespace<'c>(cluster: &'c Cluster, name: &str) -> Namespace<'c> {
    match cluster.get("", "Namespace", "", name) {
        _ if name.is_empty() => Namespace::None,
        Some(it) => Namespace::Known(it),
        None => Namespace::Missing,
    }
}
