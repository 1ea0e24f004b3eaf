//! The machine configuration of Talos, which holds what files hold elsewhere.

use zeroize::Zeroizing;

/// A patch for the configuration of control plane nodes: `text` at the end of these keys, below comments.
///
/// No buffer with the text is left behind: it may hold keys.
pub(super) fn patch(comment: &str, keys: &[&str], text: &str) -> Zeroizing<String> {
    wrapped(&format!("{comment}{APPLY}"), keys, text)
}

/// A document of the kind that Talos has for it from 1.14 on.
pub(super) fn document(kind: &str, comment: &str, keys: &[&str], text: &str) -> Zeroizing<String> {
    let kind = format!("kind: {kind}");
    let keys: Vec<_> =
        ["apiVersion: v1alpha1", &kind].into_iter().chain(keys.iter().copied()).collect();
    wrapped(&format!("{comment}{NEWER}{APPLY}"), &keys, text)
}

/// How a patch gets into the configuration.
const APPLY: &str = "talosctl patch machineconfig --nodes NODES --patch @FILE\n";

/// Which configurations take a document.
const NEWER: &str = "harden: ignore[unknown-kind]: a document of Talos\n\
                     For configurations that Talos 1.14 or later made; in those from before, the older keys stay,\n\
                     and Talos rejects both at once.\n";

/// A key that holds what follows it has no value; the others are lines of their own.
fn wrapped(comment: &str, keys: &[&str], text: &str) -> Zeroizing<String> {
    let indent = 2 * keys.iter().filter(|it| !it.contains(": ")).count();
    let room = 2 * comment.len()
        + keys.iter().map(|it| it.len() + indent + 2).sum::<usize>()
        + text.len()
        + (indent + 1) * (text.lines().count() + 1);
    let mut whole = Zeroizing::new(String::with_capacity(room));
    for line in comment.lines() {
        whole.push_str("# ");
        whole.push_str(line);
        whole.push('\n');
    }
    let mut depth = 0;
    for key in keys {
        (0..depth).for_each(|_| whole.push(' '));
        whole.push_str(key);
        if !key.contains(": ") {
            whole.push(':');
            depth += 2;
        }
        whole.push('\n');
    }
    for line in text.lines() {
        (0..depth).for_each(|_| whole.push(' '));
        whole.push_str(line);
        whole.push('\n');
    }
    debug_assert!(whole.capacity() == room, "{} > {room}", whole.capacity());
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrapped_keeps_its_shape() {
        let text = patch("Why.\n", &["cluster", "apiServer"], "a: 1\n# b\nb:\n- c\n");
        let expected = format!(
            "# Why.\n# {APPLY}cluster:\n  apiServer:\n    a: 1\n    # b\n    b:\n    - c\n"
        );
        assert_eq!(*text, expected);
        let text = document("KubeAuditPolicyConfig", "", &["configuration"], "kind: Policy\n");
        let end =
            "apiVersion: v1alpha1\nkind: KubeAuditPolicyConfig\nconfiguration:\n  kind: Policy\n";
        assert!(text.ends_with(end), "{}", *text);
    }
}
