//! Policies in a snapshot of a cluster.

use std::path::{Path, PathBuf};

use anyhow::bail;
use harden_admission::{Needs, Object};
use harden_core::check::Incomplete;

use super::{Others, is_policy, may_hold_policies, read_all};
use crate::listing::{Kind, Origin, Part, Scope, VALUES_OF_CONFIG_MAPS};
use crate::snapshot;

/// A snapshot, which is read as often as it must be: it may hold more than memory does.
pub(in super::super) struct Recorded {
    path: PathBuf,
    pub(super) origin: Origin,
}

impl Recorded {
    /// Looks at a snapshot.
    ///
    /// # Errors
    ///
    /// When there is none, or it cannot be read.
    pub(in super::super) fn new(path: &Path) -> anyhow::Result<Self> {
        if path == Path::new("-") {
            bail!("a snapshot with policies is read more than once: name its file");
        }
        Ok(Self { path: path.to_owned(), origin: snapshot::read(path, None)?.origin })
    }

    pub(super) fn policies(&self) -> anyhow::Result<(Vec<Object>, Vec<Incomplete>)> {
        let mut policies = Vec::new();
        let lacks = self.each(is_policy, |objects| policies.extend(objects))?;
        Ok((policies, lacks))
    }

    pub(super) fn others(&self, needs: &Needs) -> anyhow::Result<Others> {
        let mut objects = Vec::new();
        let is_wanted = |it: &Kind| {
            needs.want_resource(&it.group, &it.kind, &it.plural) && !is_policy(it) && !is_secret(it)
        };
        let mut lacks = self.each(is_wanted, |some| objects.extend(some))?;
        let has_secrets = needs.want_resource("", "Secret", "secrets");
        if has_secrets {
            let why = "policies read them, and their values are in no snapshot".to_owned();
            lacks.push(Incomplete { what: "secrets".to_owned(), why });
        }
        if lacks.iter().any(|it| it.what == VALUES_OF_CONFIG_MAPS) {
            objects.retain(|it| !it.is("", "ConfigMap"));
        }
        let is_whole = lacks.is_empty() && self.origin.scope == Scope::Cluster;
        Ok(Others { objects, is_whole, lacks, ..Others::default() })
    }

    /// Hands over all objects that may be asked about.
    pub(in super::super) fn each_batch(
        &self,
        take: &mut impl FnMut(Vec<Object>),
    ) -> anyhow::Result<Vec<Incomplete>> {
        // Whether their values are there is said behind them.
        let mut config_maps = Vec::new();
        let mut has_secrets = false;
        let mut lacks = self.each(
            |it| !is_policy(it),
            |objects| {
                if objects.first().is_some_and(|it| it.is("", "Secret")) {
                    has_secrets = true;
                } else if objects.first().is_some_and(|it| it.is("", "ConfigMap")) {
                    config_maps.extend(objects);
                } else {
                    take(objects);
                }
            },
        )?;
        if !lacks.iter().any(|it| it.what == VALUES_OF_CONFIG_MAPS) && !config_maps.is_empty() {
            take(config_maps);
        }
        if has_secrets {
            let why = "their values are in no snapshot, so they were not judged".to_owned();
            lacks.push(Incomplete { what: "secrets".to_owned(), why });
        }
        Ok(lacks)
    }

    /// Hands over the objects of some kinds; says what is not there of them.
    fn each(
        &self,
        wants: impl Fn(&Kind) -> bool,
        mut take: impl FnMut(Vec<Object>),
    ) -> anyhow::Result<Vec<Incomplete>> {
        let mut lacks = Vec::new();
        for part in snapshot::read(&self.path, None)?.parts {
            match part {
                Part::Objects(kind, texts) if wants(&kind) => {
                    let (objects, lack) = read_all(&kind, &texts);
                    lacks.extend(lack);
                    take(objects);
                }
                Part::End(kind, end) if wants(&kind) => {
                    let lack = end.lack.map(|why| Incomplete { what: kind.resource(), why });
                    lacks.extend(lack);
                }
                Part::Unread(what, why)
                    if what == VALUES_OF_CONFIG_MAPS && wants(&config_maps()) =>
                {
                    lacks.push(Incomplete { what, why });
                }
                Part::Unread(what, why) if may_hold_policies(&what) => {
                    lacks.push(Incomplete { what, why });
                }
                Part::Cut(why) => lacks.push(Incomplete { what: "other kinds".to_owned(), why }),
                _ => {}
            }
        }
        Ok(lacks)
    }
}

fn is_secret(kind: &Kind) -> bool {
    kind.is("", "Secret")
}

fn config_maps() -> Kind {
    Kind {
        group: String::new(),
        version: "v1".to_owned(),
        kind: "ConfigMap".to_owned(),
        plural: "configmaps".to_owned(),
        is_namespaced: true,
    }
}
