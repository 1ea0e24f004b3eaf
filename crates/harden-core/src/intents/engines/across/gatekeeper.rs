//! Gatekeeper's template in Rego, which sees what a SyncSet keeps of the cluster.

use std::fmt::Write as _;

use serde_json::json;

use crate::Manifest;
use crate::intents::across::{Across, Within};
use crate::intents::engines::{gatekeeper, parts};
use crate::intents::exemption::Exempt;
use crate::intents::policy::{Policy, Unsaid};
use crate::intents::target::Target;
use crate::kubernetes::Kind;

/// What Gatekeeper may be asked about.
const OPERATIONS: [&str; 4] = ["CREATE", "UPDATE", "DELETE", "CONNECT"];

pub(super) fn write(policy: &Policy, across: &Across) -> Result<Vec<Manifest>, Unsaid> {
    parts::without(policy, "Rego beside others", |it| matches!(it, Exempt::Object { .. }))?;
    let Kind { group, version, kind, .. } = across.reads;
    let why = format!("Keeps the objects of kind {kind} at hand, which the template looks at.");
    let spec = json!({"gvks": [{"group": group, "version": version, "kind": kind}]});
    let synchronised =
        Manifest::new(Kind::SYNC_SET, None, &policy.name(), &why, json!({"spec": spec}));
    let names = policy.intent.constraint;
    let spec = json!({
        "crd": {"spec": {
            "names": {"kind": names.kind},
            "validation": {"openAPIV3Schema": {"type": "object"}},
        }},
        "targets": [{
            "target": "admission.k8s.gatekeeper.sh",
            "code": [{
                "engine": "Rego",
                "source": {"version": "v1", "rego": program(policy, across)},
            }],
        }],
    });
    let why = parts::why(policy);
    // Gatekeeper's own tools look here for what has to be synchronised.
    let wanted = json!([[{"groups": [group], "versions": [version], "kinds": [kind]}]]);
    let body = json!({"spec": spec});
    let mut template = Manifest::new(Kind::CONSTRAINT_TEMPLATE, None, names.plural, &why, body);
    let annotation = ("metadata.gatekeeper.sh/requires-sync-data", wanted.to_string());
    parts::annotate(&mut template.object, policy, &[annotation]);
    Ok(vec![synchronised, template, gatekeeper::constraint(policy)])
}

/// The whole module.
fn program(policy: &Policy, across: &Across) -> String {
    let mut conditions = String::new();
    let mut rules = String::new();
    let mut add = |name: &str, body: String| {
        let _ = writeln!(conditions, "\tnot {name}");
        let _ = write!(rules, "\n{name} if {body}\n");
    };
    let (mut users, mut groups) = (Vec::new(), policy.break_glass.clone());
    for it in policy.exemptions() {
        match &it.what {
            Exempt::User(name) => users.push(name.clone()),
            Exempt::Group(name) => groups.push(name.clone()),
            Exempt::NamespacesOf(prefix) => {
                let namespace = "input.review.object.metadata.namespace";
                add("is_of_platform", format!("startswith({namespace}, {})", json!(prefix)));
            }
            Exempt::Namespace(_) | Exempt::Image(_) | Exempt::Object { .. } => {}
        }
    }
    if !users.is_empty() {
        add("is_of_exempt_user", format!("input.review.userInfo.username in {}", json!(users)));
    }
    if !groups.is_empty() {
        let body = format!(
            "{{\n\tsome group in input.review.userInfo.groups\n\tgroup in {}\n}}",
            json!(groups)
        );
        add("is_of_exempt_group", body);
    }
    if let Target::Objects { parts, .. } = policy.intent.target
        && across.within == Within::Cluster
    {
        // On creation there is no object before, and the comparison is undefined.
        let same = parts
            .iter()
            .map(|part| format!("\tinput.review.oldObject{part} == input.review.object{part}\n"));
        add("is_unchanged", format!("{{\n{}}}", same.collect::<String>()));
    }
    // What scans objects that are there has no operation.
    let is_judged = |operation: &&str| {
        policy.intent.target.resources().iter().any(|it| it.operations.contains(operation))
    };
    let others: Vec<_> = OPERATIONS.iter().filter(|it| !is_judged(it)).collect();
    add("is_other_operation", format!("input.review.operation in {}", json!(others)));
    let Kind { kind, .. } = across.reads;
    let (version, message) = (json!(across.reads.api_version()), json!(across.message));
    let others = match across.within {
        Within::Cluster => format!(
            "\tsome namespace\n\tsome name, other in data.inventory.namespace[namespace][{version}].{kind}\n\
             \t[namespace, name] != [input.review.object.metadata.namespace, object.get(input.review.object.metadata, \
             \"name\", \"\")]\n"
        ),
        Within::Namespace => format!(
            "\tsome other in data.inventory.namespace[input.review.object.metadata.namespace][{version}].{kind}\n"
        ),
    };
    format!(
        "package {}\n\nviolation contains {{\"msg\": {message}}} if {{\n{conditions}\tis_at_fault\n}}\n{rules}\n\
         others contains other if {{\n{others}}}\n\n{}",
        policy.intent.constraint.plural, across.rego
    )
    // Text with tabs would be written in one line.
    .replace('\t', "    ")
}
