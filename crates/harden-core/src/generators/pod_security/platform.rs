//! The configuration of Pod Security where no file on the nodes holds it.

use serde_json::json;

use super::{Options, with_reasons};
use crate::generators::{File, Generated, OptionError, platform, talos};
use crate::kubernetes::PolicyVersion;
use crate::platform::{Platform, Setting};

const FILE: &str = "admission-talos.yaml";
const NEWER: &str = "admission-talos-1.14.yaml";

/// What Talos exempts by itself: a list of a patch adds to its own, and no name may be there twice.
const EXEMPT: &str = "kube-system";

/// What is made where the platform takes no file, or none at all.
pub(super) fn form(
    options: &Options,
    of: &Platform,
    version: PolicyVersion,
) -> Result<Option<Generated>, OptionError> {
    match of.pod_security.value {
        Setting::File { .. } | Setting::Own(_) | Setting::Object(_) => Ok(None),
        Setting::Instead(instead) => {
            let level = options.level.to_string();
            let what = "AdmissionConfiguration";
            Ok(Some(platform::instead(of, what, &of.pod_security, &instead, &level)))
        }
        Setting::Machine(_) => machine(options, of, version).map(Some),
    }
}

fn machine(
    options: &Options,
    of: &Platform,
    version: PolicyVersion,
) -> Result<Generated, OptionError> {
    let rule = "the configuration is in that of the machine";
    platform::reject("--print-flags", options.print_flags, of, rule)?;
    let rule = "its own configuration exempts kube-system, and a patch cannot take that back";
    platform::reject("--exempt-no-namespace", options.exempt_no_namespace, of, rule)?;
    // What the server would say of the same in a file.
    options.text(version)?;
    let mut namespaces = options.namespaces();
    namespaces.retain(|it| *it != EXEMPT);
    let configuration = options.configuration(version, namespaces);
    let why = "What namespaces without labels are held to. Talos merges it with its own configuration, which\n\
               exempts kube-system: lists are added to, so that kube-system is not named again.\n";
    let plugin = json!([{"name": "PodSecurity", "configuration": configuration}]);
    let text = with_reasons(&plugin, options.of_upgrades());
    let text = talos::patch(why, &["cluster", "apiServer", "admissionControl"], &text);
    let newer = with_reasons(&configuration, options.of_upgrades());
    let newer = talos::document(
        "KubeAdmissionControlConfig",
        why,
        &["name: PodSecurity", "configuration"],
        &newer,
    );
    let mut notes = options.notes();
    notes.push(format!(
        "configurations that Talos 1.14 or later made have a document for it: --output-dir writes that, too, as {NEWER}"
    ));
    let files = vec![
        File { text, ..File::new(FILE, "") },
        File { text: newer, is_companion: true, ..File::new(NEWER, "") },
    ];
    Ok(Generated { files, notes, ..Generated::default() })
}
