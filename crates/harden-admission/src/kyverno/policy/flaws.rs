//! What Kyverno refuses in a policy, in its words.

use serde_json::Value;

use super::field::{filled, items, map, text, texts};
use super::operators::OPERATORS;
use super::variables::{is_variable, replaced, visit};
use crate::Object;
use crate::kyverno::jmespath::Expression;
use crate::kyverno::pattern::Pattern;
use crate::kyverno::pattern::wildcard::matches_text;

/// Something that is refused: where, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    /// A pointer in the policy.
    pub at: String,
    pub message: String,
}

type Checked = Result<(), Flaw>;

fn flaw(at: impl Into<String>, message: impl Into<String>) -> Checked {
    Err(Flaw { at: at.into(), message: message.into() })
}

/// The first thing that is wrong with a policy.
pub(super) fn first(policy: &Object) -> Option<Flaw> {
    check(policy).err()
}

fn check(policy: &Object) -> Checked {
    if policy.kind() == "ClusterPolicy" && !policy.namespace().is_empty() {
        return flaw(
            "/metadata/namespace",
            "A clusterpolicy should not have the namespace defined",
        );
    }
    let null = Value::Null;
    let spec = policy.json().get("spec").unwrap_or(&null);
    let is_true = |key: &str| spec.get(key).and_then(Value::as_bool).unwrap_or(true);
    let is_background = is_true("background");
    let rules = items(spec, "rules");
    if is_background {
        for (index, rule) in rules.iter().enumerate() {
            no_users(rule, index)?;
        }
    }
    for (index, rule) in rules.iter().enumerate() {
        variables(rule, index, is_background)?;
    }
    if policy.name().len() > 63 {
        return flaw(
            "/metadata/name",
            format!("name: Too long: may not be more than 63 bytes: {}", policy.name()),
        );
    }
    let annotations = policy.json().get("metadata").and_then(|it| map(it, "annotations"));
    let controllers =
        annotations.and_then(|it| it.get("pod-policies.kyverno.io/autogen-controllers"));
    if controllers.and_then(Value::as_str) == Some("all") {
        return flaw(
            "/metadata/annotations",
            "Autogen annotation does not support 'all' anymore, remove the annotation or set it to a valid value",
        );
    }
    for (index, rule) in rules.iter().enumerate() {
        shape(rule, index, rules, policy)?;
    }
    if policy.kind() == "Policy" && filled(spec, "validationFailureActionOverrides").is_some() {
        return flaw(
            "/spec/validationFailureActionOverrides",
            "spec.validationFailureActionOverrides: Forbidden: Use of validationFailureActionOverrides is supported only with ClusterPolicy",
        );
    }
    if !is_true("admission") && !is_background {
        return flaw("/spec", "disabling both admission and background processing is not allowed");
    }
    for (index, rule) in rules.iter().enumerate() {
        let at = format!("/spec/rules/{index}");
        wildcards(rule, index, is_background)?;
        conditions(rule, index)?;
        elements(rule, "", &at)?;
        context(rule, index)?;
        if !is_of_texts(rule) {
            return flaw(
                format!("{at}/validate"),
                "labels and annotations supports only string values, \"use double quotes around the non string values\"",
            );
        }
        validation(rule, index)?;
    }
    Ok(())
}

/// The blocks of a `match` or an `exclude`, each with its place.
fn blocks<'r>(rule: &'r Value, key: &'static str) -> Vec<(String, &'r Value)> {
    let Some(block) = rule.get(key).filter(|it| it.is_object()) else { return Vec::new() };
    let mut blocks = vec![(String::new(), block)];
    for list in ["any", "all"] {
        let each = items(block, list).iter().enumerate();
        blocks.extend(each.map(|(index, it)| (format!("/{list}[{index}]"), it)));
    }
    blocks
}

