//! A request, with what is found out of it once for all policies.

use std::cell::OnceCell;
use std::sync::Arc;

use serde_json::{Map as Fields, Value as Json};

use crate::cel::{Failure, Key, Map, Value};
use crate::kubernetes::facts::Facts;
use crate::{Cluster, Object, Request};

/// A request that policies are asked about.
pub(super) struct Asked<'r> {
    pub(super) request: &'r Request<'r>,
    /// What follows of it; none where it is for nothing.
    pub(super) facts: Option<&'r Facts<'r>>,
    /// The same as selectors see it.
    pub(super) selected: Option<&'r Facts<'r>>,
    namespace: OnceCell<Result<Value, Failure>>,
    admission: OnceCell<Value>,
}

/// Asks about a request.
pub(super) fn ask<T>(request: &Request<'_>, of: impl FnOnce(&Asked<'_>) -> T) -> T {
    // To Kyverno's selectors, what is not there is an object without labels.
    let nothing = || Object::new(Json::Object(Fields::new()));
    let old = request.old.clone().or_else(|| Some(nothing()));
    let selected = Request { old, ..request.clone() };
    let (facts, selected) = (Facts::of_any(request), Facts::of_any(&selected));
    of(&Asked {
        request,
        facts: facts.as_ref(),
        selected: selected.as_ref(),
        namespace: OnceCell::new(),
        admission: OnceCell::new(),
    })
}

impl<'r> Asked<'r> {
    pub(super) fn cluster(&self) -> &'r Cluster {
        self.request.cluster
    }

    /// `namespaceObject` of expressions: the Namespace of the object.
    pub(super) fn namespace(&self) -> Result<Value, Failure> {
        self.namespace.get_or_init(|| self.find_namespace()).clone()
    }

    fn find_namespace(&self) -> Result<Value, Failure> {
        let Some(facts) = self.facts else { return Ok(Value::Null) };
        let cluster = self.cluster();
        let name = facts.namespace.as_str();
        if facts.is_namespaced() && cluster.get("", "Namespace", "", name).is_none() {
            if cluster.is_whole {
                return Ok(Value::Null);
            }
            return Err(Failure::NotJudged(format!("the Namespace `{name}` is not at hand")));
        }
        Ok(facts.namespace_value().unwrap_or(Value::Null))
    }

    /// `namespaceObject.metadata.name`, which is known without that.
    pub(super) fn namespace_name(&self) -> Result<Value, Failure> {
        let name = || self.facts.map(|it| it.namespace.as_str()).unwrap_or_default();
        match self.namespace() {
            Ok(Value::Map(_)) | Err(Failure::NotJudged(_)) => Ok(Value::String(name().into())),
            Ok(_) => Err(Failure::Error("no such key: metadata".to_owned())),
            Err(failure) => Err(failure),
        }
    }

    /// `request` of expressions.
    pub(super) fn admission(&self) -> Value {
        self.admission.get_or_init(|| self.make_admission()).clone()
    }

    fn make_admission(&self) -> Value {
        let Some(facts) = self.facts else { return Value::Null };
        let mut entries: Vec<(Key, Value)> = match facts.request_value(facts.object.version()) {
            Value::Map(map) => map.iter().cloned().collect(),
            _ => Vec::new(),
        };
        let of = |it: &Option<Object>| it.as_ref().map_or(Value::Null, |it| it.cel().clone());
        entries.push((Key::String("object".into()), of(&self.request.object)));
        entries.push((Key::String("oldObject".into()), of(&self.request.old)));
        Value::Map(Arc::new(entries.into_iter().collect::<Map>()))
    }
}
