# The relay's image: the static programs that dev.cntr.relay.BuildRelay writes, and nothing else that exec could start.
FROM scratch
COPY relay pause /
USER 65534:65534
ENTRYPOINT ["/pause"]
