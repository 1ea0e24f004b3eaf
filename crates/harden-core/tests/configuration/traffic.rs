//! The requests that made the recorded events.

use harden_core::configuration::audit::{Event, User};

/// A request of the recorded traffic, from what its events say.
pub(crate) fn request<'e>(verb: &'e str, uri: &'e str, user: &'e str) -> Event<'e> {
    let path = uri.split('?').next().unwrap();
    let groups = match user {
        "admin" => vec!["system:masters", "system:authenticated"],
        "alice" => vec!["dev-team", "system:authenticated"],
        _ => Vec::new(),
    };
    let user = (!user.is_empty()).then_some(User { name: user, groups });
    let mut event = Event { user, verb, path, ..Event::default() };
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let rest = match parts.as_slice() {
        ["api", "v1", rest @ ..] => rest,
        ["apis", group, "v1", rest @ ..] => {
            event.group = group;
            rest
        }
        _ => &[],
    };
    let rest = match rest {
        ["namespaces", namespace, rest @ ..] => {
            event.namespace = namespace;
            if rest.is_empty() { &["namespaces", namespace][..] } else { rest }
        }
        rest => rest,
    };
    event.is_resource_request = !rest.is_empty();
    event.resource = rest.first().unwrap_or(&"");
    event.name = rest.get(1).unwrap_or(&"");
    event.subresource = rest.get(2).unwrap_or(&"");
    event
}
