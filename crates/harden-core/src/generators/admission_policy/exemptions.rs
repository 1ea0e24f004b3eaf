//! What the options say of who and what is left alone.

use super::Options;
use crate::cluster::Facts;
use crate::generators::{OptionError, exemptions};
use crate::intents::{Exempt, Exemption};
use crate::platform::Platform;

/// Why what a report found may stay, where nobody says another reason.
const FOUND: &str = "it was there when the policy was made";

/// Groups that everybody is in, so that an exemption of one would be one of all.
const EVERYBODY: [&str; 2] = ["system:authenticated", "system:unauthenticated"];

impl Options {
    /// Who and what is left alone: what the cluster itself needs, and what the options name with a reason.
    pub(super) fn exemptions(
        &self,
        platform: Option<&'static Platform>,
        facts: &Facts,
    ) -> Result<[Vec<Exemption>; 2], OptionError> {
        let of_cluster = self.of_cluster(platform);
        let named = self.named()?;
        if named.is_empty() && self.found.is_empty() {
            let is_limited = self.exempt_reason.is_some() || self.exempt_until.is_some();
            if is_limited && self.from_baseline.is_empty() {
                return Err(exemptions::nothing_named());
            }
            return Ok([of_cluster, Vec::new()]);
        }
        let reason = match exemptions::reason(self.exempt_reason.as_deref())? {
            "" if named.is_empty() && self.exempt_reason.is_none() => FOUND,
            "" => return Err(exemptions::missing_reason()),
            reason => reason,
        };
        exemptions::check_end(self.exempt_until, facts)?;
        let found = self.found.iter().map(|it| Exemption {
            what: it.what.clone(),
            reason: reason.to_owned(),
            until: self.exempt_until,
            intents: it.rules.clone(),
        });
        let named = named.into_iter().map(|what| Exemption {
            what,
            reason: reason.to_owned(),
            until: self.exempt_until,
            intents: Vec::new(),
        });
        Ok([of_cluster, found.chain(named).collect()])
    }

    /// What runs the cluster and judges it, which must start before anything is judged.
    fn of_cluster(&self, platform: Option<&'static Platform>) -> Vec<Exemption> {
        if self.exempt_no_namespace {
            return Vec::new();
        }
        let mut exempt: Vec<_> = exemptions::of_cluster(self.engine).collect();
        if platform.is_some_and(|it| it.name == "openshift") {
            exempt.push(exemptions::that_runs_the_cluster(Exempt::NamespacesOf("openshift-")));
        }
        exempt
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
