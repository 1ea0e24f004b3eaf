//! The ResourceQuota of a namespace, and the LimitRange that makes pods fit into it.

use std::str::FromStr;

use serde_json::{Map, Value, json};

use super::{Options, Part};
use crate::Manifest;
use crate::generators::OptionError;
use crate::kubernetes::{Kind, Label, Quantity};

/// How much a namespace may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Size {
    /// 20 pods, 2 CPUs and 4Gi requested, 20Gi at most; 1Gi for a container that sets no limit
    #[default]
    Small,
    /// 80 pods, 8 CPUs and 16Gi requested, 120Gi at most; 1536Mi for a container that sets no limit
    Medium,
    /// 320 pods, 32 CPUs and 64Gi requested, 640Gi at most; 2Gi for a container that sets no limit
    Large,
}

impl Size {
    fn pick(self, [small, medium, large]: [&'static str; 3]) -> &'static str {
        match self {
            Self::Small => small,
            Self::Medium => medium,
            Self::Large => large,
        }
    }
}

/// One limit of a ResourceQuota: `RESOURCE=QUANTITY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hard {
    /// A resource as ResourceQuota names it, where `cpu` is `requests.cpu`; but `memory` and
    /// `ephemeral-storage` are for requests and limits alike.
    pub resource: String,
    /// How much of it.
    pub quantity: Quantity,
}

/// Why a text is no limit of a quota.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHard {
    /// There is no `=`.
    #[error("must be RESOURCE=QUANTITY, such as cpu=4 or pods=50")]
    NoEquals,
    /// Not a resource that a quota can bound.
    #[error(
        "`{0}` is no resource that a ResourceQuota bounds: cpu, memory, ephemeral-storage, \
         requests.…, limits.…, pods, services, services.loadbalancers, services.nodeports, \
         persistentvolumeclaims, configmaps, secrets, count/RESOURCE.GROUP, …"
    )]
    Resource(String),
    /// The part after `=`.
    #[error("{0}")]
    Quantity(String),
}

/// What has requests and limits.
const COMPUTE: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

/// What a quota counts, so that only whole numbers make sense.
const COUNTED: [&str; 9] = [
    "pods",
    "services",
    "services.loadbalancers",
    "services.nodeports",
    "persistentvolumeclaims",
    "configmaps",
    "secrets",
    "replicationcontrollers",
    "resourcequotas",
];

impl FromStr for Hard {
    type Err = InvalidHard;

    fn from_str(text: &str) -> Result<Self, InvalidHard> {
        let (resource, quantity) = text.split_once('=').ok_or(InvalidHard::NoEquals)?;
        if !is_quota_resource(resource) {
            return Err(InvalidHard::Resource(resource.to_owned()));
        }
        let quantity: Quantity =
            quantity.parse().map_err(|error| InvalidHard::Quantity(format!("{error}")))?;
        let counted = COUNTED.contains(&resource) || resource.starts_with("count/");
        if !quantity.has_digits() {
            return Err(InvalidHard::Quantity(format!("`{resource}` must have a number")));
        }
        if quantity.is_negative() || (counted && !quantity.is_whole()) {
            let kind = if counted { "a whole number of objects" } else { "at least 0" };
            return Err(InvalidHard::Quantity(format!(
                "`{resource}` must be {kind}, not {quantity}"
            )));
        }
        Ok(Self { resource: resource.to_owned(), quantity })
    }
}

fn is_quota_resource(name: &str) -> bool {
    let bare =
        name.strip_prefix("requests.").or_else(|| name.strip_prefix("limits.")).unwrap_or(name);
    COMPUTE.contains(&bare)
        || COUNTED.contains(&name)
        || name == "requests.storage"
        || (name.contains('/') && format!("{name}=").parse::<Label>().is_ok())
}

/// The figures of one namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bounds {
    hard: Vec<(String, Quantity)>,
    container: Vec<ContainerBound>,
}

