//! Whatever objects are called, no format breaks.

use std::sync::{Arc, LazyLock};

use harden_core::check::Incomplete;
use harden_core::finding::{Finding, Ignored, IgnoredBy, ObjectReference, Remedy, Spot};
use harden_core::report::ReportSource;
use harden_core::rules;
use harden_yaml::{Action, Lines, Pointer, Span};
use proptest::prelude::*;

use crate::documents::read_all;
use crate::input::Input;
use crate::json::Schemas;

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::new);

/// Text that some format takes for more than text.
fn hostile() -> impl Strategy<Value = String> {
    let traps = prop::sample::select(vec![
        "]]>",
        "<![CDATA[",
        "--><!--",
        "</script><script>alert(1)</script>",
        "</style>",
        "</pre>",
        "\" onload=\"x",
        "'",
        "&amp;",
        "&#0;",
        "%0A",
        "%25",
        "::error::",
        "::",
        "%",
        "|",
        "`",
        "``",
        "\\",
        "\\|",
        "@everyone",
        "[x](y)",
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r\n",
        "\n",
        "\r",
        "\0",
        "\u{1b}[31m",
        "\u{7f}",
        "\u{85}",
        "\u{2028}",
        "\u{202e}",
        "\u{feff}",
        "\u{fffe}",
        "\u{ffff}",
        "😀",
        "é",
        "---",
        "...",
        ": ",
        "#",
        "!",
        "../..",
        "C:\\",
        "//",
        "?",
        "{}",
        "-",
    ]);
    let part =
        prop_oneof![4 => traps.prop_map(str::to_owned), 1 => any::<String>(), 1 => "[a-z]{1,8}"];
    prop::collection::vec(part, 1..6)
        .prop_map(|parts| parts.concat())
        .prop_filter("something is said", |text| !text.is_empty())
}

fn spot(text: &str, from: usize, to: usize, path: String, label: String, change: u8) -> Spot {
    let mut ends = [from % (text.len() + 1), to % (text.len() + 1)];
    ends.sort_unstable();
    let [mut start, mut end] = ends;
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let span = Span::new(start, end);
    let lines = Lines::new(text);
    let action = match change % 3 {
        0 => None,
        1 => Some(Action::set(label.as_str())),
        _ => Some(Action::Remove),
    };
    Spot {
        span,
        start: lines.position(span.start),
        end: lines.position(span.end),
        path: path.into(),
        label: label.into(),
        remedy: action.map(|action| {
            Arc::new(Remedy {
                pointer: Pointer::default(),
                action,
                along: Vec::new(),
                evidence: None,
            })
        }),
    }
}

type Parts = (
    usize,
    String,
    Option<[String; 4]>,
    Vec<(usize, usize, String, String, u8)>,
    Option<(u8, String)>,
);

fn finding(text: &str, (rule, message, object, spots, ignored): Parts) -> Finding {
    let rules: Vec<_> = rules::all().collect();
    let object = object.map(|[api_version, kind, namespace, name]| {
        Arc::new(ObjectReference {
            api_version,
            kind,
            namespace,
            name,
            pointer: Pointer::default(),
            uid: String::new(),
        })
    });
    let by = [IgnoredBy::Comment, IgnoredBy::Annotation, IgnoredBy::File];
    Finding {
        about: Arc::new(rules[rule % rules.len()].into()),
        message: message.into(),
        source: 0,
        document: 0,
        object,
        spots: spots
            .into_iter()
            .map(|(from, to, path, label, change)| spot(text, from, to, path, label, change))
            .collect(),
        ignored: ignored
            .map(|(by_index, reason)| Ignored { by: by[usize::from(by_index) % 3], reason })
            .map(Box::new),
        status: None,
    }
}

fn parts() -> impl Strategy<Value = Parts> {
    let spots = (any::<usize>(), any::<usize>(), hostile(), hostile(), any::<u8>());
    (
        any::<usize>(),
        hostile(),
        prop::option::of([hostile(), hostile(), hostile(), hostile()]),
        prop::collection::vec(spots, 1..4),
        prop::option::weighted(0.3, (any::<u8>(), hostile())),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hostile_names_and_texts_break_no_format(
        name in hostile(),
        text in prop::option::weighted(0.8, hostile()),
        parts in prop::collection::vec(parts(), 0..5),
        incomplete in prop::collection::vec((hostile(), hostile()), 0..3),
    ) {
        let content = text.clone().unwrap_or_default();
        let findings = parts.into_iter().map(|it| finding(&content, it)).collect();
        let incomplete = incomplete.into_iter().map(|(what, why)| Incomplete { what, why }).collect();
        let sources = [ReportSource { name: &name, text: text.as_deref(), is_checked: true }];
        Input::new().with(findings, incomplete).report_of(&sources, |report| {
            SCHEMAS.hold(report);
            read_all(report);
        });
    }
}
