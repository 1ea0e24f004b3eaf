//! Everything that a test names, read.

use std::collections::BTreeSet;

use harden_core::kubernetes::MinorVersion;
use serde_json::{Map, Value};

use super::expectation::{Expectation, field, items, text, texts};
use super::files::{self, Files};
use super::{Failure, values};
use crate::{Cluster, Object, Operation, Stated, User};

/// A test with what it names.
#[derive(Debug)]
pub(super) struct Loaded {
    /// The path of the file.
    pub path: String,
    /// What is in the files of policies, in their order.
    pub policies: Vec<Object>,
    /// PolicyExceptions.
    pub exceptions: Vec<Object>,
    /// What the policies judge, each name once.
    pub resources: Vec<Object>,
    /// What policies change because of them.
    pub targets: Vec<Object>,
    /// What is judged though it is no object of the API, by the path as it is written.
    pub payloads: Vec<(String, Object)>,
    /// Where it is all judged.
    pub cluster: Cluster,
    /// Who asks.
    pub user: User,
    /// The operation of the whole test, for policies of policies.kyverno.io.
    pub operation: Operation,
    /// The files of resources that are not there.
    pub missing: Vec<String>,
    /// What is expected.
    pub expectations: Vec<Expectation>,
}

/// Reads all that a test names.
pub(super) fn load(
    files: &dyn Files,
    path: &str,
    test: &Value,
    version: MinorVersion,
) -> Result<Loaded, Failure> {
    if text(test, "kind") != "Test" || text(test, "apiVersion").is_empty() {
        let what = "it is no test: write `apiVersion: cli.kyverno.io/v1alpha1` and `kind: Test`";
        return Err(Failure::new(path, what));
    }
    let folder = files::folder(path);
    let reader = Reader { files, folder };
    let mut missing = Vec::new();
    let mut cluster = Cluster::new(version);
    cluster.is_whole = true;
    let mut stated = Stated { calls: values::calls(test), ..Stated::default() };
    stated.has_cluster = !items(test, "clusterResources").is_empty();
    values::global_entries(files, folder, test, &mut stated)?;

    let mut policies = Vec::new();
    let mut paths = BTreeSet::new();
    for written in texts(test, "policies").into_iter().filter(|it| paths.insert(it.clone())) {
        reader.policies(&files::join(folder, &written), &mut policies)?;
    }
    // Definitions come first: they say which kinds have no namespaces.
    for written in texts(test, "clusterResources") {
        reader.cluster_resources(&written, &mut cluster)?;
    }
    let listed = reader.resources(test, "resources", &cluster, &mut missing)?;
    let mut names = BTreeSet::new();
    let is_first = |it: &Object| {
        names.insert([it.group(), it.kind(), it.namespace(), it.name()].map(str::to_owned))
    };
    let resources: Vec<Object> = listed.into_iter().filter(is_first).collect();
    let targets = reader.resources(test, "targetResources", &cluster, &mut missing)?;
    let parameters = reader.resources(test, "paramResources", &cluster, &mut missing)?;
    for object in resources.iter().chain(&targets).chain(&parameters) {
        cluster.add(object.clone());
    }
    reader.take_context(test, &mut stated, &mut cluster)?;
    let spec = reader.values(test)?;
    values::take_values(&spec, &mut stated, &mut cluster);
    let user = reader.user(test, &mut stated)?;
    let word = stated.values.global.get("request.operation").and_then(Value::as_str);
    let operation = word.and_then(super::expectation::operation).unwrap_or(Operation::Create);
    cluster.stated = Some(stated);

    let mut exceptions = Vec::new();
    for written in texts(test, "exceptions") {
        exceptions.extend(reader.documents(&written)?.into_iter().map(Object::new));
    }
    let expectations = items(test, "results").iter().map(Expectation::read);
    let expectations: Result<_, _> = expectations.collect();
    Ok(Loaded {
        path: path.to_owned(),
        policies,
        exceptions,
        resources,
        targets,
        payloads: reader.payloads(test)?,
        cluster,
        user,
        operation,
        missing,
        expectations: expectations.map_err(|what| Failure::new(path, what))?,
    })
}

struct Reader<'f> {
    files: &'f dyn Files,
    folder: &'f str,
}

