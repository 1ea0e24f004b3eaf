//! PodSecurityConfiguration: what namespaces without labels are held to, and who is let off.
//!
//! As `k8s.io/pod-security-admission/admission/api` reads it.

use std::fmt::Display;
use std::str::FromStr;

use harden_yaml::{Document, Place};
use rustc_hash::FxHashSet;

use crate::configuration::decoding::{Struct, TEXT, Type, decode};
use crate::configuration::file::{meta, repeated_keys};
use crate::configuration::meta::Meta;
use crate::configuration::names::{label_errors, subdomain_errors};
use crate::configuration::{Fault, Rejection};
use crate::kubernetes::Level;
use crate::pod_security::{Policy, Standard, Version, go_quoted};

const READING: &str = "couldn't init admission plugin \"PodSecurity\": ";
const COMPLETING: &str =
    "failed to initialize admission plugin \"PodSecurity\": PodSecurity configuration error: ";
const VALIDATING: &str =
    "failed to initialize admission plugin \"PodSecurity\": PodSecurity invalid: ";
const GROUP: &str = "pod-security.admission.config.k8s.io";

/// A configuration that the plugin takes.
#[derive(Debug, Clone)]
pub struct PodSecurityConfiguration<'d> {
    /// Where it is.
    pub place: Place<'d>,
    /// What holds where labels leave something open.
    pub defaults: Policy,
    /// Namespaces that are let off, compared as they are.
    pub namespaces: Vec<Place<'d>>,
    /// Users that are let off for what they create themselves, compared as they are.
    pub usernames: Vec<Place<'d>>,
    /// Runtime classes that are let off, compared as they are.
    pub runtime_classes: Vec<Place<'d>>,
}

/// Reads a file of its own, or says why the API server would not start with it.
pub fn read<'d>(document: &'d Document<'d>) -> Result<PodSecurityConfiguration<'d>, Rejection<'d>> {
    let meta = meta(document).map_err(|fault| Rejection::one(READING, fault))?;
    read_as(&meta, document.root(), repeated_keys(document))
}

/// Reads the configuration inside an AdmissionConfiguration.
pub(super) fn read_at(place: Place<'_>) -> Result<PodSecurityConfiguration<'_>, Rejection<'_>> {
    let meta = Meta::read(place).map_err(|fault| Rejection::one(READING, fault))?;
    read_as(&meta, place, None)
}

/// Whether an object is one of these files, or was meant to be one.
pub fn is_meant(group: &str, kind: &str) -> bool {
    kind == "PodSecurityConfiguration" || group == GROUP
}

fn read_as<'d>(
    meta: &Meta<'d>,
    root: Place<'d>,
    repeated: Option<Fault<'d>>,
) -> Result<PodSecurityConfiguration<'d>, Rejection<'d>> {
    meta.check_presence().map_err(|fault| Rejection::one(READING, fault))?;
    let is_version = matches!(meta.version, "v1" | "v1beta1" | "v1alpha1");
    if meta.group != GROUP || !is_version || meta.kind != "PodSecurityConfiguration" {
        return Err(Rejection::one(READING, meta.unknown("PodSecurityConfiguration")));
    }
    let decoded = decode(root, &CONFIGURATION);
    if let Some(fault) = decoded.wrong {
        return Err(Rejection::one(READING, fault));
    }
    let strict: Vec<_> = repeated.into_iter().chain(decoded.strict).collect();
    if !strict.is_empty() {
        return Err(Rejection::strict(READING, strict));
    }
    let defaults = defaults(root.at("defaults")).map_err(|it| Rejection::new(COMPLETING, it))?;
    let exemptions = root.at("exemptions");
    let list = |key| exemptions.at(key).items().collect::<Vec<_>>();
    let faults = exemption_faults(exemptions);
    if !faults.is_empty() {
        return Err(Rejection::new(VALIDATING, faults));
    }
    Ok(PodSecurityConfiguration {
        place: root,
        defaults,
        namespaces: list("namespaces"),
        usernames: list("usernames"),
        runtime_classes: list("runtimeClasses"),
    })
}

fn defaults(defaults: Place<'_>) -> Result<Policy, Vec<Fault<'_>>> {
    let mut faults = Vec::new();
    let mut standard = |level_key, version_key| Standard {
        level: setting(defaults, level_key, Level::Privileged, &mut faults),
        version: setting(defaults, version_key, Version::Latest, &mut faults),
    };
    let policy = Policy {
        enforce: standard("enforce", "enforce-version"),
        audit: standard("audit", "audit-version"),
        warn: standard("warn", "warn-version"),
    };
    if faults.is_empty() { Ok(policy) } else { Err(faults) }
}

fn setting<'d, T: FromStr<Err: Display>>(
    defaults: Place<'d>,
    key: &'static str,
    otherwise: T,
    faults: &mut Vec<Fault<'d>>,
) -> T {
    let place = defaults.at(key);
    match place.as_str().filter(|it| !it.is_empty()).map(T::from_str) {
        None => otherwise,
        Some(Ok(value)) => value,
        Some(Err(error)) => {
            faults.push(Fault::new(place, format!("{key}: {error}")));
            otherwise
        }
    }
}

fn exemption_faults(exemptions: Place<'_>) -> Vec<Fault<'_>> {
    let mut faults = list_faults(exemptions, "namespaces", label_errors);
    faults.extend(list_faults(exemptions, "runtimeClasses", subdomain_errors));
    faults.extend(list_faults(exemptions, "usernames", |name| {
        let error = name.is_empty().then(|| "username must not be empty".to_owned());
        error.into_iter().collect()
    }));
    faults
}

fn list_faults<'d>(
    exemptions: Place<'d>,
    key: &'static str,
    errors: impl Fn(&str) -> Vec<String>,
) -> Vec<Fault<'d>> {
    let mut faults = Vec::new();
    let mut seen = FxHashSet::default();
    for (index, place) in exemptions.at(key).items().enumerate() {
        let name = place.as_str().unwrap_or_default();
        let errors = errors(name);
        let what = if !errors.is_empty() {
            format!("Invalid value: {}: {}", go_quoted(name), errors.join(", "))
        } else if !seen.insert(name) {
            format!("Duplicate value: {}", go_quoted(name))
        } else {
            continue;
        };
        faults.push(Fault::new(place, format!("exemptions.{key}[{index}]: {what}")));
    }
    faults
}

static CONFIGURATION: Struct = Struct {
    name: "PodSecurityConfiguration",
    fields: &[
        ("apiVersion", Type::Any),
        ("kind", Type::Any),
        ("defaults", Type::Struct(&DEFAULTS)),
        ("exemptions", Type::Struct(&EXEMPTIONS)),
    ],
    is_secret: false,
};

static DEFAULTS: Struct = Struct {
    name: "PodSecurityDefaults",
    fields: &[
        ("enforce", Type::Text("string")),
        ("enforce-version", Type::Text("string")),
        ("audit", Type::Text("string")),
        ("audit-version", Type::Text("string")),
        ("warn", Type::Text("string")),
        ("warn-version", Type::Text("string")),
    ],
    is_secret: false,
};

static EXEMPTIONS: Struct = Struct {
    name: "PodSecurityExemptions",
    fields: &[
        ("usernames", Type::List(&TEXT)),
        ("namespaces", Type::List(&TEXT)),
        ("runtimeClasses", Type::List(&TEXT)),
    ],
    is_secret: false,
};
