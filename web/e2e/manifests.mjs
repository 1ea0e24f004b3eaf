// Manifests that the tests and the measurements share.
export const POD = `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
  - name: app # é😀
    image: registry.example.com/web:1.4.2
    securityContext:
      privileged: true # a driver
`;

/** A megabyte of such pods. */
export const LARGE = Array.from({ length: 5000 }, (_, name) => POD.replace("name: web", `name: web-${name}`)).join("---\n");
