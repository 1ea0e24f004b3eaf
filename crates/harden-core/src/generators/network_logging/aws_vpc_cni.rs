//! AWS VPC CNI: a setting of the add-on makes its network policy agent log; there is no object for it.

use super::{Logging, Way};
use crate::kubernetes::NamespaceName;

pub(super) const NAME: &str = "aws-vpc-cni";

pub(super) const WAY: Way = Way { make, audit: None, by_namespace: false };

fn make(_: &[NamespaceName]) -> Logging {
    Logging {
        manifests: Vec::new(),
        settings: vec![
            "The agent logs for all namespaces, and needs up to one CPU of each node for it:\n  \
             aws eks update-addon --cluster-name CLUSTER --addon-name vpc-cni --resolve-conflicts PRESERVE \\\n    \
             --configuration-values '{\"enableNetworkPolicy\":\"true\",\"nodeAgent\":{\"enablePolicyEventLogs\":\"true\"}}'\n\
             These values take the place of those that the add-on has: add what else is set. Without the add-on, the \
             agent in the DaemonSet aws-node takes --enable-policy-event-logs=true."
                .to_owned(),
            "With \"enableCloudWatchLogs\":\"true\" beside it the log is in CloudWatch as well, where the role of aws-node \
             may write to /aws/eks/CLUSTER/cluster."
                .to_owned(),
        ],
        reading: "kubectl debug node/NODE -it --image=busybox -- \
                  grep 'Flow Info' /host/var/log/aws-routed-eni/network-policy-agent.log\n\
                  for each node, or: aws logs filter-log-events --log-group-name /aws/eks/CLUSTER/cluster \
                  --filter-pattern PolicyVerdict --query 'events[].message' --output text | tr '\\t' '\\n'"
            .to_owned(),
    }
}
