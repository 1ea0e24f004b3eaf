//! Containers and security contexts without what API validation rejects.

use serde_json::{Map, Value, json};

use crate::random_pods::Random;

/// The types of seccomp and AppArmor profiles.
pub(crate) const PROFILE_TYPES: [&str; 3] = ["RuntimeDefault", "Localhost", "Unconfined"];

/// A list in a spec; it is made if there is none.
pub(crate) fn list<'a>(spec: &'a mut Map<String, Value>, field: &str) -> &'a mut Vec<Value> {
    let value = spec.entry(field).or_insert_with(|| json!([]));
    if !value.is_array() {
        *value = json!([]);
    }
    value.as_array_mut().unwrap()
}

/// The fields of an object; none of what is no object.
pub(crate) fn fields(value: Value) -> Map<String, Value> {
    if let Value::Object(fields) = value { fields } else { Map::new() }
}

/// Mends the security context of a container.
pub(crate) fn context(random: &mut Random, container: &mut Value) {
    let Some(context) = container.get_mut("securityContext").filter(|it| it.is_object()) else {
        return;
    };
    profile(random, context, "seccompProfile");
    profile(random, context, "appArmorProfile");
    if context["runAsUser"] == -1 {
        context["runAsUser"] = json!(7);
    }
    let is_mount = ["Default", "Unmasked"].iter().any(|it| context["procMount"] == **it);
    if context["procMount"].is_string() && !is_mount {
        context["procMount"] = json!("Default");
    }
    if context["privileged"] == true && context["allowPrivilegeEscalation"] == false {
        let field = random.pick(&["privileged", "allowPrivilegeEscalation"]);
        context[*field] = Value::Null;
    }
}

/// Mends a seccomp or AppArmor profile.
pub(crate) fn profile(random: &mut Random, context: &mut Value, field: &str) {
    let Some(profile) = context.get_mut(field).filter(|it| it.is_object()) else { return };
    let known = PROFILE_TYPES.iter().find(|it| profile["type"] == **it);
    let kind = known.unwrap_or_else(|| random.pick(&PROFILE_TYPES));
    *profile = json!({"type": kind});
    if *kind == "Localhost" {
        profile["localhostProfile"] = json!("profile");
    }
}
