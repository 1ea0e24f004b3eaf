//! Policies of admission: what is not let in, for the engine that the cluster has.

mod exemptions;
mod findings;

#[cfg(feature = "cli")]
use std::fmt::Write as _;

use crate::Manifest;
use crate::cluster::{Facts, Need};
use crate::intents::{self, Demand, Engine, Intent, KyvernoKind, Mode, Policy, Unfit, Values};
use crate::kubernetes::{Date, Level, MinorVersion, NamespaceName, PolicyVersion};
use crate::platform::PlatformName;

pub use findings::Found;

use super::stages;
use super::version::known_version;
use super::{Generate, Generated, OptionError, Product, Verdict};

#[cfg(feature = "cli")]
const EXEMPTIONS: &str = "Exemptions";

/// What is not let in, and by which engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Options {
    /// Flaw that is not let in, by the name that check has for it, or a level of the Pod Security
    /// Standards: baseline or restricted; repeatable
    #[cfg_attr(feature = "cli", arg(value_name = "INTENT", value_parser = Name, hide_possible_values = true, long_help = long_help()))]
    pub intents: Vec<String>,

    /// File with policies of any engine, to be written for another; - is standard input; repeatable
    #[cfg_attr(
        feature = "cli",
        arg(short = 'f', long = "filename", value_name = "FILE", conflicts_with = "intents")
    )]
    pub filename: Vec<String>,

    /// What judges requests in the cluster
    #[cfg_attr(feature = "cli", arg(long, value_name = "ENGINE", default_value = "kubernetes"))]
    pub engine: Engine,

    /// Which of Kyverno's kinds of policy to write
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "KIND", default_value = "validating-policy")
    )]
    pub kyverno: KyvernoKind,

    /// What becomes of a request that has the flaw
    #[cfg_attr(feature = "cli", arg(long, value_name = "MODE", default_value = "deny"))]
    pub mode: Mode,

    /// What only the team can know, such as registry=registry.example.com; repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME=VALUE"))]
    pub set: Vec<String>,

    /// Version of Kubernetes, such as 1.30: which policies it serves, and which Pod Security Standards hold; cluster
    /// asks the API server [default: v1.37]
    #[cfg_attr(feature = "cli", arg(long, value_name = "VERSION"))]
    pub kubernetes_version: Option<PolicyVersion>,

    /// Platform that it is for: its own namespaces are left alone
    #[cfg_attr(feature = "cli", arg(long, value_name = "PLATFORM"))]
    pub platform: Option<PlatformName>,

    /// Overwrite files in --output-dir that this command did not write
    #[cfg_attr(feature = "cli", arg(long))]
    pub force: bool,

    /// Namespace that is left alone; repeatable [default: kube-system and the engine's own]
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME", value_delimiter = ',', help_heading = EXEMPTIONS))]
    pub exempt_namespace: Vec<NamespaceName>,

    /// Leave no namespace alone but those that are named
    #[cfg_attr(feature = "cli", arg(long, help_heading = EXEMPTIONS))]
    pub exempt_no_namespace: bool,

    /// Registry or repository whose containers are left alone, in full; repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "IMAGE", help_heading = EXEMPTIONS))]
    pub exempt_image: Vec<String>,

    /// User or ServiceAccount whose requests are left alone; repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "USER", help_heading = EXEMPTIONS))]
    pub exempt_user: Vec<String>,

    /// Group whose requests are left alone; repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "GROUP", help_heading = EXEMPTIONS))]
    pub exempt_group: Vec<String>,

    /// Why they are left alone; needed with every exemption
    #[cfg_attr(feature = "cli", arg(long, value_name = "TEXT", help_heading = EXEMPTIONS))]
    pub exempt_reason: Option<String>,

    /// Last day of the exemptions, such as 2027-01-31; check finds those that are over
    #[cfg_attr(feature = "cli", arg(long, value_name = "DATE", help_heading = EXEMPTIONS))]
    pub exempt_until: Option<Date>,

    /// Report of check as JSON: what it found may stay as it is until --exempt-until, and nothing else may come
    #[cfg_attr(feature = "cli", arg(long, value_name = "FILE", requires = "exempt_until", help_heading = EXEMPTIONS))]
    pub from_baseline: Vec<String>,

    /// Group that may do it in an emergency, which the audit log then says; repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "GROUP", help_heading = EXEMPTIONS))]
    pub break_glass: Vec<String>,

    /// The policies of the files, each with the name of its file.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub policies: Vec<(String, String)>,

    /// What became of them. The caller converts them, for it knows how each engine judges.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub converted: Option<Conversion>,

    /// What the reports found.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub found: Vec<Found>,
}

