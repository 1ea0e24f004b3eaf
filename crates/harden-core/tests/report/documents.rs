//! XML, HTML, CSV and workflow commands, read by programs that read such things.

use std::cell::RefCell;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harden_core::report::Report;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states,
};
use quick_junit::{NonSuccessKind, TestCaseStatus};
use sha2::{Digest as _, Sha256};

use crate::input::Input;
use crate::written;

/// Reads a report's XML, HTML, CSV and workflow commands; panics where one of them is broken.
pub(crate) fn read_all(report: &Report<'_>) {
    let ignored = report.findings.iter().filter(|it| it.ignored.is_some()).count();
    let counted = report.findings.len() - ignored;

    let suites = quick_junit::Report::deserialize_from_str(&written(report, "junit")).unwrap();
    let cases = || suites.test_suites.iter().flat_map(|it| &it.test_cases);
    let of = |wanted: NonSuccessKind| {
        cases()
            .filter(
                |it| matches!(it.status, TestCaseStatus::NonSuccess { kind, .. } if kind == wanted),
            )
            .count()
    };
    let skipped = cases().filter(|it| matches!(it.status, TestCaseStatus::Skipped { .. })).count();
    assert_eq!((of(NonSuccessKind::Failure), skipped), (counted, ignored));
    assert_eq!(of(NonSuccessKind::Error), report.incomplete.len());
    assert_eq!((suites.tests, suites.failures), (cases().count(), counted));

    let tags = tags(&written(report, "html"));
    assert_eq!(tags.get("article").copied().unwrap_or(0), report.findings.len());
    for tag in tags.keys() {
        assert!(KNOWN_TAGS.contains(&tag.as_str()), "{tag} got into the page");
    }

    let text = written(report, "csv");
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let columns = reader.headers().unwrap().clone();
    let records: Vec<_> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(records.len(), report.findings.len() + report.incomplete.len());
    for record in records.iter().skip(report.findings.len()) {
        assert_eq!((record.len(), &record[3]), (columns.len(), "not-checked"));
    }
    for (record, finding) in records.iter().zip(report.findings) {
        assert_eq!(record.len(), columns.len());
        assert_eq!(
            record[12].strip_prefix('\'').unwrap_or(&record[12]),
            finding.message.strip_prefix('\'').unwrap_or(&finding.message)
        );
        for field in record {
            assert!(!field.starts_with(['=', '+', '-', '@', '\t', '\r']), "{field:?} is a formula");
        }
    }

    let commands = written(report, "github");
    assert_eq!(commands.lines().count(), counted + report.incomplete.len());
    for command in commands.lines() {
        let command = read_command(command);
        assert!(
            ["error", "warning", "notice"].contains(&command.name.as_str()),
            "{}",
            command.name
        );
        assert!(command.properties.contains_key("title"));
    }

    for format in ["text", "wide"] {
        let text = written(report, format);
        let bad = text.chars().find(|it| it.is_control() && *it != '\n');
        assert_eq!(bad, None, "{format}: {text}");
    }
    let wide = written(report, "wide");
    let lines = wide.lines().take_while(|it| !it.is_empty()).count();
    assert_eq!(lines, if report.findings.is_empty() { lines } else { report.findings.len() + 1 });

    let table = written(report, "markdown");
    for row in table.lines().filter(|it| it.starts_with("| ")) {
        let unescaped = row.replace("\\|", "").matches('|').count();
        assert_eq!(unescaped, 6, "{row}");
    }
}

const KNOWN_TAGS: [&str; 39] = [
    "html", "head", "meta", "title", "style", "body", "main", "header", "p", "h1", "h2", "h3",
    "time", "section", "label", "input", "strong", "span", "div", "ul", "li", "code", "details",
    "summary", "b", "article", "pre", "footer", "br", "table", "tr", "td", "th", "thead", "tbody",
    "a", "ins", "del", "script",
];