/// What one container gets of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ContainerBound {
    resource: &'static str,
    default_request: Quantity,
    /// The limit of one that sets none. Only where the quota bounds limits, and so rejects pods without.
    default: Option<Quantity>,
}

/// The figures that `--size` and `--quota` come to.
pub(super) fn bounds(options: &Options) -> Result<Bounds, OptionError> {
    let mut hard = standard(options.size);
    for (resource, quantity) in asked(options) {
        match hard.iter_mut().find(|(name, _)| *name == resource) {
            Some((_, current)) => *current = quantity,
            None => hard.push((resource, quantity)),
        }
    }
    for resource in COMPUTE {
        reconcile(options, &mut hard, resource)?;
    }
    let find = |name: String| {
        hard.iter().find(|(it, _)| *it == name).map(|(_, quantity)| quantity.clone())
    };
    let container = COMPUTE
        .into_iter()
        .filter_map(|resource| {
            let (request, limit) = container_standard(options.size, resource)?;
            let least = options.least_limits.iter().filter(|(name, _)| name == resource);
            let limit = least.fold(limit, |most, (_, it)| most.max(it.clone()));
            let default = find(format!("limits.{resource}")).map(|it| limit.min(it));
            let request = request.min(find(format!("requests.{resource}"))?);
            let default_request = default.iter().fold(request, |least, it| least.min(it.clone()));
            Some(ContainerBound { resource, default_request, default })
        })
        .collect();
    Ok(Bounds { hard, container })
}

/// What `--quota` says, with `cpu` and the like spelt out.
fn asked(options: &Options) -> impl Iterator<Item = (String, Quantity)> {
    options.quota.iter().flat_map(|hard| {
        let names = match hard.resource.as_str() {
            "cpu" => vec!["requests.cpu".to_owned()],
            name if COMPUTE.contains(&name) => {
                vec![format!("requests.{name}"), format!("limits.{name}")]
            }
            name => vec![name.to_owned()],
        };
        names.into_iter().map(|name| (name, hard.quantity.clone()))
    })
}

/// No container may request more than its limit, so requests beyond the limits would never be
/// used: the side that was not asked for follows the one that was.
fn reconcile(
    options: &Options,
    hard: &mut [(String, Quantity)],
    resource: &str,
) -> Result<(), OptionError> {
    let (requests, limits) = (format!("requests.{resource}"), format!("limits.{resource}"));
    let value =
        |name: &str| hard.iter().find(|(it, _)| it == name).map(|(_, quantity)| quantity.clone());
    let (Some(requested), Some(limited)) = (value(&requests), value(&limits)) else {
        return Ok(());
    };
    if requested <= limited {
        return Ok(());
    }
    let was_asked = |name: &str| asked(options).any(|(it, _)| it == name);
    let (follower, quantity) = match (was_asked(&requests), was_asked(&limits)) {
        (true, true) => {
            let rule = format!("is above {limits}={limited}, so it could never be used up");
            return Err(OptionError::new("--quota", format!("{requests}={requested}"), rule));
        }
        (true, false) => (limits, requested),
        _ => (requests, limited),
    };
    for (name, current) in hard {
        if *name == follower {
            *current = quantity.clone();
        }
    }
    Ok(())
}

/// What a size bounds. CPU has no limits: requests already divide a busy CPU fairly, and a limit slows
/// pods down even on an idle node.
fn standard(size: Size) -> Vec<(String, Quantity)> {
    let columns: [(&str, [&str; 3]); 10] = [
        ("requests.cpu", ["2", "8", "32"]),
        ("requests.memory", ["4Gi", "16Gi", "64Gi"]),
        ("limits.memory", ["20Gi", "120Gi", "640Gi"]),
        ("requests.ephemeral-storage", ["10Gi", "40Gi", "160Gi"]),
        ("limits.ephemeral-storage", ["20Gi", "120Gi", "640Gi"]),
        ("requests.storage", ["50Gi", "200Gi", "800Gi"]),
        ("persistentvolumeclaims", ["10", "40", "160"]),
        ("pods", ["20", "80", "320"]),
        ("services.loadbalancers", ["0"; 3]),
        ("services.nodeports", ["0"; 3]),
    ];
    columns
        .into_iter()
        .filter_map(|(name, row)| Some((name.to_owned(), size.pick(row).parse().ok()?)))
        .collect()
}

