//! Helm charts among the input: folders of templates, and what describes them.

use std::collections::BTreeSet;

/// The charts among the input, told by their `Chart.yaml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Charts {
    /// Their folders, without a `/` at the end.
    folders: BTreeSet<String>,
}

/// What a file of a chart is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartPart {
    /// `Chart.yaml`, values, and what else describes the chart: no manifests.
    Description,
    /// What Helm renders.
    Template,
    /// Anything else, such as CustomResourceDefinitions, which Helm leaves as they are.
    Other,
}

impl Charts {
    /// Takes in the folder of a file if the file describes a chart.
    pub fn learn(&mut self, name: &str, text: &str) {
        let (folder, file) = split(name);
        let says = |key: &str| text.lines().any(|it| it.starts_with(key));
        if matches!(file, "Chart.yaml" | "Chart.yml") && says("name:") && !says("kind:") {
            self.folders.insert(folder.to_owned());
        }
    }

    /// The outermost chart that a file is in, and what it is there.
    pub fn part(&self, name: &str) -> Option<(&str, ChartPart)> {
        let mut charts = self.folders.iter().filter_map(|it| Some((it, within(name, it)?)));
        let (outermost, first) = charts.next()?;
        let innermost = charts.next_back().map_or(first, |(_, rest)| rest);
        let part = match innermost.split_once(['/', '\\']) {
            Some(("templates", _)) => ChartPart::Template,
            None if describes(innermost) => ChartPart::Description,
            _ => ChartPart::Other,
        };
        Some((outermost, part))
    }

    /// The folders of the charts that are in no other.
    pub fn outermost(&self) -> impl Iterator<Item = &str> {
        let is_inner = |folder: &str| {
            self.folders.iter().any(|it| it != folder && within(folder, it).is_some())
        };
        self.folders.iter().map(String::as_str).filter(move |it| !is_inner(it))
    }
}

/// Whether a file in the folder of a chart describes it.
fn describes(file: &str) -> bool {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    matches!(stem, "Chart" | "requirements" | "artifacthub-repo")
        || stem.starts_with("values")
        || stem.ends_with("values")
}

/// The folder that a file is in, and its name there.
fn split(name: &str) -> (&str, &str) {
    name.rsplit_once(['/', '\\']).unwrap_or(("", name))
}

/// The rest of a name below a folder.
fn within<'n>(name: &'n str, folder: &str) -> Option<&'n str> {
    if folder.is_empty() {
        return Some(name).filter(|it| !it.starts_with(['/', '\\']));
    }
    name.strip_prefix(folder)?.strip_prefix(['/', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHART: &str = "apiVersion: v2\nname: web\n";

    #[test]
    fn files_of_a_chart_are_told_by_their_place() {
        let mut charts = Charts::default();
        charts.learn("a/web/Chart.yaml", CHART);
        charts.learn("a/web/charts/db/Chart.yaml", CHART);
        for (name, part) in [
            ("a/web/Chart.yaml", ChartPart::Description),
            ("a/web/values.yaml", ChartPart::Description),
            ("a/web/values-prod.yaml", ChartPart::Description),
            ("a/web/templates/x.yaml", ChartPart::Template),
            ("a/web/templates/tests/x.yaml", ChartPart::Template),
            ("a/web/charts/db/templates/x.yaml", ChartPart::Template),
            ("a/web/charts/db/values.yaml", ChartPart::Description),
            ("a/web/crds/x.yaml", ChartPart::Other),
        ] {
            assert_eq!(charts.part(name), Some(("a/web", part)), "{name}");
        }
        assert_eq!(charts.part("a/website/values.yaml"), None);
        assert_eq!(charts.part("a/values.yaml"), None);
        assert_eq!(charts.outermost().collect::<Vec<_>>(), ["a/web"]);
    }

    #[test]
    fn a_chart_may_be_where_the_check_begins() {
        let mut charts = Charts::default();
        charts.learn("Chart.yaml", CHART);
        assert_eq!(charts.part("templates/x.yaml"), Some(("", ChartPart::Template)));
        assert_eq!(charts.part("/elsewhere/x.yaml"), None);
    }

    #[test]
    fn other_files_of_that_name_make_no_chart() {
        let mut charts = Charts::default();
        charts.learn("a/Chart.yaml", "apiVersion: example.com/v1\nkind: Chart\nname: x\n");
        charts.learn("b/chart.yaml", CHART);
        assert_eq!(charts, Charts::default());
    }
}
