//! What the options say of who and what is left alone.

use super::Options;
use crate::cluster::Facts;
use crate::generators::OptionError;
use crate::intents::{Exempt, Exemption};
use crate::platform::Platform;

/// Groups that everybody is in, so that an exemption of one would be one of all.
const EVERYBODY: [&str; 2] = ["system:authenticated", "system:unauthenticated"];

impl Options {
    /// Who and what is left alone: what the cluster itself needs, and what the options name with a reason.
    pub(super) fn exemptions(
        &self,
        platform: Option<&'static Platform>,
        facts: &Facts,
    ) -> Result<Vec<Exemption>, OptionError> {
        let mut exemptions = self.of_cluster(platform);
        let named = self.named()?;
        if named.is_empty() && self.found.is_empty() {
            let is_limited = self.exempt_reason.is_some() || self.exempt_until.is_some();
            if is_limited && self.from_baseline.is_empty() {
                let rule = "nothing is left alone: name what is, such as --exempt-namespace legacy";
                return Err(OptionError::new("--exempt-reason", "", rule));
            }
            return Ok(exemptions);
        }
        let reason = match self.exempt_reason.as_deref().map(str::trim) {
            None if named.is_empty() => "it was there when the policy was made".to_owned(),
            None | Some("") => {
                let rule =
                    "say why, so that whoever reads the policy can tell whether it still holds";
                return Err(OptionError::new("--exempt-reason", "", rule));
            }
            Some(reason) if reason.contains(['\n', '\r']) => {
                return Err(OptionError::new("--exempt-reason", reason, "write it in one line"));
            }
            Some(reason) => reason.to_owned(),
        };
        if let (Some(until), Some(today)) = (self.exempt_until, facts.today)
            && until < today
        {
            let rule = format!("today is {today}: the exemption is over before it begins");
            return Err(OptionError::new("--exempt-until", until, rule));
        }
        exemptions.extend(self.found.iter().map(|it| Exemption {
            what: it.what.clone(),
            reason: reason.clone(),
            until: self.exempt_until,
            intents: it.rules.clone(),
        }));
        exemptions.extend(named.into_iter().map(|what| Exemption {
            what,
            reason: reason.clone(),
            until: self.exempt_until,
            intents: Vec::new(),
        }));
        Ok(exemptions)
    }

    /// What runs the cluster and judges it, which must start before anything is judged.
    fn of_cluster(&self, platform: Option<&'static Platform>) -> Vec<Exemption> {
        if self.exempt_no_namespace {
            return Vec::new();
        }
        let own = self.engine.namespaces().iter().copied();
        let names = std::iter::once("kube-system").chain(own);
        let mut exempt: Vec<_> =
            names.filter_map(|it| it.parse().ok()).map(Exempt::Namespace).collect();
        if platform.is_some_and(|it| it.name == "openshift") {
            exempt.push(Exempt::NamespacesOf("openshift-"));
        }
        let of_cluster = exempt.into_iter().map(|what| Exemption {
            what,
            reason: "it runs the cluster".to_owned(),
            until: None,
            intents: Vec::new(),
        });
        of_cluster.collect()
    }

    fn named(&self) -> Result<Vec<Exempt>, OptionError> {
        let mut named: Vec<_> =
            self.exempt_namespace.iter().cloned().map(Exempt::Namespace).collect();
        for text in &self.exempt_image {
            let prefix = text.parse().map_err(|error: crate::intents::InvalidPrefix| {
                OptionError::new("--exempt-image", text, error.to_string())
            })?;
            named.push(Exempt::Image(prefix));
        }
        for user in &self.exempt_user {
            named.push(Exempt::User(name("--exempt-user", user)?));
        }
        for group in &self.exempt_group {
            named.push(Exempt::Group(name("--exempt-group", group)?));
        }
        for group in &self.break_glass {
            name("--break-glass", group)?;
        }
        Ok(named)
    }
}

/// A name that is compared as it is.
fn name(option: &'static str, text: &str) -> Result<String, OptionError> {
    if text.trim().is_empty() {
        return Err(OptionError::new(option, "", "it is empty"));
    }
    if text.contains('*') {
        let rule = "names are compared as they are, without wildcards: it would leave nobody alone";
        return Err(OptionError::new(option, text, rule));
    }
    if EVERYBODY.contains(&text) {
        let rule = "everybody is in that group: nothing would be refused";
        return Err(OptionError::new(option, text, rule));
    }
    Ok(text.to_owned())
}
