//! Where well-known images write, so that the rest of their files can be read-only.
//!
//! The paths are empty in the image, or are filled by its own start: an emptyDir there hides nothing.

/// An image, and where it writes.
#[derive(Debug)]
pub(in crate::rules::workload) struct Written {
    /// Its names, with the registry and without a tag.
    pub(in crate::rules::workload) images: &'static [&'static str],
    /// The directories.
    pub(in crate::rules::workload) paths: &'static [&'static str],
    /// Where its makers, or those of a chart of it, say so.
    #[allow(
        dead_code,
        reason = "for those who change the table, and the test that holds it to have one"
    )]
    pub(in crate::rules::workload) source: &'static str,
}

/// Where an image writes; `None` where that is not known.
pub(in crate::rules::workload) fn written_by(image: &str) -> Option<&'static Written> {
    let name = full_name(image);
    WRITTEN.iter().find(|it| it.images.contains(&name.as_str()))
}

/// The name of an image as runtimes complete it: with the registry, and without tag and digest.
fn full_name(image: &str) -> String {
    /// Where the official images of the Docker Hub are, too.
    const MIRRORS: [&str; 2] = ["public.ecr.aws/docker/library/", "mirror.gcr.io/library/"];
    let name = image.split_once('@').map_or(image, |(name, _)| name);
    let name = match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => name,
    };
    if let Some(official) = MIRRORS.iter().find_map(|it| name.strip_prefix(it)) {
        return format!("docker.io/library/{official}");
    }
    let (registry, path) = match name.split_once('/') {
        Some((first, rest)) if super::is_domain(first) => (first, rest),
        _ => ("docker.io", name),
    };
    match registry {
        "docker.io" | "index.docker.io" | "registry-1.docker.io" if !path.contains('/') => {
            format!("docker.io/library/{path}")
        }
        "index.docker.io" | "registry-1.docker.io" => format!("docker.io/{path}"),
        _ => format!("{registry}/{path}"),
    }
}