/// What becomes of policies that are written for another engine.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conversion {
    /// The policies, in the order in which they are applied.
    pub manifests: Vec<Manifest>,
    /// What they do not say, a sentence for each rule that is left out.
    pub lost: Vec<String>,
    /// Whether there was no policy at all.
    pub is_empty: bool,
}

impl Eq for Conversion {}

/// The names of what can be asked for, for completion. Whether there is one, the generator says, in one sentence.
#[cfg(feature = "cli")]
#[derive(Debug, Clone)]
struct Name;

#[cfg(feature = "cli")]
impl clap::builder::TypedValueParser for Name {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        clap::builder::StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = clap::builder::PossibleValue>>> {
        Some(Box::new(names().map(clap::builder::PossibleValue::new)))
    }
}

/// The names of what can be asked for.
fn names() -> impl Iterator<Item = &'static str> {
    ["baseline", "restricted"].into_iter().chain(intents::all().map(|it| it.id))
}

/// What can be asked for, each with what it refuses.
#[cfg(feature = "cli")]
fn long_help() -> String {
    let mut help = "Flaw that is not let in, by the name that check has for it, or a level of the Pod Security \
                    Standards: baseline or restricted; repeatable. There are:\n"
        .to_owned();
    for intent in intents::all() {
        let _ = write!(help, "\n{}: {}", intent.id, intent.summary());
    }
    help
}

impl Generate for Options {
    fn product() -> Product {
        Product::Objects
    }

    fn files(&self) -> Vec<String> {
        self.filename.iter().chain(&self.from_baseline).cloned().collect()
    }

    fn read(&mut self, file: &str, text: &str) -> Result<(), OptionError> {
        if self.filename.iter().any(|it| it == file) {
            self.policies.push((file.to_owned(), text.to_owned()));
        } else {
            self.found.extend(findings::read(file, text)?);
        }
        Ok(())
    }

    fn is_forced(&self) -> bool {
        self.force
    }

    fn needs(&self) -> Vec<Need> {
        let asks = self.kubernetes_version == Some(PolicyVersion::Cluster);
        let version = asks.then_some(Need::Version);
        let today = self.exempt_until.map(|_| Need::Today);
        version.into_iter().chain(today).chain(super::platform::need(self.platform)).collect()
    }

    fn generate(&self, facts: &Facts) -> Result<Generated, OptionError> {
        if !self.filename.is_empty() {
            return self.convert();
        }
        let version = known_version(self.kubernetes_version, facts)?;
        let platform = super::platform::chosen(self.platform, facts)?;
        let wanted = self.wanted(version)?;
        let given = self.given(&wanted)?;
        let [of_cluster, named] = self.exemptions(platform, facts)?;
        let (mut manifests, mut unsaid) = (Vec::new(), Vec::new());
        for intent in &wanted {
            // Nothing that runs the cluster has to be entered for that.
            let is_entered = matches!(intent.demand, Demand::Never(_));
            let own = of_cluster.iter().filter(|_| !is_entered);
            let policy = Policy {
                intent,
                version,
                standards: version,
                values: Values::new(intent.parameters, &given).map_err(|it| unfit(intent, it))?,
                mode: self.mode,
                exempt: own.chain(&named).cloned().collect(),
                break_glass: self.break_glass.clone(),
            };
            match policy.manifests(self.engine, self.kyverno) {
                Ok(made) => manifests.extend(made),
                Err(why) => unsaid.push((intent.id, why.to_string())),
            }
        }
        if let ([], [(id, why), ..]) = (manifests.as_slice(), unsaid.as_slice()) {
            return Err(OptionError::new("INTENT", id, why.as_str()));
        }
        manifests.sort_by_key(is_of_made_kind);
        let verdict = if unsaid.is_empty() { Verdict::Yes } else { Verdict::Unknown };
        let left_out = unsaid.into_iter().map(|(id, why)| format!("left out: {id}: {why}"));
        let notes = left_out.chain(self.notes()).collect();
        Ok(Generated { manifests, notes, verdict, ..Generated::default() })
    }
}

