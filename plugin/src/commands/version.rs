//! `version`: what this is, what it was built from, and which Kubernetes it knows.

use harden_core::kubernetes::MinorVersion;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::deliver::outputs::Outputs;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    outputs: Outputs<Format>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// A line each
    Text,
    /// A JSON object: `version`, `kubernetes`, and where they are known `commit` (with `-dirty` if files
    /// differed from it) and `date` (the commit's)
    Json,
    /// The same as YAML
    Yaml,
}

/// What a build was made from.
#[derive(Debug, Clone, Copy)]
struct Build {
    version: &'static str,
    /// The commit's hash, with `-dirty` where files differed from it.
    commit: Option<&'static str>,
    /// The commit's time in seconds since 1970.
    time: Option<&'static str>,
}

/// This one, as `build.rs` found it.
const THIS: Build = Build {
    version: env!("CARGO_PKG_VERSION"),
    commit: option_env!("HARDEN_COMMIT"),
    time: option_env!("SOURCE_DATE_EPOCH"),
};

pub(crate) fn run(options: &Options) -> super::Result {
    options.outputs.check(&[])?;
    options.outputs.write(|format| write(THIS, *format))
}

fn write(build: Build, format: Format) -> String {
    let version = format!("v{}", build.version);
    let kubernetes = MinorVersion::NEWEST_KNOWN.to_string();
    let date = build.time.and_then(|it| Timestamp::from_second(it.parse().ok()?).ok());
    let date = date.map(|it| it.to_string());
    if let Format::Text = format {
        let of_date = date.map(|it| format!(" of {it}")).unwrap_or_default();
        let origin = build.commit.map(|it| format!("commit {it}{of_date}\n")).unwrap_or_default();
        return format!("kubectl harden {version}\n{origin}knows Kubernetes up to {kubernetes}\n");
    }
    let known = [
        ("version", Some(version)),
        ("commit", build.commit.map(str::to_owned)),
        ("date", date),
        ("kubernetes", Some(kubernetes)),
    ];
    let known = known.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.into())));
    let object = Value::Object(known.collect::<Map<_, _>>());
    if let Format::Json = format { format!("{object:#}\n") } else { harden_yaml::write(&object) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commit_and_date_are_told_where_they_are_known() {
        let build = Build {
            version: "1.2.3",
            commit: Some("0123456789abcdef-dirty"),
            time: Some("1700000000"),
        };
        let text = write(build, Format::Text);
        assert!(
            text.contains("\ncommit 0123456789abcdef-dirty of 2023-11-14T22:13:20Z\n"),
            "{text}"
        );
        let json: Value = serde_json::from_str(&write(build, Format::Json)).expect("JSON");
        assert_eq!(json["commit"], "0123456789abcdef-dirty");
        assert_eq!(json["date"], "2023-11-14T22:13:20Z");
        let unknown = write(Build { commit: None, time: None, ..build }, Format::Json);
        assert!(!unknown.contains("commit") && !unknown.contains("date"), "{unknown}");
    }
}
