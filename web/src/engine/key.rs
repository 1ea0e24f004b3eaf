//! What findings are asked for by.

use harden_core::finding::Finding;

use crate::protocol::engine::FindingKey;

/// All that a key says of a finding but which of those that are alike it is: rule, file, document,
/// object and path.
type Identity<'f> = (&'f str, usize, u32, Option<&'f str>, &'f str);

/// The key of a finding; none where there is no such finding.
pub(super) fn of(findings: &[Finding], index: usize) -> Option<FindingKey> {
    let (before, rest) = findings.split_at_checked(index)?;
    let wanted = identity(rest.first()?);
    let (rule, file, document, object, path) = wanted;
    Some(FindingKey {
        rule: rule.to_owned(),
        file,
        document,
        object: object.map(str::to_owned),
        path: path.to_owned(),
        nth: before.iter().filter(|it| identity(it) == wanted).count(),
    })
}

/// The finding with a key; none when it is gone.
pub(super) fn find<'f>(findings: &'f [Finding], key: &FindingKey) -> Option<&'f Finding> {
    let FindingKey { rule, file, document, object, path, nth } = key;
    let wanted = (rule.as_str(), *file, *document, object.as_deref(), path.as_str());
    findings.iter().filter(|it| identity(it) == wanted).nth(*nth)
}

fn identity(finding: &Finding) -> Identity<'_> {
    let object = finding.object.as_ref().map(|it| it.pointer.as_str());
    let path = finding.spots.first().map_or("", |it| &*it.path);
    (&*finding.about.id, finding.source, finding.document, object, path)
}