/// Whether its kind is there only once another object made it, so that it comes after all of those.
fn is_of_made_kind(manifest: &Manifest) -> bool {
    manifest.kind.group == "constraints.gatekeeper.sh"
}

fn unfit(intent: &Intent, unfit: Unfit) -> OptionError {
    if unfit.value.is_empty() {
        return OptionError::new("INTENT", intent.id, unfit.rule);
    }
    OptionError::new("--set", unfit.value, unfit.rule)
}

impl Options {
    /// What the policies of the files became.
    fn convert(&self) -> Result<Generated, OptionError> {
        let refuse =
            |rule: &str| Err(OptionError::new("--filename", self.filename.join(","), rule));
        if self.kyverno == KyvernoKind::ClusterPolicy {
            let rule =
                "policies are written as ValidatingPolicy: a ClusterPolicy is on its way out";
            return Err(OptionError::new("--kyverno", "cluster-policy", rule));
        }
        match &self.converted {
            None => refuse("policies are converted by the command alone"),
            Some(conversion) if conversion.is_empty => refuse("there is no policy in it"),
            Some(conversion) => {
                let mut manifests = conversion.manifests.clone();
                manifests.sort_by_key(is_of_made_kind);
                let is_whole = conversion.lost.is_empty();
                Ok(Generated {
                    manifests,
                    notes: conversion.lost.clone(),
                    verdict: if is_whole { Verdict::Yes } else { Verdict::Unknown },
                    ..Generated::default()
                })
            }
        }
    }

    /// The intents in the order in which they were named, each once.
    fn wanted(&self, version: MinorVersion) -> Result<Vec<&'static Intent>, OptionError> {
        let mut wanted: Vec<&'static Intent> = Vec::new();
        for name in &self.intents {
            let found = match name.parse::<Level>() {
                Ok(level @ (Level::Baseline | Level::Restricted)) => {
                    intents::of_level(level, version)
                }
                _ => intents::find(name).into_iter().collect(),
            };
            if found.is_empty() {
                let similar = names().min_by_key(|it| strsim::osa_distance(it, name));
                let similar = similar.filter(|it| strsim::osa_distance(it, name) <= 3);
                let meant = similar.map(|it| format!("did you mean {it}? ")).unwrap_or_default();
                let rule = format!(
                    "there is no such intent: {meant}kubectl harden admission-policy --help lists them"
                );
                return Err(OptionError::new("INTENT", name, rule));
            }
            for intent in found {
                if !wanted.iter().any(|it| it.id == intent.id) {
                    wanted.push(intent);
                }
            }
        }
        if wanted.is_empty() {
            let rule = "name what is not let in, such as restricted or mutable-image-tag";
            return Err(OptionError::new("INTENT", "", rule));
        }
        Ok(wanted)
    }

    /// What `--set` says, each for a parameter of something that is wanted.
    fn given(&self, wanted: &[&'static Intent]) -> Result<Vec<(String, String)>, OptionError> {
        let mut given = Vec::new();
        for text in &self.set {
            let Some((name, value)) = text.split_once('=') else {
                return Err(OptionError::new("--set", text, "write NAME=VALUE"));
            };
            let mut parameters = wanted.iter().flat_map(|it| it.parameters);
            if !parameters.any(|it| it.name == name) {
                let known: Vec<_> =
                    wanted.iter().flat_map(|it| it.parameters).map(|it| it.name).collect();
                let rule = if known.is_empty() {
                    "nothing of what is named takes a value".to_owned()
                } else {
                    format!("what is named takes {}", known.join(", "))
                };
                return Err(OptionError::new("--set", text, rule));
            }
            given.push((name.to_owned(), value.to_owned()));
        }
        Ok(given)
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.engine == Engine::Gatekeeper {
            notes.push(
                "each template makes the kind of its constraint: --apply waits for it, kubectl apply has to be run \
                 twice. Gatekeeper's own webhook lets requests in while it is away, unless it was installed with failurePolicy Fail"
                    .to_owned(),
            );
            if !self.break_glass.is_empty() {
                notes.push(
                    "Gatekeeper writes nothing into the audit log when glass is broken".to_owned(),
                );
            }
        }
        if self.engine == Engine::Kyverno && self.kyverno == KyvernoKind::ClusterPolicy {
            notes.extend(stages::of_cluster_policy(self.mode));
        }
        notes.extend(stages::next(self.mode));
        notes
    }
}
