//! Which type an object is held to, and whether its API version is served at all.

use harden_yaml::{Action, Place};

use super::built_in::{BuiltIn, KNOWN, Kind, built_in};
use super::removed::{self, Instead};
use super::similar::{only_similar, similar};
use super::table::{Shape, Versions};
use super::walk::{self, Root};
use super::{Crds, Flaw, FlawKind};
use crate::object::Object;

/// What is `v1` and never sent to an API server: the kubeconfig, Lists, and the older name of an
/// EncryptionConfiguration, which the API server reads itself.
const NOT_SENT: [&str; 3] = ["Config", "EncryptionConfig", "List"];

/// The type of an object; none for what is not known. Says what is wrong with kind and version.
pub(super) fn resolve<'d, 'c>(
    object: &Object<'d>,
    target: u16,
    crds: &'c Crds,
    flaws: &mut Vec<Flaw<'d>>,
) -> Option<Root<'c>> {
    let built_in = built_in();
    if let Some(kind) = built_in.find(object.group, object.version, object.kind) {
        if !kind.served.contains(target) {
            let instead = instead(built_in, kind, target);
            let change = instead.and_then(|it| moved(built_in, object, it, target));
            flaws.push(unserved(object, outside(kind, instead, target), change));
        }
        // Fields are asked of the nearest version that has the kind.
        let (since, until) = (kind.served.since, kind.served.until.min(KNOWN.until));
        return Some(Root {
            table: &built_in.table,
            shape: Shape::Struct(kind.root),
            target: target.clamp(since, until),
            is_secret: object.group.is_empty() && object.kind == "Secret",
        });
    }
    if let Some(versions) = crds.versions(object.group, object.kind) {
        if let Some(root) = versions.root(object.version) {
            return Some(Root { table: crds.table(), shape: root, target, is_secret: false });
        }
        let served = versions.served().collect::<Vec<_>>().join(", ");
        let message = format!(
            "its CustomResourceDefinition does not serve `{}`; it serves {}",
            object.version,
            if served.is_empty() { "nothing" } else { &served },
        );
        flaws.push(unserved(object, message, None));
        return None;
    }
    if let Some(removed) = removed::find(object.group, object.version, object.kind) {
        let gone = format!(
            "{} {} is not served since v1.{}",
            removed.api_version, object.kind, removed.since
        );
        flaws.push(match removed.instead {
            Instead::ApiVersion(to) => {
                let (group, version) = to.split_once('/').unwrap_or(("", to));
                let kind = built_in.find(group, version, object.kind);
                let change = kind.and_then(|it| moved(built_in, object, it, target));
                unserved(object, format!("{gone}; use {to}"), change)
            }
            Instead::Advice(advice) => unserved(object, format!("{gone}; {advice}"), None),
        });
    } else if !is_list(built_in, object) && !is_not_sent(object) {
        flaws.extend(unknown(built_in, object, target));
    }
    None
}

fn unserved<'d>(object: &Object<'d>, message: String, change: Option<Action>) -> Flaw<'d> {
    let kind = FlawKind::UnservedVersion;
    Flaw { kind, place: object.place.at("apiVersion"), message, change }
}

/// The version of a kind that the target serves.
fn instead<'t>(built_in: &'t BuiltIn, kind: &Kind, target: u16) -> Option<&'t Kind> {
    best(built_in, target, |it| it.group == kind.group && it.name == kind.name)
}

/// The change of an object's API version into that of a kind, where the object as it is fits that and means the
/// same there.
fn moved(built_in: &BuiltIn, object: &Object<'_>, kind: &Kind, target: u16) -> Option<Action> {
    let is_written = object.place.at("apiVersion").as_str().is_some();
    let may_move = is_written && object.kind == kind.name && means_the_same(object);
    (may_move && fits(built_in, object, kind, target))
        .then(|| Action::set(kind.api_version().as_ref()))
}

