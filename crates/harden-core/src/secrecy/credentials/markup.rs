//! Secrets between tags: `<password>…</password>`.

use super::{Credential, identify_by_name};

/// Adds the secrets that stand in elements.
pub(super) fn find<'t>(text: &'t str, found: &mut Vec<Credential<'t>>) {
    if !text.contains("</") {
        return;
    }
    // The content of the last `<name>`, as Hadoop writes properties.
    let mut named = "";
    for (at, _) in text.match_indices('<') {
        let Some(rest) = text.get(at + 1..) else { continue };
        let Some((tag, content)) = rest.split_once('>') else { continue };
        let element =
            tag.split(|it: char| it.is_whitespace() || it == '/').next().unwrap_or_default();
        let Some((content, _)) = content.split_once('<') else { continue };
        let value = content.trim();
        if element.is_empty() || tag.len() > 200 || value.is_empty() {
            continue;
        }
        let name = match element {
            "name" | "key" => {
                named = value;
                continue;
            }
            "value" | "string" => std::mem::take(&mut named),
            element => element.rsplit(':').next().unwrap_or_default(),
        };
        if let Some(what) = identify_by_name(name, value) {
            let start = at + 1 + tag.len() + 1 + (content.len() - content.trim_start().len());
            found.push(Credential { name, what, span: start..start + value.len() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_by_their_names() {
        for (text, count) in [
            ("<server><password>hunter22</password></server>", 1),
            ("<s:Password type=\"a\"> hunter22 </s:Password>", 1),
            (
                "<property><name>javax.ConnectionPassword</name>\n<value>hunter22</value></property>",
                1,
            ),
            ("<password>${DB_PASSWORD}</password>", 0),
            ("<passwordFile>/etc/p1</passwordFile>", 0),
            ("<password></password>", 0),
            ("a < b > c", 0),
        ] {
            let mut found = Vec::new();
            find(text, &mut found);
            assert_eq!(found.len(), count, "{text}");
            assert!(found.iter().all(|it| &text[it.span.clone()] == "hunter22"));
        }
    }
}