/// The request and the limit of a container that states none. A container may request what it wants up
/// to that limit without setting its own, so the limit is well above what is ordinarily requested.
fn container_standard(size: Size, resource: &'static str) -> Option<(Quantity, Quantity)> {
    let (request, limit) = match resource {
        "cpu" => ("100m", ["1", "2", "4"]),
        "memory" => ("128Mi", ["1Gi", "1536Mi", "2Gi"]),
        _ => ("256Mi", ["1Gi", "1536Mi", "2Gi"]),
    };
    Some((request.parse().ok()?, size.pick(limit).parse().ok()?))
}

pub(super) fn resource_quota(namespace: &str, bounds: &Bounds) -> Manifest {
    let closed = |name: &str| {
        bounds.hard.iter().any(|(it, quantity)| it == name && *quantity == Quantity::zero())
    };
    let why = if closed("services.loadbalancers") && closed("services.nodeports") {
        "Bounds what the namespace can take from the cluster. Services of type LoadBalancer or NodePort,\n\
         which open it to the outside, are not among it."
    } else {
        "Bounds what the namespace can take from the cluster."
    };
    let hard: Map<_, _> = bounds
        .hard
        .iter()
        .map(|(name, quantity)| (name.clone(), Value::from(quantity.to_string())))
        .collect();
    Manifest::new(
        Kind::RESOURCE_QUOTA,
        Some(namespace),
        "quota",
        why,
        json!({"spec": {"hard": hard}}),
    )
}

pub(super) fn limit_range(namespace: &str, bounds: &Bounds) -> Manifest {
    let column = |pick: fn(&ContainerBound) -> Option<&Quantity>| -> Map<String, Value> {
        let quantities = bounds.container.iter().filter_map(|it| Some((it.resource, pick(it)?)));
        quantities.map(|(resource, it)| (resource.to_owned(), it.to_string().into())).collect()
    };
    let limit = json!({
        "type": "Container",
        "defaultRequest": column(|it| Some(&it.default_request)),
        "default": column(|it| it.default.as_ref()),
    });
    Manifest::new(
        Kind::LIMIT_RANGE,
        Some(namespace),
        "limits",
        "Gives requests and limits to containers that state none, because the quota admits none without.\n\
         A container that requests more than the limit here must set a limit of its own.",
        json!({"spec": {"limits": [limit]}}),
    )
}