/// Every image that is known.
pub(in crate::rules::workload) static WRITTEN: &[Written] = &[
    Written {
        images: &["docker.io/library/nginx"],
        paths: &["/var/cache/nginx", "/var/run"],
        source: "https://github.com/docker-library/docs/blob/master/nginx/content.md",
    },
    Written {
        images: &[
            "docker.io/nginxinc/nginx-unprivileged",
            "ghcr.io/nginxinc/nginx-unprivileged",
            "quay.io/nginx/nginx-unprivileged",
            "public.ecr.aws/nginx/nginx-unprivileged",
        ],
        paths: &["/tmp"],
        source: "https://github.com/nginxinc/docker-nginx-unprivileged/blob/main/README.md",
    },
    Written {
        images: &["docker.io/library/httpd"],
        paths: &["/usr/local/apache2/logs"],
        source: "https://github.com/docker-library/httpd/blob/master/2.4/httpd-foreground",
    },
    Written {
        images: &["docker.io/library/traefik"],
        paths: &["/tmp"],
        source: "https://github.com/traefik/traefik-helm-chart/blob/master/traefik/templates/_podtemplate.tpl",
    },
    Written {
        images: &["docker.io/library/wordpress"],
        paths: &["/tmp", "/run", "/var/www/html"],
        source: "https://github.com/docker-library/docs/blob/master/wordpress/content.md",
    },
    Written {
        images: &["docker.io/library/jetty"],
        paths: &["/tmp/jetty", "/run/jetty"],
        source: "https://github.com/docker-library/docs/blob/master/jetty/content.md",
    },
    Written {
        images: &["docker.io/jenkins/jenkins"],
        paths: &["/var/jenkins_home", "/tmp"],
        source: "https://github.com/jenkinsci/helm-charts/blob/main/charts/jenkins/templates/jenkins-controller-statefulset.yaml",
    },
    Written {
        images: &["docker.io/library/registry"],
        paths: &["/var/lib/registry"],
        source: "https://github.com/distribution/distribution-library-image/blob/master/Dockerfile",
    },
    Written {
        images: &["docker.io/library/redis"],
        paths: &["/data"],
        source: "https://github.com/docker-library/redis/blob/master/Dockerfile.template",
    },
    Written {
        images: &["docker.io/library/postgres"],
        paths: &["/var/lib/postgresql", "/var/run/postgresql", "/tmp"],
        source: "https://github.com/docker-library/postgres/blob/master/docker-entrypoint.sh",
    },
    Written {
        images: &["docker.io/library/mysql"],
        paths: &["/var/lib/mysql", "/var/run/mysqld", "/tmp"],
        source: "https://github.com/docker-library/mysql/blob/master/template/Dockerfile.oracle",
    },
    Written {
        images: &["docker.io/library/mariadb"],
        paths: &["/var/lib/mysql", "/run/mysqld", "/tmp"],
        source: "https://github.com/MariaDB/mariadb-docker/blob/master/Dockerfile.template",
    },
    Written {
        images: &["docker.io/library/mongo"],
        paths: &["/data/db", "/data/configdb", "/tmp"],
        source: "https://github.com/docker-library/mongo/blob/master/docker-entrypoint.sh",
    },
    Written {
        images: &["docker.io/library/rabbitmq"],
        paths: &["/var/lib/rabbitmq"],
        source: "https://github.com/docker-library/rabbitmq/blob/master/Dockerfile-ubuntu.template",
    },
    Written {
        images: &["docker.io/prom/prometheus", "quay.io/prometheus/prometheus"],
        paths: &["/prometheus"],
        source: "https://github.com/prometheus/prometheus/blob/main/Dockerfile",
    },
    Written {
        images: &["docker.io/prom/alertmanager", "quay.io/prometheus/alertmanager"],
        paths: &["/alertmanager"],
        source: "https://github.com/prometheus/alertmanager/blob/main/Dockerfile",
    },
    Written {
        images: &["docker.io/prom/node-exporter", "quay.io/prometheus/node-exporter"],
        paths: &[],
        source: "https://github.com/prometheus-operator/kube-prometheus/blob/main/manifests/nodeExporter-daemonset.yaml",
    },
    Written {
        images: &["docker.io/prom/blackbox-exporter", "quay.io/prometheus/blackbox-exporter"],
        paths: &[],
        source: "https://github.com/prometheus-operator/kube-prometheus/blob/main/manifests/blackboxExporter-deployment.yaml",
    },
    Written {
        images: &["docker.io/prom/snmp-exporter", "quay.io/prometheus/snmp-exporter"],
        paths: &[],
        source: "https://github.com/prometheus-community/helm-charts/blob/main/charts/prometheus-snmp-exporter/values.yaml",
    },
    Written {
        images: &["quay.io/prometheuscommunity/postgres-exporter"],
        paths: &[],
        source: "https://github.com/prometheus-community/helm-charts/blob/main/charts/prometheus-postgres-exporter/values.yaml",
    },
    Written {
        images: &["quay.io/prometheuscommunity/elasticsearch-exporter"],
        paths: &[],
        source: "https://github.com/prometheus-community/helm-charts/blob/main/charts/prometheus-elasticsearch-exporter/values.yaml",
    },
    Written {
        images: &["quay.io/prometheuscommunity/prom-label-proxy"],
        paths: &[],
        source: "https://github.com/prometheus-community/helm-charts/blob/main/charts/prom-label-proxy/values.yaml",
    },
    Written {
        images: &["docker.io/percona/mongodb_exporter"],
        paths: &[],
        source: "https://github.com/prometheus-community/helm-charts/blob/main/charts/prometheus-mongodb-exporter/values.yaml",
    },
    Written {
        images: &["quay.io/prometheus-operator/prometheus-operator"],
        paths: &[],
        source: "https://github.com/prometheus-operator/kube-prometheus/blob/main/manifests/prometheusOperator-deployment.yaml",
    },
    Written {
        images: &["registry.k8s.io/kube-state-metrics/kube-state-metrics"],
        paths: &[],
        source: "https://github.com/kubernetes/kube-state-metrics/blob/main/examples/standard/deployment.yaml",
    },
    Written {
        images: &["quay.io/brancz/kube-rbac-proxy"],
        paths: &[],
        source: "https://github.com/prometheus-operator/kube-prometheus/blob/main/manifests/kubeStateMetrics-deployment.yaml",
    },
    Written {
        images: &["ghcr.io/jimmidyson/configmap-reload"],
        paths: &[],
        source: "https://github.com/prometheus-operator/kube-prometheus/blob/main/manifests/blackboxExporter-deployment.yaml",
    },
    Written {
        images: &["registry.k8s.io/prometheus-adapter/prometheus-adapter"],
        paths: &["/tmp"],
        source: "https://github.com/prometheus-community/helm-charts/blob/main/charts/prometheus-adapter/templates/deployment.yaml",
    },
    Written {
        images: &["registry.k8s.io/metrics-server/metrics-server"],
        paths: &["/tmp"],
        source: "https://github.com/kubernetes-sigs/metrics-server/blob/master/manifests/base/deployment.yaml",
    },
    Written {
        images: &["docker.io/grafana/grafana"],
        paths: &["/var/lib/grafana", "/tmp"],
        source: "https://github.com/prometheus-operator/kube-prometheus/blob/main/manifests/grafana-deployment.yaml",
    },
    Written {
        images: &["docker.io/grafana/promtail"],
        paths: &["/run/promtail"],
        source: "https://github.com/grafana/helm-charts/blob/main/charts/promtail/values.yaml",
    },
    Written {
        images: &["docker.io/grafana/loki-canary"],
        paths: &[],
        source: "https://github.com/grafana/helm-charts/blob/main/charts/loki-canary/values.yaml",
    },
    Written {
        images: &["docker.io/coredns/coredns", "registry.k8s.io/coredns/coredns"],
        paths: &[],
        source: "https://github.com/coredns/helm/blob/master/charts/coredns/values.yaml",
    },
    Written {
        images: &[
            "quay.io/jetstack/cert-manager-cainjector",
            "quay.io/jetstack/cert-manager-controller",
            "quay.io/jetstack/cert-manager-webhook",
        ],
        paths: &[],
        source: "https://github.com/cert-manager/cert-manager/blob/master/deploy/charts/cert-manager/values.yaml",
    },
    Written {
        images: &["quay.io/argoproj/argo-rollouts"],
        paths: &["/home/argo-rollouts/plugin-bin", "/tmp"],
        source: "https://github.com/argoproj/argo-helm/blob/main/charts/argo-rollouts/templates/controller/deployment.yaml",
    },
    Written {
        images: &["quay.io/oauth2-proxy/oauth2-proxy"],
        paths: &[],
        source: "https://github.com/oauth2-proxy/manifests/blob/main/helm/oauth2-proxy/values.yaml",
    },
    Written {
        images: &["registry.k8s.io/descheduler/descheduler"],
        paths: &[],
        source: "https://github.com/kubernetes-sigs/descheduler/blob/master/kubernetes/deployment/deployment.yaml",
    },
    Written {
        images: &["registry.k8s.io/external-dns/external-dns"],
        paths: &[],
        source: "https://github.com/kubernetes-sigs/external-dns/blob/master/charts/external-dns/values.yaml",
    },
    Written {
        images: &["ghcr.io/external-secrets/external-secrets"],
        paths: &[],
        source: "https://github.com/external-secrets/external-secrets/blob/main/deploy/charts/external-secrets/values.yaml",
    },
    Written {
        images: &["docker.io/bitnami/sealed-secrets-controller"],
        paths: &["/tmp"],
        source: "https://github.com/bitnami-labs/sealed-secrets/blob/main/helm/sealed-secrets/templates/deployment.yaml",
    },
];

