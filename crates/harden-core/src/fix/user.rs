//! The user that containers run as, where somebody says which.

use harden_yaml::{Action, Document, Edit, Place, Pointer};

/// Lets edits after which containers are not root say which user they are. A user that is named already stays, and
/// Windows has no numbers for them.
pub(super) fn name_user(document: &Document<'_>, edits: &mut Vec<Edit>, user: i64) {
    let mut more = Vec::new();
    for edit in &mut *edits {
        let steps: Vec<_> = edit.pointer.steps().collect();
        let Some((field, above)) = steps.split_last() else { continue };
        if !matches!(&**field, "runAsUser" | "runAsNonRoot") {
            continue;
        }
        let sibling = above.iter().fold(Pointer::default(), |pointer, step| pointer.at(step));
        let (is_on_windows, context) = walk(document, &sibling);
        let is_named = context.is_some_and(|it| it.at("runAsUser").exists());
        match (&**field, &edit.action) {
            _ if is_on_windows => {}
            ("runAsUser", Action::Remove) => edit.action = Action::set(user),
            ("runAsNonRoot", Action::Set(_)) if !is_named => {
                let pointer = sibling.at("runAsUser");
                more.push(Edit { pointer, action: Action::set(user), document: edit.document });
            }
            _ => {}
        }
    }
    edits.append(&mut more);
}

/// Whether a pod on the way is for Windows, and what is at its end.
fn walk<'d>(document: &'d Document<'_>, pointer: &Pointer) -> (bool, Option<Place<'d>>) {
    let (mut place, mut is_on_windows) = (Some(document.root()), false);
    for step in pointer.steps() {
        let Some(here) = place else { break };
        let system = here.at("os").at("name").as_str();
        is_on_windows |= system.is_some_and(|it| it == "windows");
        place = here.step(&step);
    }
    (is_on_windows, place)
}

#[cfg(test)]
mod tests {
    use harden_yaml::documents;

    use super::*;

    fn named(text: &str, path: &str, action: Action) -> Vec<(String, Action)> {
        let document = documents(text).next().expect("there is one");
        let pointer = path.split('/').skip(1).fold(Pointer::default(), |it, step| it.at(step));
        let mut edits = vec![Edit { document: 0, pointer, action }];
        name_user(&document, &mut edits, 10001);
        edits.into_iter().map(|it| (it.pointer.to_string(), it.action)).collect()
    }

    #[test]
    fn a_user_is_named_where_none_is() {
        let path = "/spec/securityContext/runAsNonRoot";
        let user = "/spec/securityContext/runAsUser".to_owned();
        let both = [(path.to_owned(), Action::set(true)), (user.clone(), Action::set(10001))];
        assert_eq!(named("spec: {}", path, Action::set(true)), both);
        assert_eq!(
            named("spec: {securityContext: {runAsUser: null}}", path, Action::set(true)),
            both
        );
        let known = "spec: {securityContext: {runAsUser: 65532}}";
        assert_eq!(named(known, path, Action::set(true)), both[..1]);
        let windows = "spec: {os: {name: windows}}";
        assert_eq!(named(windows, path, Action::set(true)), both[..1]);
        let root = "spec: {securityContext: {runAsUser: 0}}";
        assert_eq!(named(root, &user, Action::Remove), [(user.clone(), Action::set(10001))]);
        let of_container = "/spec/containers/0/securityContext/runAsNonRoot";
        let text = "spec: {os: {name: windows}, containers: [{name: a}]}";
        assert_eq!(named(text, of_container, Action::set(true)).len(), 1);
    }
}
