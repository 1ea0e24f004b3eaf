//! The documents, with `MARK` where secrets stand.

/// Objects that are made of secrets: no value of theirs is shown, whatever becomes of the text.
pub(crate) const MADE_OF_SECRETS: [&str; 18] = [
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n  namespace: team-a\n  annotations:\n    note: MARK\ntype: Opaque\ndata:\n  password: MARK\n  user: YWRtaW4=\n  token: MARK\n",
    "apiVersion: v1\nstringData:\n  name: MARK\n  namespace: MARK\n  type: MARK\n  kind: MARK\n  config.yaml: |\n    a: MARK\n    ---\n    password: MARK\n  tls.key: |\n    -----BEGIN PRIVATE KEY-----\n    MARK\n    -----END PRIVATE KEY-----\n  url: postgres://app:MARK@db/app\nmetadata:\n  name: db\nimmutable: false\nkind: Secret\n",
    "{\n  \"apiVersion\": \"v1\",\n  \"data\": {\n    \"password\": \"MARK\",\n    \"token\": \"MARK\"\n  },\n  \"kind\": \"Secret\",\n  \"metadata\": {\n    \"annotations\": {\"a\": \"MARK\"},\n    \"name\": \"db\"\n  },\n  \"type\": \"Opaque\"\n}\n",
    "{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {a: MARK, b: 'MARK', c: \"MARK\"}}\n",
    "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: team-a}\n- apiVersion: v1\n  data:\n    password: MARK\n  kind: Secret\n  metadata:\n    name: db\n    ownerReferences:\n    - {apiVersion: v1, kind: Pod, name: a, uid: b}\n",
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"data\":{\"password\":\"MARK\"}}\ndata: {password: MARK}\n",
    "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc:\n      keys:\n      - name: key1\n        secret: MARK\n      - name: key2\n        secret: MARK\n  - secretbox:\n      keys: [{name: key3, secret: MARK}]\n  - identity: {}\n",
    "apiVersion: v1\nkind: Config\nclusters:\n- name: a\n  cluster: {server: https://a}\nusers:\n- name: a\n  user:\n    token: MARK\n    password: MARK\n    client-key-data: MARK\n",
    "# apiVersion: v1\n# kind: Secret\n# metadata: {name: a}\n# stringData:\n#   password: MARK\napiVersion: v1\nkind: Pod\nmetadata: {name: a, typo: b}\nspec: {containers: [{name: a, image: b, privileged: true}]}\n",
    "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Config\n  clusters: [{name: a, cluster: {server: 'https://a'}}]\n  users:\n  - name: a\n    user:\n      token: MARK\n      client-key-data: MARK\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: team-a}\n",
    "apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata:\n  name: store\nspec:\n  provider:\n    fake:\n      data:\n      - key: db\n        value: MARK\n      - key: app\n        valueMap:\n          user: MARK\n          b: MARK\n      - {key: web, version: v1, value: 'MARK'}\n",
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"data\":{\"a\":\"MARK\",\"b\":\"MARK\nspec: {containers: [{name: a, image: b, privileged: true}]}\n",
    "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  a.yaml: |2\n      ---\n    b: MARK\n  ---\n    ---\n  c: MARK\n  b: >-\n    MARK\n\n    ---\n\n     MARK\n  c: \"MARK\n    MARK\n\n    MARK\"\n  d: MARK\n    MARK\n",
    "apiVersion: v1\nkind: Secret\nmetadata: {name: db, labels: {größe: klein}}\nstringData:\n  пароль: MARK\n  密码: MARK\n  contraseña: 'MARK'\n  mot de passe: MARK\n  ? a\n  : MARK\n",
    "# The keys of the cluster:\n# apiVersion: apiserver.config.k8s.io/v1\n# kind: EncryptionConfiguration\n# resources:\n# - resources: [secrets]\n#   providers:\n#   - aescbc:\n#       keys:\n#       - name: key1\n#         secret: MARK\n#   - identity: {}\n",
    "apiVersion: v1\nkind: SecretList\nmetadata: {}\nitems:\n- metadata: {name: db}\n  data: {password: MARK}\n- metadata:\n    name: web\n  type: Opaque\n  data:\n    a: &a MARK\n    b: *a\n    c: !!binary MARK\n    d: !!str MARK\n",
    "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  ? |\n    MARK\n    b\n  : [a]\n  ? |\n    MARK\n    b\n  : c\n  ? >-\n    a MARK\n  : b\n  \"b\\nMARK\": {}\n? |\n  MARK\n  b\n: a\n",
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n  labels:\n    ? |\n      MARK\n      b\n    : 5\n  annotations:\n    \"a MARK\": 5\ndata:\n  ? |-\n    MARK\n    b\n  : b!\n  ? [a, MARK]\n  : a\n  ? {a: MARK}\n  : b\n",
];

/// Objects that hold a secret among other things: it is not shown as long as what says so is there.
pub(crate) const HOLDING_SECRETS: [&str; 6] = [
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n      - name: app\n        image: web\n        env:\n        - name: DB_PASSWORD\n          value: MARK\n        - {name: API_TOKEN, value: Zq9xWv7kLm2P}\n        - name: DB_URL\n          value: postgres://app:MARK@db/app\n        args: [--db-password=MARK, --password, MARK]\n",
    "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: dump\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers:\n      - name: dump\n        image: mysql\n        command: [sh, -c, 'mysqldump -uroot -pMARK app']\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\ndata:\n  DB_PASSWORD: MARK\n  app.yaml: |\n    db:\n      password: MARK\n  run.sh: |\n    export PGPASSWORD=MARK\n",
    "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata:\n  name: store\nspec:\n  provider:\n    vault:\n      server: http://app:MARK@vault:8200\n      path: secret\n      auth: {kubernetes: {role: a, mountPath: b}}\n",
    "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata:\n  name: a\nwebhooks:\n- name: a.example.com\n  clientConfig:\n    url: https://app:MARK@a/b\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"data\":{\"DB_PASSWORD\":\"MARK\"}}\ndata:\n  DB_PASSWORD: MARK\n",
];