/// Rules that are evaluated in the background know no user.
fn no_users(rule: &Value, index: usize) -> Checked {
    const WHY: &str = "only select variables are allowed in background mode. Set spec.background=false to disable background mode for this policy rule:";
    for key in ["match", "exclude"] {
        for (place, block) in blocks(rule, key) {
            for of in ["roles", "clusterRoles", "subjects"] {
                if filled(block, of).is_some() {
                    let at = format!("/spec/rules/{index}/{key}");
                    return flaw(
                        at,
                        format!(
                            "{WHY} invalid variable used at path: spec/rules[{index}]/{key}{place}/{of} "
                        ),
                    );
                }
            }
        }
    }
    if rule.get("mutate").and_then(|it| it.get("targets")).is_some() {
        return Ok(());
    }
    let mut found = None;
    visit(rule, "", &mut |text, path| {
        let of_user = [
            "serviceAccountName",
            "serviceAccountNamespace",
            "request.userInfo",
            "request.roles",
            "request.clusterRoles",
        ];
        for braced in super::variables::variables(text) {
            if found.is_none() && of_user.iter().any(|it| names(braced, it)) {
                found = Some((path.to_owned(), braced.to_owned()));
            }
        }
    });
    match found {
        Some((path, braced)) => flaw(
            format!("/spec/rules/{index}{path}"),
            format!("{WHY} variable {braced} is not allowed "),
        ),
        None => Ok(()),
    }
}

/// Whether a variable has a name, not behind a dot and as a whole word.
fn names(braced: &str, name: &str) -> bool {
    braced.match_indices(name).any(|(at, _)| {
        let before = braced.get(..at).and_then(|it| it.chars().next_back());
        let after = braced.get(at + name.len()..).and_then(|it| it.chars().next());
        before.is_some_and(|it| it != '.')
            && after.is_none_or(|it| !it.is_ascii_alphanumeric() && it != '_')
    })
}

/// Variables that a rule may use.
fn variables(rule: &Value, index: usize, is_background: bool) -> Checked {
    let name = text(rule, "name");
    for key in ["exclude", "match"] {
        let mut has = false;
        if let Some(block) = rule.get(key) {
            visit(block, "", &mut |text, _| has |= is_variable(text));
        }
        if has {
            return flaw(
                format!("/spec/rules/{index}/{key}"),
                format!(
                    "policy contains invalid variables: rule \"{name}\" should not have variables in {key} section"
                ),
            );
        }
    }
    let validate = rule.get("validate").unwrap_or(&Value::Null);
    let mutate = rule.get("mutate").unwrap_or(&Value::Null);
    let generate = rule.get("generate").unwrap_or(&Value::Null);
    let mut known: Vec<String> = Vec::new();
    let loops = [validate, mutate, generate].into_iter().flat_map(|it| items(it, "foreach"));
    for block in [rule].into_iter().chain(loops).chain(items(mutate, "targets")) {
        for entry in items(block, "context") {
            let name = text(entry, "name");
            if filled(entry, "configMap").is_some() {
                known.extend(
                    [".data", ".metadata", ".data.*", ".metadata.*"]
                        .map(|it| format!("{name}{it}")),
                );
            } else {
                known.push(format!("{name}*"));
            }
        }
    }
    for image in items(rule, "verifyImages") {
        let names = items(image, "attestations").iter().map(|it| format!("{}*", text(it, "name")));
        known.extend(names);
    }
    let has_targets = mutate.get("targets").is_some();
    let mut found: Checked = Ok(());
    let mut rule = rule.clone();
    // What attestations are asked for is not known beforehand.
    if let Some(images) = rule.get_mut("verifyImages").and_then(Value::as_array_mut) {
        for image in images {
            for attestation in
                image.get_mut("attestations").and_then(Value::as_array_mut).into_iter().flatten()
            {
                if let Some(map) = attestation.as_object_mut() {
                    map.shift_remove("conditions");
                }
            }
        }
    }
    visit(&rule, "", &mut |text, path| {
        if found.is_err() {
            return;
        }
        let result = replaced(text, &mut |query| {
            if query == "@" {
                return Ok(());
            }
            if let Err(it) = Expression::parse(query) {
                return Err(format!(
                    "failed to resolve {query} at path {path}: invalid JMESPath query {query}: {it}"
                ));
            }
            let bare = query.replace('"', "");
            let is_known = is_allowed(&bare, is_background, has_targets)
                || known.iter().any(|it| matches_text(it, &bare));
            if is_known {
                Ok(())
            } else {
                Err(format!(
                    "variable {bare} must be one that the rule knows, such as `request.`, or one of its context {known:?}"
                ))
            }
        });
        if let Err(why) = result {
            found = flaw(
                format!("/spec/rules/{index}{path}"),
                format!(
                    "policy contains invalid variables: variable substitution failed for rule {name}: {why}"
                ),
            );
        }
    });
    found
}