/// What the quota does not say of itself.
pub(super) fn note(options: &Options) -> Option<String> {
    let asks =
        |name: &str| asked(options).any(|(it, quantity)| it == name && quantity > Quantity::zero());
    (options.makes(Part::Quota) && asks("services.loadbalancers") && !asks("services.nodeports"))
        .then(|| {
            "a LoadBalancer Service also takes a NodePort for each of its ports unless it sets \
         allocateLoadBalancerNodePorts: false; --quota services.nodeports=N allows them"
                .to_owned()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_quota(quota: &[&str]) -> Options {
        Options {
            quota: quota.iter().map(|it| it.parse().expect(it)).collect(),
            ..Options::default()
        }
    }

    fn hard(bounds: &Bounds, name: &str) -> Option<String> {
        bounds.hard.iter().find(|(it, _)| it == name).map(|(_, quantity)| quantity.to_string())
    }

    #[test]
    fn as_many_pods_as_allowed_fit_with_the_default_requests_and_limits() {
        for size in [Size::Small, Size::Medium, Size::Large] {
            let bounds = bounds(&Options { size, ..Options::default() }).expect("valid");
            let pods: usize = hard(&bounds, "pods").expect("bounded").parse().expect("a number");
            for container in &bounds.container {
                let sum =
                    |each: &Quantity| (0..pods).fold(Quantity::zero(), |sum, _| sum.plus(each));
                let find = |prefix: &str| -> Quantity {
                    hard(&bounds, &format!("{prefix}.{}", container.resource))
                        .expect("bounded")
                        .parse()
                        .expect("valid")
                };
                assert!(
                    sum(&container.default_request) <= find("requests"),
                    "{size:?} {}",
                    container.resource
                );
                if let Some(default) = &container.default {
                    assert!(sum(default) <= find("limits"), "{size:?} {}", container.resource);
                }
            }
        }
    }

    #[test]
    fn cpu_is_limited_only_where_that_is_asked_for() {
        let cpu = |quota: &[&str]| {
            let bounds = bounds(&with_quota(quota)).expect("valid");
            let container = bounds.container.first().expect("cpu");
            (hard(&bounds, "limits.cpu"), container.default.as_ref().map(ToString::to_string))
        };
        assert_eq!(cpu(&[]), (None, None));
        assert_eq!(cpu(&["cpu=1"]), (None, None));
        let limited = (Some("4".to_owned()), Some("1".to_owned()));
        assert_eq!(cpu(&["limits.cpu=4"]), limited);
    }

    #[test]
    fn a_limit_that_is_given_leaves_room_for_ordinary_requests() {
        let memory: Vec<_> = [Size::Small, Size::Medium, Size::Large]
            .into_iter()
            .filter_map(|size| {
                let bounds = bounds(&Options { size, ..Options::default() }).expect("valid");
                bounds.container.into_iter().find(|it| it.resource == "memory")?.default
            })
            .collect();
        assert!(memory.first() >= Some(&"1Gi".parse().expect("valid")));
        assert!(memory.is_sorted_by(|a, b| a < b), "{memory:?}");
    }

    #[test]
    fn memory_sets_requests_and_limits() {
        let bounds = bounds(&with_quota(&["memory=1Gi", "cpu=1", "pods=5"])).expect("valid");
        assert_eq!(hard(&bounds, "requests.memory").as_deref(), Some("1Gi"));
        assert_eq!(hard(&bounds, "limits.memory").as_deref(), Some("1Gi"));
        assert_eq!(hard(&bounds, "requests.cpu").as_deref(), Some("1"));
        assert_eq!(hard(&bounds, "pods").as_deref(), Some("5"));
    }

    #[test]
    fn a_small_quota_lowers_what_one_container_gets() {
        let bounds = bounds(&with_quota(&["limits.cpu=50m"])).expect("valid");
        let cpu = bounds.container.first().expect("cpu");
        assert_eq!(cpu.default.as_ref().map(ToString::to_string).as_deref(), Some("50m"));
        assert_eq!(cpu.default_request.to_string(), "50m");
        assert_eq!(hard(&bounds, "requests.cpu").as_deref(), Some("50m"));
    }

    #[test]
    fn the_side_that_was_not_asked_for_follows() {
        let bounds = bounds(&with_quota(&["requests.memory=30Gi"])).expect("valid");
        assert_eq!(hard(&bounds, "limits.memory").as_deref(), Some("30Gi"));
        let error =
            super::bounds(&with_quota(&["requests.cpu=9", "limits.cpu=8"])).expect_err("rejected");
        assert_eq!(
            error.to_string(),
            "invalid value 'requests.cpu=9' for '--quota': is above limits.cpu=8, so it could never be used up"
        );
    }

    #[test]
    fn only_resources_that_a_quota_knows_are_taken() {
        for good in [
            "cpu=1",
            "limits.memory=1Gi",
            "count/jobs.batch=5",
            "requests.nvidia.com/gpu=1",
            "gold.storageclass.storage.k8s.io/requests.storage=5Gi",
        ] {
            assert!(good.parse::<Hard>().is_ok(), "{good}");
        }
        for bad in [
            "cpus=1",
            "pods",
            "pods=1.5",
            "pods=-1",
            "cpu=-1",
            "cpu=x",
            "limits.pods=1",
            "=1",
            "/=1",
        ] {
            assert!(bad.parse::<Hard>().is_err(), "{bad}");
        }
    }
}