impl Reader<'_> {
    fn documents(&self, written: &str) -> Result<Vec<Value>, Failure> {
        files::documents(self.files, &files::join(self.folder, written))
    }

    /// Takes in what a file or a folder has, as far as it may be a policy; hidden files are none.
    fn policies(&self, path: &str, policies: &mut Vec<Object>) -> Result<(), Failure> {
        if let Some(names) = self.files.list(path) {
            for name in names.iter().filter(|it| !it.starts_with('.')) {
                let path = files::join(path, name);
                let is_folder = self.files.list(&path).is_some();
                if is_folder || is_yaml(name) {
                    self.policies(&path, policies)?;
                }
            }
            return Ok(());
        }
        for document in files::documents(self.files, path)? {
            match items(&document, "items") {
                items if text(&document, "kind") == "List" => {
                    policies.extend(items.iter().cloned().map(Object::new));
                }
                _ => policies.push(Object::new(document)),
            }
        }
        Ok(())
    }

    /// The resources of a list of paths; of a folder, when it is the first, those of its files. Files that
    /// are not there leave some results without a resource, and the others as they are.
    fn resources(
        &self,
        test: &Value,
        key: &str,
        cluster: &Cluster,
        missing: &mut Vec<String>,
    ) -> Result<Vec<Object>, Failure> {
        let mut paths = texts(test, key);
        if let Some(names) = paths.first().and_then(|it| {
            let folder = files::join(self.folder, it);
            Some((self.files.list(&folder)?, it.clone()))
        }) {
            let (names, folder) = names;
            paths =
                names.iter().filter(|it| is_yaml(it)).map(|it| format!("{folder}/{it}")).collect();
        }
        let mut resources = Vec::new();
        for path in paths {
            if self.files.read(&files::join(self.folder, &path)).is_none() {
                missing.push(path);
                continue;
            }
            let documents = self.documents(&path)?.into_iter();
            resources.extend(documents.map(|it| resource(it, cluster)));
        }
        Ok(resources)
    }

    fn cluster_resources(&self, written: &str, cluster: &mut Cluster) -> Result<(), Failure> {
        for document in self.documents(written)? {
            let spec = field(&document, "spec").unwrap_or(&Value::Null);
            for path in texts(spec, "crds") {
                self.documents(&path)?.into_iter().for_each(|it| cluster.add(Object::new(it)));
            }
            items(spec, "resources").iter().for_each(|it| cluster.add(Object::new(it.clone())));
        }
        Ok(())
    }

    /// Takes in the file of a context: objects and images for policies of policies.kyverno.io.
    fn take_context(
        &self,
        test: &Value,
        stated: &mut Stated,
        cluster: &mut Cluster,
    ) -> Result<(), Failure> {
        let written = text(test, "context");
        if written.is_empty() {
            return Ok(());
        }
        for document in self.documents(written)? {
            let spec = field(&document, "spec").unwrap_or(&Value::Null);
            items(spec, "resources").iter().for_each(|it| cluster.add(Object::new(it.clone())));
            stated.images.extend_from_slice(items(spec, "images"));
        }
        Ok(())
    }

    /// The values of the test itself, or those of its file.
    fn values(&self, test: &Value) -> Result<Value, Failure> {
        match (field(test, "values"), text(test, "variables")) {
            (Some(values), _) => Ok(values.clone()),
            (None, "") => Ok(Value::Null),
            (None, written) => Ok(self.documents(written)?.into_iter().next().unwrap_or_default()),
        }
    }

    fn user(&self, test: &Value, stated: &mut Stated) -> Result<User, Failure> {
        let written = text(test, "userinfo");
        if written.is_empty() {
            return Ok(User::default());
        }
        let document = self.documents(written)?.into_iter().next().unwrap_or_default();
        stated.roles = texts(&document, "roles");
        stated.cluster_roles = texts(&document, "clusterRoles");
        let user = field(&document, "userInfo").unwrap_or(&Value::Null);
        let extra: Map<_, _> = values::map(user, "extra");
        Ok(User {
            name: text(user, "username").to_owned(),
            uid: text(user, "uid").to_owned(),
            groups: texts(user, "groups"),
            extra: extra
                .iter()
                .map(|(key, list)| {
                    let texts = list.as_array().into_iter().flatten().filter_map(Value::as_str);
                    (key.clone(), texts.map(str::to_owned).collect())
                })
                .collect(),
        })
    }

    fn payloads(&self, test: &Value) -> Result<Vec<(String, Object)>, Failure> {
        let mut paths = texts(test, "jsonPayloads");
        let single = text(test, "jsonPayload");
        if paths.is_empty() && !single.is_empty() {
            paths.push(single.to_owned());
        }
        let mut payloads = Vec::new();
        for path in paths {
            let payload = self.documents(&path)?.into_iter().next().unwrap_or_default();
            payloads.push((files::join("", &path), Object::new(payload)));
        }
        Ok(payloads)
    }
}

fn is_yaml(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, end)| matches!(end, "yaml" | "yml"))
}

/// A resource as Kyverno's command reads it: in the namespace `default` where it could have one, and with
/// maps where a manifest has nothing.
pub(super) fn resource(mut json: Value, cluster: &Cluster) -> Object {
    fill(&mut json);
    let object = Object::new(json);
    let is_namespaced = cluster.resource(object.group(), object.kind()).is_namespaced;
    if !object.namespace().is_empty() || !is_namespaced {
        return object;
    }
    let mut json = object.json().clone();
    crate::cluster::stated::set(
        &mut json,
        &["metadata", "namespace"].map(str::to_owned),
        &"default".into(),
    );
    Object::new(json)
}

/// Keys of maps, which some tools write without anything.
const MAPS: [&str; 6] =
    ["annotations", "labels", "matchLabels", "nodeSelector", "data", "stringData"];

fn fill(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if value.is_null() && MAPS.contains(&key.as_str()) {
                    *value = Value::Object(Map::new());
                }
                fill(value);
            }
        }
        Value::Array(items) => items.iter_mut().filter(|it| it.is_object()).for_each(fill),
        _ => {}
    }
}
