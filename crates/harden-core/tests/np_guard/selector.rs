//! How the outputs write selectors, in the words of kubectl.

/// `[namespace with {a=b,{Key:c,Operator:Exists,Values:[],}}]/[all pods]` by our words; none for other ends.
pub(crate) fn renamed(end: &str) -> Option<String> {
    let (home, pods) = end.split_once("]/").map_or_else(
        || end.split_once("/[").map(|(home, pods)| (home.to_owned(), format!("[{pods}"))),
        |(home, pods)| Some((format!("{home}]"), pods.to_owned())),
    )?;
    let words = |text: &str, head: &str| {
        let inner = text.strip_prefix(&format!("[{head} with {{"))?.strip_suffix("}]")?;
        Some(format!("[{head}s with {}]", requirements(inner)))
    };
    let home = words(&home, "namespace").unwrap_or(home);
    let pods = words(&pods, "pod").unwrap_or(pods);
    Some(format!("{home}/{pods}"))
}

fn requirements(text: &str) -> String {
    let mut all = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('{') {
            let (expression, after) = inner.split_once(",}").unwrap();
            all.push(requirement(expression));
            rest = after;
        } else {
            let (label, after) = rest.split_once(',').unwrap_or((rest, ""));
            all.push(label.to_owned());
            rest = after;
        }
        rest = rest.trim_start_matches(',');
    }
    all.sort_unstable();
    all.join(",")
}

fn requirement(text: &str) -> String {
    let (key, rest) = text.strip_prefix("Key:").unwrap().split_once(",Operator:").unwrap();
    let (operator, values) = rest.split_once(",Values:[").unwrap();
    let mut values: Vec<_> = values.trim_end_matches(']').split_whitespace().collect();
    values.sort_unstable();
    match (operator, values.as_slice()) {
        ("Exists", []) => key.to_owned(),
        ("DoesNotExist", []) => format!("!{key}"),
        ("In", [one]) => format!("{key}={one}"),
        ("In", all) => format!("{key} in ({})", all.join(",")),
        ("NotIn", all) => format!("{key} notin ({})", all.join(",")),
        _ => panic!("{text}"),
    }
}
