//! What an API server tells of the file by which it encrypts, and of objects that were written
//! again.

use harden_yaml::Place;
use jiff::Timestamp;

/// Gauge with the hash of the file in use, which older servers do not have.
const IN_USE: &str = "apiserver_encryption_config_controller_last_config_info";

/// Gauge with the time at which the file was last read again.
const RELOADED: &str =
    "apiserver_encryption_config_controller_automatic_reload_last_timestamp_seconds";

/// Gauge with the time at which the server was started.
const STARTED: &str = "process_start_time_seconds";

/// How the API servers encrypt: each tells only of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EncryptionState {
    /// SHA-256 of the file that the server which answered uses, as `sha256:` and hexadecimal digits; none when there is no file,
    /// or the server is too old to tell.
    pub hash: Option<String>,
    /// Since when, in seconds of Unix time: the last reload, or else the start of the server; of
    /// several servers, of the last.
    pub since: Option<f64>,
    /// The API servers by their own addresses, when there are several; none when they could not be listed.
    pub servers: Option<Vec<ServerState>>,
    /// The StorageVersionMigrations; none when the API is not served.
    pub migrations: Option<Vec<Migration>>,
}

impl Eq for EncryptionState {}

/// What one of several API servers says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerState {
    /// Its address with the port.
    pub address: String,
    /// SHA-256 of the file that it uses, if it tells; or why it could not be asked.
    pub hash: Result<Option<String>, String>,
}

/// A StorageVersionMigration: everything of a resource is written again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its name.
    pub name: String,
    /// The resource with its group, as EncryptionConfigurations write it.
    pub resource: String,
    /// When it was asked for, in seconds of Unix time.
    pub created: i64,
    /// Whether all of it was done.
    pub succeeded: bool,
}

impl EncryptionState {
    /// Reads `/metrics`, and the list of StorageVersionMigrations if there is one.
    pub fn read(metrics: &str, migrations: Option<Place<'_>>) -> Self {
        let samples = || metrics.lines().filter(|it| !it.starts_with('#'));
        let of = |name: &str| {
            let name = name.to_owned();
            samples().filter_map(move |it| it.strip_prefix(&name))
        };
        let value = |rest: &str| rest.rsplit(' ').next()?.parse::<f64>().ok();
        let reloads = of(RELOADED).filter(|it| it.contains("status=\"success\""));
        let started = of(STARTED).filter(|it| it.starts_with(' ')).filter_map(value);
        Self {
            hash: of(IN_USE).find_map(|it| label(it, "hash")),
            since: reloads.filter_map(value).chain(started).reduce(f64::max),
            servers: None,
            migrations: migrations
                .map(|it| it.at("items").items().filter_map(Migration::read).collect()),
        }
    }

    /// Takes in what another server says of itself; it took the file in use later, perhaps.
    pub fn add(&mut self, address: &str, answer: Result<Self, String>) {
        if let Ok(Some(since)) = answer.as_ref().map(|it| it.since) {
            self.since = self.since.map(|it| it.max(since));
        }
        let (address, hash) = (address.to_owned(), answer.map(|it| it.hash));
        self.servers.get_or_insert_default().push(ServerState { address, hash });
    }

    /// A migration of this resource that began after the file in use took effect, and succeeded.
    pub fn rewritten(&self, resource: &str) -> Option<&Migration> {
        let since = self.since?;
        let mut migrations = self.migrations.iter().flatten();
        #[expect(clippy::cast_precision_loss, reason = "seconds of this age are exact")]
        migrations.find(|it| it.resource == resource && it.succeeded && it.created as f64 >= since)
    }
}

impl Migration {
    fn read(object: Place<'_>) -> Option<Self> {
        let text = |path| object.follow(path).as_str();
        let resource = text("spec.resource.resource")?;
        let group = text("spec.resource.group").unwrap_or_default();
        let is_success = |it: Place<'_>| {
            it.at("type").as_str() == Some("Succeeded") && it.at("status").as_str() == Some("True")
        };
        Some(Self {
            name: text("metadata.name")?.to_owned(),
            resource: match group {
                "" => resource.to_owned(),
                group => format!("{resource}.{group}"),
            },
            created: text("metadata.creationTimestamp")?.parse::<Timestamp>().ok()?.as_second(),
            succeeded: object.follow("status.conditions").items().any(is_success),
        })
    }
}

/// The value of a label in `{a="x",b="y"} 1`.
fn label(sample: &str, name: &str) -> Option<String> {
    let inside = sample.strip_prefix('{')?.split('}').next()?;
    let mut pairs = inside.split(',').filter_map(|it| it.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;
    use serde_json::json;

    use super::*;

    const METRICS: &str = "\
# HELP process_start_time_seconds Start time
process_start_time_seconds 1.7e+09
process_start_time_seconds_other 9.9e+09
apiserver_encryption_config_controller_automatic_reload_last_timestamp_seconds{apiserver_id_hash=\"sha256:aa\",status=\"success\"} 1.7954298e+09
apiserver_encryption_config_controller_automatic_reload_last_timestamp_seconds{apiserver_id_hash=\"sha256:aa\",status=\"failure\"} 1.9e+09
apiserver_encryption_config_controller_last_config_info{apiserver_id_hash=\"sha256:aa\",hash=\"sha256:bb\"} 1
";

    #[test]
    fn only_what_was_written_after_the_file_took_effect_counts() {
        let migration = |name: &str, resource: &str, created: &str, status: &str| {
            json!({
                "metadata": {"name": name, "creationTimestamp": created},
                "spec": {"resource": {"group": "", "resource": resource}},
                "status": {"conditions": [{"type": "Succeeded", "status": status}]},
            })
        };
        let list = json!({"items": [
            migration("early", "secrets", "2026-11-23T10:29:59Z", "True"),
            migration("failed", "secrets", "2026-11-23T10:30:01Z", "False"),
            migration("other", "configmaps", "2026-11-23T10:30:01Z", "True"),
        ]});
        let list = list.to_string();
        let list = Document::parse_json(&list);
        let mut state = EncryptionState::read(METRICS, Some(list.root()));
        assert_eq!(state.hash.as_deref(), Some("sha256:bb"));
        assert_eq!(state.since, Some(1_795_429_800.0));
        assert_eq!(state.rewritten("secrets"), None);
        assert_eq!(state.rewritten("configmaps").map(|it| it.name.as_str()), Some("other"));
        state.since = None;
        assert_eq!(state.rewritten("configmaps"), None);
    }

    #[test]
    fn the_last_server_to_take_the_file_counts() {
        let mut state = EncryptionState::read("process_start_time_seconds 5\n", None);
        state.add("a", Ok(EncryptionState::read("process_start_time_seconds 7\n", None)));
        state.add("b", Err("refused".to_owned()));
        assert_eq!((state.since, state.servers.map(|it| it.len())), (Some(7.0), Some(2)));
    }

    #[test]
    fn a_server_without_encryption_tells_of_none() {
        let state = EncryptionState::read("process_start_time_seconds 5\n", None);
        assert_eq!((state.hash, state.since, state.migrations), (None, Some(5.0), None));
    }
}
