//! Links from page to page lead to something that is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn pages() -> Vec<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut pages = Vec::new();
    for folder in ["", "docs", "docs/ci", "docs/rules", "crates", "tests", ".github"] {
        // The page of an example need not be there.
        let Ok(entries) = fs::read_dir(top.join(folder)) else { continue };
        pages.extend(entries.map(|it| it.unwrap().path()));
    }
    pages.retain(|it| it.extension().is_some_and(|it| it == "md"));
    pages.sort();
    pages
}

/// What GitHub calls a heading in addresses.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|it| it.is_alphanumeric() || " -_".contains(*it));
    kept.map(|it| if it == ' ' { '-' } else { it }).collect()
}

fn anchors(page: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(page).unwrap_or_default();
    let headings = text.lines().filter(|it| it.starts_with('#'));
    headings.map(|it| anchor(it.trim_start_matches('#'))).collect()
}

#[test]
fn every_link_leads_to_something() {
    let (mut lost, mut links) = (Vec::new(), 0);
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let marked = text.split("](").skip(1).filter_map(|it| it.split(')').next());
        let pictures = ["src=\"", "srcset=\""].into_iter().flat_map(|it| text.split(it).skip(1));
        let pictures = pictures.filter_map(|it| it.split('"').next());
        for link in marked.chain(pictures).filter(|it| !it.contains("://") && !it.contains(' ')) {
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let target =
                if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            links += 1;
            if !target.exists() || !heading.is_empty() && !anchors(&target).contains(heading) {
                lost.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(lost.is_empty(), "these lead to nothing:\n{}", lost.join("\n"));
    assert!(links > 250, "only {links} links were found");
}
