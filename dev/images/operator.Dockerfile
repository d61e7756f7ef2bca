# The operator's image.
#   dev/build && docker build -f dev/images/operator.Dockerfile -t cntr-operator dist
# BASE may be any image with glibc and /bin/sh.
ARG BASE=debian:12-slim
FROM ${BASE}

COPY runtime/ /opt/cntr/runtime/
COPY lib/cntr-operator/ /opt/cntr/lib/cntr-operator/
COPY bin/cntr-operator /opt/cntr/bin/cntr-operator
USER 65532:65532
ENTRYPOINT ["/opt/cntr/bin/cntr-operator"]
