//! A page of documentation: the commands that it tells to run, and what it says they print.

/// Stands for any lines, or for the rest of a line.
const ELISION: &str = "…";

/// Calls whose answer is no: what they look at has flaws, what they ask for is not taken.
const NO: [&str; 13] = [
    " who-can become cluster-admin -A",
    " who-can become node --from team-a/ci",
    " check -f manifests/",
    " check manifests/",
    " fix manifests/ --safe-only",
    " fix manifests/ --rule ",
    " encryption --platform eks",
    " encryption --platform k3s --stage ",
    " encryption rotate --platform ",
    " plan -f ",
    " simulate pod-security ",
    " --to 169.254.169.254:80",
    " simulate network manifests/ --against",
];

/// A command with what a page says that it prints.
pub(crate) struct Transcript<'p> {
    pub(crate) command: &'p str,
    output: Vec<&'p str>,
}

/// The commands of the page's `sh` blocks, one a line.
pub(crate) fn commands(page: &str) -> Vec<&str> {
    let lines = blocks(page, "sh").into_iter().flat_map(str::lines);
    lines.filter(|it| !it.is_empty()).collect()
}

/// What the page's `console` blocks show: lines that begin with `$`, each with what follows it.
pub(crate) fn transcripts(page: &str) -> Vec<Transcript<'_>> {
    let mut transcripts: Vec<Transcript<'_>> = Vec::new();
    for line in blocks(page, "console").into_iter().flat_map(str::lines) {
        if let Some(command) = line.strip_prefix("$ ") {
            transcripts.push(Transcript { command, output: Vec::new() });
        } else {
            transcripts.last_mut().expect("a block begins with a command").output.push(line);
        }
    }
    transcripts
}

fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let begin = format!("\n```{language}\n");
    page.split(begin.as_str()).skip(1).filter_map(|it| it.split("```").next()).collect()
}

/// The exit code of a command as pages show it.
pub(crate) fn expected_code(command: &str) -> i32 {
    let is_no = NO.iter().any(|it| command.contains(it)) && !command.contains("--fail-on-new");
    i32::from(is_no)
}

impl Transcript<'_> {
    /// Whether this is what the page shows, but for what it leaves out.
    pub(crate) fn shows(&self, printed: &str) -> bool {
        let printed: Vec<&str> = printed.lines().collect();
        matches(&self.output, &printed)
    }
}

fn matches(shown: &[&str], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((&ELISION, rest)) => (0..=printed.len()).any(|it| matches(rest, &printed[it..])),
        Some((line, rest)) => printed
            .split_first()
            .is_some_and(|(first, others)| is_shown(line, first) && matches(rest, others)),
    }
}

/// Whether a line is the other one, but for at most one part that it leaves out.
fn is_shown(shown: &str, printed: &str) -> bool {
    let Some((before, after)) = shown.split_once(ELISION) else { return shown == printed };
    printed.strip_prefix(before).is_some_and(|it| it.ends_with(after))
}

#[test]
fn what_is_left_out_may_be_anything_and_the_rest_is_as_printed() {
    let page = "\n```console\n$ tell\na\n…\nd … f\n```\n";
    let [transcript] = &transcripts(page)[..] else { panic!("one command") };
    assert_eq!(transcript.command, "tell");
    assert!(transcript.shows("a\nb\nc\nd e f\n") && transcript.shows("a\nd  f\n"));
    for other in ["b\nd e f\n", "a\nd e g\n", "a\nd e f\ng\n", "a\n"] {
        assert!(!transcript.shows(other), "{other}");
    }
}