/// Whether an expression names something that every rule knows, or calls a function.
fn is_allowed(query: &str, is_background: bool, has_targets: bool) -> bool {
    const ALWAYS: [&str; 4] = ["element", "@", "images", "image."];
    const REQUEST: [&str; 4] =
        ["request", "serviceAccountName", "serviceAccountNamespace", "image"];
    let calls = query.match_indices('(').any(|(at, _)| {
        let before = query.get(..at).and_then(|it| it.chars().next_back());
        let after = query.get(at + 1..).and_then(|it| it.chars().next());
        before.is_some_and(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_')
            && after.is_some_and(|it| !matches!(it, '{' | '}'))
    });
    calls
        || ALWAYS.iter().any(|it| query.contains(it))
        || query.contains("request.")
        || !is_background && REQUEST.iter().any(|it| query.contains(it))
        || has_targets && query.contains("target.")
}

/// What kind of rule it is, and whom it is about.
fn shape(rule: &Value, index: usize, rules: &[Value], policy: &Object) -> Checked {
    let name = text(rule, "name");
    let at = format!("/spec/rules/{index}");
    let place = format!("spec.rules[{index}]");
    if rules.iter().take(index).any(|it| text(it, "name") == name) {
        return flaw(format!("{at}/name"), format!("{place}.name: Duplicate rule name: '{name}'"));
    }
    let kinds = ["mutate", "validate", "generate", "verifyImages"];
    match kinds.iter().filter(|it| filled(rule, it).is_some()).count() {
        0 => {
            return flaw(
                at,
                format!(
                    "{place}: No operation defined in the rule '{name}'.(supported operations: mutate,validate,generate,verifyImages)"
                ),
            );
        }
        1 => {}
        _ => {
            return flaw(
                at,
                format!(
                    "{place}: Multiple operations defined in the rule '{name}', only one operation (mutate,validate,generate,verifyImages) is allowed per rule"
                ),
            );
        }
    }
    for key in ["match", "exclude"] {
        let all = blocks(rule, key);
        let Some((_, block)) = all.first() else { continue };
        let has_lists = !items(block, "any").is_empty() || !items(block, "all").is_empty();
        if !items(block, "any").is_empty() && !items(block, "all").is_empty() {
            return flaw(
                format!("{at}/{key}"),
                format!("{place}.{key}: Can't specify any and all together"),
            );
        }
        if has_lists && filled(block, "resources").is_some() {
            return flaw(
                format!("{at}/{key}"),
                format!(
                    "path: {place}.{key}.: can't specify any/all together with {key} resources"
                ),
            );
        }
        for (of, block) in &all {
            users(block, &format!("{place}.{key}{of}"), &format!("{at}/{key}"))?;
            let resources = block.get("resources").unwrap_or(&Value::Null);
            if !text(resources, "name").is_empty() && !items(resources, "names").is_empty() {
                return flaw(
                    format!("{at}/{key}"),
                    format!("{place}.{key}{of}: Both name and names can not be specified together"),
                );
            }
            if policy.kind() == "Policy" && !items(resources, "namespaces").is_empty() {
                return flaw(
                    format!("{at}/{key}"),
                    format!(
                        "{place}.{key}{of}.namespaces: Forbidden: Filtering namespaces not allowed in namespaced policies"
                    ),
                );
            }
        }
    }
    let blocks = blocks(rule, "match");
    let lists: Vec<_> = blocks.iter().filter(|(of, _)| !of.is_empty()).collect();
    let meant: Vec<_> = if lists.is_empty() { blocks.iter().collect() } else { lists };
    for (_, block) in meant {
        let resources = block.get("resources").unwrap_or(&Value::Null);
        if filled(block, "resources").is_none() {
            return flaw(
                format!("{at}/match"),
                format!("path: {place}.match.resources.: match resources not specified"),
            );
        }
        if texts(resources, "kinds").is_empty() {
            return flaw(
                format!("{at}/match"),
                "at least one element must be specified in a kind block, the kind attribute is mandatory when working with the resources element",
            );
        }
    }
    if rule.get("match").is_none() {
        return flaw(at, format!("path: {place}.match.resources.: match resources not specified"));
    }
    Ok(())
}

fn users(block: &Value, place: &str, at: &str) -> Checked {
    for (index, subject) in items(block, "subjects").iter().enumerate() {
        let entry = format!("{place}.subjects[{index}]");
        match text(subject, "kind") {
            "" => return flaw(at, format!("{entry}.kind: Required value")),
            "ServiceAccount" if text(subject, "namespace").is_empty() => {
                return flaw(
                    at,
                    format!(
                        "{entry}.namespace: Required value: namespace is required when Kind is ServiceAccount"
                    ),
                );
            }
            "User" | "Group" | "ServiceAccount" => {}
            _ => {
                return flaw(
                    at,
                    format!("{entry}.kind: kind must be 'User', 'Group', or 'ServiceAccount'"),
                );
            }
        }
        if text(subject, "name").is_empty() {
            return flaw(at, format!("{entry}.name: Required value"));
        }
    }
    for (index, role) in texts(block, "roles").iter().enumerate() {
        if role.split(':').count() != 2 {
            return flaw(
                at,
                format!(
                    "{place}.roles[{index}]: Invalid value: \"{role}\": Role is expected to be in namespace:name format"
                ),
            );
        }
    }
    Ok(())
}

/// Rules for all kinds can say little.
fn wildcards(rule: &Value, index: usize, is_background: bool) -> Checked {
    for key in ["match", "exclude"] {
        for (of, block) in blocks(rule, key) {
            let kinds = texts(block.get("resources").unwrap_or(&Value::Null), "kinds");
            if !kinds.iter().any(|it| it == "*") {
                continue;
            }
            let of = of.replace('/', ".");
            let why = if is_background {
                "wildcard policy not allowed in background mode. Set spec.background=false to disable background mode for this policy rule "
            } else if kinds.len() > 1 {
                "wildcard policy can not deal with more than one kind"
            } else if filled(rule, "generate").is_some()
                || filled(rule, "verifyImages").is_some()
                || rule.get("validate").and_then(|it| it.get("foreach")).is_some()
            {
                "wildcard policy does not support rule type"
            } else if !is_about_metadata(rule) {
                "policy can only deal with the metadata field of the resource if the rule does not match any kind"
            } else {
                continue;
            };
            return flaw(
                format!("/spec/rules/{index}/{key}"),
                format!("path: spec.rules[{index}].{key}{of}.kinds: {why}"),
            );
        }
    }
    Ok(())
}

fn is_about_metadata(rule: &Value) -> bool {
    let is_so = |it: &Value| it.as_object().is_none_or(|it| it.keys().all(|it| it == "metadata"));
    let validate = rule.get("validate").unwrap_or(&Value::Null);
    let mutate = rule.get("mutate").unwrap_or(&Value::Null);
    validate.get("pattern").is_none_or(is_so)
        && items(validate, "anyPattern").iter().all(is_so)
        && mutate.get("patchStrategicMerge").is_none_or(is_so)
}

/// The conditions of a rule, and of its loops.
fn conditions(rule: &Value, index: usize) -> Checked {
    let at = format!("/spec/rules/{index}");
    let place = format!("path: spec.rules[{index}]");
    if let Some(it) = rule.get("preconditions") {
        each_condition(
            it,
            &format!("{at}/preconditions"),
            &format!("{place}.validate.preconditions"),
            true,
        )?;
    }
    let validate = rule.get("validate").unwrap_or(&Value::Null);
    if let Some(it) = validate.get("deny").and_then(|it| it.get("conditions")) {
        let place = format!("{place}.validate.deny.conditions");
        each_condition(it, &format!("{at}/validate/deny/conditions"), &place, true)?;
    }
    in_loops(validate, &format!("{at}/validate"), &format!("{place}.validate.foreach"))
}

fn in_loops(block: &Value, at: &str, place: &str) -> Checked {
    for (index, each) in items(block, "foreach").iter().enumerate() {
        let at = format!("{at}/foreach/{index}");
        if let Some(it) = each.get("preconditions") {
            each_condition(
                it,
                &format!("{at}/preconditions"),
                &format!("{place}.conditions"),
                false,
            )?;
        }
        if let Some(it) = each.get("deny").and_then(|it| it.get("conditions")) {
            let place = format!("{place}.deny.conditions");
            each_condition(it, &format!("{at}/deny/conditions"), &place, false)?;
        }
        in_loops(each, &at, place)?;
    }
    Ok(())
}

fn each_condition(conditions: &Value, at: &str, place: &str, has_values: bool) -> Checked {
    let check = |it: &Value, at: String, place: String| {
        let operator = text(it, "operator");
        let is_missing = |key: &str| it.get(key).is_none_or(Value::is_null) || operator.is_empty();
        if has_values && (is_missing("key") || is_missing("value")) {
            return flaw(
                at,
                format!(
                    "{place}: entered value of `key`, `value` or `operator` is missing or misspelled"
                ),
            );
        }
        if has_values && text(it, "key").replace(' ', "") == "{{request.operation}}" {
            operations(it.get("value").unwrap_or(&Value::Null), &at, &place)?;
        }
        if !OPERATORS.contains(&operator) {
            return flaw(at, format!("{place}: entered value of `operator` is invalid"));
        }
        Ok(())
    };
    match conditions {
        Value::Array(items) => {
            for (index, it) in items.iter().enumerate() {
                check(it, format!("{at}/{index}"), format!("{place}[{index}]"))?;
            }
        }
        _ => {
            for list in ["any", "all"] {
                for (index, it) in items(conditions, list).iter().enumerate() {
                    check(it, format!("{at}/{list}/{index}"), format!("{place}.{list}[{index}]"))?;
                }
            }
        }
    }
    Ok(())
}

/// The operations that a condition may ask for.
fn operations(value: &Value, at: &str, place: &str) -> Checked {
    let is_one = |it: &str| matches!(it, "CREATE" | "UPDATE" | "DELETE" | "CONNECT");
    let unknown = |it: &str| {
        flaw(
            at,
            format!(
                "{place}: unknown value '{it}' found under the 'value' field. Only the following values are allowed: [CREATE, UPDATE, DELETE, CONNECT]"
            ),
        )
    };
    match value {
        Value::String(it) if it.starts_with("{{") && it.ends_with("}}") => Ok(()),
        Value::String(it) => {
            if is_one(it) {
                Ok(())
            } else {
                unknown(it)
            }
        }
        Value::Array(items) => {
            for it in items {
                match it.as_str() {
                    Some(it) if is_one(it) => {}
                    Some(it) => return unknown(it),
                    None => {
                        return flaw(
                            at,
                            format!("{place}: the provided values are expected to be strings"),
                        );
                    }
                }
            }
            Ok(())
        }
        _ => flaw(
            at,
            format!(
                "{place}: the provided value/values are expected to be either in the form of a string or list"
            ),
        ),
    }
}

/// Elements are known in loops only.
fn elements(value: &Value, path: &str, at: &str) -> Checked {
    let mut found: Checked = Ok(());
    visit(value, path, &mut |text, path| {
        for braced in super::variables::variables(text) {
            let name = braced.replace("{{", "").replace("}}", "");
            let name = name.trim();
            let is_element = name.starts_with("element");
            if found.is_ok() && is_element && !path.contains("/foreach/") {
                found = flaw(
                    format!("{at}{path}"),
                    format!("variable '{name}' present outside of foreach at path {path}"),
                );
            }
        }
    });
    found
}

/// The entries of a rule's context.
fn context(rule: &Value, index: usize) -> Checked {
    const SOURCES: [&str; 5] =
        ["configMap", "apiCall", "globalReference", "imageRegistry", "variable"];
    const KNOWN: [&str; 6] = [
        "images",
        "request",
        "serviceAccountName",
        "serviceAccountNamespace",
        "element",
        "elementIndex",
    ];
    let entries = items(rule, "context");
    let refuse = |at: usize, why: &str| {
        let at = format!("/spec/rules/{index}/context/{at}");
        flaw(at, format!("path: spec.rules[{index}]: {why}"))
    };
    let is_cel = rule.get("validate").is_some_and(|it| filled(it, "cel").is_some());
    if !entries.is_empty() && is_cel {
        return refuse(
            0,
            "context variables are not supported for CEL expressions in validate rules",
        );
    }
    for (at, entry) in entries.iter().enumerate() {
        let name = text(entry, "name");
        if name.is_empty() {
            return refuse(at, "a name is required for context entries");
        }
        let taken = KNOWN.iter().find(|it| name == **it || name.starts_with(&format!("{it}.")));
        if let Some(taken) = taken {
            return refuse(
                at,
                &format!(
                    "entry name {name} is invalid as it conflicts with a pre-defined variable {taken}"
                ),
            );
        }
        let sources: Vec<&str> =
            SOURCES.into_iter().filter(|it| entry.get(it).is_some_and(Value::is_object)).collect();
        let [source] = sources.as_slice() else {
            return refuse(
                at,
                "exactly one of configMap or apiCall or imageRegistry or variable is required for context entries",
            );
        };
        let it = entry.get(source).unwrap_or(&Value::Null);
        let path = text(it, "jmesPath");
        if !path.is_empty()
            && !is_variable(path)
            && let Err(why) = Expression::parse(path)
        {
            return refuse(at, &format!("failed to parse JMESPath {path}: {why}"));
        }
        let is_there = |key: &str| it.get(key).is_some_and(|it| !it.is_null());
        let why = match *source {
            "variable" if !is_there("value") && path.is_empty() => {
                "a variable must define a value or a jmesPath expression"
            }
            "variable" if is_there("default") && path.is_empty() => {
                "a variable must define a default value only when a jmesPath expression is defined"
            }
            "configMap" if text(it, "name").is_empty() => {
                "a name is required for configMap context entry"
            }
            "configMap" if text(it, "namespace").is_empty() => {
                "a namespace is required for configMap context entry"
            }
            "apiCall" if is_there("service") && !text(it, "urlPath").is_empty() => {
                "a URLPath cannot be used for service API calls"
            }
            "globalReference" if text(it, "name").is_empty() => {
                "a name is required for globalReference context entry"
            }
            "imageRegistry" if text(it, "reference").is_empty() => {
                "a ref is required for imageRegistry context entry"
            }
            _ => continue,
        };
        return refuse(at, why);
    }
    Ok(())
}

/// Whether all labels and annotations of a pattern are texts.
fn is_of_texts(rule: &Value) -> bool {
    let is_metadata = |it: &Value| {
        ["labels", "annotations"]
            .iter()
            .filter_map(|key| map(it, key))
            .all(|tags| tags.values().all(Value::is_string))
    };
    let is_pattern = |pattern: &Value| {
        let own = pattern.get("metadata").is_none_or(is_metadata);
        own && pattern.pointer("/spec/template/metadata").is_none_or(is_metadata)
    };
    let validate = rule.get("validate").unwrap_or(&Value::Null);
    match validate.get("foreach") {
        Some(_) => {
            items(validate, "foreach").iter().filter_map(|it| it.get("pattern")).all(is_pattern)
        }
        None => {
            validate.get("pattern").is_none_or(is_pattern)
                && items(validate, "anyPattern").iter().all(is_pattern)
        }
    }
}

/// What a rule asks.
fn validation(rule: &Value, index: usize) -> Checked {
    let Some(validate) = filled(rule, "validate") else { return Ok(()) };
    let at = format!("/spec/rules/{index}/validate");
    let place = format!("path: spec.rules[{index}].validate.");
    let refuse = |why: &str| flaw(at.clone(), format!("{place}.: {why}"));
    let is_there = |key: &str| validate.get(key).is_some_and(|it| !it.is_null());
    let ways =
        ["pattern", "anyPattern", "deny", "foreach", "podSecurity", "cel", "manifests", "assert"];
    match ways.iter().filter(|it| is_there(it)).count() {
        0 => return refuse("one of pattern, anyPattern, deny, foreach, cel must be specified"),
        1 => {}
        _ => return refuse("only one of pattern, anyPattern, deny, foreach, cel can be specified"),
    }
    let single = validate.get("pattern").map(|it| ("pattern".to_owned(), it));
    let several = items(validate, "anyPattern").iter().enumerate();
    let several = several.map(|(at, it)| (format!("anyPattern/{at}"), it));
    for (of, pattern) in single.into_iter().chain(several) {
        if let Err(it) = Pattern::read(pattern) {
            return flaw(format!("{at}/{of}"), format!("{place}{of}.: {it}"));
        }
    }
    if is_there("anyPattern") && !validate.get("anyPattern").is_some_and(Value::is_array) {
        return refuse("failed to deserialize anyPattern, expect array");
    }
    if rule.get("celPreconditions").is_some() && !is_there("cel") {
        return refuse("celPrecondition can only be used with validate.cel");
    }
    let Some(cel) = validate.get("cel") else { return Ok(()) };
    if items(cel, "expressions").iter().any(|it| text(it, "expression").is_empty()) {
        return refuse("cel.expressions.expression is required");
    }
    let (kind, reference) = (cel.get("paramKind"), cel.get("paramRef"));
    if let Some(kind) = kind {
        if text(kind, "apiVersion").is_empty() {
            return refuse("cel.paramKind.apiVersion is required");
        }
        if text(kind, "kind").is_empty() {
            return refuse("cel.paramKind.kind is required");
        }
        if reference.is_none() {
            return refuse("cel.paramRef is required");
        }
    }
    if let Some(reference) = reference {
        if text(reference, "name").is_empty() == reference.get("selector").is_none() {
            return refuse("one of cel.paramRef.name or cel.paramRef.selector must be set");
        }
        if reference.get("parameterNotFoundAction").is_none() {
            return refuse("cel.paramRef.parameterNotFoundAction is required");
        }
        if kind.is_none() {
            return refuse("cel.paramKind is required");
        }
    }
    Ok(())
}