/// How often each tag is opened, as a browser's tokenizer sees it.
fn tags(html: &str) -> BTreeMap<String, usize> {
    #[derive(Default)]
    struct Sink {
        opened: RefCell<BTreeMap<String, usize>>,
        open: RefCell<Vec<String>>,
    }
    impl TokenSink for Sink {
        type Handle = ();

        fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
            match token {
                Token::TagToken(Tag { kind, name, attrs, .. }) => {
                    for attribute in attrs {
                        let name = attribute.name.local.to_string();
                        assert!(!name.starts_with("on"), "line {line}: {name}");
                    }
                    if kind == TagKind::EndTag {
                        assert_eq!(
                            self.open.borrow_mut().pop().as_deref(),
                            Some(&*name),
                            "line {line}"
                        );
                        return TokenSinkResult::Continue;
                    }
                    *self.opened.borrow_mut().entry(name.to_string()).or_default() += 1;
                    if !["meta", "input", "br"].contains(&&*name) {
                        self.open.borrow_mut().push(name.to_string());
                    }
                    if &*name == "style" {
                        return TokenSinkResult::RawData(states::RawKind::Rawtext);
                    }
                    if &*name == "script" {
                        return TokenSinkResult::RawData(states::RawKind::ScriptData);
                    }
                }
                Token::ParseError(error) => panic!("line {line}: {error}"),
                _ => {}
            }
            TokenSinkResult::Continue
        }
    }
    let tokenizer = Tokenizer::new(
        Sink::default(),
        TokenizerOpts { exact_errors: true, ..TokenizerOpts::default() },
    );
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(html));
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    assert!(tokenizer.sink.open.borrow().is_empty(), "tags are left open");
    tokenizer.sink.opened.take()
}

/// A workflow command, as the runner reads it.
struct Command {
    name: String,
    properties: BTreeMap<String, String>,
    message: String,
}

fn read_command(line: &str) -> Command {
    let decoded = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n");
        text.replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
    };
    let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let properties = properties.split(',').map(|it| it.split_once('=').unwrap());
    Command {
        name: name.to_owned(),
        properties: properties.map(|(key, value)| (key.to_owned(), decoded(value))).collect(),
        message: decoded(message),
    }
}

#[test]
fn documents_are_read_by_programs() {
    Input::new().report(read_all);
    Input::sound().report(read_all);
}

#[test]
fn annotations_say_where_and_what() {
    let text = Input::new().report(|report| written(report, "github"));
    let first = read_command(text.lines().next().unwrap());
    assert_eq!(first.name, "error");
    assert_eq!(first.properties["file"], "k8s/web.yaml");
    assert_eq!((&*first.properties["line"], &*first.properties["col"]), ("17", "23"));
    assert_eq!(first.properties["endColumn"], "26");
    assert!(first.message.contains("\nhelp: "), "{}", first.message);
}

#[test]
fn test_reports_have_only_attributes_that_jenkins_takes() {
    let known = BTreeMap::from([
        ("testsuites", vec!["name", "tests", "failures", "errors", "time"]),
        ("testsuite", vec!["name", "tests", "failures", "errors", "skipped", "time", "timestamp"]),
        ("testcase", vec!["name", "classname", "time"]),
        ("failure", vec!["message", "type"]),
        ("error", vec!["message", "type"]),
        ("skipped", vec!["message"]),
    ]);
    let text = Input::new().report(|report| written(report, "junit"));
    let tags = text.split('<').skip(2).filter(|it| !it.starts_with('/'));
    let mut count = 0;
    for tag in tags {
        let (tag, _) = tag.split_once('>').unwrap();
        let (name, attributes) = tag.split_once(' ').unwrap();
        for attribute in
            attributes.split('"').step_by(2).filter_map(|it| it.trim().strip_suffix('='))
        {
            assert!(known[name].contains(&attribute), "{name}: {attribute}");
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
}

#[test]
fn a_page_asks_for_nothing() {
    let text = Input::new().report(|report| written(report, "html"));
    for outside in ["src=", "url(", "@import", "http://", "<link", "fetch("] {
        assert!(!text.contains(outside), "{outside}");
    }
    for link in text.split("href=").skip(1) {
        assert!(link.starts_with("\"https://"), "{link}");
    }
}

#[test]
fn a_page_runs_its_own_script_only() {
    let text = Input::new().report(|report| written(report, "html"));
    let (_, script) = text.split_once("<script>").unwrap();
    let (script, rest) = script.split_once("</script>").unwrap();
    assert!(!rest.contains("<script"));
    let hash = STANDARD.encode(Sha256::digest(script));
    assert!(text.contains(&format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}';"
    )));
}

#[test]
fn a_comment_fits_on_a_pull_request() {
    let many =
        Input::new().report(|report| report.findings.iter().cycle().take(3000).cloned().collect());
    let text = Input::new().with(many, Vec::new()).report(|report| written(report, "markdown"));
    assert!(text.chars().count() < 65_536 && text.contains("… and "), "{}", text.len());
}