/// Whether nothing is wrong with an object as one of a kind.
pub(super) fn fits(built_in: &BuiltIn, object: &Object<'_>, kind: &Kind, target: u16) -> bool {
    let mut flaws = Vec::new();
    let shape = Shape::Struct(kind.root);
    let is_secret = kind.group.is_empty() && kind.name == "Secret";
    walk::check(
        object.place,
        &Root { table: &built_in.table, shape, target, is_secret },
        &mut flaws,
    );
    kind.served.contains(target) && flaws.is_empty()
}

/// Whether fields of an object that every API version of its kind has mean the same in all of them. What they
/// default to differs in the older ones.
fn means_the_same(object: &Object<'_>) -> bool {
    let spec = object.place.at("spec");
    match object.kind {
        // It selects no pods in v1beta1, and all of them in v1.
        "PodDisruptionBudget" => {
            let selector = spec.at("selector");
            ["matchLabels", "matchExpressions"].iter().any(|it| !selector.at(it).is_empty())
        }
        // Their errors are ignored in v1beta1, and reject requests in v1.
        "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => {
            let mut webhooks = object.place.at("webhooks").items();
            let stated = ["failurePolicy", "matchPolicy", "timeoutSeconds"];
            webhooks.all(|webhook| stated.iter().all(|it| webhook.at(it).exists()))
        }
        "DaemonSet" | "StatefulSet" => {
            object.version == "v1" || spec.at("updateStrategy").at("type").exists()
        }
        _ => !object.version.contains("alpha"),
    }
}

/// What to say of a kind that the target does not serve in this API version.
fn outside(kind: &Kind, instead: Option<&Kind>, target: u16) -> String {
    let what = format!("{} {}", kind.api_version(), kind.name);
    let instead = instead.map_or_else(String::new, |it| format!("; use {}", it.api_version()));
    if target < kind.served.since {
        format!("{what} is served from v1.{} on, not in v1.{target}{instead}", kind.served.since)
    } else {
        let gone = kind.served.until.saturating_add(1);
        format!("{what} is not served since v1.{gone}{instead}")
    }
}

/// The most stable, then newest API version that is served.
pub(super) fn best(built_in: &BuiltIn, target: u16, fits: impl Fn(&Kind) -> bool) -> Option<&Kind> {
    let served = built_in.kinds.iter().filter(|it| fits(it) && it.served.contains(target));
    served.max_by_key(|it| stability(it.version))
}

/// `v2` before `v1` before `v1beta2` before `v1alpha1`, as the API server prefers them.
fn stability(version: &str) -> (u8, &str) {
    let stage = match version {
        it if it.contains("alpha") => 0,
        it if it.contains("beta") => 1,
        _ => 2,
    };
    (stage, version)
}

fn is_not_sent(object: &Object<'_>) -> bool {
    (object.group, object.version) == ("", "v1") && NOT_SENT.contains(&object.kind)
}

/// Whether it is a list without items, such as `PodList`.
fn is_list(built_in: &BuiltIn, object: &Object<'_>) -> bool {
    object
        .kind
        .strip_suffix("List")
        .is_some_and(|kind| built_in.find(object.group, object.version, kind).is_some())
}