#[cfg(test)]
mod tests {
    use rustc_hash::FxHashSet;

    use super::*;

    #[test]
    fn the_table_holds_names_as_they_are_looked_up_each_once() {
        let mut seen = FxHashSet::default();
        for Written { images, paths, source } in WRITTEN {
            assert!(!images.is_empty() && source.starts_with("https://"), "{images:?}");
            for image in *images {
                assert!(seen.insert(*image), "{image}");
                assert_eq!(full_name(image), *image);
            }
            for path in *paths {
                let is_inside =
                    |it: &&&str| path.strip_prefix(**it).is_some_and(|it| !it.is_empty());
                assert!(path.starts_with('/') && !path.ends_with('/'), "{path}");
                assert_eq!(paths.iter().find(is_inside), None, "{path} of {images:?}");
            }
        }
        assert!(WRITTEN.len() >= 30);
    }

    #[test]
    fn one_image_has_many_names() {
        for name in [
            "nginx",
            "nginx:1.29",
            "nginx@sha256:0123",
            "library/nginx:1",
            "docker.io/nginx",
            "docker.io/library/nginx:1.29@sha256:0123",
            "index.docker.io/library/nginx",
            "registry-1.docker.io/library/nginx:latest",
            "public.ecr.aws/docker/library/nginx:1",
            "mirror.gcr.io/library/nginx",
        ] {
            let found = written_by(name).map(|it| it.images);
            assert_eq!(found, Some(&["docker.io/library/nginx"][..]), "{name}");
        }
        assert!(written_by("quay.io/prometheus/prometheus:v3.0.0").is_some());
        assert!(written_by("prom/prometheus").is_some());
    }

    #[test]
    fn images_that_are_only_called_alike_are_others() {
        for name in [
            "evil/nginx",
            "docker.io/evil/nginx",
            "registry.example.com/nginx",
            "registry.example.com/library/nginx",
            "localhost/nginx",
            "registry.example.com:5000/nginx:1",
            "nginx/nginx",
            "library/nginx/nginx",
            "evil/docker.io/library/nginx",
            "nginx-debug",
            "Nginx",
            "docker.io.example.com/library/nginx",
            "",
            "$IMAGE",
        ] {
            assert!(written_by(name).is_none(), "{name}");
        }
    }
}
