//! What of the input could not be read, one line for each source, folder of templates and chart.

use std::collections::{BTreeMap, BTreeSet};

use super::{Coverage, Incomplete, Record};
use crate::source::{ChartPart, Charts};

/// What is left to say of an input without a single object that rules judge.
pub(super) fn nothing(coverage: &Coverage) -> Incomplete {
    let programs: Vec<_> = coverage.files.keys().map(String::as_str).collect();
    let why = if programs.is_empty() {
        "it holds no Kubernetes object, so nothing was checked".to_owned()
    } else {
        let programs = programs.join(", ");
        format!("it holds nothing but files of {programs}, which no rule judges")
    };
    Incomplete { what: "the input".to_owned(), why }
}

/// What could not be read of these sources.
pub(super) fn of(sources: &[Record<'_>], charts: &Charts) -> Vec<Incomplete> {
    let mut broken: BTreeMap<&str, usize> = BTreeMap::new();
    let mut templates: BTreeMap<&str, (usize, BTreeSet<&str>)> = BTreeMap::new();
    // Templates that were not rendered, and whether there are templates at all.
    let mut of_charts: BTreeMap<&str, (usize, bool)> =
        charts.outermost().map(|it| (it, (0, false))).collect();
    for Record { name, unread, .. } in sources {
        let chart = charts.part(name);
        if let Some((chart, part)) = chart {
            let (unrendered, has_templates) = of_charts.entry(chart).or_default();
            let is_template = part == ChartPart::Template;
            *unrendered += if is_template { unread.chart_templates } else { unread.templates };
            *has_templates |= is_template;
        } else if unread.templates > 0 {
            let folder = name.rsplit_once(['/', '\\']).map_or("", |(folder, _)| folder);
            let (count, files) = templates.entry(folder).or_default();
            *count += unread.templates;
            files.insert(name);
        }
        let of_chart = chart.is_some_and(|(_, part)| part == ChartPart::Template);
        let known =
            if of_chart { unread.templates.max(unread.chart_templates) } else { unread.templates };
        if unread.broken > known {
            *broken.entry(name).or_default() += unread.broken - known;
        }
    }
    let broken = broken.into_iter().map(|(name, count)| Incomplete {
        what: name.to_owned(),
        why: match count {
            1 => "a document could not be read".to_owned(),
            several => format!("{several} documents could not be read"),
        },
    });
    let templates = templates.into_iter().map(|(folder, (count, files))| {
        let only = files.first().filter(|_| files.len() == 1);
        let what = only.copied().unwrap_or(if folder.is_empty() { "." } else { folder });
        Incomplete {
            what: what.to_owned(),
            why: format!("{}: render first, and check the result", unrendered(count)),
        }
    });
    let of_charts = of_charts.into_iter().filter_map(|(folder, chart)| {
        let what = if folder.is_empty() { "." } else { folder };
        let what_is_not = match chart {
            (0, true) => return None,
            (0, false) => "a Helm chart whose templates are not among the input".to_owned(),
            (1, _) => "a Helm chart, of which 1 template was not checked".to_owned(),
            (count, _) => format!("a Helm chart, of which {count} templates were not checked"),
        };
        let why = format!("{what_is_not}: check what `helm template` makes of it");
        Some(Incomplete { what: what.to_owned(), why })
    });
    broken.chain(templates).chain(of_charts).collect()
}

fn unrendered(count: usize) -> String {
    match count {
        1 => "1 template was not checked".to_owned(),
        several => format!("{several} templates were not checked"),
    }
}
