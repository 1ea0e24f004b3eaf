//! Policies of a cluster, which is only read.

use harden_admission::{Needs, Object, User};
use harden_core::check::Incomplete;
use harden_core::kubernetes::MinorVersion;
use serde_json::Value;

use super::{Others, is_policy, may_hold_policies, read, read_all};
use crate::cluster::lists::{Listed, Lists};
use crate::commands::simulate::admission::Namespaces;
use crate::connection::Connection;
use crate::listing::Kind;

/// A cluster.
pub(in super::super) struct Live(Lists);

impl Live {
    /// Connects to a cluster, and asks what it serves.
    ///
    /// # Errors
    ///
    /// When there is none, it does not let us in, or it does not tell what it has.
    pub(in super::super) fn new(connection: &Connection) -> anyhow::Result<Self> {
        Lists::open(connection).map(Self)
    }

    /// What the cluster serves.
    pub(super) fn kinds(&self) -> &[Kind] {
        self.0.kinds()
    }

    pub(super) fn version(&self) -> MinorVersion {
        self.0.version()
    }

    pub(super) fn namespace(&self) -> String {
        self.0.namespace().to_owned()
    }

    /// What the cluster is called.
    pub(in super::super) fn name(&self) -> String {
        self.0.name()
    }

    /// Whom the API server takes the user for; none where it does not say.
    pub(super) fn user(&self) -> Option<User> {
        let info = self.0.user()?;
        let text = |key| info.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let list = |it: &Value| {
            let words = it.as_array().into_iter().flatten().filter_map(Value::as_str);
            words.map(str::to_owned).collect::<Vec<_>>()
        };
        let extra = info.get("extra").and_then(Value::as_object).into_iter().flatten();
        Some(User {
            name: text("username"),
            uid: text("uid"),
            groups: info.get("groups").map(list).unwrap_or_default(),
            extra: extra.map(|(key, values)| (key.clone(), list(values))).collect(),
        })
    }

    pub(super) fn policies(&self) -> anyhow::Result<(Vec<Object>, Vec<Incomplete>)> {
        let mut policies = Vec::new();
        let mut lacks = self.list(is_policy, &mut policies)?;
        let unknown = self.0.unknown().iter().filter(|(what, _)| may_hold_policies(what));
        lacks
            .extend(unknown.map(|(what, why)| Incomplete { what: what.clone(), why: why.clone() }));
        Ok((policies, lacks))
    }

    pub(super) fn others(&self, needs: &Needs, namespaces: &Namespaces) -> anyhow::Result<Others> {
        let mut objects = Vec::new();
        let is_namespace = |it: &Kind| it.is("", "Namespace");
        let is_wanted = |it: &Kind| {
            needs.want_resource(&it.group, &it.kind, &it.plural)
                && !is_policy(it)
                && !is_namespace(it)
                && !it.is("apiextensions.k8s.io", "CustomResourceDefinition")
                && !it.is("", "Secret")
        };
        let mut lacks = self.list(is_wanted, &mut objects)?;
        let mut absent = Vec::new();
        let is_read = needs.want_namespaces();
        for name in namespaces {
            match self.0.get("/api/v1/namespaces", name)? {
                Ok(Some(text)) => objects.extend(read(&text)),
                Ok(None) => absent.push(name.clone()),
                Err(why) if is_read => {
                    lacks.push(Incomplete { what: format!("namespace {name}"), why });
                }
                Err(_) => {}
            }
        }
        if needs.want_resource("", "Secret", "secrets") {
            let why = "policies read them, and their values are not asked for".to_owned();
            lacks.push(Incomplete { what: "secrets".to_owned(), why });
        }
        let is_whole = lacks.is_empty();
        Ok(Others { objects, is_whole, absent, lacks, ..Others::default() })
    }

    /// Lists all objects of some kinds; says what could not be listed.
    fn list(
        &self,
        wants: impl Fn(&Kind) -> bool,
        objects: &mut Vec<Object>,
    ) -> anyhow::Result<Vec<Incomplete>> {
        let mut lacks = Vec::new();
        for Listed { kind, texts, lack } in self.0.list(wants)? {
            let (read, unread) = read_all(&kind, &texts);
            objects.extend(read);
            lacks.extend(unread);
            lacks.extend(lack.map(|why| Incomplete { what: kind.resource(), why }));
        }
        Ok(lacks)
    }
}
