//! Audit policies where no file on the nodes holds them.

use serde_json::json;

use super::{Noise, Options, Profile};
use crate::generators::{File, Generated, OptionError, openshift, platform, talos};
use crate::kubernetes::MinorVersion;
use crate::platform::{Platform, Setting};

const FILE: &str = "audit-policy-talos.yaml";
const NEWER: &str = "audit-policy-talos-1.14.yaml";

/// What is made where the platform takes no file, or none at all.
pub(super) fn form(
    options: &Options,
    of: &Platform,
    version: MinorVersion,
) -> Result<Option<Generated>, OptionError> {
    match of.audit.value {
        Setting::File { .. } | Setting::Own(_) => Ok(None),
        Setting::Instead(instead) => {
            Ok(Some(platform::instead(of, "audit policy", &of.audit, &instead, "")))
        }
        Setting::Object(_) => object(options, of).map(Some),
        Setting::Machine(_) => machine(options, of, version).map(Some),
    }
}

fn machine(
    options: &Options,
    of: &Platform,
    version: MinorVersion,
) -> Result<Generated, OptionError> {
    let rule = "the policy is in the machine configuration, and Talos writes the log to /var/log/audit/kube by itself";
    platform::reject("--print-flags", options.print_flags, of, rule)?;
    let policy = options.policy(version)?;
    let why = "The audit policy of the API server; Talos' own, which logs metadata, is replaced.\n";
    let text = talos::patch(why, &["cluster", "apiServer", "auditPolicy"], &policy);
    let newer = talos::document("KubeAuditPolicyConfig", why, &["configuration"], &policy);
    let mut notes = options.notes(&policy);
    notes.push(format!(
        "configurations that Talos 1.14 or later made have a document for it: --output-dir writes that, too, as {NEWER}"
    ));
    let files = vec![
        File { text, ..File::new(FILE, "") },
        File { text: newer, is_companion: true, ..File::new(NEWER, "") },
    ];
    Ok(Generated { files, notes, ..Generated::default() })
}

fn object(options: &Options, of: &Platform) -> Result<Generated, OptionError> {
    let rule = "its operators write the policy: a profile is all that can be chosen";
    platform::reject("--print-flags", options.print_flags, of, rule)?;
    platform::reject("--log-bodies-of", !options.log_bodies_of.is_empty(), of, rule)?;
    platform::reject("--namespace", !options.namespace.is_empty(), of, rule)?;
    platform::reject("--estimate", options.estimate.is_some(), of, rule)?;
    let drops = options.drop_noise.iter().any(|it| *it != Noise::None);
    platform::reject("--drop-noise", drops, of, rule)?;
    let (profile, what) = match options.profile {
        Profile::Minimal => ("Default", "who did what, and no bodies"),
        Profile::Recommended | Profile::Cis | Profile::Forensic => {
            ("WriteRequestBodies", "the bodies of every change, too, and what was answered")
        }
    };
    let comment = format!(
        "How much OpenShift's API servers log: {what}.\n\
         Of Secrets, routes and OAuth clients it logs no bodies in any profile.\n"
    );
    let text = openshift::api_server(&comment, "audit", &json!({"profile": profile}));
    let notes = vec![format!(
        "of the profiles of OpenShift, {profile} is nearest to {}; it leaves out no other noise",
        options.profile.name()
    )];
    let files = vec![File::new("api-server.yaml", text)];
    Ok(Generated { files, notes, ..Generated::default() })
}
