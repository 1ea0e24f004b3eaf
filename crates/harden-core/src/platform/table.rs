//! The table of `docs/platforms.md`: every platform, every topic, every source.

use std::fmt::Write as _;

use super::all;

/// The platforms in Markdown, a row each.
pub fn table() -> String {
    let mut text = String::from(
        "| platform | DNS that pods ask | the API server, as policies see it | the API server calling webhooks | encryption at rest | audit policy | Pod Security for the cluster |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for it in all() {
        let cells = [
            it.dns.markdown(),
            it.api_server.markdown(),
            it.webhooks.markdown(),
            it.encryption.markdown(),
            it.audit.markdown(),
            it.pod_security.markdown(),
        ];
        let _ = writeln!(text, "| `{}` ({}) | {} |", it.name, it.title, cells.join(" | "));
    }
    text
}
