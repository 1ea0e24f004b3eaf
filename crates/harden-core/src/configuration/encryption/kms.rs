//! KMS plugins.

use harden_yaml::{Place, json};
use rustc_hash::FxHashSet;

use super::Options;
use crate::configuration::{Fault, duration, url};
use crate::kubernetes::MinorVersion;
use crate::pod_security::go_quoted;

/// A KMS plugin, with what is set when it is left out.
#[derive(Debug, Clone, Copy)]
pub struct Kms<'d> {
    /// Where its settings are.
    pub place: Place<'d>,
    /// `v1` or `v2`; `v1` when it is left out.
    pub api_version: &'d str,
    /// Its name.
    pub name: &'d str,
    /// The address of its socket.
    pub endpoint: &'d str,
    cache_size: Option<i64>,
    timeout: i64,
}

impl<'d> Kms<'d> {
    pub(super) fn read(place: Place<'d>) -> Self {
        let text = |key| place.at(key).as_str().unwrap_or_default();
        let api_version = Some(text("apiVersion")).filter(|it| !it.is_empty()).unwrap_or("v1");
        let default = (api_version == "v1").then_some(1000);
        let timeout = place.at("timeout").as_str().map(duration::parse);
        Self {
            place,
            api_version,
            name: text("name"),
            endpoint: text("endpoint"),
            cache_size: place.at("cachesize").as_i64().or(default),
            timeout: timeout.and_then(Result::ok).unwrap_or(3_000_000_000),
        }
    }

    /// Why a server does not take it when it starts to use the file.
    pub(super) fn gate(&self, version: MinorVersion) -> Option<Fault<'d>> {
        if self.api_version == "v2" && version < MinorVersion(27) {
            let name = go_quoted(self.name);
            return Some(Fault::new(
                self.place.at("apiVersion"),
                format!("could not configure KMSv2 plugin {name}, KMSv2 feature is not enabled"),
            ));
        }
        (self.api_version == "v1" && version >= MinorVersion(29)).then(|| {
            Fault::new(
                self.place.at("apiVersion"),
                "KMSv1 is deprecated and will only receive security updates going forward. Use \
                 KMSv2 instead.  Set --feature-gates=KMSv1=true to use the deprecated KMSv1 feature.",
            )
        })
    }

    pub(super) fn printed(&self) -> String {
        format!(
            r#"{{"APIVersion":{},"Name":{},"CacheSize":{},"Endpoint":{},"Timeout":{}}}"#,
            json::quoted(self.api_version),
            json::quoted(self.name),
            self.cache_size.map_or_else(|| "null".to_owned(), |it| it.to_string()),
            json::quoted(self.endpoint),
            json::quoted(&duration::print(self.timeout)),
        )
    }
}

/// What the server minds of a plugin; `names` are those of the plugins before it.
pub(super) fn faults<'d>(
    field: Place<'d>,
    path: &str,
    names: &FxHashSet<&str>,
    options: Options,
) -> Vec<Fault<'d>> {
    let kms = Kms::read(field);
    let name = kms.name;
    let is_v1 = kms.api_version == "v1";
    let quoted = go_quoted(name);
    let mut faults = Vec::new();
    let mut add = |key: &'static str, message: String| {
        faults.push(Fault::new(field.at(key), format!("{path}.{key}: {message}")));
    };
    if name.is_empty() {
        add("name", "Required value: name is a mandatory field for a provider".to_owned());
    }
    if !is_v1 && name.contains(':') {
        let what = format!("invalid KMS provider name {name}, must not contain ':'");
        add("name", format!("Invalid value: {quoted}: {what}"));
    }
    if (options.reloads || !is_v1) && names.contains(&name) {
        let what = format!("duplicate KMS provider name {name}, names must be unique");
        add("name", format!("Invalid value: {quoted}: {what}"));
    }
    if kms.timeout <= 0 {
        let value = go_quoted(&duration::print(kms.timeout)).replace("\\u00b5", "µ");
        let what = "timeout should be a positive value";
        add("timeout", format!("Invalid value: {value}: {what}"));
    }
    if let Err(what) = socket(kms.endpoint) {
        let value = go_quoted(kms.endpoint);
        add("endpoint", format!("Invalid value: {value}: {what}"));
    }
    if let Some(size) = kms.cache_size {
        if !is_v1 {
            let what = "cachesize is not supported in v2";
            add("cachesize", format!("Invalid value: {size}: {what}"));
        } else if size == 0 {
            let what = "cachesize should be a positive value, or negative to disable";
            add("cachesize", format!("Invalid value: {size}: {what}"));
        }
    }
    if !matches!(kms.api_version, "v1" | "v2") {
        let value = go_quoted(kms.api_version);
        let what =
            "unsupported apiVersion apiVersion for KMS provider, only v1 and v2 are supported";
        add("apiVersion", format!("Invalid value: {value}: {what}"));
    }
    faults
}

/// Why a server takes no timeout; the error is Go's, or the server's.
pub(crate) fn timeout(text: &str) -> Result<(), String> {
    if duration::parse(text)? > 0 {
        Ok(())
    } else {
        Err("timeout should be a positive value".to_owned())
    }
}

/// Why a server takes no address of a plugin; the error is Go's, or the server's.
pub(crate) fn socket(endpoint: &str) -> Result<(), String> {
    if endpoint.is_empty() {
        return Err("endpoint is a mandatory field for a kms".to_owned());
    }
    match url::scheme(endpoint) {
        Ok(scheme) if scheme == "unix" => Ok(()),
        Ok(scheme) => {
            let scheme = go_quoted(&scheme);
            Err(format!("unsupported scheme {scheme} for KMS provider, only unix is supported"))
        }
        Err(error) => Err(format!("invalid endpoint for kms provider, error: {error}")),
    }
}

/// The path of the socket that a server dials at an endpoint that [`socket`] lets pass; an error when
/// that is none, or not all that is written.
pub(crate) fn dialled(endpoint: &str) -> Result<&str, &str> {
    let (_, rest) = endpoint.split_once(':').unwrap_or_default();
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let (main, query) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let (host, path) = match main.strip_prefix("//") {
        Some(after) => {
            let start = after.find('/').unwrap_or(after.len());
            after.split_at_checked(start).unwrap_or((after, ""))
        }
        // Without a slash it is opaque, and has no path at all.
        None => ("", if main.starts_with('/') { main } else { "" }),
    };
    let is_all = host.is_empty() && query.is_empty();
    if is_all && !path.trim_matches('/').is_empty() { Ok(path) } else { Err(path) }
}