/// A kind that Kubernetes does not have in this group, or a group that is mistyped.
fn unknown<'d>(built_in: &BuiltIn, object: &Object<'d>, target: u16) -> Option<Flaw<'d>> {
    let flaw = |place: Place<'d>, message: String| {
        Some(Flaw { kind: FlawKind::UnknownKind, place, message, change: None })
    };
    let elsewhere = |meant: &Kind, message: String| {
        let change = moved(built_in, object, meant, target);
        let place = object.place.at("apiVersion");
        Some(Flaw { kind: FlawKind::UnknownKind, place, message, change })
    };
    let (version, kind) = (object.place.at("apiVersion"), object.place.at("kind"));
    let group = if object.group.is_empty() { "the core group" } else { object.group };
    if !built_in.has_group(object.group) {
        // Groups of custom kinds have a dot, and kinds of the same name as built-in ones are common there.
        let meant = best(built_in, target, |it| {
            it.name == object.kind
                && (!object.group.contains('.') || similar(object.group, [it.group]).is_some())
        });
        let Some(meant) = meant else {
            let is_custom = object.group.contains('.') && !removed::has_group(object.group);
            let gone = gone(built_in, object.kind, target).filter(|_| !is_custom)?;
            let (group, kind) = (object.group, object.kind);
            return flaw(version, format!("there is no API group `{group}`; {kind} {gone}"));
        };
        return elsewhere(
            meant,
            format!(
                "there is no API group `{}`; {} is in {}",
                object.group,
                object.kind,
                meant.api_version()
            ),
        );
    }
    if let Some(meant) =
        best(built_in, target, |it| it.group == object.group && it.name == object.kind)
    {
        return elsewhere(
            meant,
            format!(
                "{group} has no {} in version `{}`; use {}",
                object.kind,
                object.version,
                meant.api_version()
            ),
        );
    }
    if let Some(meant) = best(built_in, target, |it| it.name == object.kind) {
        return elsewhere(
            meant,
            format!("{group} has no {}; it is in {}", object.kind, meant.api_version()),
        );
    }
    if let Some(gone) = gone(built_in, object.kind, target) {
        return flaw(version, format!("{group} has no {}; it {gone}", object.kind));
    }
    let all = built_in.kinds.iter().filter(|it| it.served.contains(target));
    let of_group = all.clone().filter(|it| it.group == object.group).map(|it| it.name);
    let meant =
        similar(object.kind, of_group).or_else(|| similar(object.kind, all.map(|it| it.name)));
    let hint = meant.map_or_else(String::new, |it| format!("; did you mean {it}"));
    let message = format!("{group} has no kind `{}`{hint}", object.kind);
    let mut of_version = all_of(built_in, object, target);
    let change = only_similar(object.kind, of_version.clone().map(|it| it.name))
        .and_then(|name| of_version.find(|it| it.name == name))
        .filter(|it| fits(built_in, object, it, target))
        .map(|it| Action::set(it.name));
    Some(Flaw { kind: FlawKind::UnknownKind, place: kind, message, change })
}

/// The kinds of an object's API version that the target serves.
fn all_of<'t>(
    built_in: &'t BuiltIn,
    object: &Object<'_>,
    target: u16,
) -> impl Iterator<Item = &'t Kind> + Clone {
    let (group, version) = (object.group, object.version);
    let is_of =
        move |it: &&Kind| it.group == group && it.version == version && it.served.contains(target);
    built_in.kinds.iter().filter(is_of)
}

/// Where a kind was that the target has nowhere, and what became of it.
fn gone(built_in: &BuiltIn, kind: &str, target: u16) -> Option<String> {
    if let Some(removed) = removed::find_kind(kind) {
        let was = format!("was in {} before v1.{}", removed.api_version, removed.since);
        return Some(match removed.instead {
            Instead::ApiVersion(to) => format!("{was}; use {to}"),
            Instead::Advice(advice) => format!("{was}; {advice}"),
        });
    }
    let known = built_in.kinds.iter().filter(|it| it.name == kind);
    let it = known.max_by_key(|it| (it.served.until, stability(it.version)))?;
    let gone = it.served.until.saturating_add(1);
    Some(if target < it.served.since {
        format!("is in {} from v1.{} on", it.api_version(), it.served.since)
    } else {
        format!("was in {} before v1.{gone}", it.api_version())
    })
}

impl Versions {
    /// As people say it: `from v1.33 on`, `until v1.31`.
    pub(super) fn words(self) -> String {
        match (self.since > KNOWN.since, self.until < KNOWN.until) {
            (true, true) if self.since == self.until => format!("only in v1.{}", self.since),
            (true, true) => format!("only from v1.{} to v1.{}", self.since, self.until),
            (true, false) => format!("only from v1.{} on", self.since),
            _ => format!("only until v1.{}", self.until),
        }
    }
}
